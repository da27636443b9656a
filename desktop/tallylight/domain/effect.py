"""What became of advice: whether it was followed, and what that saved, measured on the turns that came after."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import msgspec
from msgspec.structs import replace

from tallylight.domain.advice import Advice, Basis, Kind
from tallylight.domain.carry import Beginning, compaction_cost, turn_cost
from tallylight.domain.fold import CardFor
from tallylight.domain.pricing import RateCard
from tallylight.domain.session import SessionDetail, Turn

#: Whoever acts later than this acts on something else; and what follows is as long.
WAIT_MS = 12 * 3_600_000
#: With either of these the context is smaller.
_SHRINKS = (Kind.RESET, Kind.COMPACT, Kind.LONG)
#: What can be recognised in the turns that follow.
MEASURED = frozenset({*_SHRINKS, Kind.COLD, Kind.MODEL, Kind.FAST})


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the turns that followed show. `how` is "reset", "compaction", "model", "speed", "break", or "" where
    things went on as they were; both savings are over `turns` of them."""

    how: str = ""
    at_ms: int = 0
    turns: int = 0
    promised_picousd: int = 0
    measured_picousd: int = 0


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Advice that was shown, as it was shown last, and what became of it. Times are ms, 0 for never."""

    advice: Advice
    first_ms: int
    last_ms: int
    is_declined: bool = False
    outcome: Outcome | None = None
    settled_ms: int = 0

    @property
    def is_taken(self) -> bool:
        return self.outcome is not None and bool(self.outcome.how)

    @property
    def left_picousd(self) -> int:
        """What was promised and not taken, over the turns that were made all the same."""
        if self.outcome is None or self.outcome.how or not self.settled_ms:
            return 0
        return max(0, self.outcome.promised_picousd)


class _Step(msgspec.Struct, frozen=True):
    """The change, as it was found: the turns after it, and what it cost besides."""

    how: str
    turns: Sequence[Turn]
    price_picousd: int = 0


def renewed(
    given: Given,
    session: SessionDetail | None,
    begun: Sequence[SessionDetail],
    card_for: CardFor,
    now_ms: int,
) -> Given:
    """What is known of it now. `begun` are sessions of the project that began since it was first shown."""
    if given.settled_ms or given.advice.kind not in MEASURED:
        return given
    after = _after(session, given.first_ms) if session is not None else []
    step = _step(given, session, after, begun, card_for)
    length = given.advice.turns
    if step is not None:
        turns = step.turns[:length]
        outcome = _measured(given.advice, step, turns, card_for)
        is_over = len(turns) == length or now_ms - turns[-1].time_ms > WAIT_MS
    else:
        went_on = len(after[:length])
        outcome = Outcome(turns=went_on, promised_picousd=given.advice.saving_over(went_on))
        is_over = now_ms - given.last_ms > WAIT_MS  # as long as it is said it may still be followed
    return replace(given, outcome=outcome, settled_ms=now_ms if is_over else 0)


def _after(session: SessionDetail, since_ms: int) -> list[Turn]:
    return [
        turn
        for turn in session.turns
        if turn.is_on_path
        and turn.time_ms > since_ms
        and turn.cost_picousd is not None
        and not turn.is_inherited
    ]


def _step(
    given: Given,
    session: SessionDetail | None,
    after: Sequence[Turn],
    begun: Sequence[SessionDetail],
    card_for: CardFor,
) -> _Step | None:
    """The first turns with the change, None while there are none."""
    advice = given.advice
    if advice.kind is Kind.MODEL:
        return _switched(after, "model", [turn.model == advice.basis.to_model for turn in after])
    if advice.kind is Kind.FAST:
        return _switched(after, "speed", [turn.speed != "fast" for turn in after])
    if advice.kind is Kind.COLD and advice.basis.expires_ms:
        return _switched(after, "break", [turn.time_ms < advice.basis.expires_ms for turn in after[:1]])
    compacted = _compacted(given, session, after, card_for)
    return compacted or _reset(given, after, begun)


def _switched(after: Sequence[Turn], how: str, is_other: Sequence[bool]) -> _Step | None:
    """From the first turn with the change up to the last one before it is undone."""
    if True not in is_other:
        return None
    first = is_other.index(True)
    end = is_other.index(False, first) if False in is_other[first:] else len(is_other)
    return _Step(how, after[first:end])


def _compacted(
    given: Given, session: SessionDetail | None, after: Sequence[Turn], card_for: CardFor
) -> _Step | None:
    marks = (
        [m for m in session.marks if m.kind == "compaction" and m.time_ms > given.first_ms] if session else []
    )
    if not marks:
        return None
    turns, basis = [turn for turn in after if turn.time_ms > marks[0].time_ms], given.advice.basis
    card = card_for(basis.model, given.last_ms, basis.speed)
    if not turns or card is None:
        return None
    # The log does not hold the summary's request: that it answered all that is left is the most it can have cost.
    left = Beginning(context=marks[0].other, summary=marks[0].other)
    return _Step("compaction", turns, compaction_cost(card, basis.context, left, is_1h=basis.is_1h))


def _reset(given: Given, after: Sequence[Turn], begun: Sequence[SessionDetail]) -> _Step | None:
    """A fresh session, after which the old one was left alone."""
    for session in sorted(begun, key=lambda detail: detail.view.started_ms):
        turns = _after(session, given.first_ms)
        is_fresh = bool(turns) and not any(turn.is_inherited for turn in session.turns)
        if is_fresh and not any(turn.time_ms > turns[0].time_ms for turn in after):
            return _Step("reset", turns)
    return None


def _measured(advice: Advice, step: _Step, turns: Sequence[Turn], card_for: CardFor) -> Outcome:
    """Beside what the same turns would have cost as things were: see `carried`."""
    basis = advice.basis
    card = card_for(basis.model, turns[0].time_ms, basis.speed)
    is_same = step.how in ("model", "speed", "break")
    as_it_was = (
        carried(card, basis, turns, basis.context * basis.scale // 100 if is_same else None) if card else 0
    )
    paid = sum(turn.cost_picousd or 0 for turn in turns) + step.price_picousd
    return Outcome(
        how=step.how,
        at_ms=turns[0].time_ms,
        turns=len(turns),
        promised_picousd=advice.saving_over(len(turns)),
        measured_picousd=as_it_was - paid if card else 0,
    )


def carried(card: RateCard, basis: Basis, turns: Sequence[Turn], before: int | None = None) -> int:
    """pico-USD of these turns, had they followed on the context that there was: what each added and answered, on
    top of it. What the first one added is known where it followed on `before`; else it is taken to be usual."""
    context, total = basis.context, 0
    cached = 0 if basis.is_cold else context
    for turn in turns:
        grown = basis.growth if before is None else max(0, turn.context - before) * 100 // basis.scale
        context += grown
        output = turn.output * 100 // basis.scale
        total += turn_cost(card, context, cached, output, is_1h=basis.is_1h) + sum(turn.costs[5:6])
        cached, before = context, turn.context
    return total


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
