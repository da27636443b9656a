"""Notices on the desktop's own notification service: shown, replaced, withdrawn, answered."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot

from tallylight.domain.snapshot import Snapshot
from tallylight.gui.bubbles import Board, Bubble
from tallylight.gui.jobs import Jobs

if TYPE_CHECKING:  # its library is loaded with the first notice
    from tallylight.gui.notification_bus import Link

logger = logging.getLogger(__name__)

#: How long an answer may take. Nobody waits for it but the notices.
PATIENCE_MS = 5000
#: The reason of NotificationClosed that is a person's doing.
_BY_HAND = 2
#: The fields of a message that matter here, as D-Bus numbers them.
_MEMBER, _REPLY_TO = 3, 5


class Notifier(QObject):
    """Mirrors the notices of each snapshot. Calls never wait for an answer in this thread."""

    #: A notice's key and "opened", "snoozed:1h", "snoozed:today", "snoozed:period", "muted" or "dismissed".
    answered = Signal(str, str)
    #: Where an opened notice leads: a Finding, None for the list.
    place_wanted = Signal(object)
    #: Title and text of a notice that no service took.
    undelivered = Signal(str, str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._board = Board()
        self._link: Link | None = None
        self._opened: list[Link] = []
        self._is_opening = False
        self._ear: QSocketNotifier | None = None
        #: By place: what waits to be sent (None: to be taken away), what was sent, and the service's ids.
        self._waiting: dict[str, Bubble | None] = {}
        self._sent: dict[str, Bubble] = {}
        self._ids: dict[str, int] = {}
        #: Calls without an answer yet, by serial.
        self._calls: dict[int, str] = {}
        self._last: Bubble | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._give_up)

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        # A demo's notices are not news; they stand in the window's list.
        notices = () if snapshot.is_demo else snapshot.notices
        new, gone = self._board.changes(notices, snapshot.told_before)
        for place in gone:
            if place in self._ids or place in self._waiting or place in self._calls.values():
                self._waiting[place] = None
        for bubble in new:
            self._waiting[bubble.place] = bubble
        self._send_waiting()

    @Slot()
    def answer_last(self) -> None:
        """The notice that the tray showed by itself was clicked."""
        if self._last is not None:
            self._answer(self._last, "opened")

    def close(self) -> None:
        """Take away what could not be answered any more. To be called when no job can open a link."""
        if self._link is not None:
            for number in tuple(self._ids.values()):
                self._call("CloseNotification", number)
        self._unlink()
        while self._opened:
            self._opened.pop().close()

    # -- the connection

    def _send_waiting(self) -> None:
        if not any(self._waiting.values()) and self._link is None:
            self._waiting.clear()
        elif self._link is not None:
            for place in [p for p in self._waiting if p not in self._calls.values()]:
                self._send(place, self._waiting.pop(place, None))
        elif not self._is_opening:
            self._is_opening = True
            opened = self._opened  # a job may hold nothing of Qt
            self._jobs.run(lambda: _open(opened), self._take, self._fail)

    def _take(self, _none: None) -> None:
        self._is_opening = False
        if not self._opened:
            self._deliver_otherwise()
            return
        self._link = self._opened.pop()
        self._ear = QSocketNotifier(self._link.fileno(), QSocketNotifier.Type.Read, self)
        self._ear.activated.connect(self._hear)
        self._hear()

    def _fail(self, sentence: str) -> None:
        logger.info("no notification service: %s", sentence)
        self._is_opening = False
        self._deliver_otherwise()

    def _unlink(self) -> None:
        """The bus or the service is gone, and with it every bubble; the next notice looks for it again."""
        for place in [*self._ids, *self._calls.values()]:
            self._board.leave(place)
        self._ids.clear()
        self._calls.clear()
        self._patience.stop()
        if self._ear is not None:
            self._ear.setEnabled(False)
            self._ear.deleteLater()
            self._ear = None
        if self._link is not None:
            self._link.close()
            self._link = None

    @Slot()
    def _give_up(self) -> None:
        """It hangs: what it was asked for is told another way."""
        for place in self._calls.values():
            if place not in self._waiting and place in self._sent:
                self._waiting[place] = self._sent[place]
        self._unlink()
        self._deliver_otherwise()

    def _deliver_otherwise(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for bubble in filter(None, waiting.values()):
            self._board.leave(bubble.place)
            self._last = bubble
            self.undelivered.emit(bubble.title, bubble.text)

    # -- what is said

    def _send(self, place: str, bubble: Bubble | None) -> None:
        number = self._ids.get(place, 0)
        if bubble is None:
            self._ids.pop(place, None)
            if number:
                self._call("CloseNotification", number)
            return
        serial = self._call("Notify", bubble, number)
        if serial:
            self._sent[place] = bubble
            self._calls[serial] = place
            self._patience.start()
        else:
            self._waiting[place] = bubble
            self._deliver_otherwise()

    def _call(self, method: str, *arguments: Any) -> int:  # noqa: ANN401
        """The call's serial, 0 when the bus is gone."""
        if self._link is None:
            return 0
        try:
            return self._link.notify(*arguments) if method == "Notify" else self._link.withdraw(*arguments)
        except OSError as error:  # also a full socket, which does not block
            logger.info("the notification service is gone: %s", error)
            self._unlink()
            return 0

    # -- what is heard

    @Slot()
    def _hear(self) -> None:
        while self._link is not None:
            try:
                message = self._link.receive()
            except TimeoutError:
                break
            except OSError:
                self._unlink()
                break
            self._understand(message)
        self._send_waiting()

    def _understand(self, message: Any) -> None:  # noqa: ANN401 jeepney has no types
        kind, fields, body = message.header.message_type.name, message.header.fields, message.body
        if kind in ("method_return", "error"):
            self._take_answer(kind, self._calls.pop(int(fields.get(_REPLY_TO, 0)), ""), body)
            return
        member = fields.get(_MEMBER) if kind == "signal" else ""
        if member == "NameOwnerChanged":
            self._unlink()
        elif member == "ActivationToken":
            # Without it a Wayland compositor does not let the window come to the front.
            os.environ["XDG_ACTIVATION_TOKEN"] = str(body[1])
        elif member in ("ActionInvoked", "NotificationClosed") and (place := self._place_of(body[0])):
            self._take_signal(member, place, body[1])

    def _take_answer(self, kind: str, place: str, body: tuple[Any, ...]) -> None:
        if not self._calls:
            self._patience.stop()
        if not place:
            return
        if kind == "method_return":
            self._ids[place] = int(body[0])
        elif (bubble := self._sent.get(place)) is not None:
            self._waiting.setdefault(place, bubble)
            self._unlink()
            self._deliver_otherwise()

    def _take_signal(self, member: str, place: str, value: object) -> None:
        bubble = self._sent[place]
        if member == "NotificationClosed":
            self._forget(place)
            if value == _BY_HAND:
                self._answer(bubble, "dismissed")
            return
        action = "opened" if value == "default" else str(value)
        if action in dict(bubble.actions):
            self._call("CloseNotification", self._ids[place])
            self._forget(place)
            self._answer(bubble, action)

    def _place_of(self, number: int) -> str:
        return next((place for place, known in self._ids.items() if known == number), "")

    def _forget(self, place: str) -> None:
        self._ids.pop(place, None)
        self._board.leave(place)

    def _answer(self, bubble: Bubble, action: str) -> None:
        for key in bubble.keys:
            self.answered.emit(key, action)
        if action == "opened":
            self.place_wanted.emit(bubble.finding)


def _open(opened: list[Link]) -> None:
    """In a job: bus and service may take their time, and the library its own."""
    try:
        from tallylight.gui.notification_bus import open_link
    except ImportError:  # there is no such service outside Linux, and no such library
        return
    if (link := open_link()) is not None:
        opened.append(link)
