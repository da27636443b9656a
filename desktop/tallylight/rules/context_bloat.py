"""A session whose context has grown until each turn costs a multiple of its early ones."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import msgspec

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.domain.session import SessionDetail, Turn, session_name
from tallylight.rules.base import Evidence, Limits, Rule

#: The early turns are these many, after the first, which pays for writing the cache.
_EARLY = 5
#: Medians, so that one long answer or one rebuilt cache is no growth.
_RECENT = 3
#: The context must have grown as well: dear turns on a small one have other reasons.
_GROWN = 2


class _Growth(msgspec.Struct, frozen=True, kw_only=True):
    """pico-USD per turn, early and now; what the turns cost beyond the early ones; since when (ms, 0: the start)."""

    early: int
    now: int
    beyond: int
    since_ms: int


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent with fewer than nine priced turns since the start or the last compaction, where it starts anew."""
    for detail in evidence.sessions:
        growth = _growth(detail)
        if growth is None or growth.now < limits["times"] * growth.early:
            continue
        if growth.beyond >= limits["dollars"] * PICO:
            yield _finding(detail, growth)


def _growth(detail: SessionDetail) -> _Growth | None:
    since = max((mark.time_ms for mark in detail.marks if mark.kind == "compaction"), default=0)
    turns = [turn for turn in detail.turns if _counts(turn) and turn.time_ms > since]
    early, recent = turns[1 : _EARLY + 1], turns[-_RECENT:]
    if len(turns) < 1 + _EARLY + _RECENT:
        return None
    before = round(median(turn.cost_picousd or 0 for turn in early))
    if before <= 0 or recent[-1].context < _GROWN * median(turn.context for turn in early):
        return None
    return _Growth(
        early=before,
        now=round(median(turn.cost_picousd or 0 for turn in recent)),
        beyond=sum((turn.cost_picousd or 0) - before for turn in turns[_EARLY + 1 :]),
        since_ms=since,
    )


def _counts(turn: Turn) -> bool:
    return turn.is_on_path and not turn.is_inherited and turn.cost_picousd is not None


def _finding(detail: SessionDetail, growth: _Growth) -> Finding:
    view = detail.view
    name, times = session_name(view), f"{growth.now / growth.early:.0f}"
    return Finding(
        key=f"context_bloat:{view.session_id}:{growth.since_ms}",
        rule="context_bloat",
        subject=f"context_bloat:{view.session_id}",
        severity=Severity.WARNING,
        title=say("{name}: each turn costs {times}× the first", name=name, times=times),
        text=say(
            "{model} · {turns} turns · context {context}. Now {now} a turn, {early} at first: "
            "{beyond} more so far than at that price.",
            model=form.short_model(view.model),
            turns=form.exact(view.turns),
            context=form.tokens(view.context),
            now=show(growth.now),
            early=show(growth.early),
            beyond=show(growth.beyond),
        ),
        session_id=view.session_id,
        project=view.project_path,
        picousd=growth.beyond,
    )


RULE = Rule(
    name="context_bloat",
    label="Turns grown dear with the context",
    limits={"times": 5, "dollars": 0.5},
    limit_labels={
        "times": "Times the cost of the early turns",
        "dollars": "Dearer than the early turns by at least, in all ($)",
    },
    check=check,
)
