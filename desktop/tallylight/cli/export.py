"""`tallylight export`: a usage summary as a file, or on standard output."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from tallylight.cli.complaint import about_file
from tallylight.cli.partition import write_folder
from tallylight.cli.report import project_given, read_what_is_new
from tallylight.cli.whole_file import write_whole
from tallylight.config.paths import shown
from tallylight.config.store import load_settings
from tallylight.domain.pages import Page, Row, Rows, length, pages_of
from tallylight.domain.redaction import Redaction, Treatment
from tallylight.domain.report import Detail, Private, Report, ReportQuestion
from tallylight.domain.summary import Filter
from tallylight.exports.base import Export
from tallylight.ingest.assembly import ledger_path
from tallylight.ingest.outbox import export_named, make_report, period_of, salt
from tallylight.ledger.connection import open_for_reading


def run(options: argparse.Namespace) -> int:
    export = export_named(options.format)
    check_extra(export)
    if options.output == "-" and not export.is_text and sys.stdout.isatty():
        raise ValueError(f"{export.label} is not for a terminal; name a file with --output")
    said = "" if options.no_scan else read_what_is_new()
    if said:
        sys.stderr.write(f"tallylight: {said}; what it holds is exported, nothing new is read\n")
    if not ledger_path().exists():
        raise ValueError("there is no ledger yet; run it once without --no-scan")
    settings = load_settings()
    connection = open_for_reading(ledger_path())
    gc.disable()  # rows come and go by the million, in no cycles: to look for some takes a fifteenth of the time
    try:
        period = period_of(options.range, connection, settings)
        question = ReportQuestion(
            since=period.since,
            until=period.until,
            label=period.label,
            by=options.by,
            detail=Detail(Detail.REQUEST if options.partition else options.detail or Detail.SUMMARY),
            filter=Filter(
                host=""
                if options.partition
                else None,  # who merged another's requests writes them there no second time
                source=options.source,
                project=project_given(options.project),
                branch=options.branch,
                model=options.model,
            ),
        )
        report = make_report(connection, question, settings, redaction_of(options.redact), export.needs)
        if options.progress:
            report = replace(report, rows=_told(report.rows, report.row_count))
        if options.partition:
            write_folder(export, report, Path(options.output).expanduser())
        else:
            _write(export, report, options)
        if left_out := report.billing.unpriced_requests:
            sys.stderr.write(f"tallylight: {left_out} requests without a price are left out\n")
    finally:
        connection.close()
        gc.enable()
    return 0


def check_extra(export: Export) -> None:
    """Raises ValueError with the command that adds what a format needs."""
    if export.module and find_spec(export.module) is None:
        raise ValueError(
            f"{export.label} needs a part that is not installed; add it with:"
            f" {shown(Path(sys.executable))} -m pip install 'tallylight[{export.extra}]'"
        )


def redaction_of(wanted: dict[Private, Treatment]) -> Redaction:
    """Raises OSError when a salt is needed and cannot be kept."""
    return Redaction(wanted, salt() if Treatment.HASH in wanted.values() else "")


def file_name(export: Export, question: ReportQuestion) -> str:
    """For a file that was given only a folder."""
    last = question.until.toordinal() - 1
    days = question.since.isoformat()
    if last != question.since.toordinal():
        days += f"_{type(question.until).fromordinal(last).isoformat()}"
    return f"tallylight-{days}{export.suffix}"


def _write(export: Export, report: Report, options: argparse.Namespace) -> None:
    if options.output == "-":
        export.write(report, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    path = Path(options.output).expanduser()
    if path.is_dir():
        path /= file_name(export, report.question)
    existed = path.exists()
    try:
        write_whole(path, lambda sink: export.write(report, sink), replaces=options.force)
    except FileExistsError as e:
        raise ValueError(f"{shown(path)} exists already; --force replaces it") from e
    except OSError as e:
        raise ValueError(about_file(OSError(e.errno, e.strerror, str(path)))) from e
    if export.sidecar is not None:
        end, write = export.sidecar
        _write_sidecar(path.with_name(path.stem + end), write(report))
    sys.stderr.write(f"{'replaced' if existed else 'wrote'} {shown(path)}\n")


def _write_sidecar(path: Path, data: bytes) -> None:
    def fill(sink: BinaryIO) -> None:
        sink.write(data)

    write_whole(path, fill, replaces=True)


def _told(rows: Iterable[Row], count: int) -> Rows:
    """Says on standard error how many rows of how many have gone."""

    def pages() -> Iterator[Page]:
        done = 0
        for page in pages_of(rows):
            done += length(page)
            sys.stderr.write(f"progress {done} {count}\n")
            sys.stderr.flush()
            yield page

    return Rows(pages())
