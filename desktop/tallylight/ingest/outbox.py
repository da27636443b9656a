"""Every format that a summary can be written in, and the report that goes into it."""

from __future__ import annotations

import logging
import os
import sqlite3
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

from tallylight import __version__
from tallylight.config.paths import data_dir
from tallylight.domain.budget import Period
from tallylight.domain.period import NamedPeriod, named_period
from tallylight.domain.redaction import Redaction, redacted
from tallylight.domain.report import Needs, Report, ReportQuestion
from tallylight.domain.settings import Settings
from tallylight.exports import csv, focus, html, json, markdown, parquet, pdf, standup, table, xlsx
from tallylight.exports.base import Export
from tallylight.ingest.assembly import machine_name, now_ms
from tallylight.ingest.rulebook import RULES
from tallylight.installed import how_to_add
from tallylight.ledger.days import day_of
from tallylight.ledger.known import Known
from tallylight.ledger.reports import Maker, report_of

logger = logging.getLogger(__name__)

#: To add a format, write its module and put it here.
EXPORTS: tuple[Export, ...] = (
    markdown.EXPORT,
    html.EXPORT,
    pdf.EXPORT,
    csv.EXPORT,
    json.EXPORT,
    xlsx.EXPORT,
    parquet.EXPORT,
    *focus.EXPORTS,
    standup.EXPORT,
    table.EXPORT,
)
_SALT_FILE = "redaction-salt"


def export_named(name: str) -> Export:
    """Raises ValueError with a sentence."""
    for export in EXPORTS:
        if export.name == name:
            return export
    raise ValueError(f"there is no format {name}; there are {', '.join(e.name for e in EXPORTS)}")


def missing(export: Export) -> str:
    """The command that adds what a format needs, "" when nothing is missing."""
    if not export.module or find_spec(export.module) is not None:
        return ""
    return how_to_add(export.extra)


def period_of(
    text: str, connection: sqlite3.Connection, settings: Settings, as_of: date | None = None
) -> NamedPeriod:
    """The days that a period's name or dates cover, here and seen from `as_of`, today when it is None.

    Raises ValueError with a sentence.
    """
    today = as_of or day_of(now_ms())
    return named_period(
        text, today, Known(connection).first_day() or today, settings.week_starts_on, billing_day(settings)
    )


def billing_day(settings: Settings) -> int:
    """The day on which the user's billing month begins: as the first monthly budget of everything has it."""
    months = [budget for budget in settings.budgets if budget.period is Period.MONTH]
    return next((budget.starts_on for budget in months if budget.starts_on != 1), 1)


def make_report(
    connection: sqlite3.Connection,
    question: ReportQuestion,
    settings: Settings,
    redaction: Redaction,
    needs: Needs = Needs.SUMMARY,
) -> Report:
    """What leaves: the report with its names treated. Its rows are read from `connection` while they are taken."""
    maker = Maker(
        made_ms=now_ms(),
        timezone=timezone_name(question.since),
        host=host_name(connection),
        version=__version__,
        rule_labels={rule.name: rule.label for rule in RULES},
    )
    return redacted(report_of(connection, question, settings, maker, needs), redaction)


def host_name(connection: sqlite3.Connection) -> str:
    """What this machine is called in exports: as its ledger noted it first, so that a renamed one stays itself."""
    return Known(connection).machine() or machine_name()


def timezone_name(day: date) -> str:
    """ "Europe/Berlin" where the system says so, else the offset on that day."""
    named = os.environ.get("TZ", "").lstrip(":")
    if "/" in named and not named.startswith("/"):
        return named
    local = os.path.realpath("/etc/localtime")
    if not named and "zoneinfo/" in local:
        return local.partition("zoneinfo/")[2]
    return f"{datetime(day.year, day.month, day.day).astimezone():%Z (%z)}"


def salt(folder: Path | None = None) -> str:
    """What hashes of this machine are made with: chosen once, kept beside the ledger. Raises OSError."""
    path = (folder or data_dir()) / _SALT_FILE
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = os.urandom(16).hex()  # `secrets` would load OpenSSL: 4 MB of the window
    try:
        with open(path, "x", encoding="ascii", opener=_owners) as stream:
            stream.write(made + "\n")
    except FileExistsError:  # another command was first
        return path.read_text("ascii").strip()
    return made


def _owners(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
