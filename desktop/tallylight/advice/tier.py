"""A dearer tier: fast mode, or a context above the size from which all of a request costs more."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from tallylight.advice.base import Adviser, draft, pays_after, sureness, to_come
from tallylight.advice.course import AHEAD, Course, Evidence, is_warm, rests
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind
from tallylight.domain.carry import Beginning, going_on
from tallylight.domain.finding import say
from tallylight.domain.money import show
from tallylight.domain.pricing import RateCard

#: Speed is what fast mode is bought for: whoever chose it may want it.
_MAY_WAIT = 0.5


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """Where the cache is gone, its price is not the tier's."""
    if not is_warm(evidence, course):
        return
    usual = evidence.card_for(course.last.model, course.last.time_ms, "")
    if course.last.speed == "fast" and usual is not None and course.paid(usual) != course.card:
        yield replace(_leave_fast(course, course.paid(usual)), is_moment=rests(evidence, course))
    after = evidence.compaction(course.view)
    limit = next((tier.above for tier in course.card.tiers if course.view.context > tier.above), -1)
    if after is not None and limit > 0 and after.context + AHEAD * course.pace.growth <= limit:
        yield replace(_stay_below(course, after, limit), is_moment=rests(evidence, course))


def _leave_fast(course: Course, usual: RateCard) -> Advice:
    """The next turns at the usual speed, which has a cache of its own."""
    now = course.going_on()
    then = going_on(usual, course.view.context, course.pace, len(now), cached=0)
    made = draft(course, Kind.FAST, to_come(now, then), is_ahead=True)
    spent = sum(turn.cost_picousd or 0 for turn in course.recent if turn.speed == "fast")
    return replace(
        made,
        title=say("{name}: leave fast mode, ≈ {saving}", name=course.name, saving=show(made.saving_picousd)),
        figures=(
            say(
                "Output costs {times} times as much in fast mode; its last {count} turns came to {spent}.",
                times=f"{course.card.tiers[-1].rates.output / usual.tiers[-1].rates.output:g}",
                count=str(sum(turn.speed == "fast" for turn in course.recent)),
                spent=show(spent),
            ),
            *pays_after(made.break_even),
        ),
        assumption=say(
            "Assumes {turns} more turns like the last ones, and that the whole context is written to the cache anew.",
            turns=str(made.turns),
        ),
        confidence=_MAY_WAIT,
    )


def _stay_below(course: Course, after: Beginning, limit: int) -> Advice:
    """Compacting, where the user's own compactions come out below the limit and stay there."""
    now = course.carrying()
    made = draft(course, Kind.LONG, to_come(now, course.compacting(after, len(now))), is_ahead=True)
    above, below = (
        going_on(course.card, context - course.pace.growth, course.pace, 1)[0]
        for context in (limit + 1, limit)
    )
    return replace(
        made,
        title=say(
            "{name}: compact below {limit}, ≈ {saving}",
            name=course.name,
            limit=form.tokens(limit),
            saving=show(made.saving_picousd),
        ),
        figures=(
            say(
                "Above {limit} all of a request costs more: a turn there is {above}, one just below it {below}.",
                limit=form.tokens(limit),
                above=show(above),
                below=show(below),
            ),
            *pays_after(made.break_even),
        ),
        assumption=say(
            "Assumes {turns} more turns like the last ones, and a compaction to {after} (median of {count}).",
            turns=str(made.turns),
            after=form.tokens(after.context),
            count=form.exact(after.count),
        ),
        confidence=sureness(after.count),
    )


ADVISER = Adviser(kinds=(Kind.FAST, Kind.LONG), advise=advise)
