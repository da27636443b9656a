"""Made-up sessions for advice, at published prices, and the habits of whoever has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rule_factories import MINUTE_MS, NOW_MS, PROJECT, a_session, dollars
from tallylight.advice.base import Adviser
from tallylight.advice.course import Course, Evidence, course_of
from tallylight.domain.advice import Advice, Basis, Kind, Line
from tallylight.domain.carry import Beginning
from tallylight.domain.effect import Given
from tallylight.domain.finding import say
from tallylight.domain.habits import Begun, Habits, ModelFacts
from tallylight.domain.pricing import PriceList, RateCard, Rates, Tier
from tallylight.domain.session import Activity, NextTurn, SessionDetail, SessionMark, Turn

OPUS, OPUS_55, SONNET, HAIKU = "claude-opus-4-8", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
OLD_HAIKU = "claude-haiku-4-5"
AGENT, ELSEWHERE = "claude-code", "/home/user/notes"


def rates(input_: float, output: float, read: float, write_5m: float, write_1h: float) -> Rates:
    """From dollars per million tokens, as price lists state them."""
    figures = (round(figure * 1_000_000) for figure in (input_, output, read, write_5m, write_1h))
    return Rates(
        **dict(
            zip(("input", "output", "cache_read", "cache_write_5m", "cache_write_1h"), figures, strict=True)
        )
    )


def priced(model: str, *tiers: Tier, speed: str = "standard") -> RateCard:
    return RateCard(model=model, name=model, provider="anthropic", tiers=tiers, speed=speed)


CARDS = (
    priced(OPUS, Tier(-1, rates(5, 25, 0.5, 6.25, 10))),
    priced(OPUS, Tier(-1, rates(10, 50, 1, 12.5, 20)), speed="fast"),
    priced(OPUS_55, Tier(-1, rates(4, 20, 0.2, 5, 8))),
    priced(SONNET, Tier(-1, rates(2, 10, 0.1, 2.5, 4))),
    priced(OLD_HAIKU, Tier(-1, rates(1, 5, 0.1, 1.25, 2))),
    priced(
        HAIKU,
        Tier(100_000, rates(0.5, 2.5, 0.05, 0.625, 1)),
        Tier(-1, rates(0.1, 0.5, 0.01, 0.125, 0.2)),
    ),
)
PRICES = PriceList(CARDS)
MODELS = {
    OPUS: ModelFacts(provider="anthropic", window=200_000, rank=3, density=130),
    OPUS_55: ModelFacts(provider="anthropic", window=1_000_000, rank=3, density=130),
    SONNET: ModelFacts(provider="anthropic", window=1_000_000, rank=2, density=130, light_turns=40),
}


def a_turn_of(minutes: float, context: int, before: int, **given: Any) -> Turn:
    """A turn so many minutes from noon: what the one `before` had sent is read, the rest written for 5 minutes."""
    model, speed = given.pop("model", OPUS), given.pop("speed", "")
    figures = {
        "input": 0,
        "cache_read": min(before, context),
        "cache_write_5m": max(0, context - before),
        "cache_write_1h": 0,
        "output": 800,
        "reasoning": 0,
    } | {name: given.pop(name) for name in ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output",
                                            "reasoning") if name in given}  # fmt: skip
    card = PRICES.card_for(model, 0, speed)
    assert card is not None
    of = card.rates_at(context)
    costs = (
        figures["input"] * of.input,
        figures["output"] * of.output,
        figures["cache_read"] * of.cache_read,
        figures["cache_write_5m"] * of.cache_write_5m,
        figures["cache_write_1h"] * of.cache_write_1h,
        0,
    )
    fields: dict[str, Any] = {
        "key": f"msg_{minutes}",
        "number": 1,
        "time_ms": NOW_MS + round(minutes * MINUTE_MS),
        "model": model,
        "speed": speed,
        "context": context,
        "cost_picousd": sum(costs),
        "costs": costs,
    }
    return Turn(**(fields | figures | given))


def going(
    context: int = 132_000, growth: int = 3000, turns: int = 12, *, hits: bool = True, **given: Any
) -> list[Turn]:
    """A turn a minute, the newest a minute ago, each `growth` larger up to `context`."""
    found: list[Turn] = []
    before = 0
    for n in range(turns):
        sent = context - growth * (turns - 1 - n)
        found.append(a_turn_of(n - turns, sent, before, number=n + 1, **given))
        before = sent if hits else 0
    return found


def a_going_session(
    turns: Sequence[Turn] | None = None, *marks: SessionMark, expires: float = 4, **given: Any
) -> SessionDetail:
    """A session that rests, with a cache that expires so many minutes from now."""
    path = going() if turns is None else turns
    last = path[-1]
    fields: dict[str, Any] = {
        "activity": Activity.IDLE,
        "context": last.context,
        "context_window": 200_000,
        "compact_at": 0,
        "growth_per_turn": path[-1].context - path[-2].context if len(path) > 1 else 0,
        "next_turn": NextTurn(1, 10, NOW_MS + round(expires * MINUTE_MS)),
    }
    return a_session(path, *marks, **(fields | given))


def a_beginning(context: int = 21_000, count: int = 18, **given: Any) -> Beginning:
    return Beginning(context=context, count=count, growth=3000, output=800, **given)


def a_begun(days: float, context: int, **given: Any) -> Begun:
    fields: dict[str, Any] = {
        "session_id": f"s{days}",
        "source": AGENT,
        "project": PROJECT,
        "time_ms": NOW_MS - round(days * 86_400_000),
        "model": OPUS,
        "speed": "",
        "context": context,
        "cache_read": 0,
        "is_1h": False,
        "turns": 11,
    }
    return Begun(**(fields | given))


def evidence_of(now_ms: int = NOW_MS, **habits: Any) -> Evidence:
    """What is known at noon: starts here are light, and Sonnet has done light turns. `starts` by project, and what is
    left where it was `compacted`, are of the one agent whose sessions these are."""
    starts = habits.pop("starts", {PROJECT: a_beginning()})
    compacted = habits.pop("compacted", None)
    fields: dict[str, Any] = {
        "starts": {(AGENT, project): start for project, start in starts.items()},
        "compacted": {AGENT: compacted} if compacted is not None else {},
        "models": MODELS,
    }
    return Evidence(now_ms=now_ms, habits=Habits(**(fields | habits)), card_for=PRICES.card_for)


def said(adviser: Adviser, detail: SessionDetail, evidence: Evidence | None = None) -> list[Advice]:
    """What it advises that would save anything."""
    evidence = evidence or evidence_of()
    course = course_of(evidence, detail)
    found = adviser.advise(evidence, course) if course is not None else ()
    return [advice for advice in found if advice.saving_picousd > 0]


def the_advice(adviser: Adviser, detail: SessionDetail, evidence: Evidence | None = None) -> Advice:
    found = said(adviser, detail, evidence)
    assert len(found) == 1, found
    return found[0]


def course(detail: SessionDetail, evidence: Evidence | None = None) -> Course:
    made = course_of(evidence or evidence_of(), detail)
    assert made is not None
    return made


def an_advice(
    kind: Kind = Kind.RESET, saving: float = 1.0, session: str = "s-1", sure: float = 0.5
) -> Advice:
    return Advice(
        key=f"{kind}:{session}",
        kind=kind,
        session_id=session,
        project="/p",
        name="p",
        title=say("{name}", name="p"),
        figures=(say("One."), say("Two.")),
        assumption=say("None."),
        lines=a_saving(saving / 2, saving / 2),
        confidence=sure,
        turns=2,
        basis=Basis(model="m"),
    )


def a_saving(*savings: float) -> tuple[Line, ...]:
    return tuple(Line(say("Turn"), dollars(10), dollars(10 - saving)) for saving in savings)


def a_given(kind: Kind = Kind.RESET, promise: float = 0.1, turns: int = 10, **basis: Any) -> Given:
    """Shown at noon, at 132k on Opus that grows by 3,000; it promised so many dollars a turn."""
    fields: dict[str, Any] = {"model": OPUS, "context": 132_000, "growth": 3000}
    advice = Advice(
        key=f"{kind}:s-1",
        kind=kind,
        session_id="s-1",
        project="/p",
        name="p",
        title=say("p"),
        figures=(),
        assumption=say(""),
        lines=(Line(say("Turn"), dollars(1), dollars(1 - promise)),) * turns,
        confidence=0.5,
        turns=turns,
        basis=Basis(**(fields | basis)),
    )
    return Given(advice=advice, first_ms=NOW_MS, last_ms=NOW_MS)
