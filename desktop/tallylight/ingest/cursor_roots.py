"""Where Cursor keeps its databases on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from tallylight.domain.cursor_names import NAME

_VARIANTS = ("Cursor", "Cursor Nightly")
#: The ledger notes how far the stores of a person's own were read under a name of their own.
HOME = "cursor-home"
#: Folders of a person's own: chats of the command line, those that it had for other editors, who wrote which code.
_PERSONAL = ("chats", "acp-sessions", "ai-tracking")


class CursorRoot(msgspec.Struct, frozen=True):
    """One `User` folder. `added` is as the user named it, "" for one that is looked for by itself."""

    path: str
    real: str = ""
    added: str = ""
    source: str = NAME

    @property
    def database(self) -> Path:
        return Path(self.path, "globalStorage", "state.vscdb")

    @property
    def windows(self) -> Path:
        return Path(self.path, "workspaceStorage")

    @property
    def is_found(self) -> bool:
        return os.path.isfile(self.database)  # noqa: PTH113 False where Path.is_file raises

    @property
    def problem(self) -> str:
        """Why what is there cannot be read, "" when it can be or when nothing is there."""
        try:
            with self.database.open("rb"):
                return ""
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as e:
            return f"cannot be read: {e.strerror}"


class CursorHome(msgspec.Struct, frozen=True):
    """What belongs to the person and not to a window: the command line's chats, and which model wrote what."""

    path: str
    real: str
    added: str = ""
    problem: str = ""
    source: str = NAME

    @property
    def is_found(self) -> bool:
        return any(os.path.isdir(f"{self.path}/{name}") for name in _PERSONAL)  # noqa: PTH112


def home_root() -> CursorHome:
    """The folder of whoever runs this."""
    path = cursor_home()
    return CursorHome(str(path), os.path.realpath(path))


def cursor_roots(environment: Mapping[str, str], added: Iterable[str] = ()) -> list[CursorRoot]:
    """Every `User` folder worth looking at, found or not, each directory once."""
    roots: list[CursorRoot] = []
    seen: set[str] = set()
    by_itself = [(path, "") for path in _usual(environment)]
    by_name = [(_user_folder(Path(os.path.expanduser(name))), name) for name in added]  # noqa: PTH111 it may raise
    for path, name in (*by_itself, *by_name):
        real = os.path.realpath(path)
        if real not in seen:
            seen.add(real)
            roots.append(CursorRoot(str(path), real, name))
    return roots


def cursor_home() -> Path:
    """Where Cursor keeps what belongs to a person, on every system."""
    return Path.home() / ".cursor"


def is_cursor_folder(name: str) -> bool:
    """Whether a folder that the user names holds a Cursor's databases."""
    return CursorRoot(str(_user_folder(Path(os.path.expanduser(name))))).is_found  # noqa: PTH111


def _usual(environment: Mapping[str, str]) -> Iterator[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        base = home / "Library/Application Support"
    elif sys.platform == "win32":
        base = Path(environment.get("APPDATA") or home / "AppData/Roaming")
    else:
        base = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    for variant in _VARIANTS:
        yield base / variant / "User"


def _user_folder(path: Path) -> Path:
    """The `User` folder of a path that is one, holds one, or lies in one: people choose what they can see."""
    for folder in (path, path / "User", path / "Cursor" / "User", path.parent):
        if os.path.isfile(folder / "globalStorage" / "state.vscdb"):  # noqa: PTH113
            return folder
    return path
