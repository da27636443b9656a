"""How this program is started, whatever it was packaged as."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def command() -> list[str]:
    """This program again, now. -P: a folder called tallylight where it was started is not it."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-P", "-m", "tallylight"]


def lasting_command() -> list[str]:
    """This program from another one's file, which must hold after today: what mounts it, and its own script, come
    before what runs just now."""
    if image := os.environ.get("APPIMAGE"):
        return [image]
    if package := os.environ.get("FLATPAK_ID"):
        return ["flatpak", "run", package]
    script = Path(sys.executable).with_name("tallylight.exe" if sys.platform == "win32" else "tallylight")
    if not getattr(sys, "frozen", False) and script.is_file():
        return [str(script)]
    return command()
