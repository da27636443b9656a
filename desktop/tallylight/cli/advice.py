"""`tallylight advice`: what would make the live sessions cheaper, and what came of earlier advice."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack

import msgspec

from tallylight.cli.meter import up_to_date
from tallylight.cli.table import printable
from tallylight.domain import money
from tallylight.domain.advice import Advice, Line
from tallylight.domain.effect import Given, Score, score
from tallylight.domain.format import counted, iso, percent

#: What came of advice is summed over so long.
_RECENT_MS = 30 * 86_400_000


def run(options: argparse.Namespace) -> int:
    with ExitStack() as kept:
        meter, wanted = up_to_date(kept), options.session
        said = tuple(advice for advice in meter.advise() if advice.session_id.startswith(wanted))
        given = [one for one in meter.advice_given(_RECENT_MS) if one.advice.session_id.startswith(wanted)]
        untold = [session_id for session_id in meter.untold() if session_id.startswith(wanted)]
        text = _json(said, given, untold) if options.json else _text(said, score(given), untold, bool(wanted))
        sys.stdout.write(text)
        sys.stdout.flush()  # what cannot be written nobody has seen
        if getattr(sys.stdout, "name", "") != os.devnull:  # in its place where there is none
            meter.alerting.note_advice_shown(advice.key for advice in said)
    return 0


def _text(said: Sequence[Advice], made: Score, untold: Sequence[str], is_opened: bool) -> str:
    lines: list[str] = []
    for advice in said:
        lines += [str(advice.title), f"    {advice.text}", f"    {advice.assumption}"]
        lines += [f"        {_working(line)}" for line in advice.lines if is_opened]
    if untold:
        count = counted(len(untold), "session")
        lines.append(f"What would make {count} cheaper cannot be known: the agent tells no tokens.")
    lines = lines or ["Nothing to advise."]
    if made.taken:
        error = "" if made.error is None else f", median error of a promise {percent(made.error)}"
        lines += [
            "",
            f"Last 30 days: {made.taken} of {made.shown} taken, promised {money.show(made.promised_picousd)}, "
            f"measured {money.show(made.measured_picousd)}{error}.",
        ]
    return "".join(printable(line, 1000) + "\n" for line in lines)


def _working(line: Line) -> str:
    now, then = money.show(line.now_picousd), money.show(line.then_picousd)
    return f"{line.what!s:<24} {now:>10} → {then}"


def _json(said: Sequence[Advice], given: Sequence[Given], untold: Sequence[str]) -> str:
    answer = {
        "currency": "USD",
        "advice": [_row(advice) for advice in said],
        "sessions_without_tokens": untold,
        "given": [_followed(one) for one in given],
    }
    return msgspec.json.encode(answer).decode() + "\n"


def _row(advice: Advice) -> dict[str, object]:
    return {
        **_about(advice),
        "text": advice.text,
        "assumption": str(advice.assumption),
        "turns": advice.turns,
        "break_even_turn": advice.break_even,
        "is_best_moment": advice.is_moment,
        "best_before": iso(advice.best_before_ms) if advice.best_before_ms else None,
        "working": [
            {
                "what": str(line.what),
                "request": line.key or None,
                "as_it_is_usd": money.to_string(line.now_picousd),
                "with_the_change_usd": money.to_string(line.then_picousd),
            }
            for line in advice.lines
        ],
    }


def _about(advice: Advice) -> dict[str, object]:
    return {
        "key": advice.key,
        "kind": advice.kind.value,
        "session_id": advice.session_id,
        "project": advice.project,
        "title": str(advice.title),
        "saving_usd": money.to_string(advice.saving_picousd),
        "confidence": round(advice.confidence, 3),
    }


def _followed(one: Given) -> dict[str, object]:
    outcome = one.outcome
    return {
        **_about(one.advice),
        "first_shown_at": iso(one.first_ms),
        "last_shown_at": iso(one.last_ms),
        "taken": (outcome.how or None) if outcome is not None else None,
        "turns_after": outcome.turns if outcome is not None else 0,
        "promised_usd": money.to_string(outcome.promised_picousd) if outcome is not None else None,
        "measured_usd": money.to_string(outcome.measured_picousd) if one.is_taken and outcome else None,
    }
