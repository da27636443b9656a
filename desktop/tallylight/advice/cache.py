"""A cache that never hits: every turn pays for the whole context as if it were new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from tallylight.advice.base import Adviser, draft, made_line
from tallylight.advice.course import FEWEST, RECENT, Course, Evidence
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind, Line
from tallylight.domain.finding import Sentence, say
from tallylight.domain.money import show
from tallylight.domain.repricing import surcharge_of
from tallylight.domain.session import Turn

#: Tokens: providers cache nothing that is smaller than a few thousand.
_LEAST_CONTEXT = 10_000
#: A cache that serves more than this share of what was sent does hit.
_HITS = 0.2
#: The shorter life of a cache: a longer pause explains a miss.
_LIFE_MS = 300_000
_SURE, _UNSURE = 0.6, 0.3
#: What the log's names of a cause mean. One that is not here says nothing to anybody.
_CAUSES = {
    "model_changed": say("Another model has a cache of its own."),
    "tools_changed": say("The log says that the tools changed."),
    "system_changed": say("The log says that the instructions changed."),
    "messages_changed": say("The log says that earlier messages changed."),
    "previous_message_not_found": say("The log says that the message before was not found in the cache."),
}


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """Looks at turns that followed each other closely; silent with fewer than five such."""
    pairs = [
        (before, turn)
        for before, turn in pairwise(course.path)
        if turn.pause_ms < _LIFE_MS and before.context >= _LEAST_CONTEXT
    ][-RECENT:]
    turns = [turn for _, turn in pairs]
    if len(pairs) >= FEWEST and _never_hits(turns):
        yield _advice(course, turns, tuple(_line(evidence, before, turn) for before, turn in pairs))


def _never_hits(turns: Sequence[Turn]) -> bool:
    sent = sum(turn.cache_read + turn.new_tokens for turn in turns)
    return sum(turn.cache_read for turn in turns) < _HITS * sent


def _line(evidence: Evidence, before: Turn, turn: Turn) -> Line:
    """The turn, and the same turn had the cache held what the one before had sent."""
    paid, card = turn.cost_picousd or 0, evidence.card(turn)
    missed = max(0, min(before.context - turn.cache_read, turn.new_tokens))
    if card is None or not turn.new_tokens:
        return made_line(turn, paid)
    new = turn.costs[0] + turn.costs[3] + turn.costs[4]
    read = card.rates_at(turn.context).cache_read * surcharge_of(turn, card) // 100
    return made_line(turn, min(paid, paid - missed * new // turn.new_tokens + missed * read))


def _advice(course: Course, turns: Sequence[Turn], lines: tuple[Line, ...]) -> Advice:
    made, cause = draft(course, Kind.CACHE, lines), _cause(turns)
    sent = sum(turn.cache_read + turn.new_tokens for turn in turns)
    return replace(
        made,
        title=_title(cause, course.name, show(made.saving_picousd)),
        figures=(
            say(
                "{share} of what the last {count} turns sent came from the cache; their pauses were too short for "
                "it to expire.",
                share=form.percent(sum(turn.cache_read for turn in turns) / sent),
                count=str(len(turns)),
            ),
            *((_CAUSES[cause],) if cause in _CAUSES else ()),
        ),
        assumption=say(
            "Assumes {count} more turns like the last ones, with a cache that holds what the turn before had sent.",
            count=str(len(turns)),
        ),
        confidence=_SURE if cause in _CAUSES else _UNSURE,
    )


def _cause(turns: Sequence[Turn]) -> str:
    """What most misses are blamed on, as the log spells it; models that alternate speak for themselves."""
    causes = Counter(turn.cache_miss for turn in turns if turn.cache_miss)
    if causes:
        return causes.most_common(1)[0][0]
    return "model_changed" if len({turn.model for turn in turns}) > 1 else ""


def _title(cause: str, name: str, saving: str) -> Sentence:
    if cause == "model_changed":
        return say("{name}: stay with one model, ≈ {saving}", name=name, saving=saving)
    if cause == "tools_changed":
        return say("{name}: keep the same tools during a session, ≈ {saving}", name=name, saving=saving)
    if cause == "system_changed":
        return say("{name}: keep the instructions as they are, ≈ {saving}", name=name, saving=saving)
    return say("{name}: find out why its cache never hits, ≈ {saving}", name=name, saving=saving)


ADVISER = Adviser(kinds=(Kind.CACHE,), advise=advise)
