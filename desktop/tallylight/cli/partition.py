"""`tallylight export --partition day,host`: a folder that several machines write to and other programs read.

The layout, which other programs rely on: `day=2026-10-01/host=laptop/requests.parquet` holds every request that this
machine made on that day of its own time zone. The two keys stand in the path alone, because BigQuery and Hive refuse
a file that says them again.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise, takewhile
from operator import itemgetter
from pathlib import Path
from urllib.parse import quote

from msgspec.structs import replace

from tallylight.cli.complaint import about_file
from tallylight.cli.whole_file import write_whole
from tallylight.config.paths import shown
from tallylight.domain.format import counted
from tallylight.domain.order import FILTERS, option_of
from tallylight.domain.pages import Coded, Page, Rows, Values, pages_of, spread
from tallylight.domain.report import Report
from tallylight.exports.base import Export
from tallylight.ingest.partition import origin_of
from tallylight.ledger.days import days_between

KEYS = ("day", "host")
FILE_NAME = "requests.parquet"


def problem_of(options: argparse.Namespace) -> str:
    """Why these options do not go together, "" when they do."""
    if not options.partition:
        return ""
    if options.format != "parquet":
        return f"--partition is for --format parquet, not {options.format}"
    if options.detail not in (None, "request"):
        return f"--partition writes every request; --detail {options.detail} does not go with it"
    if options.output == "-":
        return "--partition writes a folder; name it with --output"
    if left_out := [option_of(name) for name in FILTERS if getattr(options, name)]:
        return f"--partition writes every request; --{left_out[0]} would leave some out"
    if options.preview is not None:
        return "--partition writes every request; --preview would leave some out"
    if options.keep_both:
        return "--partition replaces this machine's own files; --keep-both does not go with it"
    return ""


def write_folder(export: Export, report: Report, folder: Path, *, replaces: bool = False) -> None:
    """A file for each day that has requests; a day of the period that has none any more is emptied.

    Files of another ledger, which are another machine's of the same name, are only replaced with `replaces`; else
    ValueError is raised before anything is written.
    """
    if not replaces:
        _refuse_namesakes(report, folder)
    at = {column.name: place for place, column in enumerate(report.columns)}
    kept = [place for name, place in at.items() if name not in KEYS]
    days = _by_day(pages_of(report.rows), at["day"], kept)
    bare = replace(report, columns=[report.columns[place] for place in kept])
    written = set[date]()
    for text, pages in groupby(days, key=itemgetter(0)):
        day = date.fromisoformat(text)
        _write(
            export, _of_day(bare, day, Rows(page for _, page in pages)), place_of(folder, day, report.host)
        )
        written.add(day)
    for day in days_between(report.question.since, report.question.until):
        path = place_of(folder, day, report.host)
        if day not in written and path.exists():
            _write(export, _of_day(bare, day, Rows(())), path)
    sys.stderr.write(f"wrote {counted(len(written), 'day')} of {shown(folder)}\n")


def _refuse_namesakes(report: Report, folder: Path) -> None:
    for day in days_between(report.question.since, report.question.until):
        path = place_of(folder, day, report.host)
        if path.exists() and origin_of(path) not in ("", report.origin):
            raise ValueError(
                f"{shown(path)} is of another ledger: a machine of the same name, or an earlier ledger of this one;"
                " --force replaces it"
            )


def place_of(folder: Path, day: date, host: str) -> Path:
    """No two machines share a file: what a path cannot hold is written as in an address, and readers undo it."""
    return folder / f"day={day.isoformat()}" / f"host={quote(host, safe='')}" / FILE_NAME


def _by_day(pages: Iterable[Page], day_at: int, kept: list[int]) -> Iterator[tuple[str, Page]]:
    """Parts of pages that lie on one day, in order."""
    for page in pages:
        days = spread(page[day_at])
        starts = [at for at, day in enumerate(days) if at == 0 or day != days[at - 1]]
        for start, end in pairwise([*starts, len(days)]):
            yield str(days[start]), [_part(page[place], start, end) for place in kept]


def _part(values: Values, start: int, end: int) -> Values:
    if isinstance(values, Coded):
        return Coded(values.values, values.at[start:end])
    return values[start:end]


def _of_day(report: Report, day: date, rows: Rows) -> Report:
    question = replace(report.question, since=day, until=day + timedelta(days=1))
    return replace(report, question=question, rows=rows)


def _write(export: Export, report: Report, path: Path) -> None:
    try:
        with _folders_for(path):
            write_whole(path, lambda sink: export.write(report, sink), replaces=True)
    except OSError as e:
        raise ValueError(about_file(OSError(e.errno, e.strerror, str(path)))) from e


@contextlib.contextmanager
def _folders_for(path: Path) -> Iterator[None]:
    """Makes the folders of a file, and takes them away again when nothing came of it."""
    missing = list(takewhile(lambda folder: not folder.exists(), path.parents))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for folder in missing:
            with contextlib.suppress(OSError):  # another machine may have written into it meanwhile
                folder.rmdir()
        raise
