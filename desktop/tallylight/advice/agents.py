"""Subagents that cost more than the main thread, on a model that is larger than their work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from tallylight.advice.base import Adviser, draft
from tallylight.advice.course import FEWEST, Course, Evidence
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind, Line
from tallylight.domain.finding import say
from tallylight.domain.light import is_light
from tallylight.domain.money import show
from tallylight.domain.repricing import repriced
from tallylight.domain.session import Turn

#: So many of ten requests are light where the work is.
_LIGHT = 8
_CONFIDENCE = 0.4


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """Silent where their work was not light, and without a cheaper model that has run subagents before."""
    own = [turn for turn in course.detail.turns if not turn.is_inherited and turn.cost_picousd is not None]
    theirs = [turn for turn in own if turn.agent_id]
    main = [turn for turn in own if turn.is_on_path]
    spent, mains = _sum(theirs), _sum(main)
    if len(theirs) < FEWEST or spent <= mains:
        return
    dearest = max({turn.model for turn in theirs}, key=lambda m: _sum([t for t in theirs if t.model == m]))
    turns = [turn for turn in theirs if turn.model == dearest]
    if len(turns) < FEWEST or sum(map(is_light, turns)) * 10 < _LIGHT * len(turns):
        return
    largest = max(turn.cache_read + turn.new_tokens for turn in turns)
    models = evidence.candidates(dearest, largest, lambda facts: facts.agent_requests)
    found = [(model, _lines(evidence, turns, model)) for model in models]
    model, lines = max(found, key=lambda pair: sum(x.saving_picousd for x in pair[1]), default=("", ()))
    if lines:
        yield _advice(course, model, lines, spent, mains)


def _sum(turns: Sequence[Turn]) -> int:
    return sum(turn.cost_picousd or 0 for turn in turns)


def _lines(evidence: Evidence, turns: Sequence[Turn], model: str) -> tuple[Line, ...]:
    """One for each agent: its requests as they were, and the same tokens on the other model."""
    scale, lines = evidence.scale(turns[0].model, model), []
    for agent_id, of_one in groupby(
        sorted(turns, key=lambda t: (t.agent_id, t.time_ms)), lambda t: t.agent_id
    ):
        now, then, key = 0, 0, ""
        for turn in of_one:
            card, other = evidence.card(turn), evidence.card_for(model, turn.time_ms, "")
            if card is None or other is None:
                return ()
            now += turn.cost_picousd or 0
            then += sum(repriced(turn, card, other)) * scale // 100
            key = turn.key
        lines.append(Line(say("Agent {id}", id=agent_id), now, then, key))
    return tuple(lines)


def _advice(course: Course, model: str, lines: tuple[Line, ...], spent: int, mains: int) -> Advice:
    made = draft(course, Kind.AGENTS, lines, stretch=model)
    return replace(
        made,
        title=say(
            "{name}: {model} for subagents, ≈ {saving}",
            name=course.name,
            model=form.short_model(model),
            saving=show(made.saving_picousd),
        ),
        figures=(
            say(
                "{count} subagents came to {spent}, the main thread to {main}. Their answers were short, with few "
                "tools and no long thinking.",
                count=form.exact(len(lines)),
                spent=show(spent),
                main=show(mains),
            ),
        ),
        assumption=say(
            "Assumes as much work for subagents again, with the same text, and that {model} needs no more of it.",
            model=form.short_model(model),
        ),
        confidence=_CONFIDENCE,
    )


ADVISER = Adviser(kinds=(Kind.AGENTS,), advise=advise)
