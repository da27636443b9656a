"""A heavy start: what a project's sessions carry before the first word, beside those of the user's lightest project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from tallylight.advice.base import Adviser, draft, sureness
from tallylight.advice.course import Course, Evidence, enough
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind, Line
from tallylight.domain.carry import Beginning
from tallylight.domain.finding import Sentence, say
from tallylight.domain.habits import Begun
from tallylight.domain.money import show

#: Tokens more than in the lightest project: less is the project's own.
_HEAVIER = 15_000
#: A token is about so many bytes of JSON; parts smaller than this many tokens are not worth a sentence.
_BYTES, _LEAST = 4, 1000
_ESTIMATED = (
    "Assumes a month like the last 30 days. How large the parts are is estimated from the characters that the log has "
    "of them, four to a token, and fitted into what was sent; they are priced as the start was billed: written once, "
    "then read with every turn."
)
_TOGETHER = (
    "Assumes a month like the last 30 days. Tools, servers, instructions and skills count together with the first "
    "prompt: the log does not say how large each of them is."
)
_PARTS = {
    "tools": "Tools ≈ {tokens} tokens: ≈ {each} a session, {month} a month.",
    "mcp": "MCP servers ≈ {tokens} tokens: ≈ {each} a session, {month} a month.",
    "deferred": "Tools that are loaded when needed ≈ {tokens} tokens: ≈ {each} a session, {month} a month.",
    "skills": "Skills ≈ {tokens} tokens: ≈ {each} a session, {month} a month.",
    "agents": "Subagents ≈ {tokens} tokens: ≈ {each} a session, {month} a month.",
    "instructions": "Instructions ≈ {tokens} tokens: ≈ {each} a session, {month} a month.",
    "system": "System prompt ≈ {tokens} tokens: ≈ {each} a session, {month} a month.",
}
#: Nobody knows what of a start is needed: a part of it may be.
_NEEDED = 0.5


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """Silent where only one project is known well enough, and where neither log nor user can say what fills a start:
    an agent without a log sends what it likes."""
    view = course.view
    place, own = (view.source, view.project_path), evidence.beginning(view)
    others = [
        start.context
        for (source, path), start in evidence.habits.starts.items()
        if source == view.source and path != view.project_path and enough(start)
    ]
    begun = [one for one in evidence.habits.begun if (one.source, one.project) == place]
    if view.chat is not None and not any(one.parts for one in begun):
        return
    if own is None or not (others and begun) or own.context - min(others) < _HEAVIER:
        return
    lines = tuple(_line(evidence, one, min(others)) for one in begun)
    yield _advice(course, lines, own, min(others), tuple(_fillings(lines, begun)))


def _line(evidence: Evidence, begun: Begun, lightest: int) -> Line:
    """What a session paid for its start and for sending it again, and what a light one would have cost it."""
    what = say("Session of {day}", day=f"{datetime.fromtimestamp(begun.time_ms / 1000, UTC):%Y-%m-%d}")
    card = evidence.card_for(begun.model, begun.time_ms, begun.speed)
    if card is None or not begun.context:
        return Line(what, 0, 0, begun.key, begun.session_id)
    rates = card.rates_at(begun.context)
    write = rates.cache_write_1h if begun.is_1h else rates.cache_write_5m
    new = begun.context - begun.cache_read
    paid = new * write + begun.cache_read * rates.cache_read
    paid += (begun.turns - 1) * begun.context * rates.cache_read
    return Line(what, paid, paid * min(lightest, begun.context) // begun.context, begun.key, begun.session_id)


def _fillings(lines: Sequence[Line], begun: Sequence[Begun]) -> Iterator[Sentence]:
    """What fills the starts, the largest first: each part's share of what the sessions that tell of it paid for their
    starts, and the same for all of the month."""
    told = [(line, one) for line, one in zip(lines, begun, strict=True) if one.parts and one.context]
    costs: dict[str, tuple[int, int]] = {}
    for line, one in told:
        estimated = sum(one.parts.values()) // _BYTES or 1
        for part, size in one.parts.items():
            # Descriptions of tools take fewer tokens than prose: all parts together are no more than was sent.
            found = size // _BYTES * min(one.context, estimated) // estimated
            tokens, paid = costs.get(part, (0, 0))
            costs[part] = (tokens + found, paid + line.now_picousd * found // one.context)
    for part, (tokens, paid) in sorted(costs.items(), key=lambda item: -item[1][0]):
        if part in _PARTS and tokens >= _LEAST * len(told):
            each = paid // len(told)
            yield say(
                _PARTS[part],
                tokens=form.tokens(tokens // len(told)),
                each=show(each),
                month=show(each * len(lines)),
            )


def _advice(
    course: Course, lines: tuple[Line, ...], own: Beginning, lightest: int, fillings: tuple[Sentence, ...]
) -> Advice:
    made = draft(course, Kind.START, lines)
    return replace(
        made,
        key=f"start:{made.project}",
        title=say(
            "{name}: begin with fewer tools and servers, ≈ {saving} a month",
            name=course.name,
            saving=show(made.saving_picousd),
        ),
        figures=(
            say(
                "Sessions here begin with {own} (median of {count}), in your lightest project with {lightest}. "
                "That is {each} for each of the last month's {sessions} sessions.",
                own=form.tokens(own.context),
                count=form.exact(own.count),
                lightest=form.tokens(lightest),
                each=show(made.saving_picousd // len(lines)),
                sessions=form.exact(len(lines)),
            ),
            *fillings,
        ),
        assumption=say(_ESTIMATED if fillings else _TOGETHER),
        confidence=_NEEDED * sureness(own.count),
    )


ADVISER = Adviser(kinds=(Kind.START,), advise=advise)
