"""Where Tallylight keeps its own files, and where agents keep theirs."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_dir() -> Path:
    """The folder of the ledger and all other state; `TALLYLIGHT_DATA_DIR` moves it."""
    override = os.environ.get("TALLYLIGHT_DATA_DIR")
    if override:
        return Path(override).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("tallylight", appauthor=False)


def config_dir() -> Path:
    """The folder of settings and the user's own prices; it moves with `TALLYLIGHT_DATA_DIR`."""
    override = os.environ.get("TALLYLIGHT_DATA_DIR")
    if override:
        return Path(override).expanduser().absolute() / "config"
    from platformdirs import user_config_path

    return user_config_path("tallylight", appauthor=False)


def autostart_dir() -> Path:
    """Where the desktop looks for what it starts at login; on Windows that is no folder."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "LaunchAgents"
    from platformdirs import user_config_path

    return user_config_path() / "autostart"


def shown(path: str | Path) -> str:
    """A path for people: the home folder as `~`."""
    text, home = str(path), str(Path.home())
    return "~" + text[len(home) :] if text == home or text.startswith(home + os.sep) else text
