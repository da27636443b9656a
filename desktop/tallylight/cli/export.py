"""`tallylight export`: a usage summary as a file, or on standard output."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, NamedTuple, NoReturn

from msgspec.structs import replace

from tallylight.cli import partition
from tallylight.cli.complaint import about_file
from tallylight.cli.meter import read_what_is_new, say_not_read
from tallylight.cli.report import project_given
from tallylight.cli.table import printable
from tallylight.cli.whole_file import free_name, is_stream, write_whole
from tallylight.config.paths import shown
from tallylight.config.store import load_settings
from tallylight.domain.columns import Detail, Private, Treatment
from tallylight.domain.digest import hex_digest
from tallylight.domain.format import counted
from tallylight.domain.order import FILTERS
from tallylight.domain.pages import Page, Row, Rows, length, pages_of
from tallylight.domain.redaction import Redaction
from tallylight.domain.report import Report, ReportQuestion
from tallylight.domain.summary import Filter
from tallylight.exports.base import Export
from tallylight.ingest.assembly import ledger_path
from tallylight.ingest.outbox import export_named, make_report, missing, period_of, salt
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.known import Known

#: Of the code that tells ledgers apart.
_ORIGIN_BYTES = 6


class Written(NamedTuple):
    """A file, and what it covers for people."""

    path: Path
    period: str


def run(options: argparse.Namespace) -> int:
    end_cleanly()
    export_one(options)
    return 0


def end_cleanly() -> None:
    """From now on a process that is asked to end takes away what is half written."""
    signal.signal(signal.SIGTERM, _end)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


def problem_of(options: argparse.Namespace) -> str:
    """Why these options do not go together, "" when they do."""
    if options.due:
        given = {"format": options.format, "output": options.output != "-", "partition": options.partition}
        wrong = [name for name, value in given.items() if value]
        return f"--due writes what is scheduled; --{wrong[0]} does not go with it" if wrong else ""
    if not options.format:
        return "say which format with --format, or --due for what is scheduled"
    if not options.output:
        return "--output is empty; name a file or a folder, or - for standard output"
    if options.force and options.keep_both:
        return "--force replaces what --keep-both leaves; give one of them"
    return partition.problem_of(options)


def export_one(options: argparse.Namespace) -> Written | None:
    """Write what the options ask for; None for standard output."""
    export = export_named(options.format)
    check_extra(export)
    if options.output == "-" and not export.is_text and sys.stdout.isatty():
        raise ValueError(f"{export.label} is not for a terminal; name a file with --output")
    if options.output == "-" and sys.__stdout__ is None:
        raise ValueError("standard output is closed; name a file with --output")
    said = "" if options.no_scan else read_what_is_new()
    say_not_read(said, "exported")
    if not ledger_path().exists():
        raise ValueError("there is no ledger yet; run it once without --no-scan")
    settings = load_settings()
    connection = open_for_reading(ledger_path())
    gc.disable()  # rows come and go by the million, in no cycles: to look for some takes a fifteenth of the time
    try:
        _check_project(project_given(options.project), Known(connection).project_names())
        period = period_of(options.range, connection, settings, options.as_of)
        question = ReportQuestion(
            since=period.since,
            until=period.until,
            label=period.label,
            by=options.by,
            detail=Detail.REQUEST if options.partition else Detail(options.detail or Detail.SUMMARY),
            filter=_filter(options),
        )
        report = make_report(connection, question, settings, _redaction(options), export.needs)
        if options.progress:
            report = replace(report, rows=_told(report.rows, report.row_count))
        if options.preview is not None:
            report = _begun(report, options.preview)
        path = _write(export, report, options)
        if left_out := report.billing.unpriced_requests:
            are = "is" if left_out == 1 else "are"
            sys.stderr.write(f"tallylight: {counted(left_out, 'request')} without a price {are} left out\n")
        return None if path is None else Written(path, question.label)
    finally:
        connection.close()
        gc.enable()


def _check_project(wanted: str, known: Iterable[str]) -> None:
    """Raises ValueError when no project is called so: it is a slip, and nothing would come of it."""
    if not wanted or any(Filter(project=wanted).admits_project(path) for path in known):
        return
    raise ValueError(f"no project is called {printable(wanted)}; `tallylight report project` lists them")


def filters_given(options: argparse.Namespace) -> dict[str, Any]:
    """All that narrows an order, by the names of its fields."""
    return {name: getattr(options, name) for name in FILTERS} | {"project": project_given(options.project)}


def _filter(options: argparse.Namespace) -> Filter:
    # Who merged another machine's requests writes them into a shared folder no second time.
    return Filter(**filters_given(options), host="" if options.partition else None)


def check_extra(export: Export) -> None:
    """Raises ValueError with the command that adds what a format needs."""
    if command := missing(export):
        raise ValueError(f"{export.label} needs a part that is not installed; add it with: {command}")


def _redaction(options: argparse.Namespace) -> Redaction:
    """Raises OSError when a salt is needed and cannot be kept."""
    wanted: dict[Private, Treatment] = dict(options.redact)
    if options.partition:  # machines are told apart by their names there
        wanted.pop(Private.MACHINE, None)
    return Redaction(wanted, salt() if Treatment.HASH in wanted.values() else "")


def file_name(export: Export, question: ReportQuestion) -> str:
    """For a file that was given only a folder."""
    last = question.until.toordinal() - 1
    days = question.since.isoformat()
    if last != question.since.toordinal():
        days += f"_{type(question.until).fromordinal(last).isoformat()}"
    return f"tallylight-{days}{export.suffix}"


def _write(export: Export, report: Report, options: argparse.Namespace) -> Path | None:
    if options.partition:
        folder = Path(options.output).expanduser().absolute()
        report = replace(report, origin=hex_digest(f"origin\n{salt()}", _ORIGIN_BYTES))
        partition.write_folder(export, report, folder, replaces=options.force)
        return folder
    if options.output == "-":
        export.write(report, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return None
    path = Path(options.output).expanduser().absolute()
    if options.output.endswith(("/", os.sep)):
        _have_folder(path)
    if path.is_dir():
        path /= file_name(export, report.question)
    replaces = options.force or str(path) in options.own
    end, describe = export.sidecar or ("", None)
    if is_device := is_stream(path):
        describe = None  # nothing belongs beside it
    ends = ["", end] if describe else [""]
    taken = [Path(f"{path}{end}") for end in ends if os.path.lexists(f"{path}{end}")]
    if taken and not replaces:
        if not options.keep_both:
            raise _there_already(taken[0], options)
        path, taken = free_name(path, ends), []
    _write_one(path, lambda sink: export.write(report, sink), options, replaces=replaces)
    if describe:
        data = describe(report)
        _write_one(Path(f"{path}{end}"), lambda sink: _put(sink, data), options, replaces=replaces)
    if options.progress:
        sys.stderr.write(f"path {path}\n")
    sys.stderr.write(f"{'replaced' if path in taken and not is_device else 'wrote'} {shown(path)}\n")
    return path


def _write_one(
    path: Path, write: Callable[[BinaryIO], None], options: argparse.Namespace, *, replaces: bool
) -> None:
    try:
        write_whole(path, write, replaces=replaces)
    except FileExistsError as e:
        raise _there_already(path, options) from e
    except BrokenPipeError:  # whoever read a pipe has gone
        raise
    except OSError as e:
        raise ValueError(about_file(OSError(e.errno, e.strerror, str(path)))) from e


def _put(sink: BinaryIO, data: bytes) -> None:
    sink.write(data)


def _have_folder(path: Path) -> None:
    """What was named as a folder becomes one; of a path that is mistyped higher up nothing is made."""
    try:
        path.mkdir(exist_ok=True)
    except FileNotFoundError as e:
        raise ValueError(f"there is no folder {shown(path.parent)}") from e


def _there_already(path: Path, options: argparse.Namespace) -> ValueError:
    if options.progress:
        sys.stderr.write(f"exists {path}\n")
    return ValueError(f"{shown(path)} exists already; --force replaces it, --keep-both writes beside it")


def _begun(report: Report, rows: int) -> Report:
    """The same with no more than its first rows."""
    return replace(report, rows=islice(report.rows, rows), charges=islice(report.charges, rows))


def _told(rows: Iterable[Row], count: int) -> Rows:
    """Says on standard error how many rows of how many have gone."""

    def pages() -> Iterator[Page]:
        done = 0
        _tell(done, count)
        for page in pages_of(rows):
            yield page
            done += length(page)
            _tell(done, count)

    return Rows(pages())


def _tell(done: int, count: int) -> None:
    sys.stderr.write(f"progress {done} {count}\n")
    sys.stderr.flush()
