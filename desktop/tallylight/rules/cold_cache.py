"""Back after a pause: the cache is gone, and the whole context is paid for as new."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.domain.session import SessionDetail, Turn, session_name
from tallylight.rules.base import Evidence, Limits, Rule

_TTL_5M_MS, _TTL_1H_MS = 300_000, 3_600_000
#: How long a rewrite is news: a session that is read anew does not tell of this morning.
_NEWS_MS = 15 * 60_000
#: Where a turn's prices of cache writes stand in `Turn.costs`.
_WRITES = slice(3, 5)


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Needs no history but the turn before the pause."""
    for detail in evidence.sessions:
        cold = _newest_cold(detail)
        if cold is None or not 0 <= evidence.now_ms - cold.time_ms <= _NEWS_MS:
            continue
        paid = sum(cold.costs[_WRITES])
        if paid >= limits["dollars"] * PICO and cold.pause_ms >= limits["minutes"] * 60_000:
            yield _finding(detail, cold, paid)


def _newest_cold(detail: SessionDetail) -> Turn | None:
    compactions = [mark.time_ms for mark in detail.marks if mark.kind == "compaction"]
    path = [turn for turn in detail.turns if turn.is_sent]
    for before, turn in reversed(list(pairwise(path))):
        is_compacted = any(before.time_ms < at <= turn.time_ms for at in compactions)
        if not (turn.is_inherited or is_compacted) and _is_cold(before, turn):
            return turn
    return None


def _is_cold(before: Turn, turn: Turn) -> bool:
    """Whether what `before` had in the cache was written again because it had expired, not because all changed."""
    written = turn.cache_write_5m + turn.cache_write_1h
    life_ms = _TTL_1H_MS if before.cache_write_1h or turn.cache_write_1h else _TTL_5M_MS
    return (
        turn.pause_ms > life_ms
        and turn.model == before.model
        and written * 2 > turn.context
        and turn.cache_read * 2 < before.context
    )


def _finding(detail: SessionDetail, cold: Turn, paid: int) -> Finding:
    view = detail.view
    return Finding(
        key=f"cold_cache:{view.session_id}:{cold.time_ms}",
        rule="cold_cache",
        subject=f"cold_cache:{view.session_id}",
        severity=Severity.NOTE,
        title=say("A pause in {name} cost {paid}", name=session_name(view), paid=show(paid)),
        text=say(
            "After {pause} the cache had expired: {written} of {context} tokens were written anew. "
            "After a long pause a fresh session is cheaper.",
            pause=form.duration_s(cold.pause_ms / 1000),
            written=form.tokens(cold.cache_write_5m + cold.cache_write_1h),
            context=form.tokens(cold.context),
        ),
        session_id=view.session_id,
        project=view.project_path,
        picousd=paid,
    )


RULE = Rule(
    name="cold_cache",
    label="Cache expired in a pause",
    limits={"dollars": 0.25, "minutes": 5},
    limit_labels={"dollars": "Price of the rewrite ($)", "minutes": "Length of the pause (minutes)"},
    check=check,
)
