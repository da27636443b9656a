"""A provider's key in a real keychain: kept there, found again, removed, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from xsession import XSession

pytestmark = pytest.mark.desktop
KEY = "crsr_planted_in_the_keychain"
#: Where nothing listens: a key that is tested stays on this machine.
NOBODY = "http://127.0.0.1:9"


def asked(
    session: XSession, home: Path, *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=session.environment
        | {"HOME": str(home), "TALLYLIGHT_DATA_DIR": str(home / "data"), "HTTPS_PROXY": NOBODY},
        input=typed,
        capture_output=True,
        timeout=60,
        check=False,
        encoding="utf-8",
    )


def kept_key(session: XSession, home: Path) -> str:
    read = (
        "from tallylight.config.secrets import read_key; k = read_key('cursor-team'); print(k and k.reveal())"
    )
    return asked(session, home, "-c", read).stdout.strip()


def test_a_key_goes_into_the_keychain_and_out_of_it(session: XSession, home: Path) -> None:
    shell = ("-m", "tallylight")
    connected = asked(
        session, home, *shell, "connect", "cursor-team", "--email", "a@x.io", "--yes", typed=KEY + "\n"
    )
    assert connected.returncode == 0, connected.stderr
    assert "the key is not tested yet" in connected.stdout
    assert KEY not in connected.stdout + connected.stderr
    assert kept_key(session, home) == KEY
    settings = tomllib.loads((home / "data" / "config" / "settings.toml").read_text())
    assert settings["feeds"] == ["cursor-team"]
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in path.read_bytes() for path in files)
    removed = asked(session, home, *shell, "disconnect", "cursor-team")
    assert removed.returncode == 0, removed.stderr
    assert kept_key(session, home) == "None"
