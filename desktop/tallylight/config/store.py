"""Settings on disk: `settings.toml` in the configuration folder. It is the user's as much as ours: only entries that
change are rewritten, and a file that cannot be understood is left as it is."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import fields

from tallylight.config.paths import config_dir, data_dir, shown
from tallylight.domain.settings import Settings

if TYPE_CHECKING:  # loaded where there are settings to read
    from tallylight.config.entries import Bad

logger = logging.getLogger(__name__)

#: What some editors put before a text; it stays where it was.
BOM = "\ufeff"
#: How often a file that somebody may be writing is read again, and how far apart.
_TRIES, _TRY_AGAIN_S = 3, 0.1


class Unfinished(ValueError):  # noqa: N818
    """A file with nothing in it: somebody may just have made it, and is about to write it."""


def settings_path() -> Path:
    return config_dir() / "settings.toml"


def prices_path() -> Path:
    return config_dir() / "prices.json"


def read_settings() -> Settings | None:
    """What the file says now, the defaults where there is none; None when it cannot be understood, perhaps because
    somebody is writing it."""
    try:
        read, _bad = _read(settings_path())
    except ValueError:
        return None
    return read


def load_settings() -> Settings:
    """The user's settings; the defaults where there are none, and in place of what cannot be used."""
    for _ in range(_TRIES):
        settings = read_settings()
        if settings is not None:
            return settings
        time.sleep(_TRY_AGAIN_S)
    for problem in settings_problems():
        logger.warning("%s", problem)
    return Settings()


def settings_problems() -> list[str]:
    """A sentence for each entry that cannot be used, with its line."""
    path = settings_path()
    try:
        _settings, bad = _read(path)
        text = _text(path)
    except (OSError, Unfinished):
        return []
    except ValueError as e:
        return [f"{shown(path)}: {e}. It is left as it is; until it is mended the defaults hold"]
    if not bad:
        return []
    text = text or ""
    if not text.strip():
        return [f"{shown(_older_path())}: {entry.key}: {entry.says}; it is not taken over" for entry in bad]
    from tallylight.config.lines import sentence

    return [f"{shown(path)}, {sentence(text or '', entry)}" for entry in bad]


def problems() -> list[str]:
    """A sentence for each of the user's files, or entries of it, that the program has to do without."""
    said = []
    for path in (settings_path(), prices_path()):
        try:
            path.open("rb").close()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as e:
            said.append(f"{shown(path)} cannot be read: {e.strerror}")
    return [*said, *settings_problems()]


def save_settings(settings: Settings) -> None:
    """Write the entries that differ from what is there, whole or not at all.

    Raises OSError, and ValueError where the file cannot be understood: it is not written then.
    """
    path = settings_path()
    text = _text(path)
    there = _parsed(text)[0] if text else Settings()
    names = [
        field.name
        for field in fields(Settings)
        if getattr(settings, field.name) != getattr(there, field.name)
    ]
    if text and not names:
        return
    from tallylight.config.settings_words import template
    from tallylight.config.toml_file import with_changes

    make_folders()
    mark = BOM if text and text.startswith(BOM) else ""
    text = text.removeprefix(BOM) if text else template()
    write_whole(path, mark + with_changes(text, settings, names))
    _retire_older()


def make_folders() -> None:
    """The folders of ledger and settings, open to their owner alone."""
    for folder in (data_dir(), config_dir()):  # one by one: the mode is that of the last one made
        if folder == config_dir() or folder in config_dir().parents:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def write_whole(path: Path, text: str) -> None:
    """All of a file or nothing, for its owner alone; through a link, which stays. Raises OSError."""
    path = Path(os.path.realpath(path))
    partial = path.with_suffix(".partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:  # noqa: PTH123
        stream.write(text.encode())
    os.replace(partial, path)  # noqa: PTH105


def _read(path: Path) -> tuple[Settings, list[Bad]]:
    """Raises ValueError where the file as a whole cannot be understood."""
    try:
        text = _text(path)
    except OSError:
        return Settings(), []
    if not (text or "").strip() and (older := _older()) is not None:
        return older
    return (Settings(), []) if text is None else _parsed(text)


def _text(path: Path) -> str | None:
    """None where there is no file. Raises OSError where it may not be read, ValueError where it is no text."""
    try:
        return path.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError as e:
        raise ValueError(f"it is not UTF-8 text (byte {e.start})") from None


def _parsed(text: str) -> tuple[Settings, list[Bad]]:
    if not text:
        raise Unfinished
    import tomllib
    from decimal import Decimal

    from tallylight.config.entries import read_entries

    try:
        return read_entries(tomllib.loads(text.removeprefix(BOM), parse_float=Decimal))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _older_path() -> Path:
    return config_dir() / "settings.json"


def _older() -> tuple[Settings, list[Bad]] | None:
    """What versions before 0.2 kept as JSON, entry by entry; None where there is nothing of the kind."""
    try:
        document = msgspec.json.decode(_older_path().read_bytes(), type=dict[str, object])
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return None
    from tallylight.config.entries import read_older

    settings, bad = read_older(document)
    return msgspec.structs.replace(settings, is_introduced=True), bad  # who chose something has met it


def _retire_older() -> None:
    """What could be used of it was taken over: a name of its own says that nobody reads it any more."""
    if _older() is not None:
        os.replace(_older_path(), _older_path().with_suffix(".old.json"))  # noqa: PTH105


def prices_text() -> str:
    """The user's own prices file, "" where there is none."""
    try:
        return prices_path().read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
