"""Wheel and sdist: the same bytes for everybody, and a program wherever they are installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lamp import ICON, running
from users import Built, Person
from xsession import XSession

import wheel
from tallylight import __version__

pytestmark = pytest.mark.packaging


@pytest.fixture
def careful() -> Iterator[None]:
    """Somebody whose new files nobody else may read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_built_again_by_somebody_else_both_are_the_same(built: Built, tmp_path: Path, careful: None) -> None:
    sdist, made = wheel.build(tmp_path / "again")
    assert sdist.read_bytes() == built.sdist.read_bytes()
    assert made.read_bytes() == built.wheel.read_bytes()


def test_the_sdist_makes_itself_and_the_wheel(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(wheel.epoch()))
    sdist, made = wheel.build(tmp_path / "again", wheel.unpacked(built.sdist, tmp_path))
    assert sdist.read_bytes() == built.sdist.read_bytes()
    assert made.read_bytes() == built.wheel.read_bytes()


@pytest.fixture(scope="module")
def fresh(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that has the wheel, and nothing that it did not ask for."""
    environment = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    pip = [
        str(environment / "bin" / "python"),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    subprocess.run([*pip, str(built.wheel)], check=True, timeout=300, capture_output=True)
    return environment / "bin"


def test_from_the_wheel_it_reports_what_an_agent_did(fresh: Path, person: Person) -> None:
    person.works(requests=3)
    assert person.types(fresh / "tallylight", "--version") == f"tallylight {__version__}\n"
    assert person.reads_json(fresh / "tallylight", "report", "day", "--json")["totals"]["requests"] == 3


def test_from_the_wheel_the_lamp_comes_up(
    fresh: Path, session: XSession, person: Person, started_as: Callable[..., None]
) -> None:
    started_as(fresh / "tallylight-tray")
    with running(session, person.home) as lamp:
        lamp.shows(ICON)
