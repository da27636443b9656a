"""Ninety days of made-up work with agents: two clean thirds, and one with cases planted that rules must find."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tallylight.domain.session import SessionMark, Turn
from tallylight.rules.base import PlanLimit

#: A Monday, so that November is what the last third lies in.
FIRST = date(2026, 8, 31)
DAYS = 90
NOT_RECORDED = FIRST + timedelta(days=20)
OPUS, SONNET, HAIKU = "claude-opus-4-8", "claude-sonnet-5-5", "claude-haiku-4-5"
#: pico-USD per token: input, output, cache read, 5-minute write, 1-hour write.
RATES = {
    OPUS: (5_000_000, 25_000_000, 500_000, 6_250_000, 10_000_000),
    SONNET: (3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000),
    HAIKU: (1_000_000, 5_000_000, 100_000, 1_250_000, 2_000_000),
}
API, DOCS, INFRA = "/home/user/payments-api", "/home/user/docs-site", "/home/user/infra"
HOUR_MS, MINUTE_MS = 3_600_000, 60_000


@dataclass
class Work:
    """One session: its requests and marks, in order of time, and what its client counts beyond them."""

    id: str
    project: str
    model: str
    start_ms: int
    at_ms: int = 0
    context: int = 0
    turns: list[Turn] = field(default_factory=list)
    marks: list[SessionMark] = field(default_factory=list)
    #: (ms, pico-USD)
    beyond: list[tuple[int, int]] = field(default_factory=list)
    is_5m: bool = False


@dataclass(frozen=True)
class Habit:
    """How a day's sessions go."""

    sessions: tuple[int, int] = (3, 5)
    turns: tuple[int, int] = (4, 11)
    #: The part of the context that the cache serves.
    cached: float = 1.0
    models: tuple[tuple[str, str, float], ...] = ((API, SONNET, 0.5), (DOCS, HAIKU, 0.2), (INFRA, OPUS, 0.3))
    beyond: float = 0.01


@dataclass
class History:
    works: list[Work]
    #: (ms, statement)
    limits: list[tuple[int, PlanLimit]]


def day_ms(number: int, hour: float = 0) -> int:
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC).timestamp() * 1000
    return round(start + (number * 24 + hour) * HOUR_MS)


