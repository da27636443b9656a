"""A cheaper model for light turns: the same tokens on a model that the user has used for such turns before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from tallylight.advice.base import Adviser, draft, pays_after, sureness, to_come
from tallylight.advice.course import RECENT, Course, Evidence, is_warm, rests
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind, Line
from tallylight.domain.carry import Pace, going_on
from tallylight.domain.finding import Sentence, say
from tallylight.domain.light import MOST_REASONING, is_light
from tallylight.domain.money import show
from tallylight.domain.session import Turn

#: So many of ten turns are light where the work is.
_LIGHT = 8
#: One turn that thought so much more than a light one may shows work that is not.
_HEAVY = 5 * MOST_REASONING
#: With so many light turns on the other model half of the saving counts.
_HALF_SURE = 10


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """Silent where one of the newest turns thought long, and for models the user has not used for such turns."""
    if not _is_light_work(course.recent):
        return
    models = evidence.candidates(course.last.model, course.view.context, lambda facts: facts.light_turns)
    found = [_advice(evidence, course, model, _lines(evidence, course, model)) for model in models]
    if found:
        yield max(found, key=lambda advice: advice.worth)


def _is_light_work(recent: Sequence[Turn]) -> bool:
    light = sum(map(is_light, recent))
    return (
        light * RECENT >= _LIGHT * len(recent)
        and is_light(recent[-1])
        and all(turn.reasoning <= _HEAVY and turn.model == recent[-1].model for turn in recent)
    )


def _lines(evidence: Evidence, course: Course, model: str) -> tuple[Line, ...]:
    """The next turns on either model; the other one's cache knows nothing of this context."""
    card, pace, scale = (
        evidence.card_for(model, course.last.time_ms, ""),
        course.pace,
        evidence.scale(course.last.model, model),
    )
    if card is None:
        return ()
    now = course.going_on(cached=None if is_warm(evidence, course) else 0)
    scaled = Pace(pace.growth * scale // 100, pace.output * scale // 100, pace.is_1h)
    window = evidence.habits.models[model].window
    context = course.view.context * scale // 100
    then = going_on(course.paid(card), context, scaled, len(now), cached=0, until=window)
    return to_come(now, then)


def _advice(evidence: Evidence, course: Course, model: str, lines: tuple[Line, ...]) -> Advice:
    recent, facts = course.recent, evidence.habits.models[model]
    made = draft(course, Kind.MODEL, lines, stretch=model, is_ahead=True)
    return replace(
        made,
        title=say(
            "{name}: {model} for turns like {first}–{last}, ≈ {saving}",
            name=course.name,
            model=form.short_model(model),
            first=str(recent[0].number),
            last=str(recent[-1].number),
            saving=show(made.saving_picousd),
        ),
        figures=(
            say(
                "Short answers, few tools, no long thinking in {light} of the last {count} turns; "
                "{known} such turns of yours were on {model} in the last 60 days.",
                light=str(sum(map(is_light, recent))),
                count=str(len(recent)),
                known=form.exact(facts.light_turns),
                model=form.short_model(model),
            ),
            *_of_tokenizer(evidence, course.last.model, model),
            *pays_after(made.break_even),
        ),
        assumption=say(
            "Assumes {turns} more turns like these, with the same text, and that {model} needs no more of them. "
            "Writing {context} to its cache is included.",
            turns=str(made.turns),
            model=form.short_model(model),
            context=form.tokens(course.view.context),
        ),
        confidence=sureness(facts.light_turns, _HALF_SURE),
        is_moment=rests(evidence, course),
        basis=replace(made.basis, to_model=model, scale=evidence.scale(course.last.model, model)),
    )


def _of_tokenizer(evidence: Evidence, own: str, other: str) -> tuple[Sentence, ...]:
    """What is to be said where the two count the same text differently."""
    mine, theirs = (evidence.habits.models[model].density for model in (own, other))
    if mine == theirs:
        return ()
    figures = {"model": form.short_model(other), "share": form.percent(abs(theirs / mine - 1))}
    if theirs > mine:
        return (
            say("{model} makes about {share} more tokens of the same text, which is included.", **figures),
        )
    return (
        say("{model} makes about {share} fewer tokens of the same text, which is not counted on.", **figures),
    )


ADVISER = Adviser(kinds=(Kind.MODEL,), advise=advise)
