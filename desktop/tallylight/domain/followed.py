"""Whether advice was followed, as the turns after it show, and what that saved on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import takewhile

import msgspec
from msgspec.structs import replace

from tallylight.domain.advice import Advice, Basis, Kind
from tallylight.domain.carry import Beginning, compaction_cost, turn_cost
from tallylight.domain.effect import Given, Outcome
from tallylight.domain.fold import CardFor
from tallylight.domain.pricing import RateCard
from tallylight.domain.repricing import repriced, surcharged
from tallylight.domain.session import SessionDetail, SessionMark, Turn

#: Whoever acts later than this acts on something else; what follows is as long; and whoever has not gone back to a
#: session for so long has left it.
WAIT_MS = 12 * 3_600_000
#: With either of these the context is smaller.
_SHRINKS = (Kind.RESET, Kind.COMPACT, Kind.LONG)
_MEASURED = frozenset({*_SHRINKS, Kind.COLD, Kind.MODEL, Kind.FAST})


class _Step(msgspec.Struct, frozen=True):
    """The change, as it was found: the turns after it, the session as it was before it, and its own price."""

    how: str
    turns: Sequence[Turn]
    then: Basis
    price_picousd: int = 0


def is_measured(advice: Advice) -> bool:
    """Whether the turns that follow can show that it was taken. Who goes on while the cache is warm may have done so
    anyway: of that nothing is claimed."""
    return advice.kind in _MEASURED and not advice.basis.expires_ms


def renewed(
    given: Given,
    session: SessionDetail | None,
    begun: Sequence[SessionDetail],
    card_for: CardFor,
    now_ms: int,
    claimed: Collection[str] = (),
) -> Given:
    """What is known of it now. `begun` are sessions that the user began in the project since it was first shown;
    for the requests in `claimed` other advice accounts."""
    if given.settled_ms or not is_measured(given.advice):
        return given
    path = _path(session) if session is not None else []
    mark = _compaction(given, session)
    after = [turn for turn in _priced(path, given.first_ms) if mark is None or turn.time_ms < mark.time_ms]
    length = given.advice.turns
    step = _step(given, path, after, mark, begun, card_for)
    turns = _own(step.turns, claimed)[:length] if step is not None else []
    if step is not None and turns:
        outcome = _measured(given.advice, step, turns, card_for)
        is_over = len(turns) == length or now_ms - turns[-1].time_ms > WAIT_MS
        if step.how == "reset":  # until then its user may still go back
            is_over = is_over and now_ms - turns[0].time_ms > WAIT_MS
    else:
        left = [turn.key for turn in after[:length] if turn.key not in claimed]
        outcome = Outcome(
            turns=len(left), promised_picousd=given.advice.saving_over(len(left)), keys=tuple(left)
        )
        is_over = now_ms - given.last_ms > WAIT_MS  # as long as it is said it may still be followed
    return replace(given, outcome=outcome, settled_ms=now_ms if is_over else 0)


def _own(turns: Sequence[Turn], claimed: Collection[str]) -> list[Turn]:
    """Up to the first that other advice accounts for."""
    return list(takewhile(lambda turn: turn.key not in claimed, turns))


def _path(session: SessionDetail) -> list[Turn]:
    return [turn for turn in session.turns if turn.is_on_path and not (turn.is_inherited or turn.is_gauge)]


def _priced(path: Sequence[Turn], since_ms: int) -> list[Turn]:
    return [turn for turn in path if turn.time_ms > since_ms and turn.cost_picousd is not None]


def _compaction(given: Given, session: SessionDetail | None) -> SessionMark | None:
    """The first one since it was shown: what the advice was about ends there."""
    marks = session.marks if session is not None else ()
    return next((m for m in marks if m.kind == "compaction" and m.time_ms > given.first_ms), None)


def _step(
    given: Given,
    path: Sequence[Turn],
    after: Sequence[Turn],
    mark: SessionMark | None,
    begun: Sequence[SessionDetail],
    card_for: CardFor,
) -> _Step | None:
    """The first turns with the change, None while there are none."""
    kind, basis = given.advice.kind, given.advice.basis
    if kind is Kind.MODEL:
        return _switched(given, path, after, "model", [turn.model == basis.to_model for turn in after])
    if kind is Kind.FAST:
        return _switched(given, path, after, "speed", [turn.speed != "fast" for turn in after])
    if mark is None:
        return _reset(given, path, begun)
    return _compacted(given, path, mark, card_for)


def _switched(
    given: Given, path: Sequence[Turn], after: Sequence[Turn], how: str, is_other: Sequence[bool]
) -> _Step | None:
    """From the first turn with the change up to the last one before it is undone."""
    if True not in is_other:
        return None
    first = is_other.index(True)
    end = is_other.index(False, first) if False in is_other[first:] else len(is_other)
    if _is_late(given, after[first].time_ms):
        return None
    return _Step(how, after[first:end], _then(given, path, after[first].time_ms))


def _compacted(given: Given, path: Sequence[Turn], mark: SessionMark, card_for: CardFor) -> _Step | None:
    """What the client does by itself follows nobody's advice."""
    if mark.label == "auto" or _is_late(given, mark.time_ms):
        return None
    turns, then = _priced(path, mark.time_ms), _then(given, path, mark.time_ms)
    then = replace(then, context=mark.value or then.context)
    card = _card(then, card_for, mark.time_ms)
    if not turns or card is None:
        return None
    # The log does not hold the summary's request: that it answered all that is left is the most it can have cost.
    left, cached = Beginning(context=mark.other, summary=mark.other), 0 if then.is_cold else None
    price = compaction_cost(card, then.context, left, is_1h=then.is_1h, cached=cached)
    return _Step("compaction", turns, then, price)


