"""An agent that works on without anybody having spoken to it, and costs money meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.domain.session import Activity, SessionDetail
from tallylight.rules.base import Evidence, Limits, Rule, session_name

_MINUTE_MS = 60_000
#: After so long without a request nothing moves.
_MOVING_MS = 10 * _MINUTE_MS
#: One answer, however long it takes, is no run.
_LEAST_TURNS = 2
#: A command that failed so often in a row is worth a word here.
_NOTABLE_FAILURES = 3
_TEXT = "{turns} turns in {time} since your last message. {spent} so far."
_TEXT_FAILING = (
    "{turns} turns in {time} since your last message; one command failed {times} times. {spent} so far."
)


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent on sessions whose log names no message of a person's, and once their requests have stopped.

    Many turns in a few minutes are how agents work: it takes time as well.
    """
    for detail in evidence.sessions:
        view = detail.view
        # To the last request, not to now: what is said changes only when something happens.
        alone_ms = view.last_ms - view.last_prompt_ms
        minutes = alone_ms / _MINUTE_MS
        is_busy = view.turns_since_prompt >= limits["turns"] and minutes >= limits["minutes"]
        is_long = is_busy or (minutes >= limits["alone"] and view.turns_since_prompt >= _LEAST_TURNS)
        is_moving = (
            view.activity in (Activity.BUSY, Activity.RECENT) and evidence.now_ms - view.last_ms <= _MOVING_MS
        )
        is_dear = view.spent_since_prompt_picousd >= limits["dollars"] * PICO
        if view.last_prompt_ms and is_long and is_moving and is_dear:
            yield _finding(detail, alone_ms)


def _finding(detail: SessionDetail, alone_ms: int) -> Finding:
    view = detail.view
    return Finding(
        key=f"unattended:{view.session_id}:{view.last_prompt_ms}",
        rule="unattended",
        subject=f"unattended:{view.session_id}",
        severity=Severity.WARNING,
        title=say("{name} is running without you", name=session_name(view)),
        text=_text(detail, alone_ms),
        session_id=view.session_id,
        project=view.project_path,
        picousd=view.spent_since_prompt_picousd,
    )


def _text(detail: SessionDetail, alone_ms: int) -> Sentence:
    view = detail.view
    failed = max(
        (m.value for m in detail.marks if m.kind == "failure" and m.time_ms >= view.last_prompt_ms), default=0
    )
    values = {
        "turns": form.exact(view.turns_since_prompt),
        "time": form.duration_s(alone_ms / 1000),
        "spent": show(view.spent_since_prompt_picousd),
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
