"""Settings on disk: `settings.json` in the configuration folder."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path

import msgspec

from tallylight.config.paths import config_dir, data_dir, shown
from tallylight.domain.settings import Settings

logger = logging.getLogger(__name__)

#: How often a file that somebody may be writing is read again, and how far apart.
_TRIES, _TRY_AGAIN_S = 3, 0.1


def settings_path() -> Path:
    return config_dir() / "settings.json"


def read_settings() -> Settings | None:
    """What the file says now, the defaults where there is none; None when it cannot be understood, perhaps because
    somebody is writing it."""
    try:
        return msgspec.json.decode(settings_path().read_bytes(), type=Settings)
    except OSError:
        return Settings()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def load_settings() -> Settings:
    """The user's settings; the defaults where there are none. A file that stays unreadable is set aside."""
    for _ in range(_TRIES):
        settings = read_settings()
        if settings is not None:
            return settings
        time.sleep(_TRY_AGAIN_S)
    path = settings_path()
    logger.warning("settings could not be read; kept as %s", _aside(path).name)
    with contextlib.suppress(OSError):  # in a folder that cannot be written it stays where it is
        path.replace(_aside(path))
    return Settings()


def _aside(path: Path) -> Path:
    return path.with_suffix(".unreadable.json")


def problems() -> list[str]:
    """A sentence for each of the user's files that the program has to do without."""
    said = []
    for path in (settings_path(), config_dir() / "prices.json"):
        try:
            path.open("rb").close()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as e:
            said.append(f"{shown(path)} cannot be read: {e.strerror}")
    aside = _aside(settings_path())
    if os.path.exists(aside):  # noqa: PTH110 - False where Path.exists raises: in a folder closed to us
        said.append(f"the settings could not be understood and are not used: mend or delete {shown(aside)}")
    return said


def save_settings(settings: Settings) -> None:
    """Write whole or not at all. Raises OSError."""
    path = settings_path()
    for folder in (data_dir(), path.parent):  # one by one: the mode is that of the last one made
        if folder == path.parent or folder in path.parents:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:  # noqa: PTH123
        stream.write(msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n")
    os.replace(partial, path)  # noqa: PTH105


def prices_text() -> str:
    """The user's own prices file, "" where there is none."""
    try:
        return (config_dir() / "prices.json").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
