"""How this program was installed, and so how it starts itself and is started by others.

Frozen into a bundle it has no interpreter for processes of its own: it is that process, with a first argument.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

#: By this name desktops know it: its entry, its icon, its windows, its notices.
APP_ID = "app.tallylight.Tallylight"

#: What is done in a process of its own, and the module whose `main` does it.
CHILDREN = {
    "prices": "tallylight.pricebook.compile",
    "requests": "tallylight.ledger.request_rows",
    "shared": "tallylight.ingest.shared_process",
}
#: For `subprocess`: no console comes up on Windows.
NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0


def is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def command() -> list[str]:
    """This program again, without a window. -P: a folder called tallylight where it was started is not it."""
    return [sys.executable] if is_frozen() else [sys.executable, "-P", "-m", "tallylight"]


def child_command(name: str) -> list[str]:
    """A process for one of CHILDREN."""
    return [*command(), "--child", name]


def be_child(name: str) -> None:
    """In that process: do what it is for. Raises KeyError for what is none."""
    import_module(CHILDREN[name]).main()


def program() -> str:
    """The path under which other programs start this one: that of the command where it leads here."""
    name = "tallylight.exe" if sys.platform == "win32" else "tallylight"
    own = sys.executable if is_frozen() else os.path.join(os.path.dirname(sys.executable), name)  # noqa: PTH118, PTH120
    there = (os.path.join(folder, name) for folder in os.get_exec_path())  # noqa: PTH118
    return next((path for path in there if os.path.realpath(path) == os.path.realpath(own)), own)


def lasting_command() -> list[str]:
    """This program from another one's file, which must hold after today: what mounts it comes before what runs just
    now."""
    if image := os.environ.get("APPIMAGE"):
        return [image]
    if package := os.environ.get("FLATPAK_ID"):
        return ["flatpak", "run", package]
    path = program()
    return [path] if os.path.isfile(path) else command()  # noqa: PTH113


def how_to_add(extra: str) -> str:
    """The command, or the package, that adds an optional part."""
    if is_frozen():
        return f"the package tallylight-{extra}"
    return f"{os.path.basename(sys.executable)} -m pip install 'tallylight[{extra}]'"  # noqa: PTH119
