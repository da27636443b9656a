"""`tallylight schedule`: exports that come again; a running tray application follows, cron may run them as well."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from tallylight.cli.export import filters_given
from tallylight.cli.order_options import WEEKDAYS
from tallylight.cli.table import table
from tallylight.config.paths import data_dir, shown
from tallylight.config.store import load_settings, save_settings
from tallylight.domain.columns import Detail, Private, Treatment
from tallylight.domain.order import FILTERS, Order, option_of
from tallylight.domain.period import named_period
from tallylight.domain.schedule import Rhythm, Schedule, ScheduledRun, wake_ms
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import now_ms
from tallylight.ingest.outbox import export_named
from tallylight.ledger.days import day_of
from tallylight.ledger.schedule_log import runs_in

_Value = str | bool | Mapping[str, str] | None


def run(options: argparse.Namespace) -> int:
    act = {"list": _list, "set": _set, "remove": _remove}[options.action]
    return act(options, load_settings())


def _list(options: argparse.Namespace, settings: Settings) -> int:
    last = {run.schedule_id: run for run in runs_in(data_dir())}
    rows = [_row(schedule, last) for schedule in settings.schedules]
    if options.json:
        sys.stdout.write(msgspec.json.encode({"schedules": rows}).decode() + "\n")
        return 0
    if not rows:
        sys.stdout.write(
            "Nothing is scheduled. For example: tallylight schedule set ~/Reports --format csv\n"
        )
        return 0
    columns = ("every", "at", "range", "format", "folder", "filter", "redact", "next", "last", "id")
    sys.stdout.write(table(columns, [[_cell(row[name]) for name in columns] for row in rows]))
    return 0


def _row(schedule: Schedule, last: Mapping[str, ScheduledRun]) -> dict[str, _Value]:
    order, run = schedule.order, last.get(schedule.id)
    runs = [run] if run else []
    return {
        "id": schedule.id,
        "every": "month" if schedule.rhythm is Rhythm.MONTH else WEEKDAYS[schedule.weekday % 7],
        "at": schedule.at,
        "range": order.range,
        "format": order.format,
        "by": order.by,
        "detail": order.detail.value,
        "folder": shown(schedule.folder),
        "replace": schedule.replaces,
        "filter": {option_of(name): getattr(order, name) for name in FILTERS if getattr(order, name)},
        "redact": {kind: how for kind, how in order.redact.items() if how is not Treatment.KEEP},
        "next": _moment(wake_ms([schedule], runs, now_ms()) or 0),
        "last": None if run is None else run.problem or _moment(run.at_ms),
        "path": run.path or None if run else None,
    }


def _cell(value: _Value) -> str:
    if value == dict.fromkeys(Private, Treatment.HASH):
        return "all"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={part}" for name, part in value.items())
    return str(value or "")


def _moment(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000).astimezone():%Y-%m-%d %H:%M}"


def _set(options: argparse.Namespace, settings: Settings) -> int:
    known = {schedule.id: schedule for schedule in settings.schedules}
    if options.id and options.id not in known:
        raise ValueError(f"there is no schedule {options.id}; `tallylight schedule list` names them")
    made = _schedule(options)
    if same := next((other.id for other in settings.schedules if _is_same(made, other)), ""):
        raise ValueError(f"{same} writes just this already; `tallylight schedule list` shows it")
    known[made.id] = made
    save_settings(replace(settings, schedules=tuple(known.values())))
    sys.stdout.write(f"{made.id}: next on {_moment(wake_ms([made], (), now_ms()) or 0)}\n")
    return 0


def _is_same(made: Schedule, other: Schedule) -> bool:
    """Whether two schedules would write the same at the same time."""
    return made.id != other.id and made == replace(other, id=made.id, since_ms=made.since_ms)


def _schedule(options: argparse.Namespace) -> Schedule:
    """Raises ValueError for what could never be written."""
    is_month = options.every == "month"
    order = Order(
        format=export_named(options.format).name,
        range=options.range or ("last-month" if is_month else "last-week"),
        by=options.by,
        detail=Detail(options.detail or Detail.SUMMARY),
        **filters_given(options),
        redact=options.redact,
    )
    today = day_of(now_ms())
    named_period(order.range, today, today)
    folder = Path(options.folder).expanduser().absolute()
    if not folder.is_dir():
        raise ValueError(f"there is no folder {shown(folder)}")
    return Schedule(
        id=options.id or uuid4().hex[:8],
        order=order,
        folder=str(folder),
        rhythm=Rhythm.MONTH if is_month else Rhythm.WEEK,
        weekday=0 if is_month else WEEKDAYS.index(options.every),
        at=options.at,
        replaces=options.replace,
        since_ms=now_ms(),
    )


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    kept = tuple(schedule for schedule in settings.schedules if schedule.id != options.id)
    if len(kept) == len(settings.schedules):
        raise ValueError(f"there is no schedule {options.id}; `tallylight schedule list` names them")
    save_settings(replace(settings, schedules=kept))
    return 0
