"""One Tallylight per user: a second start raises the first."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

#: The system accepts for the first instance, however busy that is: only a fault takes longer.
WAIT_MS = 1000
logger = logging.getLogger(__name__)


class SingleInstance(QObject):
    """Holds `name`: the path of a socket in a folder of the user's own, or a pipe's name on Windows."""

    raised = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Whether this is the first instance; when it is not, the first has been told to show itself."""
        if self._server is not None:
            return True
        if self._greet():
            return False
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._welcome)
        if not server.listen(self._name):
            # Two starts at once: the other was quicker. Or nobody is there, and a killed one left its socket.
            if self._greet():
                return False
            QLocalServer.removeServer(self._name)
            if not server.listen(self._name):
                logger.warning("cannot listen at %s: %s", self._name, server.errorString())
        self._server = server
        return True

    def release(self) -> None:
        """Let the next start be the first."""
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None

    def _greet(self) -> bool:
        """Whether somebody listens. Being connected to is the whole message."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        is_there = socket.waitForConnected(WAIT_MS)
        socket.abort()
        return is_there

    @Slot()
    def _welcome(self) -> None:
        if self._server is None:
            return
        while (guest := self._server.nextPendingConnection()) is not None:
            guest.deleteLater()
            self.raised.emit()
