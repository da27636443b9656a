"""What users get, built once for all of these tests, by the command that builds it for them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from users import Built, Person
from xsession import XSession

from checkout import BUNDLE, DIST, PACKAGING, PARQUET
from tallylight import __version__


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("needs dpkg-deb")
    done = subprocess.run(
        ["sh", str(PACKAGING / "deb")], capture_output=True, timeout=900, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    whole = tmp_path_factory.mktemp("whole") / "tallylight"
    shutil.copytree(BUNDLE, whole, symlinks=True)
    shutil.copytree(PARQUET / "_internal", whole / "_internal", dirs_exist_ok=True)
    deb, parquet_deb = (
        next(DIST.glob(f"{name}_{__version__}-*.deb")) for name in ("tallylight", "tallylight-parquet")
    )
    stem = f"tallylight-{__version__}"
    return Built(DIST / f"{stem}-py3-none-any.whl", DIST / f"{stem}.tar.gz", BUNDLE, whole, deb, parquet_deb)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    home = tmp_path / "person"
    home.mkdir(mode=0o700)
    return Person(home)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XSession]:
    """A desktop with a place for the lamp."""
    with XSession(tmp_path_factory.mktemp("session")) as session, session.tray_host():
        yield session


@pytest.fixture
def started_as(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`started_as("/usr/bin/tallylight")`: what a `Lamp` starts from now on."""

    def choose(*program: str | Path) -> Sequence[str]:
        named = [str(part) for part in program]
        monkeypatch.setattr("lamp.PROGRAM", named)
        return named

    return choose
