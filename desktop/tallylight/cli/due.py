"""`tallylight export --due`: what is scheduled and due now, each once, whoever else looks at the same time."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from datetime import date
from pathlib import Path

from tallylight.cli.complaint import sentence
from tallylight.cli.export import end_cleanly, export_one
from tallylight.cli.meter import read_what_is_new, say_not_read
from tallylight.config.paths import data_dir, shown
from tallylight.config.store import load_settings
from tallylight.domain.order import Order
from tallylight.domain.schedule import Schedule, ScheduledRun, attempt
from tallylight.ingest.assembly import now_ms
from tallylight.ledger.connection import LedgerIsNewer
from tallylight.ledger.schedule_log import ScheduleLog


def run(options: argparse.Namespace) -> int:
    """1 when one of them failed. The next call within an hour leaves a failed one alone."""
    schedules = load_settings().schedules
    if not schedules:
        return 0
    end_cleanly()
    has_read, code = options.no_scan, 0
    with ScheduleLog(data_dir()) as log:
        for schedule in schedules:
            if not log.claim():
                sys.stderr.write("tallylight: another Tallylight writes the scheduled exports now\n")
                return code
            runs = log.runs()
            day = attempt(schedule, runs, now_ms())
            if day is None:
                log.release()
                continue
            if not has_read:
                say_not_read(read_what_is_new(), "exported")
            has_read = True
            run = _run(schedule, day, runs)
            log.keep(run)
            if run.problem:
                sys.stderr.write(f"tallylight: {run.problem}\n")
                code = 1
    return code


def _run(schedule: Schedule, day: date, runs: tuple[ScheduledRun, ...]) -> ScheduledRun:
    """Whatever goes wrong with one is kept as a sentence: the others are still to be written."""
    own = {run.path for run in runs if run.schedule_id == schedule.id} if schedule.replaces else set()
    written, problem = None, ""
    try:
        written = export_one(_options(schedule, day, own))
    except (OSError, sqlite3.Error, ValueError, LedgerIsNewer) as e:
        problem = sentence(e)
    return ScheduledRun(
        schedule_id=schedule.id,
        day=day,
        at_ms=now_ms(),
        path=str(written.path) if written else "",
        period=written.period if written else "",
        problem=problem,
    )


def _options(schedule: Schedule, day: date, own: set[str]) -> argparse.Namespace:
    """As if they had been typed. Raises ValueError when there is no such folder: nobody is there to see a new one."""
    folder = Path(schedule.folder).expanduser()
    if not folder.is_dir():
        raise ValueError(f"there is no folder {shown(folder)}")
    order = {name: getattr(schedule.order, name) for name in Order.__struct_fields__}
    return argparse.Namespace(
        **order,
        as_of=day,
        output=str(folder),
        own=own,
        force=False,
        keep_both=True,
        no_scan=True,
        progress=False,
        preview=None,
    )
