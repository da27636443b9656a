"""One Tallylight per user and data folder: a second start raises the first."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

#: The system accepts for the first instance, however busy that is: only a fault takes longer.
WAIT_MS = 1000
#: How long the first may take from holding the lock to listening.
START_S = 2.0
logger = logging.getLogger(__name__)


class Lock(Protocol):
    """What one program at a time holds, and where that says how to reach it."""

    def take(self) -> bool: ...

    def write(self, address: str, /) -> None: ...

    def read(self) -> str: ...

    def release(self) -> None: ...


class SingleInstance(QObject):
    """Holds `name`: the path of a socket in a folder of the user's own, or a pipe's name on Windows.

    Two programs may disagree about that folder; `lock` is one for all who share the data.
    """

    raised = Signal()
    #: Somebody connected and said `ending`.
    ended = Signal()

    def __init__(self, name: str, lock: Lock, ending: bytes = b"", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name, self._lock, self._ending = name, lock, ending
        self._server: QLocalServer | None = None

    def claim(self, *, is_to_raise: bool = True) -> bool:
        """Whether this is the first instance; when it is not, the first has been told to show itself."""
        if self._server is not None:
            return True
        if not self._lock.take():
            if is_to_raise:
                self._greet_holder()
            return False
        if self._greet(self._name):
            self._lock.release()
            return False
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._welcome)
        if not server.listen(self._name):
            # Two starts at once: the other was quicker. Or nobody is there, and a killed one left its socket.
            if self._greet(self._name):
                self._lock.release()
                return False
            QLocalServer.removeServer(self._name)
            if not server.listen(self._name):
                logger.warning("cannot listen at %s: %s", self._name, server.errorString())
        self._server = server
        self._lock.write(server.fullServerName())
        return True

    def release(self) -> None:
        """Let the next start be the first."""
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        self._lock.release()

    def _greet_holder(self) -> None:
        """Have the one that holds the lock show itself; it may only just be starting."""
        until = time.monotonic() + START_S
        while not self._greet(self._lock.read() or self._name):
            if time.monotonic() > until:
                logger.warning("Tallylight runs already, but cannot be reached")
                return
            time.sleep(0.05)

    def _greet(self, name: str) -> bool:
        """Whether somebody listens. Who connects and says nothing wants the window."""
        socket = QLocalSocket()
        socket.connectToServer(name)
        is_there = socket.waitForConnected(WAIT_MS)
        socket.abort()
        return is_there

    @Slot()
    def _welcome(self) -> None:
        if self._server is None:
            return
        while (guest := self._server.nextPendingConnection()) is not None:
            if guest.state() is QLocalSocket.LocalSocketState.UnconnectedState:
                self._serve(guest)
            else:
                guest.disconnected.connect(partial(self._serve, guest))

    def _serve(self, guest: QLocalSocket) -> None:
        """All that a guest has to say is there once it has gone."""
        said = guest.readAll().data()
        guest.deleteLater()
        (self.ended if self._ending and said == self._ending else self.raised).emit()
