"""`tallylight report`: sums by day, week, month, session, project, model, branch, machine."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from tallylight.cli.meter import read_what_is_new, say_not_read
from tallylight.cli.table import printable, table
from tallylight.config.paths import shown
from tallylight.config.store import load_settings
from tallylight.domain.format import at_least, counted, iso
from tallylight.domain.money import show, to_string
from tallylight.domain.report import LIST_PRICE, basis_of
from tallylight.domain.settings import Settings
from tallylight.domain.summary import Filter, Summary, SummaryRow, Totals, Unpriced, without_titles
from tallylight.exports.json import charged, unpriced
from tallylight.ingest.assembly import ledger_path
from tallylight.ledger.connection import SCHEMA_VERSION, LedgerIsNewer, open_for_reading, schema_version
from tallylight.ledger.days import start_of
from tallylight.ledger.queries import Queries


def run(options: argparse.Namespace) -> int:
    wanted = Filter(
        since_ms=start_of(options.since) if options.since else None,
        until_ms=start_of(options.until + timedelta(days=1)) if options.until else None,
        source=options.source,
        project=project_given(options.project),
    )
    said = "" if options.no_scan else read_what_is_new()
    path = ledger_path()
    if not Path(path).exists():
        raise ValueError("there is no ledger yet; run it once without --no-scan")
    settings = load_settings()
    summary = _summary(path, options.by, wanted, settings)
    say_not_read(said, "shown")
    if not settings.keep_titles:
        summary = without_titles(summary)
    basis = basis_of(settings.plan_fee_picousd)
    sys.stdout.write(as_json(summary, basis) if options.json else as_text(summary, basis))
    return 0


def _summary(path: Path, by: str, wanted: Filter, settings: Settings) -> Summary:
    connection = open_for_reading(path)
    try:
        queries = Queries(connection, settings.week_starts_on)
        summary = queries.summary(by, wanted)
        return queries.with_chats(summary, wanted) if by == "session" else summary
    except sqlite3.OperationalError as e:
        if schema_version(path) > SCHEMA_VERSION:
            raise LedgerIsNewer(
                f"{shown(path)} was made by a newer Tallylight, which keeps it in another way"
            ) from e
        raise
    finally:
        connection.close()


def project_given(given: str) -> str:
    """A name, or a path as a shell completes it."""
    return os.path.expanduser(given).rstrip("/" + os.sep) or given  # noqa: PTH111 - Path drops more


def as_json(summary: Summary, basis: str = LIST_PRICE) -> str:
    """The documented answer; figures exact, dollars as decimal strings."""
    out = {
        "currency": "USD",
        "basis": basis,
        "by": summary.by,
        "rows": [_row(summary.by, row) for row in summary.rows],
        "totals": _figures(summary.totals),
        "unpriced": [unpriced(of, _tokens(of.totals)) for of in summary.unpriced],
        "not_itemised_usd": to_string(summary.not_itemised_picousd),
        "not_recorded": list(summary.not_recorded),
        "charged": charged(summary.charged),
        "provisional": {
            "requests": summary.provisional.requests,
            "cost_usd": to_string(summary.provisional.cost_picousd),
        },
        "sessions_without_tokens": summary.untold_sessions,
    }
    return msgspec.json.encode(out).decode() + "\n"


def _row(by: str, row: SummaryRow) -> dict[str, object]:
    out: dict[str, object] = {"key": row.label if by == "project" else row.key}
    if by == "session":
        out |= {
            "session_id": row.session_id,
            "source": row.source,
            "account": row.account,
            "project": row.project,
            "models": list(row.models),
            "branch": row.branch,
            "title": row.title,
            "first_at": iso(row.first_ms),
            "last_at": iso(row.last_ms),
            "not_itemised_usd": to_string(row.not_itemised_picousd),
            "forked_from": row.parent_session_id,
            "has_tokens": not row.is_untold,
        }
    elif by == "project":
        out |= {"project": row.label, "path": row.key, "models": list(row.models)}
    return out | _figures(row.totals)


def _figures(totals: Totals) -> dict[str, object]:
    return {
        **_tokens(totals),
        "cost_usd": to_string(totals.cost_picousd),
        "unpriced_requests": totals.unpriced,
        "at_least_requests": totals.at_least,
        "is_at_least": bool(totals.unpriced or totals.at_least),
    }


def _tokens(totals: Totals) -> dict[str, object]:
    return {
        "requests": totals.requests,
        "input_tokens": totals.input,
        "output_tokens": totals.output,
        "cache_read_tokens": totals.cache_read,
        "cache_write_5m_tokens": totals.cache_write_5m,
        "cache_write_1h_tokens": totals.cache_write_1h,
        "web_search_requests": totals.web_searches,
    }


def as_text(summary: Summary, basis: str = LIST_PRICE) -> str:
    """The same for people."""
    if not summary.rows:
        return "".join(("Nothing recorded for this period.\n", *_notes(summary)))
    title = "Machine" if summary.by == "host" else summary.by.capitalize()
    head = (title, "Requests", "Input", "Cache read", "Cache write", "Output", "Cost")
    rows = [_cells(row.label, row.totals, is_untold=row.is_untold) for row in summary.rows]
    is_untold = all(row.is_untold for row in summary.rows)
    total = _cells("Total", summary.totals, is_untold=is_untold)
    lines = table(head, [*rows, total], is_total=True)
    return "".join((lines, f"Cost is {basis}.\n", *_notes(summary)))


def _cells(label: str, totals: Totals, *, is_untold: bool = False) -> Sequence[str]:
    if is_untold:
        return (label or "–", *["–"] * 5, "unknown")
    marked = "≥ " if totals.unpriced or totals.at_least else ""
    cost = "no price" if totals.unpriced == totals.requests else marked + show(totals.cost_picousd)
    writes = totals.cache_write_5m + totals.cache_write_1h
    counts = (totals.requests, totals.input, totals.cache_read, writes, totals.output)
    return (label or "–", *(f"{count:,}" for count in counts), cost)


def _missing(of: Unpriced) -> str:
    model, requests = printable(of.model), counted(of.totals.requests, "request")
    if of.is_untold:
        return f"Tokens not stated for {model}: {requests}, not in the total.\n"
    return f"No price for {model}: {counted(of.totals.tokens, 'token')} in {requests}, not in the total.\n"


def _notes(summary: Summary) -> list[str]:
    notes = [_missing(of) for of in summary.unpriced]
    if summary.untold_sessions:
        count = counted(summary.untold_sessions, "session")
        notes.append(f"Unknown: {count} of agents that keep no token counts, not in the total.\n")
    if summary.totals.at_least:
        verb = "shows" if summary.totals.at_least == 1 else "show"
        notes.append(
            f"{counted(summary.totals.at_least, 'request')} {verb} only the first of their output: at least.\n"
        )
    if summary.not_itemised_picousd:
        notes.append(
            f"Not itemised: {show(summary.not_itemised_picousd)} more by the client's own count, probably titles,"
            " compaction, web search and retries.\n"
        )
    if (charged := summary.charged) is not None:
        unknown = f", {charged.unknown:,} of them unknown" if charged.unknown else ""
        worth = at_least(show(charged.worth_picousd), charged.unpriced)
        notes.append(
            f"Charged on top of plans: {show(charged.picousd)} for {counted(charged.requests, 'request')} that bills"
            f" state{unknown}; they are worth {worth}.\n"
        )
        if charged.inferred:
            notes.append(
                f"{counted(charged.inferred, 'request')} of bills that name no chat: the chat was found by the time.\n"
            )
    if summary.provisional.requests:
        count = counted(summary.provisional.requests, "request")
        notes.append(
            f"Provisional: {show(summary.provisional.cost_picousd)} in {count} is counted by a recorder and on no bill"
            " yet.\n"
        )
    if summary.not_recorded:
        notes.append(f"Not recorded, though the client was used: {', '.join(summary.not_recorded)}.\n")
    return notes
