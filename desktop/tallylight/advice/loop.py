"""Work that nobody watches: the same call fails again and again, or much was spent since the last prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median_low

from msgspec.structs import replace

from tallylight.advice.base import Adviser, draft, to_come
from tallylight.advice.course import AHEAD, FEWEST, Course, Evidence, rests
from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind
from tallylight.domain.finding import Sentence, say
from tallylight.domain.money import show
from tallylight.domain.session import Activity, SessionDetail, SessionMark, Turn

#: The same call failed so often in a row; so many turns, over so long, without a word from a person.
_FAILURES, _TURNS, _ALONE_MS = 4, 30, 15 * 60_000
#: A loop rarely ends well by itself; a long task mostly does.
_IN_LOOP, _ALONE = 0.6, 0.2


def advise(evidence: Evidence, course: Course) -> Iterator[Advice]:
    """Only while the agent works: what rests costs nothing."""
    view = course.view
    since = [turn for turn in course.path if turn.time_ms >= view.last_prompt_ms]
    is_at_work = view.activity in (Activity.BUSY, Activity.RECENT) and not rests(evidence, course)
    if not (is_at_work and view.last_prompt_ms) or len(since) < FEWEST:
        return
    failure = _failure(course.detail)
    is_alone = len(since) >= _TURNS and evidence.now_ms - view.last_prompt_ms >= _ALONE_MS
    if failure is not None or is_alone:
        yield _advice(course, since, failure)


def _failure(detail: SessionDetail) -> SessionMark | None:
    """The newest call that failed again and again since the last prompt."""
    found = [
        mark
        for mark in detail.marks
        if mark.kind == "failure" and mark.time_ms >= detail.view.last_prompt_ms and mark.value >= _FAILURES
    ]
    return found[-1] if found else None


def _advice(course: Course, since: Sequence[Turn], failure: SessionMark | None) -> Advice:
    view, usual = course.view, median_low(turn.cost_picousd or 0 for turn in since)
    lines = to_come([usual] * AHEAD, [0] * AHEAD)
    return replace(
        draft(course, Kind.LOOP, lines, stretch=str(view.last_prompt_ms), is_ahead=True),
        title=say(
            "{name}: look at what it does, ≈ {saving} over {turns} turns",
            name=course.name,
            saving=show(usual * AHEAD),
            turns=str(AHEAD),
        ),
        figures=(
            *_failed(failure),
            say(
                "{spent} in {turns} turns since you last spoke.",
                spent=show(view.spent_since_prompt_picousd),
                turns=form.exact(len(since)),
            ),
        ),
        assumption=say(
            "Assumes {turns} more turns at the median of those since your last prompt, and that they would be for "
            "nothing.",
            turns=str(AHEAD),
        ),
        confidence=_IN_LOOP if failure is not None else _ALONE,
    )


def _failed(failure: SessionMark | None) -> tuple[Sentence, ...]:
    if failure is None:
        return ()
    return (
        say(
            "The same call of {tool} failed {times} times in a row.",
            tool=failure.label,
            times=str(failure.value),
        ),
    )


ADVISER = Adviser(kinds=(Kind.LOOP,), advise=advise)
