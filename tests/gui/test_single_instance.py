"""One instance: the second raises the first, and a killed one blocks nobody."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tallylight.config.folder_lock import FolderLock
from tallylight.gui import single_instance
from tallylight.gui.single_instance import SingleInstance
from tallylight.system.instance import ask_to_end

HOLD = """
import sys
from PySide6.QtCore import QCoreApplication
from pathlib import Path
from tallylight.config.folder_lock import FolderLock
from tallylight.gui.single_instance import SingleInstance
from tallylight.system.instance import ask_to_end
app = QCoreApplication([])
instance = SingleInstance(sys.argv[1], FolderLock(Path(sys.argv[2])))
print(instance.claim(), flush=True)
app.exec()
"""


@pytest.fixture
def an_instance(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., SingleInstance]]:
    made: list[SingleInstance] = []

    def make(socket_name: str = "lamp.sock") -> SingleInstance:
        lock = FolderLock(tmp_path / "data" / "instance.lock")
        made.append(SingleInstance(str(tmp_path / socket_name), lock))
        return made[-1]

    yield make
    for instance in made:
        instance.release()


def test_a_second_start_raises_the_first(qtbot: QtBot, an_instance: Callable[..., SingleInstance]) -> None:
    first, second = an_instance(), an_instance()
    assert first.claim()
    with qtbot.waitSignal(first.raised, timeout=2000):
        assert not second.claim()


def test_claiming_again_changes_nothing(qtbot: QtBot, an_instance: Callable[..., SingleInstance]) -> None:
    first = an_instance()
    assert first.claim()
    with qtbot.assertNotEmitted(first.raised, wait=50):
        assert first.claim()


def test_each_further_start_raises_again(qtbot: QtBot, an_instance: Callable[..., SingleInstance]) -> None:
    first = an_instance()
    first.claim()
    for _ in range(3):
        with qtbot.waitSignal(first.raised, timeout=2000):
            assert not an_instance().claim()


def test_after_release_the_next_is_first(an_instance: Callable[..., SingleInstance], tmp_path: Path) -> None:
    first, second = an_instance(), an_instance()
    first.claim()
    first.release()
    assert not (tmp_path / "lamp.sock").exists()
    assert second.claim()


def test_a_stale_socket_blocks_nobody(an_instance: Callable[..., SingleInstance], tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "lamp.sock"))
    left.close()
    first, second = an_instance(), an_instance()
    assert first.claim()
    assert not second.claim()


def test_a_killed_instance_blocks_nobody(an_instance: Callable[..., SingleInstance], tmp_path: Path) -> None:
    name = tmp_path / "lamp.sock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(name), str(tmp_path / "data" / "instance.lock")],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert not an_instance().claim()
        other.send_signal(signal.SIGKILL)
    assert name.exists()
    assert an_instance().claim()


def test_the_socket_is_the_users_alone(an_instance: Callable[..., SingleInstance], tmp_path: Path) -> None:
    an_instance().claim()
    assert stat.S_IMODE((tmp_path / "lamp.sock").stat().st_mode) & 0o077 == 0


def test_where_nothing_can_listen_the_program_still_starts(qtbot: QtBot, tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "data" / "instance.lock")
    instance = SingleInstance(str(tmp_path / "missing" / "lamp.sock"), lock)
    assert instance.claim()
    instance.release()


def test_over_one_folder_there_is_one_wherever_its_socket_would_be(
    qtbot: QtBot, an_instance: Callable[..., SingleInstance]
) -> None:
    first, second = an_instance(), an_instance("other.sock")
    assert first.claim()
    with qtbot.waitSignal(first.raised, timeout=2000):
        assert not second.claim()
    first.release()
    assert second.claim()


def test_one_that_holds_the_folder_and_does_not_answer_is_the_first_all_the_same(
    an_instance: Callable[..., SingleInstance], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "START_S", 0.1)
    lock = FolderLock(tmp_path / "data" / "instance.lock")
    assert lock.take()
    assert not an_instance().claim()
    lock.release()
    assert an_instance().claim()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read only for the superuser")
def test_a_folder_that_is_read_only_blocks_nobody(
    an_instance: Callable[..., SingleInstance], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    assert an_instance().claim()


def test_a_folder_that_cannot_be_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lock = FolderLock(tmp_path / "file" / "instance.lock")
    assert lock.take()
    lock.write("anywhere")
    assert lock.read() == ""


END = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from tallylight.gui.single_instance import SingleInstance
from tallylight.system.instance import ask_to_end
from tallylight.system.instance import END, instance_lock, instance_name
app = QCoreApplication([])
instance = SingleInstance(instance_name(), instance_lock(), END)
instance.raised.connect(lambda: print("raised", flush=True))
instance.ended.connect(app.quit)
print(instance.claim(), flush=True)
app.exec()
instance.release()
print("ended", flush=True)
"""


@pytest.mark.parametrize("has_runtime_folder", [True, False])
def test_one_that_runs_is_ended_from_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_runtime_folder: bool
) -> None:
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(tmp_path / "d"))
    if has_runtime_folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    else:
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with subprocess.Popen([sys.executable, "-c", END], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert ask_to_end()
        assert process.wait(5) == 0
        assert process.stdout.read() == "ended\n", "nobody wanted its window"
    assert not ask_to_end()


def test_one_that_does_not_end_is_said(
    qtbot: QtBot, an_instance: Callable[..., SingleInstance], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(tmp_path / "data"))
    assert an_instance().claim()
    with pytest.raises(TimeoutError, match="has not within"):
        ask_to_end(patience_s=0.2)


def test_a_start_that_nobody_asked_for_raises_nothing(
    qtbot: QtBot, an_instance: Callable[..., SingleInstance]
) -> None:
    first = an_instance()
    first.claim()
    with qtbot.assertNotEmitted(first.raised, wait=100):
        assert not an_instance().claim(is_to_raise=False)
