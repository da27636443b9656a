"""Which of a session's requests, gauges and prompts are its turns, and how they are numbered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec.structs import replace

from tallylight.domain.session import ANSWERS, SessionMark, Turn

#: A bill may date a request a little before the prompt that caused it.
_EARLY_MS = 5_000


def numbered(
    turns: Sequence[Turn], marks: Sequence[SessionMark], prompts: Sequence[int], silent: Sequence[int] = ()
) -> list[Turn]:
    """Main-thread turns numbered, with their pauses; those on a path that was left taken off the curve. A `silent`
    prompt takes a number too."""
    left = [(mark.value, mark.time_ms) for mark in marks if mark.kind == "rewind"]
    counted = _counted(turns, prompts)
    made: list[Turn] = []
    number = before_ms = 0
    for turn in turns:
        if turn.is_on_path and any(start <= turn.time_ms < end for start, end in left):
            turn = replace(turn, is_on_path=False)
        if turn.key in counted:
            number += 1
            pause = turn.time_ms - before_ms if before_ms else 0
            turn = replace(turn, number=number + bisect_right(silent, turn.time_ms), pause_ms=max(0, pause))
            before_ms = turn.time_ms
        made.append(turn)
    return made


def silent_prompts(turns: Sequence[Turn], prompts: Sequence[int]) -> list[int]:
    """When those prompts of a chat were that neither a request nor a point of its gauge follows: each was a turn."""
    main = [turn for turn in turns if not turn.agent_id]
    followed = _answered(main, prompts) | {
        bisect_right(prompts, turn.time_ms) for turn in main if turn.is_gauge
    }
    return [at for place, at in enumerate(prompts, start=1) if place not in followed]


def _counted(turns: Sequence[Turn], prompts: Sequence[int]) -> set[str]:
    """Keys of what counts as a turn: a request, and where a prompt has none, the last point of its gauge. What a
    gauge showed on the way there is a point of the curve alone."""
    main = [turn for turn in turns if not turn.agent_id]
    requests = {turn.key for turn in main if turn.kind in ANSWERS}
    gauges = [turn for turn in main if turn.is_gauge]
    if not gauges or (not prompts and requests):
        return requests
    if not prompts:
        return {turn.key for turn in gauges}
    answered = _answered(main, prompts)
    last = {bisect_right(prompts, turn.time_ms): turn.key for turn in gauges}
    return requests | {key for prompt, key in last.items() if prompt and prompt not in answered}


def _answered(main: Sequence[Turn], prompts: Sequence[int]) -> set[int]:
    """Which prompts, counted from 1, have a request."""
    return {bisect_right(prompts, turn.time_ms + _EARLY_MS) for turn in main if turn.kind in ANSWERS}
