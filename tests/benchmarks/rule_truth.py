"""When each planted case begins to hold, found in the plainest way from the requests themselves."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from rule_evidence import DAY_MS, Gatherer
from rule_history import API, DOCS, HOUR_MS, INFRA, MINUTE_MS, OPUS, SONNET, Work, day_ms

from tallylight.domain.budget import Budget
from tallylight.domain.money import PICO
from tallylight.domain.session import Turn

Test = Callable[[int], bool]
_FIGURES: dict[str, Callable[[Turn], int]] = {
    "cost": lambda turn: turn.cost_picousd or 0,
    "turns": lambda _: 1,
    "read": lambda turn: turn.cache_read,
    "sent": lambda turn: turn.cache_read + turn.new_tokens,
}


@dataclass(frozen=True)
class Case:
    """A notice of `rule` whose key holds `part` must be found at `moment_ms`."""

    rule: str
    part: str
    moment_ms: int


class Truth:
    """All requests in order of time, and sums over them."""

    def __init__(self, gatherer: Gatherer) -> None:
        self.history = gatherer.history
        calls = [(turn.time_ms, work, turn) for work in self.history.works for turn in work.turns]
        self.calls = sorted(calls, key=lambda call: call[0])
        self._times = [ms for ms, _, _ in self.calls]
        marks = (mark for work in self.history.works for mark in work.marks if mark.kind == "prompt")
        self._prompts = sorted(mark.time_ms for mark in marks)
        self._known: dict[tuple[object, ...], float] = {}

    def over(self, figure: str, since_ms: int, until_ms: int, **where: str) -> float:
        """The sum of a figure of the turns from `since_ms` up to and with `until_ms`; `where` names the work."""
        key = (figure, since_ms, until_ms, *sorted(where.items()))
        if key not in self._known:
            span = bisect_left(self._times, since_ms), bisect_right(self._times, until_ms)
            self._known[key] = sum(
                _FIGURES[figure](turn)
                for _, work, turn in self.calls[slice(*span)]
                if all(getattr(work, name) == value for name, value in where.items())
            )
        return self._known[key]

    def spent(self, since_ms: int, until_ms: int, **where: str) -> float:
        return self.over("cost", since_ms, until_ms, **where)

    def turns(self, since_ms: int, until_ms: int, **where: str) -> float:
        return self.over("turns", since_ms, until_ms, **where)

    def prompts(self, since_ms: int, until_ms: int) -> int:
        return bisect_right(self._prompts, until_ms) - bisect_left(self._prompts, since_ms)

    def first(self, day: int, until: int, test: Test) -> int:
        """The first moment of these days at which something happened, or an hour began, and `test` held."""
        begin, end = day_ms(day), day_ms(until)
        moments = {ms for ms, _, _ in self.calls if begin <= ms < end}
        moments |= {mark.time_ms for work in self.history.works for mark in work.marks}
        moments |= {ms for work in self.history.works for ms, _ in work.beyond}
        moments |= set(range(begin, end, HOUR_MS))
        return next((ms for ms in sorted(moments) if begin <= ms < end and test(ms)), 0)

    def begun(self, day: int, hour: int, project: str) -> Work:
        at_ms = day_ms(day, hour)
        return next(w for w in self.history.works if w.start_ms == at_ms and w.project == project)


def cases(gatherer: Gatherer, budget: Budget) -> list[Case]:
    truth = Truth(gatherer)
    found = [*_in_sessions(truth), *_in_days(truth), *_in_weeks(truth), *_in_budgets(truth, budget)]
    return sorted(found, key=lambda case: case.moment_ms)


def _in_sessions(truth: Truth) -> Iterable[Case]:
    heavy = truth.begun(63, 20, DOCS)
    yield Case("heavy_start", DOCS, heavy.turns[0].time_ms)
    loop = truth.begun(64, 20, API)
    failures = [mark.time_ms for mark in loop.marks if mark.kind == "failure"]

    def is_dear_loop(ms: int) -> bool:
        return ms >= failures[4] and truth.spent(failures[0], ms, id=loop.id) >= PICO / 4

    yield Case("retry_loop", loop.id, truth.first(64, 65, is_dear_loop))
    bloat = truth.begun(65, 20, INFRA)
    costs = [turn.cost_picousd or 0 for turn in bloat.turns]
    # The first dear turn writes the context, the second is the first that sends it again.
    dear = [
        turn.time_ms for turn, cost in zip(bloat.turns, costs, strict=True) if cost >= 5 * median(costs[1:6])
    ]
    yield Case("context_bloat", bloat.id, [ms for ms in dear if ms > bloat.turns[0].time_ms][1])
    yield Case("cold_cache", (cold := truth.begun(66, 19, INFRA)).id, cold.turns[-1].time_ms)
    alone = truth.begun(67, 20, INFRA)
    yield Case(
        "unattended",
        alone.id,
        next(
            turn.time_ms
            for n, turn in enumerate(alone.turns, 1)
            if (n >= 40 and turn.time_ms - alone.marks[0].time_ms >= 15 * MINUTE_MS)
            and truth.spent(0, turn.time_ms, id=alone.id) >= PICO
        ),
    )
    large = truth.begun(70, 18, INFRA)
    for amount in (10, 20):
        at_ms = truth.first(70, 71, lambda ms, n=amount: truth.spent(0, ms, id=large.id) >= n * PICO)  # type: ignore[misc]
        yield Case("large_session", f"{large.id}:{amount} usd", at_ms)


def _in_days(truth: Truth) -> Iterable[Case]:
    per_day = [truth.spent(day_ms(n), day_ms(n + 1) - 1) for n in range(42, 70)]
    typical = median(amount for amount in per_day if amount)
    recent = median([amount for amount in per_day if amount][-5:])
    # A large day of the week before, of which there may be one among the other cases, is what to beat.
    large = max((amount for amount in per_day[-7:] if amount >= 2 * typical), default=0)
    for times, part in ((2, ":2026-11-09"), (4, ":4:2026-11-09")):
        amount = max(times * typical, 2 * recent, 2 * large)
        at_ms = truth.first(70, 71, lambda ms, n=amount: truth.spent(day_ms(70), ms) >= n)  # type: ignore[misc]
        yield Case("big_day", part, at_ms)
    yield Case(
        "plan_limit",
        "seven_day:80",
        next(ms for ms, limit in truth.history.limits if limit.used_percent >= 80),
    )

    def is_dearer(ms: int) -> bool:
        """Docs on another model than in the two weeks before the last one began."""
        turns = truth.turns(day_ms(84), ms, project=DOCS, model=OPUS)
        before = day_ms(70), day_ms(84) - 1
        old = truth.spent(*before, project=DOCS) / truth.turns(*before, project=DOCS)
        new = truth.spent(day_ms(84), ms, project=DOCS)
        return turns >= 10 and new >= 2 * old * turns and new - old * turns >= PICO / 2

    yield Case("model_change", DOCS, truth.first(84, 90, is_dearer))


def _in_weeks(truth: Truth) -> Iterable[Case]:
    def share(since: int, until_ms: int, **where: str) -> float:
        read = truth.over("read", day_ms(since), until_ms, **where)
        sent = truth.over("sent", day_ms(since), until_ms, **where)
        return read / sent if sent >= 1_000_000 else 1.0

    def is_costlier(ms: int) -> bool:
        now = truth.spent(day_ms(70), ms, project=INFRA)
        weeks = [_same_part(truth, 70 - 7 * n, ms - 7 * n * DAY_MS) for n in range(1, 5)]
        has_begun = truth.turns(ms - ms % DAY_MS, ms) > 0
        return has_begun and now >= 2 * max(weeks[0], sum(weeks) / 4) and now - weeks[0] >= 5 * PICO

    def is_longer(ms: int) -> bool:
        def average(since: int, until_ms: int) -> float:
            prompts = truth.prompts(day_ms(since), until_ms)
            return truth.turns(day_ms(since), until_ms) / prompts if prompts >= 20 else 0.0

        end_ms = day_ms(70) - 1
        return average(70, ms) >= 1.5 * max(average(63, end_ms), average(42, end_ms))

    def is_beyond(ms: int) -> bool:
        stated = [pair for work in truth.history.works for pair in work.beyond]
        now = sum(amount for at, amount in stated if day_ms(77) <= at <= ms)
        weeks = [sum(a for at, a in stated if day_ms(d) <= at < day_ms(d + 7)) for d in (49, 56, 63, 70)]
        usual, spent = max(weeks[-1], sum(weeks) / 4), truth.spent(day_ms(77), ms)
        return now >= 2 * usual and now - usual >= PICO and now >= 0.05 * (spent + now)

    end_ms = day_ms(77) - 1
    yield Case("week_change", INFRA, truth.first(72, 77, is_costlier))
    yield Case("turns_per_prompt", "2026-11-09", truth.first(72, 77, is_longer))
    usual = min(share(since, end_ms, model=SONNET) for since in (70, 49))
    at_ms = truth.first(78, 84, lambda ms: usual - share(77, ms, model=SONNET) >= 0.1)
    yield Case("cache_share", f"{SONNET}:2026-11-16", at_ms)
    yield Case("beyond_transcripts", "2026-11-16", truth.first(80, 84, is_beyond))
    yield Case("premium_share", "2026-11-23", truth.first(85, 90, lambda ms: _is_premium(truth, ms)))


def _same_part(truth: Truth, first: int, until_ms: int) -> float:
    """A project's week up to a moment: whole days, and of the last one the part of it that is over."""
    midnight = until_ms - until_ms % DAY_MS
    day = truth.spent(midnight, midnight + DAY_MS - 1, project=INFRA)
    return truth.spent(day_ms(first), midnight - 1, project=INFRA) + day * (until_ms % DAY_MS) / DAY_MS


