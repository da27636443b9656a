"""Sessions that begin with a large context: tools, servers and instructions before the first word."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.domain.session import SessionDetail, Turn
from tallylight.rules.base import Evidence, Limits, Rule, session_name

_THOUSAND = 1000


class _Start(msgspec.Struct, frozen=True):
    """A session's first turn, and pico-USD for sending its context then and with each turn since."""

    detail: SessionDetail
    first: Turn
    paid: int


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Needs no history. Told once a month for a project: the next session there starts no lighter by itself."""
    heaviest: dict[str, _Start] = {}
    for detail in evidence.sessions:
        start = _start(detail)
        if start is None or start.first.context < limits["tokens"] * _THOUSAND:
            continue
        place = detail.view.project_path or detail.view.project
        known = heaviest.get(place)
        if start.paid >= limits["dollars"] * PICO and (known is None or start.paid > known.paid):
            heaviest[place] = start
    yield from (_finding(evidence, place, start) for place, start in heaviest.items())


def _start(detail: SessionDetail) -> _Start | None:
    """None for a fork or a session that goes on from a compaction: that context was not there before a word."""
    path = [turn for turn in detail.turns if turn.is_on_path]
    if not path or path[0].is_inherited:
        return None
    first = path[0]
    compactions = [mark.time_ms for mark in detail.marks if mark.kind == "compaction"]
    if any(at <= first.time_ms for at in compactions):
        return None
    until = min(compactions, default=path[-1].time_ms + 1)
    # All of a prompt's prices but the output's and the searches'.
    paid = sum(first.costs) - sum(first.costs[1:2]) - sum(first.costs[5:6])
    return _Start(
        detail, first, paid + sum(_reread(turn, first.context) for turn in path[1:] if turn.time_ms < until)
    )


def _reread(turn: Turn, context: int) -> int:
    """What the start's part of the cache reads of a turn cost."""
    paid = sum(turn.costs[2:3])
    return paid * min(context, turn.cache_read) // turn.cache_read if turn.cache_read else 0


def _finding(evidence: Evidence, place: str, start: _Start) -> Finding:
    view = start.detail.view
    name = session_name(view)
    return Finding(
        key=f"heavy_start:{place}:{evidence.today:%Y-%m}",
        rule="heavy_start",
        subject=f"heavy_start:{place}",
        severity=Severity.NOTE,
        title=say("{name} starts with {tokens} tokens", name=name, tokens=form.tokens(start.first.context)),
        text=say(
            "So much was sent with the first message: tools, servers and instructions come with every turn. "
            "{paid} for it in this session so far.",
            paid=show(start.paid),
        ),
        session_id=view.session_id,
        project=view.project_path,
        picousd=start.paid,
    )


RULE = Rule(
    name="heavy_start",
    label="Heavy start",
    limits={"tokens": 40, "dollars": 0.25},
    limit_labels={
        "tokens": "Context of the first turn (thousand tokens)",
        "dollars": "Paid for it, at least ($)",
    },
    check=check,
)
