"""Where Claude Code keeps its files on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

#: How deep below an agent-mode folder a configuration folder is looked for.
_AGENT_MODE_DEPTH = 6


class Root(msgspec.Struct, frozen=True):
    """One configuration folder. `account` tells several apart; `path` is as found, `real` without links."""

    source: str
    path: str
    real: str = ""
    account: str = ""
    #: As the user named it, "" for one that is looked for by itself.
    added: str = ""

    @property
    def is_found(self) -> bool:
        return os.path.isdir(self._projects)  # noqa: PTH112 - Path.is_dir raises below a folder it may not enter

    @property
    def problem(self) -> str:
        """Why what is there cannot be read, "" when it can be or when nothing is there."""
        try:
            os.stat(os.path.join(self._projects, "."))  # noqa: PTH116, PTH118 - entering; listing is another right
            with os.scandir(self._projects):
                return ""
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as e:
            return f"cannot be read: {e.strerror}"

    @property
    def _projects(self) -> str:
        return os.path.join(self.path, "projects")  # noqa: PTH118


def claude_code_roots(
    environment: Mapping[str, str], added: Iterable[str] = (), source: str = "claude-code"
) -> list[Root]:
    """Every configuration folder worth looking at, found or not, each directory once."""
    roots: list[Root] = []
    seen: set[str] = set()
    by_itself = [(candidate, "") for candidate in _candidates(environment)]
    by_name = [(_root_of(_expanded(name)), name) for name in added]
    for candidate, name in (*by_itself, *by_name):
        real = os.path.realpath(candidate)
        if real not in seen:
            seen.add(real)
            roots.append(Root(source, str(candidate), real, _account(candidate), name))
    return roots


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    home = Path.home()
    for part in _listed(environment.get("CLAUDE_CONFIG_DIR", "").strip()):
        yield _root_of(_expanded(part).absolute())
    yield home / ".claude"
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "claude"
    for folder in agent_mode_folders(environment):
        yield from _configurations_below(folder)


def _listed(text: str) -> list[str]:
    if text and os.path.isdir(_expanded(text)):  # noqa: PTH112 - the client itself reads it as one path, commas and all
        return [text]
    parts = (text.replace(os.pathsep, ",") if os.pathsep == ":" else text).split(",")
    return [part.strip() for part in parts if part.strip()]


def _expanded(text: str) -> Path:
    # Path.expanduser raises for a user that does not exist.
    return Path(os.path.expanduser(text))  # noqa: PTH111


def _root_of(path: Path) -> Path:
    return path.parent if path.name == "projects" else path


def agent_mode_folders(environment: Mapping[str, str]) -> list[Path]:
    """The folders, of those that exist, below which Claude Desktop gives each session a configuration folder."""
    return [folder for folder in desktop_folders(environment) if os.path.isdir(folder)]  # noqa: PTH112


def desktop_folders(environment: Mapping[str, str]) -> Iterator[Path]:
    """Those folders, there or not."""
    home = Path.home()
    if sys.platform == "darwin":
        bases = [home / "Library/Application Support/Claude"]
    elif sys.platform == "win32":
        bases = [Path(environment.get("APPDATA") or home / "AppData/Roaming") / "Claude"]
        packages = Path(environment.get("LOCALAPPDATA") or home / "AppData/Local") / "Packages"
        bases += sorted(packages.glob("*Claude*/LocalCache/Roaming/Claude"))
    else:
        bases = [Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "Claude"]
    for base in bases:
        yield base / "local-agent-mode-sessions"
        yield base / "claude-code-sessions"


def _configurations_below(folder: Path) -> Iterator[Path]:
    base = len(folder.parts)
    for directory, names, _files in os.walk(folder):
        here = Path(directory)
        if here.name == ".claude" and "projects" in names:
            yield here
            names.clear()
        elif len(here.parts) - base >= _AGENT_MODE_DEPTH:
            names.clear()
        names.sort()


def _account(path: Path) -> str:
    home = Path.home()
    if path == home / ".claude":
        return ""
    try:
        return "~/" + path.relative_to(home).as_posix()
    except ValueError:
        return str(path)
