"""Which services the desktop's session bus has, asked without Qt."""

from __future__ import annotations


def names_on_bus() -> list[str] | None:
    """Names owned on the session bus; None when there is none or it does not answer."""
    try:
        from jeepney import DBusAddress, new_method_call
        from jeepney.io.blocking import open_dbus_connection
    except ImportError:  # only where keyring needs no bus
        return None
    address = DBusAddress(
        "/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus"
    )
    try:
        connection = open_dbus_connection("SESSION")
    except (OSError, KeyError, ValueError):
        return None
    try:
        reply = connection.send_and_get_reply(new_method_call(address, "ListNames"), timeout=2)
        return [str(name) for name in reply.body[0]]
    except (OSError, TimeoutError):
        return None
    finally:
        connection.close()
