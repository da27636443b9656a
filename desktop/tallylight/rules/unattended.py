"""An agent that works on without anybody having spoken to it, and costs money meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.domain.session import Activity, SessionDetail, session_name
from tallylight.rules.base import Evidence, Limits, Rule

_MINUTE_MS = 60_000
#: After so long without a request nothing moves.
_MOVING_MS = 10 * _MINUTE_MS
#: One answer, however long it takes, is no run.
_LEAST_TURNS = 2
#: A session that rests for so long was waiting, not running.
_REST_MS = 30 * _MINUTE_MS
#: A command that failed so often in a row is worth a word here.
_NOTABLE_FAILURES = 3
_TEXT = "{turns} turns in {time} without a message of yours. {spent} so far."
_TEXT_FAILING = (
    "{turns} turns in {time} without a message of yours; one command failed {times} times. {spent} so far."
)


class _Run(msgspec.Struct, frozen=True):
    """What went on since somebody spoke, or since the session last rested."""

    turns: int
    picousd: int
    since_ms: int
    until_ms: int


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent on sessions whose log names no message of a person's, and once their requests have stopped.

    Many turns in a few minutes are how agents work: it takes time as well.
    """
    for detail in evidence.sessions:
        view = detail.view
        run = _run(detail)
        # To the last request, not to now: what is said changes only when something happens.
        minutes = (run.until_ms - run.since_ms) / _MINUTE_MS
        is_busy = run.turns >= limits["turns"] and minutes >= limits["minutes"]
        is_long = is_busy or (minutes >= limits["alone"] and run.turns >= _LEAST_TURNS)
        is_moving = (
            view.activity in (Activity.BUSY, Activity.RECENT) and evidence.now_ms - view.last_ms <= _MOVING_MS
        )
        is_dear = run.picousd >= limits["dollars"] * PICO
        if view.last_prompt_ms and is_long and is_moving and is_dear:
            yield _finding(detail, run)


def _run(detail: SessionDetail) -> _Run:
    since = detail.view.last_prompt_ms
    turns = [turn for turn in detail.turns if not turn.is_inherited and turn.time_ms >= since]
    begun, before = 0, since
    for at, turn in enumerate(turns):
        if turn.time_ms - before > _REST_MS:
            begun, since = at, turn.time_ms
        before = turn.time_ms
    ran = turns[begun:]
    return _Run(
        turns=sum(1 for turn in ran if turn.number),
        picousd=sum(turn.cost_picousd or 0 for turn in ran),
        since_ms=since,
        until_ms=before,
    )


def _finding(detail: SessionDetail, run: _Run) -> Finding:
    view = detail.view
    return Finding(
        key=f"unattended:{view.session_id}:{view.last_prompt_ms}",
        rule="unattended",
        subject=f"unattended:{view.session_id}",
        severity=Severity.WARNING,
        title=say("{name} is running without you", name=session_name(view)),
        text=_text(detail, run),
        session_id=view.session_id,
        project=view.project_path,
        picousd=run.picousd,
    )


def _text(detail: SessionDetail, run: _Run) -> Sentence:
    failed = max(
        (m.value for m in detail.marks if m.kind == "failure" and m.time_ms >= run.since_ms), default=0
    )
    values = {
        "turns": form.exact(run.turns),
        "time": form.duration_s((run.until_ms - run.since_ms) / 1000),
        "spent": show(run.picousd),
    }
    if failed < _NOTABLE_FAILURES:
        return say(_TEXT, **values)
    return say(_TEXT_FAILING, times=str(failed), **values)


RULE = Rule(
    name="unattended",
    label="Running without you",
    limits={"turns": 40, "minutes": 15, "alone": 45, "dollars": 1},
    limit_labels={
        "turns": "Turns since your last message",
        "minutes": "and at least so many minutes since then",
        "alone": "or so many minutes, with however few turns",
        "dollars": "Spent since then, at least ($)",
    },
    check=check,
)
