"""A heavy start: what a project's sessions carry before the first word, beside those of the user's lightest project."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from tallylight.advice.base import (
    Adviser,
    Course,
    Evidence,
    draft,
    enough,
    sureness,
)
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind, Line
from tallylight.domain.carry import Beginning
from tallylight.domain.finding import say
from tallylight.domain.habits import Begun
from tallylight.domain.money import show

#: Tokens more than in the lightest project: less is the project's own.
_HEAVIER = 15_000
#: Nobody knows what of a start is needed: a part of it may be.
_NEEDED = 0.5


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """Silent where only one project is known well enough."""
    place, starts = course.view.project_path, evidence.habits.starts
    own = enough(starts.get(place))
    others = [start.context for path, start in starts.items() if path != place and enough(start)]
    begun = [one for one in evidence.habits.begun if one.project == place]
    if own is None or not (others and begun) or own.context - min(others) < _HEAVIER:
        return
    lines = tuple(_line(evidence, one, min(others)) for one in begun)
    yield _advice(course, lines, own, min(others))


def _line(evidence: Evidence, begun: Begun, lightest: int) -> Line:
    """What a session paid for its start and for sending it again, and what a light one would have cost it."""
    what = say("Session of {day}", day=f"{datetime.fromtimestamp(begun.time_ms / 1000, UTC):%Y-%m-%d}")
    card = evidence.card_for(begun.model, begun.time_ms, begun.speed)
    if card is None or not begun.context:
        return Line(what, 0, 0)
    rates = card.rates_at(begun.context)
    write = rates.cache_write_1h if begun.is_1h else rates.cache_write_5m
    new = begun.context - begun.cache_read
    paid = new * write + begun.cache_read * rates.cache_read
    paid += (begun.turns - 1) * begun.context * rates.cache_read
    return Line(what, paid, paid * min(lightest, begun.context) // begun.context)


def _advice(course: Course, lines: tuple[Line, ...], own: Beginning, lightest: int) -> Advice:
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
        ),
        assumption=say(
            "Assumes a month like the last 30 days. Tools, servers, instructions and skills count together with the "
            "first prompt: how large each of them is, is not taken from the log."
        ),
        confidence=_NEEDED * sureness(own.count),
    )


ADVISER = Adviser(kinds=(Kind.START,), advise=advise)