def _is_premium(truth: Truth, ms: int) -> bool:
    def mix(since: int, until_ms: int) -> tuple[float, float, float, float]:
        span = day_ms(since), until_ms
        return (
            truth.spent(*span, model=OPUS),
            truth.spent(*span),
            truth.turns(*span, model=OPUS),
            truth.turns(*span),
        )

    now, last, weeks = mix(84, ms), mix(77, day_ms(84) - 1), mix(56, day_ms(84) - 1)
    if now[1] < 0.4 * last[1] or now[1] < 5 * PICO or now[2] == 0:
        return False
    rest = now if now[3] > now[2] else last
    usual = last[2] / last[3]
    price = usual * now[0] / now[2] + (1 - usual) * (rest[1] - rest[0]) / (rest[3] - rest[2])
    is_risen = now[0] / now[1] - max(last[0] / last[1], weeks[0] / weeks[1]) >= 0.2
    return is_risen and now[1] - now[3] * price >= 2 * PICO


def _in_budgets(truth: Truth, budget: Budget) -> Iterable[Case]:
    """November begins on the 62nd day; October and September are what is typical."""

    def is_early(ms: int) -> bool:
        typical = median([truth.spent(day_ms(1), day_ms(31) - 1), truth.spent(day_ms(31), day_ms(62) - 1)])
        share = truth.spent(day_ms(62), ms) / typical
        return share >= 0.8 and share >= 1.25 * (ms - day_ms(62)) / (30 * DAY_MS)

    yield Case("month_pace", ":80:2026-11", truth.first(62, 90, is_early))
    for percent in budget.thresholds:

        def is_used(ms: int, percent: int = percent) -> bool:
            return truth.spent(day_ms(62), ms, project=budget.project) * 100 >= percent * budget.amount

        yield Case("budget", f"{budget.id}:{percent}:", truth.first(62, 90, is_used))
