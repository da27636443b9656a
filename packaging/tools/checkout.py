"""Where everything is, and the few facts that every package states."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tallylight import __version__
from tallylight.installed import APP_ID

ROOT = Path(__file__).resolve().parents[2]
PACKAGING, BUILD, DIST = ROOT / "packaging", ROOT / "build", ROOT / "dist"
NAME = "tallylight"
#: The bundle, and the folder beside it that adds Parquet.
BUNDLE, PARQUET = DIST / NAME, DIST / f"{NAME}-parquet"
#: What the bundle is on macOS.
APPLICATION = DIST / "Tallylight.app"


def epoch() -> int:
    """The moment that everything built is dated: SOURCE_DATE_EPOCH, or when the checkout last changed."""
    if named := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(named)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(command, check=True, capture_output=True).stdout)
    except (
        OSError,
        subprocess.CalledProcessError,
    ):  # no checkout, but an unpacked sdist: it is dated by its files
        return int((ROOT / "pyproject.toml").stat().st_mtime)


def filled(template: Path) -> str:
    """A template with what it asks for."""
    day = datetime.fromtimestamp(epoch(), UTC).date().isoformat()
    text = template.read_text("utf-8")
    for name, value in {"APP_ID": APP_ID, "VERSION": __version__, "DATE": day}.items():
        text = text.replace(f"@{name}@", value)
    return text


def say(text: str) -> None:
    sys.stderr.write(f"tallylight: {text}\n")