def _reset(given: Given, path: Sequence[Turn], begun: Sequence[SessionDetail]) -> _Step | None:
    """The first session that the user began after the last turn of the old one."""
    for session in sorted(begun, key=lambda detail: detail.view.started_ms):
        turns = _priced(_path(session), given.first_ms)
        if not turns or any(turn.is_inherited for turn in session.turns):
            continue
        if not any(turn.time_ms > turns[0].time_ms for turn in path):
            is_late = _is_late(given, turns[0].time_ms)
            return None if is_late else _Step("reset", turns, _then(given, path, turns[0].time_ms))
    return None


def _is_late(given: Given, at_ms: int) -> bool:
    return at_ms - given.last_ms > WAIT_MS


def _then(given: Given, path: Sequence[Turn], at_ms: int) -> Basis:
    """The session as it was just before the change, which need not be as it was when the advice was last shown."""
    basis = given.advice.basis
    last = next((turn for turn in reversed(path) if turn.time_ms < at_ms), None)
    if last is None or last.time_ms <= given.first_ms:
        return basis
    return replace(basis, context=last.context, model=last.model, speed=last.speed, is_cold=False)


def _card(basis: Basis, card_for: CardFor, at_ms: int) -> RateCard | None:
    card = card_for(basis.model, at_ms, basis.speed)
    return surcharged(card, basis.surcharge) if card is not None else None


def _measured(advice: Advice, step: _Step, turns: Sequence[Turn], card_for: CardFor) -> Outcome:
    """Beside what the same turns would have cost as things were: see `carried`."""
    then = step.then
    card = _card(then, card_for, turns[0].time_ms)
    goes_on = step.how in ("model", "speed")
    as_it_was = (
        carried(card, then, turns, then.context * then.scale // 100 if goes_on else None) if card else 0
    )
    paid = sum(_paid(advice, step, turn, card_for) for turn in turns) + step.price_picousd
    return Outcome(
        how=step.how,
        at_ms=turns[0].time_ms,
        turns=len(turns),
        promised_picousd=advice.saving_over(len(turns)),
        measured_picousd=as_it_was - paid if card else 0,
        keys=tuple(turn.key for turn in turns),
    )


def _paid(advice: Advice, step: _Step, turn: Turn, card_for: CardFor) -> int:
    """With the change that was advised and no other: who also took another model saved something by that, too."""
    model, speed = step.then.model, step.then.speed
    if step.how == "model":
        model = advice.basis.to_model
    elif step.how == "speed":
        speed = ""
    own, other = (
        card_for(*of) for of in ((turn.model, turn.time_ms, turn.speed), (model, turn.time_ms, speed))
    )
    if own is None or other is None or own.tiers == other.tiers:
        return turn.cost_picousd or 0
    return sum(repriced(turn, own, other))


def carried(card: RateCard, basis: Basis, turns: Sequence[Turn], before: int | None = None) -> int:
    """pico-USD of these turns, had they followed on the context that there was: what each added and answered, on
    top of it. What the first one added is known where it followed on `before`; else it is taken to be usual."""
    context, total = basis.context, 0
    cached = 0 if basis.is_cold else context
    for turn in turns:
        grown = basis.growth if before is None else max(0, turn.context - before) * 100 // basis.scale
        if basis.compacted and basis.compact_at and context + grown > basis.compact_at > basis.compacted:
            left = Beginning(context=basis.compacted)
            total += compaction_cost(card, context, left, is_1h=basis.is_1h, cached=cached)
            context, cached = basis.compacted, 0
        context += grown
        output = turn.output * 100 // basis.scale
        total += turn_cost(card, context, cached, output, is_1h=basis.is_1h) + sum(turn.costs[5:6])
        cached, before = context, turn.context
    return total
