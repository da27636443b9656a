"""A desktop's notification service, played by the test, on a message bus of its own."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


@contextmanager
def a_bus() -> Iterator[str]:
    """The address of a message bus that nobody else is on."""
    reader, writer = os.pipe()
    command = ["dbus-daemon", "--session", "--nofork", f"--print-address={writer}"]
    process = subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        address = pipe.readline().strip()
    try:
        yield address
    finally:
        process.terminate()
        process.wait(5)


@dataclass
class Shown:
    """One notice as the service was told to show it."""

    number: int
    replaces: int
    title: str
    text: str
    actions: dict[str, str]
    hints: dict[str, Any]


@dataclass
class FakeService:
    """Runs in a thread between `start` and `stop`. `is_hung`: it takes calls and answers none."""

    abilities: list[str] = field(default_factory=lambda: ["actions", "body", "body-markup"])
    is_hung: bool = False
    refuses: bool = False
    shown: list[Shown] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)

    def start(self) -> None:
        self._connection: DBusConnection = open_dbus_connection("SESSION")
        self._connection.send_and_get_reply(message_bus.RequestName(NAME), timeout=5)
        self._is_stopping = False
        self._thread = threading.Thread(target=self._serve, name="notifications")
        self._thread.start()

    def stop(self) -> None:
        self._is_stopping = True
        self._thread.join(5)
        self._connection.close()

    def send(self, member: str, signature: str, *body: object) -> None:
        emitter = DBusAddress(PATH, interface=NAME)
        self._connection.send(new_signal(emitter, member, signature, body))

    def invoke(self, number: int, action: str) -> None:
        self.send("ActionInvoked", "us", number, action)

    def end(self, number: int, reason: int) -> None:
        self.send("NotificationClosed", "uu", number, reason)

    def _serve(self) -> None:
        while not self._is_stopping:
            try:
                message = self._connection.receive(timeout=0.02)
            except TimeoutError:
                continue
            if message.header.message_type is MessageType.method_call:
                self._answer(message)

    def _answer(self, message: Any) -> None:
        member = message.header.fields[HeaderFields.member]
        if member == "GetCapabilities":
            self._connection.send(new_method_return(message, "as", (self.abilities,)))
        elif self.refuses:
            self._connection.send(new_error(message, "org.freedesktop.DBus.Error.LimitsExceeded"))
        elif member == "Notify":
            number = self._show(message.body)
            if not self.is_hung:
                self._connection.send(new_method_return(message, "u", (number,)))
        elif member == "CloseNotification":
            self.withdrawn.append(message.body[0])
            self._connection.send(new_method_return(message))

    def _show(self, body: tuple[Any, ...]) -> int:
        _, replaces, _, title, text, actions, hints, _ = body
        number = replaces or 1 + max((shown.number for shown in self.shown), default=0)
        names = dict(zip(actions[::2], actions[1::2], strict=True))
        self.shown.append(Shown(number, replaces, title, text, names, {k: v[1] for k, v in hints.items()}))
        return number
