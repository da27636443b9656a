"""Going back to a session whose cache expires: the next turn warm and cold, and a fresh start beside it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from tallylight.advice.base import Adviser, draft, of_cache, pays_after, sureness, to_come
from tallylight.advice.course import Course, Evidence, is_warm, rests
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind
from tallylight.domain.carry import Beginning
from tallylight.domain.finding import say
from tallylight.domain.money import show
from tallylight.domain.session import NextTurn, SessionView

#: It is said in the last part of a cache's life: a quarter of an hour of one, and not at every pause of five minutes.
_LAST_PART = 4
#: What to do and what it costs, where it is known when the cache expires and where that is assumed.
_UNTIL = (
    (
        "{name}: go on before {clock}, ≈ {saving}",
        "The next turn costs {warm} now and {cold} after {clock}, when the cache of {context} has expired.",
    ),
    (
        "{name}: go on while the cache is warm, ≈ {saving}",
        "The next turn costs {warm} now and {cold} once the cache of {context} has expired.",
    ),
)
#: Nobody knows who would have come back too late: every other time, say.
_COMES_LATE = 0.5


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """Silent while the agent works: then the cache is renewed with every turn."""
    following = course.view.next_turn
    if following is None or not rests(evidence, course):
        return
    cold = course.carrying(cached=0)
    start = evidence.beginning(course.view)
    if not cold:
        return
    if is_warm(evidence, course):
        if soon_ms(course.view) <= evidence.now_ms:
            yield _go_on(course, cold, following)
    elif start is not None:
        yield _start_fresh(course, cold, start)


def soon_ms(view: SessionView) -> int:
    """From when on the cache is about to expire."""
    expires = view.next_turn.expires_ms if view.next_turn is not None else 0
    return expires - (expires - view.last_ms) // _LAST_PART


def _go_on(course: Course, cold: list[int], following: NextTurn) -> Advice:
    warm = course.carrying()
    made = draft(
        course,
        Kind.COLD,
        to_come(cold[:1], warm[:1]),
        stretch=f"{course.last.time_ms}:warm",
        is_ahead=True,
    )
    title, costs = _UNTIL[following.is_assumed]
    clock = form.clock(following.expires_ms)
    return replace(
        made,
        title=say(title, name=course.name, clock=clock, saving=show(made.saving_picousd)),
        figures=(
            say(
                costs,
                warm=show(warm[0]),
                cold=show(cold[0]),
                clock=clock,
                context=form.tokens(course.view.context),
            ),
            *of_cache(following),
        ),
        assumption=say("Assumes that you go on in this session at all, and would have done so too late."),
        confidence=_COMES_LATE,
        best_before_ms=following.expires_ms,
        basis=replace(made.basis, is_cold=True, expires_ms=following.expires_ms),
    )


def _start_fresh(course: Course, cold: list[int], start: Beginning) -> Advice:
    lines = to_come(cold, course.beginning(start, len(cold)))
    made = draft(course, Kind.COLD, lines, stretch=str(course.last.time_ms), is_ahead=True)
    return replace(
        made,
        title=say(
            "{name}: start fresh rather than going back, ≈ {saving}",
            name=course.name,
            saving=show(made.saving_picousd),
        ),
        figures=(
            say(
                "The next turn costs {cold} now that the cache has expired, {warm} before. A fresh start here sends "
                "{start} instead of {context} (median of {count}).",
                cold=show(cold[0]),
                warm=show(course.carrying()[0]),
                start=form.tokens(start.context),
                context=form.tokens(course.view.context),
                count=form.exact(start.count),
            ),
            *of_cache(course.view.next_turn),
            *pays_after(made.break_even),
        ),
        assumption=say(
            "Assumes {turns} more turns on {model} that each add {growth} to the context, as the last ones did.",
            turns=str(made.turns),
            model=form.short_model(course.last.model),
            growth=form.tokens(course.pace.growth),
        ),
        confidence=sureness(start.count),
        basis=replace(made.basis, is_cold=True),
    )


ADVISER = Adviser(kinds=(Kind.COLD,), advise=advise)
