"""`tallylight export` as the window and a schedule use it: previews, names that are taken, what is due."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from factories import a_line, write_log
from tallylight.cli import main
from tallylight.config.store import save_settings
from tallylight.domain.columns import Detail, Private, Treatment
from tallylight.domain.order import Order
from tallylight.domain.schedule import Rhythm, Schedule, ScheduledRun, attempt
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import now_ms
from tallylight.ledger.schedule_log import ScheduleLog, runs_in

DAY_MS = 86_400_000
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(private_machine: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("--format=csv")`: code, standard output, complaints, over a ledger of twelve requests in twelve days."""
    at = now_ms()
    lines = [
        a_line(id=f"m{n}", uuid=f"u{n}", at=at - n * DAY_MS, cwd=f"/home/ana/p{n % 3}") for n in range(12)
    ]
    write_log(private_machine / ".claude", "-home-ana-shop/s-1.jsonl", *lines)
    assert main(["scan"]) == 0
    capsys.readouterr()

    def make(*arguments: str) -> tuple[int, str, str]:
        code = main(["export", *arguments, "--no-scan"])
        said = capsys.readouterr()
        return code, said.out, said.err

    return make


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_preview_is_the_beginning_of_the_very_file(run: Run) -> None:
    asked = ("--format=csv", "--range=all", "--detail=request")
    _code, whole, _ = run(*asked)
    _code, begun, said = run(*asked, "--preview=5", "--progress")
    assert len(rows(whole)) == 12
    assert begun.splitlines() == whole.splitlines()[:6]
    assert said.splitlines()[0] == "progress 0 12"


def test_last_month_is_seen_from_the_day_it_is_told(run: Run) -> None:
    today = datetime.fromtimestamp(now_ms() / 1000).astimezone().date()
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    _code, seen, _ = run("--format=csv", "--range=last-month", f"--as-of={next_month}", "--detail=request")
    _code, named, _ = run("--format=csv", f"--range={today:%Y-%m}", "--detail=request")
    assert seen == named
    assert rows(seen)


def test_a_file_that_is_there_is_told_and_stays(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("precious")
    code, _, said = run("--format=csv", f"--output={path}", "--progress")
    assert code == 1
    assert f"exists {path}" in said.splitlines()
    assert path.read_text() == "precious"


def test_a_folder_that_is_named_as_one_is_made(run: Run, tmp_path: Path) -> None:
    assert run("--format=csv", f"--output={tmp_path}/new/")[0] == 0
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".csv"]
    code, _, said = run("--format=csv", f"--output={tmp_path}/mistyped/new/")
    assert code == 1
    assert f"there is no folder {tmp_path}/mistyped" in said


def test_keeping_both_counts_on(run: Run, tmp_path: Path) -> None:
    for _ in range(3):
        code, _, said = run("--format=csv", f"--output={tmp_path / 'mine.csv'}", "--keep-both", "--progress")
        assert code == 0
    assert sorted(p.name for p in tmp_path.glob("*.csv")) == ["mine-2.csv", "mine-3.csv", "mine.csv"]
    assert f"path {tmp_path / 'mine-3.csv'}" in said.splitlines()


