"""Reset or compact: what carrying this context costs, against a fresh start or a compacted one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from tallylight.advice.base import Adviser, draft, of_cache, pays_after, sureness, to_come
from tallylight.advice.course import Course, Evidence, is_warm, rests
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind
from tallylight.domain.carry import Beginning
from tallylight.domain.finding import Sentence, say
from tallylight.domain.money import show
from tallylight.domain.session import NextTurn


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """The better of the two. Where the cache is gone, going back is another question."""
    if not is_warm(evidence, course):
        return
    view = course.view
    options = ((Kind.RESET, evidence.beginning(view)), (Kind.COMPACT, evidence.compaction(view)))
    found = [_advice(evidence, course, kind, start) for kind, start in options if start is not None]
    if found:
        yield max(found, key=lambda advice: advice.worth)


def _advice(evidence: Evidence, course: Course, kind: Kind, start: Beginning) -> Advice:
    now, view = course.carrying(), course.view
    is_reset = kind is Kind.RESET
    then = course.beginning(start, len(now)) if is_reset else course.compacting(start, len(now))
    made = draft(course, kind, to_come(now, then), is_ahead=True)
    is_moment = rests(evidence, course)
    expires = view.next_turn.expires_ms if view.next_turn else 0
    return replace(
        made,
        title=_title(kind, is_moment, course.name, show(made.saving_picousd)),
        figures=(
            _compared(kind, view.context, start),
            *pays_after(made.break_even),
            _best_before(view.next_turn),
            *of_cache(view.next_turn),
        ),
        assumption=say(
            "Assumes {turns} more turns on {model} that each add {growth} to the context and answer with {output} "
            "tokens, as the last ones did. What is written to the cache anew is included, list prices throughout.",
            turns=str(made.turns),
            model=form.short_model(course.last.model),
            growth=form.tokens(course.pace.growth),
            output=form.tokens(course.pace.output),
        ),
        confidence=sureness(start.count),
        is_moment=is_moment,
        best_before_ms=expires,
    )


def _best_before(following: NextTurn | None) -> Sentence:
    if following is None or following.is_assumed:
        return say("Best while the cache is warm.")
    return say("Best before {clock}, while the cache is warm.", clock=form.clock(following.expires_ms))


def _title(kind: Kind, is_moment: bool, name: str, saving: str) -> Sentence:
    if kind is Kind.RESET:
        if is_moment:
            return say("{name}: start fresh now, ≈ {saving}", name=name, saving=saving)
        return say("{name}: start fresh when this task is done, ≈ {saving}", name=name, saving=saving)
    if is_moment:
        return say("{name}: compact now, ≈ {saving}", name=name, saving=saving)
    return say("{name}: compact when this task is done, ≈ {saving}", name=name, saving=saving)


def _compared(kind: Kind, context: int, start: Beginning) -> Sentence:
    template = (
        "{context} re-read each turn against {start} at a fresh start here (median of {count})."
        if kind is Kind.RESET
        else "{context} re-read each turn against {start} after your compactions (median of {count})."
    )
    return say(
        template,
        context=form.tokens(context),
        start=form.tokens(start.context),
        count=form.exact(start.count),
    )


ADVISER = Adviser(kinds=(Kind.RESET, Kind.COMPACT), advise=advise)
