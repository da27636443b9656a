"""Scheduled exports of a running tray: the real program writes them, once, and what became of them comes back."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from factories import a_line, write_log
from tallylight.cli import main
from tallylight.config.store import save_settings
from tallylight.domain.order import Order
from tallylight.domain.schedule import RETRY_MS, Schedule
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.jobs import Jobs
from tallylight.ingest.assembly import now_ms
from tallylight.installed import command
from tallylight.ledger.schedule_log import runs_in
from tallylight.parts.scheduling import Scheduling
from tallylight.parts.settings_keeper import SettingsKeeper

PATIENCE_MS = 30_000
READ = Snapshot(sequence=1, requests_known=1)


@pytest.fixture
def folder(private_machine: Path, tmp_path: Path) -> Path:
    """Where summaries go; beside it a ledger with one request."""
    write_log(private_machine / ".claude", "-home-ana-shop/s-1.jsonl", a_line(at=now_ms()))
    assert main(["scan"]) == 0
    made = tmp_path / "reports"
    made.mkdir()
    return made


def a_schedule(folder: Path, **given: Any) -> Schedule:
    """Due since this morning, whatever day it is."""
    today = datetime.fromtimestamp(now_ms() / 1000).astimezone()
    fields = {"id": "s1", "order": Order(format="csv", range="2026-10"), "folder": str(folder)}
    return Schedule(**(fields | {"weekday": today.weekday(), "at": "00:00"} | given))


Make = Callable[..., Scheduling]


@pytest.fixture
def make(qapp: QApplication) -> Iterator[Make]:
    jobs, made = Jobs(), []

    def scheduling(*schedules: Schedule, **given: Any) -> Scheduling:
        save_settings(Settings(schedules=schedules))
        one = Scheduling(SettingsKeeper(jobs), jobs, given.pop("command", command()), **given)
        made.append(one)
        return one

    yield scheduling
    for one in made:
        one.close()
    jobs.close()


def test_what_is_due_is_written_when_all_is_read(make: Make, folder: Path, qtbot: QtBot) -> None:
    scheduling = make(a_schedule(folder))
    with qtbot.waitSignal(scheduling.runs_changed, timeout=PATIENCE_MS) as told:
        scheduling.show_snapshot(READ)
    assert told.args is not None
    (run,) = told.args[0]
    assert run.is_done
    assert [str(path) for path in folder.iterdir()] == [run.path]


def test_then_it_waits_for_the_next_moment(make: Make, folder: Path, qtbot: QtBot) -> None:
    scheduling = make(a_schedule(folder))
    with qtbot.waitSignal(scheduling.runs_changed, timeout=PATIENCE_MS):
        scheduling.show_snapshot(READ)
    qtbot.waitUntil(scheduling._timer.isActive)
    scheduling.look()
    qtbot.waitUntil(lambda: not scheduling._is_asking)
    assert not scheduling._child.is_running
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("state", [Snapshot(), replace(READ, is_demo=True)])
def test_nothing_is_written_before_all_is_read_nor_in_the_demo(
    make: Make, folder: Path, qtbot: QtBot, state: Snapshot
) -> None:
    scheduling = make(a_schedule(folder))
    scheduling.show_snapshot(state)
    scheduling.look()
    qtbot.waitUntil(lambda: not scheduling._is_asking)
    assert not scheduling._child.is_running
    assert not scheduling._timer.isActive()


def test_where_nothing_is_scheduled_nothing_waits(make: Make, qtbot: QtBot) -> None:
    scheduling = make()
    scheduling.show_snapshot(READ)
    assert not scheduling._is_asking
    assert not scheduling._timer.isActive()


def test_a_failure_is_told_once_and_tried_again_after_an_hour(make: Make, folder: Path, qtbot: QtBot) -> None:
    ahead = [0]
    scheduling = make(a_schedule(folder / "gone"), clock=lambda: now_ms() + ahead[0])
    with qtbot.waitSignal(scheduling.runs_changed, timeout=PATIENCE_MS):
        scheduling.show_snapshot(READ)
    (run,) = scheduling.runs
    assert "there is no folder" in run.problem
    scheduling.look()
    qtbot.waitUntil(lambda: not scheduling._is_asking)
    assert not scheduling._child.is_running
    ahead[0] = RETRY_MS + 1000
    scheduling.look()
    qtbot.waitUntil(lambda: scheduling._child.is_running, timeout=PATIENCE_MS)


def test_a_program_that_notes_nothing_is_not_started_in_a_loop(
    make: Make, folder: Path, qtbot: QtBot
) -> None:
    marks = folder / "started"
    program = f"import sys; open({str(marks)!r}, 'a').write('x'); sys.exit(1)"
    scheduling = make(a_schedule(folder), command=[sys.executable, "-c", program])
    scheduling.show_snapshot(READ)
    qtbot.waitUntil(lambda: marks.exists() and not scheduling._child.is_running, timeout=PATIENCE_MS)
    for _ in range(3):
        qtbot.waitUntil(lambda: not scheduling._is_asking)
        scheduling.look()
    qtbot.waitUntil(lambda: not scheduling._is_asking)
    assert marks.read_text() == "x"
    assert not scheduling._child.is_running


def test_what_a_shell_wrote_is_not_written_again(make: Make, folder: Path, qtbot: QtBot) -> None:
    scheduling = make(a_schedule(folder))
    assert main(["export", "--due", "--no-scan"]) == 0
    with qtbot.waitSignal(scheduling.runs_changed, timeout=PATIENCE_MS):
        scheduling.show_snapshot(READ)
    assert not scheduling._child.is_running
    assert len(list(folder.iterdir())) == 1
    assert len(runs_in(Path(os.environ["TALLYLIGHT_DATA_DIR"]))) == 1


def test_closing_ends_the_child(make: Make, folder: Path, qtbot: QtBot) -> None:
    marks = folder / "started"
    program = f"import time; open({str(marks)!r}, 'a').write('x'); time.sleep(60)"
    scheduling = make(a_schedule(folder), command=[sys.executable, "-c", program])
    scheduling.show_snapshot(READ)
    qtbot.waitUntil(marks.exists, timeout=PATIENCE_MS)
    began = time.monotonic()
    scheduling.close()
    assert not scheduling._child.is_running
    assert not scheduling._child._leaving
    assert time.monotonic() - began < 10