def test_an_order_says_the_same_as_its_options(run: Run) -> None:
    order = Order(
        format="csv",
        range="all",
        detail=Detail.REQUEST,
        project="/home/ana/p1",
        session_id="s-1",
        redact={Private.PATH: Treatment.HASH, Private.TITLE: Treatment.KEEP},
    )
    code, out, _ = run(*order.arguments())
    assert code == 0
    assert len(rows(out)) == 4
    assert "/home/ana" not in out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_export_that_is_ended_says_so_and_leaves_nothing(
    run: Run, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    program = (
        "import signal, sys, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from tallylight.exports import csv; from tallylight.ingest import outbox\n"
        "from msgspec.structs import replace\n"
        "def slow(report, sink):\n"
        "    sink.write(b'begun'); sink.flush(); print('begun', flush=True); time.sleep(60)\n"
        "outbox.EXPORTS = (replace(csv.EXPORT, write=slow),)\n"
        "from tallylight.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, "export", "--format=csv", "--no-scan", f"--output={out / 'x.csv'}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"begun\n"
    assert list(out.iterdir())
    child.send_signal(number)
    _out, said = child.communicate(timeout=20)
    assert (child.returncode, said) == (code, b"")
    assert list(out.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX closes it")
def test_nowhere_to_write_to_is_no_success(run: Run) -> None:
    command = [sys.executable, "-m", "tallylight", "export", "--format=csv", "--no-scan"]
    done = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"standard output is closed" in done.stderr


# -- schedules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    return made


def a_schedule(folder: Path, **given: Any) -> Schedule:
    """Due since this morning, whatever day it is."""
    today = datetime.fromtimestamp(now_ms() / 1000).astimezone()
    fields = {
        "id": "s1",
        "order": Order(format="csv", range="last-7-days", detail=Detail.REQUEST),
        "folder": str(folder),
        "weekday": today.weekday(),
        "at": "00:00",
    }
    return Schedule(**(fields | given))


def log() -> tuple[ScheduledRun, ...]:
    return runs_in(Path(os.environ["TALLYLIGHT_DATA_DIR"]))


def test_what_is_due_is_written_once(run: Run, folder: Path) -> None:
    save_settings(Settings(schedules=(a_schedule(folder),)))
    code, out, said = run("--due")
    assert (code, out) == (0, "")
    assert run("--due") == (0, "", "")
    (path,) = folder.iterdir()
    assert said == f"wrote {path}\n"
    assert len(rows(path.read_text("utf-8-sig"))) == 7
    (done,) = log()
    assert (done.path, done.is_done) == (str(path), True)
    assert done.period


def test_with_nothing_scheduled_nothing_is_made(run: Run) -> None:
    assert run("--due") == (0, "", "")
    assert log() == ()


def test_the_period_is_that_of_the_day_it_was_due(run: Run, folder: Path) -> None:
    today = datetime.fromtimestamp(now_ms() / 1000).astimezone().date()
    yesterday = today - timedelta(days=1)
    save_settings(Settings(schedules=(a_schedule(folder, weekday=yesterday.weekday()),)))
    run("--due")
    (path,) = folder.iterdir()
    assert path.name == f"tallylight-{yesterday - timedelta(days=6)}_{yesterday}.csv"


def test_a_file_of_somebody_else_is_never_replaced(run: Run, folder: Path) -> None:
    schedule = a_schedule(folder, replaces=True)
    save_settings(Settings(schedules=(schedule,)))
    run("--due")
    (path,) = folder.iterdir()
    forget_days()
    path.write_text("precious")
    code, _, said = run("--due")
    assert code == 0
    assert said.startswith("wrote")
    assert path.read_text() == "precious"
    assert len(list(folder.iterdir())) == 2


def forget_days() -> None:
    """As in a ledger folder that was made anew."""
    (Path(os.environ["TALLYLIGHT_DATA_DIR"]) / "schedules.sqlite").unlink()


@pytest.mark.parametrize(("replaces", "count"), [(True, 1), (False, 2)])
def test_its_own_file_is_replaced_only_when_it_says_so(
    run: Run, folder: Path, replaces: bool, count: int
) -> None:
    schedule = a_schedule(folder, replaces=replaces, order=Order(format="csv", range="2026-10"))
    save_settings(Settings(schedules=(schedule,)))
    run("--due")
    (path,) = folder.iterdir()
    with ScheduleLog(Path(os.environ["TALLYLIGHT_DATA_DIR"])) as kept:
        assert kept.claim()
        kept._connection.execute("DELETE FROM run")
        kept.keep(ScheduledRun(schedule_id="s1", day=date(2020, 1, 1), at_ms=0, path=str(path)))
    assert run("--due")[0] == 0
    assert len(list(folder.iterdir())) == count


def test_a_failure_is_kept_in_words_and_not_tried_again_at_once(run: Run, folder: Path) -> None:
    folder.rmdir()
    save_settings(Settings(schedules=(a_schedule(folder), a_schedule(folder.parent, id="s2"))))
    code, _, said = run("--due")
    assert code == 1
    assert f"there is no folder {folder}" in said
    assert run("--due") == (0, "", "")
    failed, done = sorted(log(), key=lambda r: r.schedule_id)
    assert "no folder" in failed.problem
    assert done.is_done  # one that fails does not keep the others from being written
    assert attempt(a_schedule(folder), log(), now_ms() + 3_600_000) == failed.day


def test_two_at_once_write_one(run: Run, folder: Path) -> None:
    save_settings(Settings(schedules=(a_schedule(folder),)))
    command = [sys.executable, "-m", "tallylight", "export", "--due", "--no-scan"]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    said = [child.communicate(timeout=60)[1].decode() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], said
    assert len(list(folder.iterdir())) == 1
    assert sum(text.startswith("wrote") for text in said) == 1


def test_what_was_done_is_the_owners_alone(run: Run, folder: Path) -> None:
    if os.name != "posix":
        pytest.skip("modes are those of POSIX")
    save_settings(Settings(schedules=(a_schedule(folder, rhythm=Rhythm.MONTH),)))
    run("--due")
    path = Path(os.environ["TALLYLIGHT_DATA_DIR"]) / "schedules.sqlite"
    assert path.stat().st_mode & 0o777 == 0o600
