"""What became of advice: whether it was followed, what that saved, and what all of it came to."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import msgspec

from tallylight.domain.advice import Advice, Kind


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the turns that followed show. `how` is "reset", "compaction", "model", "speed", or "" where things went on
    as they were; both savings are over `turns` of them. No other advice accounts for the requests in `keys`."""

    how: str = ""
    at_ms: int = 0
    turns: int = 0
    promised_picousd: int = 0
    measured_picousd: int = 0
    keys: tuple[str, ...] = ()


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Advice that was shown, as it was shown last, and what became of it. Times are ms, 0 for never.

    What is shown again after it was settled is another `episode` of it, with a result of its own.
    """

    advice: Advice
    first_ms: int
    last_ms: int
    is_declined: bool = False
    outcome: Outcome | None = None
    settled_ms: int = 0
    episode: int = 0
    #: The most that it ever promised.
    most_picousd: int = 0

    @property
    def id(self) -> str:
        return f"{self.advice.key}#{self.episode}" if self.episode else self.advice.key

    @property
    def is_taken(self) -> bool:
        return self.outcome is not None and bool(self.outcome.how)

    @property
    def left_picousd(self) -> int:
        """What was promised and not taken, over the turns that were made all the same."""
        if self.outcome is None or self.outcome.how or not self.settled_ms:
            return 0
        return max(0, self.outcome.promised_picousd)


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How good advice was: sums over what was taken, the median error of a promise, and what was left."""

    shown: int = 0
    taken: int = 0
    promised_picousd: int = 0
    measured_picousd: int = 0
    #: None without a promise that could be measured.
    error: float | None = None
    left_picousd: int = 0
    #: The kind that most was left of.
    left_kind: Kind | None = None


def score(given: Sequence[Given]) -> Score:
    """What all advice that was shown came to. Advice that cannot be measured counts as shown alone."""
    outcomes = [one.outcome for one in given if one.is_taken and one.outcome is not None]
    errors = [
        abs(outcome.measured_picousd / outcome.promised_picousd - 1)
        for outcome in outcomes
        if outcome.promised_picousd > 0
    ]
    left: dict[Kind, int] = {}
    for one in given:
        left[one.advice.kind] = left.get(one.advice.kind, 0) + one.left_picousd
    worst = max(left, key=lambda kind: left[kind], default=None)
    return Score(
        shown=len(given),
        taken=len(outcomes),
        promised_picousd=sum(outcome.promised_picousd for outcome in outcomes),
        measured_picousd=sum(outcome.measured_picousd for outcome in outcomes),
        error=median(errors) if errors else None,
        left_picousd=sum(left.values()),
        left_kind=worst if worst is not None and left[worst] else None,
    )
