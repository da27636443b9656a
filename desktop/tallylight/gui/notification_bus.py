"""The window's door to jeepney: a connection to the desktop's notification service.

Import it in a job. Qt's own D-Bus cannot send the unsigned numbers that the service wants.
"""

from __future__ import annotations

from typing import Any

from jeepney import DBusAddress, MatchRule, MessageType, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tallylight.gui.bubbles import Bubble
from tallylight.installed import APP_ID

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
_ADDRESS = DBusAddress(PATH, bus_name=NAME, interface=NAME)
#: How long the service may take to say what it can: it may have to be started first.
_PATIENCE_S = 5
_LOW, _NORMAL = 0, 1  # never critical: that would break through "do not disturb"


class Link:
    """Sends without waiting for answers; hears answers and signals. Every method may raise OSError."""

    def __init__(self, connection: Any, abilities: frozenset[str]) -> None:  # noqa: ANN401 it has no types
        self._connection = connection
        self._abilities = abilities

    def fileno(self) -> int:
        return int(self._connection.sock.fileno())

    def notify(self, bubble: Bubble, replaces: int) -> int:
        """The call's serial; the answer to it is the notice's number."""
        return self._send("Notify", "susssasa{sv}i", _arguments(bubble, replaces, self._abilities))

    def withdraw(self, number: int) -> int:
        return self._send("CloseNotification", "u", (number,))

    def receive(self) -> Any:  # noqa: ANN401
        """The next message that is there; TimeoutError when none is."""
        return self._connection.receive(timeout=0)

    def close(self) -> None:
        self._connection.close()

    def _send(self, method: str, signature: str, body: tuple[object, ...]) -> int:
        serial = next(self._connection.outgoing_serial)
        self._connection.send(new_method_call(_ADDRESS, method, signature, body), serial=serial)
        return int(serial)


def open_link() -> Link | None:
    """None: there is no bus, or nobody on it shows notices."""
    try:
        connection = open_dbus_connection("SESSION")
    except (OSError, KeyError, ValueError):
        return None
    try:
        for rule in _rules():
            connection.send_and_get_reply(message_bus.AddMatch(rule), timeout=_PATIENCE_S)
        question = new_method_call(_ADDRESS, "GetCapabilities")
        reply = connection.send_and_get_reply(question, timeout=_PATIENCE_S)
        connection.sock.setblocking(False)
    except OSError:  # a TimeoutError is one
        connection.close()
        return None
    if reply.header.message_type is not MessageType.method_return:
        connection.close()
        return None
    return Link(connection, frozenset(str(name) for name in reply.body[0]))


def _rules() -> tuple[MatchRule, MatchRule]:
    """The service's signals, and its coming and going."""
    owner = MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
    owner.add_arg_condition(0, NAME)
    return MatchRule(type="signal", interface=NAME, path=PATH), owner


def _arguments(bubble: Bubble, replaces: int, abilities: frozenset[str]) -> tuple[object, ...]:
    """What Notify takes. A notice makes no sound."""
    text = bubble.text
    if "body-markup" in abilities:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    offered = [("default", bubble.actions[0][1]), *bubble.actions] if "actions" in abilities else []
    hints = {
        "urgency": ("y", _LOW if bubble.is_note else _NORMAL),
        "desktop-entry": ("s", APP_ID),
        "suppress-sound": ("b", True),
    }
    actions = [part for action in offered for part in action]
    return "Tallylight", replaces, APP_ID, bubble.title, text, actions, hints, -1
