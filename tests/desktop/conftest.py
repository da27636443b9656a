"""What every test on a real desktop needs. Its own session: the developer's screen is left alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from lamp import Lamp, Start, running
from xsession import XSession


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XSession]:
    with XSession(tmp_path_factory.mktemp("session")) as session:
        yield session


@pytest.fixture
def tray_host(session: XSession) -> Iterator[subprocess.Popen[bytes]]:
    with session.tray_host() as host:
        yield host


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A person's home without a single log."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def start(session: XSession, home: Path) -> Iterator[Start]:
    """`start("--demo", QT_SCALE_FACTOR="2")`: a Tallylight, ended with the test."""
    with ExitStack() as stack:

        def make(*arguments: str, **environment: str) -> Lamp:
            lamp: AbstractContextManager[Lamp] = running(session, home, *arguments, **environment)
            return stack.enter_context(lamp)

        yield make
