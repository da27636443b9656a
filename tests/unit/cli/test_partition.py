"""`tallylight export --partition day,host`: a folder that several machines write to."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from factories import an_event
from random_ledgers import FIRST_MS, a_book
from tallylight.cli import main
from tallylight.cli.partition import place_of, write_folder
from tallylight.domain.columns import COLUMNS, Detail
from tallylight.domain.report import Report
from tallylight.domain.summary import Filter
from tallylight.domain.usage import UsageEvent
from tallylight.ingest.outbox import export_named

PARQUET = export_named("parquet")
DAY_MS = 86_400_000
NOON = FIRST_MS + DAY_MS // 2
HERE = Filter(host="")


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterable[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def write(
    folder: Path,
    events: list[UsageEvent],
    host: str = "laptop",
    origin: str = "",
    replaces: bool = False,
    **given: Any,
) -> None:
    with a_book(events) as book, book.report(PARQUET, Detail.REQUEST, filter=HERE, **given) as report:
        write_folder(PARQUET, replace(report, host=host, origin=origin), folder, replaces=replaces)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def ask(folder: Path, what: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect()) as connection:
        return connection.execute(f"SELECT {what} FROM '{folder}/*/*/*.parquet' ORDER BY ALL").fetchall()  # noqa: S608


def test_each_day_is_a_file_that_duckdb_reads_with_its_keys(tmp_path: Path) -> None:
    write(tmp_path, [an_event(key=f"msg_{n}", time_ms=NOON + n * DAY_MS // 2) for n in range(4)])
    assert files(tmp_path) == [
        "day=2026-09-28/host=laptop/requests.parquet",
        "day=2026-09-29/host=laptop/requests.parquet",
        "day=2026-09-30/host=laptop/requests.parquet",
    ]
    first, second = date(2026, 9, 28), date(2026, 9, 29)
    assert ask(tmp_path, "day, host, request")[:3] == [
        (first, "laptop", "msg_0"), (second, "laptop", "msg_1"), (second, "laptop", "msg_2"),
    ]  # fmt: skip


def test_a_file_holds_every_column_but_those_of_its_path_and_says_its_version(tmp_path: Path) -> None:
    write(tmp_path, [an_event(time_ms=NOON)])
    schema = pq.read_schema(place_of(tmp_path, date(2026, 9, 28), "laptop"))
    assert schema.names == [c.name for c in COLUMNS[Detail.REQUEST] if c.name not in ("day", "host")]
    said = {name.decode(): value.decode() for name, value in schema.metadata.items()}
    assert said["tallylight.schema"] == "tallylight-requests"
    assert said["tallylight.schema_version"] == "1"
    assert said["tallylight.partition"] == "day,host"
    assert said["tallylight.since"] == "2026-09-28"


def test_a_second_export_replaces_its_own_file_and_no_other(tmp_path: Path) -> None:
    theirs = place_of(tmp_path, date(2026, 9, 28), "desktop")
    write(tmp_path, [an_event(key="theirs", time_ms=NOON)], host="desktop")
    before = theirs.stat()
    write(tmp_path, [an_event(key="old", time_ms=NOON)])
    write(tmp_path, [an_event(key="new", time_ms=NOON)])
    assert ask(tmp_path, "request, host") == [("new", "laptop"), ("theirs", "desktop")]
    assert (theirs.stat().st_ino, theirs.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_machine_of_the_same_name_is_not_written_over_unasked(tmp_path: Path) -> None:
    write(tmp_path, [an_event(key="msg_1", time_ms=NOON)], origin="one")
    write(tmp_path, [an_event(key="msg_2", time_ms=NOON)], origin="one")
    two_days = [an_event(key="msg_3", time_ms=NOON - DAY_MS), an_event(key="msg_4", time_ms=NOON)]
    with pytest.raises(ValueError, match=r"another ledger.*--force"):
        write(tmp_path, two_days, origin="two")
    assert ask(tmp_path, "request") == [("msg_2",)], "not even the day that was free"
    write(tmp_path, two_days, origin="two", replaces=True)
    assert ask(tmp_path, "request") == [("msg_3",), ("msg_4",)]


def test_days_outside_the_period_stay(tmp_path: Path) -> None:
    write(tmp_path, [an_event(key="first", time_ms=NOON)])
    write(tmp_path, [an_event(key="second", time_ms=NOON + DAY_MS)], since=date(2026, 9, 29))
    assert ask(tmp_path, "request") == [("first",), ("second",)]


def test_a_day_that_has_no_requests_any_more_is_emptied(tmp_path: Path) -> None:
    write(tmp_path, [an_event(time_ms=NOON)])
    write(tmp_path, [an_event(time_ms=NOON + DAY_MS)])
    assert len(files(tmp_path)) == 2
    assert ask(tmp_path, "day") == [(date(2026, 9, 29),)]


def test_what_was_merged_from_another_machine_is_not_written(tmp_path: Path) -> None:
    write(tmp_path, [an_event(time_ms=NOON), an_event(key="msg_2", time_ms=NOON, host="desktop")])
    assert ask(tmp_path, "request, host") == [("msg_1", "laptop")]


@pytest.mark.parametrize("host", ["ana's laptop", "a/b", "..", "büro", "100%"])
def test_any_name_of_a_machine_makes_a_folder_of_its_own(tmp_path: Path, host: str) -> None:
    write(tmp_path, [an_event(time_ms=NOON)], host=host)
    assert len(Path(files(tmp_path)[0]).parts) == 3
    assert ask(tmp_path, "host") == [(host,)]


def test_a_write_that_fails_leaves_the_file_of_before(tmp_path: Path) -> None:
    def fails(report: Report, sink: BinaryIO) -> None:
        sink.write(b"half")
        raise RuntimeError

    write(tmp_path, [an_event(key="before", time_ms=NOON)])
    with (
        a_book([an_event(key="after", time_ms=NOON)]) as book,
        book.report(PARQUET, Detail.REQUEST) as report,
        pytest.raises(RuntimeError),
    ):
        write_folder(replace(PARQUET, write=fails), replace(report, host="laptop"), tmp_path)
    assert ask(tmp_path, "request") == [("before",)]
    assert len(files(tmp_path)) == 1


def test_a_full_disk_leaves_no_empty_folders(tmp_path: Path) -> None:
    def fails(report: Report, sink: BinaryIO) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = tmp_path / "lake"
    with (
        a_book([an_event(time_ms=NOON)]) as book,
        book.report(PARQUET, Detail.REQUEST) as report,
        pytest.raises(ValueError, match="No space left"),
    ):
        write_folder(replace(PARQUET, write=fails), replace(report, host="laptop"), folder)
    assert not folder.exists()


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_what_others_are_to_read_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        write(tmp_path / "lake", [an_event(time_ms=NOON)])
    finally:
        os.umask(before)
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in (tmp_path / "lake").rglob("*")}
    assert modes == {True: 0o775, False: 0o664}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--format", "csv", "--output", "x"), "--partition is for --format parquet, not csv"),
        (("--format", "parquet"), "name it with --output"),
        (("--format", "parquet", "--output", "x", "--detail", "day"), "--detail day does not go with it"),
        (("--format", "parquet", "--output", "x", "--model", "m"), "--model would leave some out"),
        (("--format", "parquet", "--output", "x", "--session", "s"), "--session would leave some out"),
        (("--format", "parquet", "--output", "x", "--account", "a"), "--account would leave some out"),
        (("--format", "parquet", "--output", "x", "--preview", "0"), "--preview would leave some out"),
        (("--format", "parquet", "--output", "x", "--keep-both"), "--keep-both does not go with it"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["export", "--partition", "day,host", *options])
    assert end.value.code == 2
    assert words in capsys.readouterr().err


def test_the_command_writes_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with a_book([an_event(time_ms=NOON)]) as book:
        data = Path(os.environ["TALLYLIGHT_DATA_DIR"])
        data.mkdir()
        (data / "ledger.sqlite").write_bytes(book.path.read_bytes())
    options = ["--range", "all", "--no-scan", "--output", str(tmp_path / "lake")]
    assert main(["export", "--format", "parquet", "--partition", "day,host", *options]) == 0
    assert len(files(tmp_path / "lake")) == 1
    assert "wrote 1 day" in capsys.readouterr().err
    (written,) = files(tmp_path / "lake")
    assert (
        main(["export", "--format", "parquet", "--partition", "day,host", "--redact", "all", *options]) == 0
    )
    assert files(tmp_path / "lake") == [written], "the machine's name tells its files from others"


@pytest.mark.parametrize(
    ("name", "module"), [("parquet", "pyarrow"), ("focus-parquet", "pyarrow"), ("xlsx", "xlsxwriter")]
)
def test_a_missing_engine_is_named_with_the_command_that_adds_it(
    name: str, module: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert main(["export", "--format", name, "--no-scan", "--output", "x"]) == 1
    said = capsys.readouterr().err
    assert f"-m pip install 'tallylight[{export_named(name).extra}]'" in said
