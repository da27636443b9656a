"""Sessions that begin with a large context: tools, servers and instructions before the first word."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.domain.session import SessionDetail, Turn, session_name
from tallylight.rules.base import Evidence, Limits, Rule

_THOUSAND = 1000
#: Few texts have more tokens than this says, most have fewer: what is left over was not typed.
_BYTES_PER_TOKEN = 3


class _Start(msgspec.Struct, frozen=True):
    """The tokens of a session's first turn that no person typed, and pico-USD for sending them then and with each
    turn since."""

    detail: SessionDetail
    tokens: int
    paid: int


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent where what was sent before the first word cannot be told from the first words themselves.

    Told once a month for a project: the next session there starts no lighter by itself.
    """
    heaviest: dict[str, _Start] = {}
    for detail in evidence.sessions:
        start = _start(detail)
        if start is None or start.tokens < limits["tokens"] * _THOUSAND:
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
    tokens = _unasked(detail, first)
    until = min(compactions, default=path[-1].time_ms + 1)
    # All of a prompt's prices but the output's and the searches'.
    paid = sum(first.costs) - sum(first.costs[1:2]) - sum(first.costs[5:6])
    paid = paid * tokens // first.context if first.context else 0
    return _Start(
        detail, tokens, paid + sum(_reread(turn, tokens) for turn in path[1:] if turn.time_ms < until)
    )


def _unasked(detail: SessionDetail, first: Turn) -> int:
    """How much of the first turn's context was there before anybody typed: what other sessions had put into the
    cache, or all that cannot be what was typed."""
    typed = [mark.value for mark in detail.marks if mark.kind == "prompt" and mark.time_ms <= first.time_ms]
    if not typed or not all(typed):
        return first.cache_read
    return max(first.cache_read, first.context - sum(typed) // _BYTES_PER_TOKEN)


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
        title=say("{name} starts with {tokens} tokens", name=name, tokens=form.tokens(start.tokens)),
        text=say(
            "So much was sent before your first word: tools, servers and instructions come with every turn. "
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
        "tokens": "Context before the first word (thousand tokens)",
        "dollars": "Paid for it, at least ($)",
    },
    check=check,
)