class Maker:
    """Deterministic: the same seed makes the same history."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.works: list[Work] = []

    def begin(self, at_ms: int, project: str, model: str, **given: bool) -> Work:
        work = Work(f"s-{len(self.works):04}", project, model, at_ms, at_ms, **given)
        self.works.append(work)
        return work

    def prompt(self, work: Work, after_ms: int) -> None:
        work.at_ms += after_ms
        work.marks.append(SessionMark("prompt", work.at_ms, "", 180))

    def turn(self, work: Work, grow: int, output: int, cached: float = 1.0, step_ms: int = 0) -> Turn:
        """One more request; the context before is read from the cache as far as it serves."""
        work.at_ms += step_ms or self.chance.randint(12_000, 35_000)
        read = round(work.context * cached)
        work.context += grow
        written = work.context - read
        rates = RATES[work.model]
        costs = (0, output * rates[1], read * rates[2], 0, 0, 0)
        place = 3 if work.is_5m else 4
        costs = (*costs[:place], written * rates[place], *costs[place + 1 :])
        turn = Turn(
            key=f"{work.id}-{len(work.turns)}",
            number=0,
            time_ms=work.at_ms,
            model=work.model,
            context=work.context,
            input=0,
            cache_read=read,
            cache_write_5m=written if work.is_5m else 0,
            cache_write_1h=0 if work.is_5m else written,
            output=output,
            cost_picousd=sum(costs),
            costs=costs,
        )
        work.turns.append(turn)
        return turn

    def usual(self, at_ms: int, project: str, model: str, habit: Habit) -> Work:
        """A session as people have them: some prompts, each with some turns, and thinking between."""
        chance = self.chance
        work = self.begin(at_ms, project, model)
        for n in range(chance.randint(4, 8)):
            self.prompt(work, chance.randint(30_000, 300_000))
            for _ in range(chance.randint(*habit.turns)):
                grow = chance.randint(700, 2200) if n or work.context else chance.randint(18_000, 26_000)
                self.turn(work, grow, chance.randint(200, 900), habit.cached)
        spent = sum(turn.cost_picousd or 0 for turn in work.turns)
        work.beyond.append((work.at_ms, round(spent * habit.beyond)))
        return work

    def day(self, number: int, habit: Habit) -> None:
        chance = self.chance
        is_weekend = (FIRST + timedelta(days=number)).weekday() >= 5
        count = int(chance.random() < 0.25) if is_weekend else chance.randint(*habit.sessions)
        names, models, weights = zip(*habit.models, strict=True)
        hour = 9 + chance.random()
        for _ in range(count):
            place = chance.choices(range(len(names)), weights)[0]
            work = self.usual(day_ms(number, hour), names[place], models[place], habit)
            hour = (work.at_ms - day_ms(number)) / HOUR_MS + chance.uniform(0.2, 0.9)


def made(seed: int) -> History:
    maker = Maker(seed)
    for number in range(DAYS):
        if FIRST + timedelta(days=number) != NOT_RECORDED:
            maker.day(number, _habit(number))
    for plant in (_heavy, _failing, _bloated, _cold, _alone, _dear):
        plant(maker)
    maker.works.sort(key=lambda work: work.start_ms)
    return History(maker.works, list(_limits()))


def _habit(number: int) -> Habit:
    """The drifts of the last third: each begins on a day of its own and ends with its week."""
    if 72 <= number <= 76:  # more turns for each message
        return Habit(turns=(12, 24), sessions=(3, 4), models=_mix(0.7, 0.2, 0.1))
    if 78 <= number <= 83:  # the cache serves less, and from the third day on much is in no transcript
        return Habit(cached=0.8, beyond=0.5 if number >= 80 else 0.01, models=_mix(0.7, 0.2, 0.1))
    if number >= 84:  # the silent upgrade of a project that most of the week's work is on
        return Habit(sessions=(4, 6), models=_mix(0.2, 0.7, 0.1, docs_on=OPUS))
    return Habit()


def _mix(api: float, docs: float, infra: float, docs_on: str = HAIKU) -> tuple[tuple[str, str, float], ...]:
    return (API, SONNET, api), (DOCS, docs_on, docs), (INFRA, OPUS, infra)


def _heavy(maker: Maker) -> None:
    work = maker.begin(day_ms(63, 20), DOCS, OPUS)
    maker.prompt(work, 1000)
    for n in range(8):
        maker.turn(work, 1500 if n else 52_000, 400)


def _failing(maker: Maker) -> None:
    work = maker.begin(day_ms(64, 20), API, OPUS)
    maker.prompt(work, 1000)
    for n in range(16):
        maker.turn(work, 900 if n else 24_000, 1500)
        if n >= 2:
            work.marks.append(SessionMark("failure", work.at_ms + 2000, "Bash", n - 1))


def _bloated(maker: Maker) -> None:
    work = maker.begin(day_ms(65, 20), INFRA, OPUS)
    for n in range(40):
        if n % 6 == 0:
            maker.prompt(work, 60_000)
        grow = {0: 20_000, 25: 170_000}.get(n, 300)
        maker.turn(work, grow, 120)


def _cold(maker: Maker) -> None:
    work = maker.begin(day_ms(66, 19), INFRA, OPUS, is_5m=True)
    for n in range(30):
        if n % 6 == 0:
            maker.prompt(work, 60_000)
        maker.turn(work, 2500 if n else 20_000, 300)
    maker.prompt(work, 48 * MINUTE_MS)
    maker.turn(work, 1000, 300, cached=0.0)


def _alone(maker: Maker) -> None:
    work = maker.begin(day_ms(67, 20), INFRA, OPUS)
    maker.prompt(work, 1000)
    for n in range(70):
        maker.turn(work, 1000 if n else 22_000, 500)


def _dear(maker: Maker) -> None:
    """A session with many prompts that passes $10 and $20, and makes the day a big one and the project's week."""
    work = maker.begin(day_ms(70, 18), INFRA, OPUS)
    for n in range(210):
        if n % 9 == 0:
            maker.prompt(work, 40_000)
        maker.turn(work, 1500 if n else 22_000, 800)


def _limits() -> Iterator[tuple[int, PlanLimit]]:
    """Statements of the weekly limit on a Sunday, up to over 80 %."""
    resets = day_ms(70)
    for hour in range(10, 19):
        yield day_ms(69, hour), PlanLimit("seven_day", 40 + 5.0 * (hour - 9), resets)
