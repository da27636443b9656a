"""Settings on disk: `settings.json` in the configuration folder."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

from tallylight.config.paths import config_dir
from tallylight.domain.settings import Settings

logger = logging.getLogger(__name__)


def settings_path() -> Path:
    return config_dir() / "settings.json"


def load_settings() -> Settings:
    """The user's settings; the defaults where there are none. A file that cannot be read is set aside."""
    path = settings_path()
    try:
        data = path.read_bytes()
    except OSError:
        return Settings()
    try:
        return msgspec.json.decode(data, type=Settings)
    except (msgspec.MsgspecError, ValueError) as e:
        aside = path.with_suffix(".unreadable.json")
        logger.warning("settings could not be read (%s); kept as %s", e, aside.name)
        path.replace(aside)
        return Settings()


def save_settings(settings: Settings) -> None:
    """Write whole or not at all. Raises OSError."""
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n")
    os.replace(partial, path)  # noqa: PTH105


def prices_text() -> str:
    """The user's own prices file, "" where there is none."""
    try:
        return (config_dir() / "prices.json").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
