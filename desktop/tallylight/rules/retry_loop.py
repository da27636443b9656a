"""The same call of a tool that fails again and again."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.domain.session import SessionDetail, SessionMark, session_name
from tallylight.rules.base import Evidence, Limits, Rule

#: A call that failed so long ago is no longer being retried.
_NEWS_MS = 10 * 60_000
#: What failed once has not been tried again.
_LEAST = 2


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Needs no history: marks say how often in a row the same call has failed since the last message."""
    for detail in evidence.sessions:
        prompt_ms = detail.view.last_prompt_ms
        failures = [mark for mark in detail.marks if mark.kind == "failure" and mark.time_ms >= prompt_ms]
        if not failures:
            continue
        worst = max(failures, key=lambda mark: (mark.value, mark.time_ms))
        is_retrying = evidence.now_ms - worst.time_ms <= _NEWS_MS
        first_ms = _first_ms(failures, worst)
        spent = sum(turn.cost_picousd or 0 for turn in detail.turns if turn.time_ms >= first_ms)
        is_dear = spent >= limits["dollars"] * PICO
        if is_retrying and is_dear and worst.value >= max(_LEAST, limits["times"]):
            yield _finding(detail, worst, first_ms, spent)


def _first_ms(failures: list[SessionMark], worst: SessionMark) -> int:
    """When this row of failures began: the newest first failure of the same tool before it."""
    begun = [m.time_ms for m in failures if m.label == worst.label and m.value <= 1]
    return max((at for at in begun if at <= worst.time_ms), default=failures[0].time_ms)


def _finding(detail: SessionDetail, worst: SessionMark, first_ms: int, spent: int) -> Finding:
    view = detail.view
    return Finding(
        key=f"retry_loop:{view.session_id}:{view.last_prompt_ms}:{worst.label}",
        rule="retry_loop",
        subject=f"retry_loop:{view.session_id}",
        severity=Severity.WARNING,
        title=say("{name} keeps failing at the same step", name=session_name(view)),
        text=say(
            "The same call of {tool} failed {times} times in a row in {time}. {spent} since the first.",
            tool=worst.label or "?",
            times=str(worst.value),
            time=form.duration_s((worst.time_ms - first_ms) / 1000),
            spent=show(spent),
        ),
        session_id=view.session_id,
        project=view.project_path,
        picousd=spent,
    )


RULE = Rule(
    name="retry_loop",
    label="Same call failing again",
    limits={"times": 5, "dollars": 0.25},
    limit_labels={"times": "Failures in a row", "dollars": "Spent since the first, at least ($)"},
    check=check,
)
