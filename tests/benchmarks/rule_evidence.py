"""The evidence at a moment of a made-up history, as the program would gather it from its ledger."""

from __future__ import annotations

import bisect
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from statistics import median

from rule_history import FIRST, NOT_RECORDED, RATES, History, Work

from tallylight.domain.budget import Budget, BudgetStatus, even_pace, per_day_left, span_of
from tallylight.domain.fold import Attributes, detail_of
from tallylight.domain.forecast import forecast
from tallylight.domain.session import SessionDetail, Turn
from tallylight.rules.base import DaySlice, Evidence

DAY_MS = 86_400_000
_LIVE_MS = 30 * 60_000


def day_of(ms: int) -> date:
    return datetime.fromtimestamp(ms / 1000, UTC).date()


class Gatherer:
    """Keeps what is over; a moment's evidence costs what the day and the live sessions hold."""

    def __init__(self, history: History, budgets: list[Budget]) -> None:
        self.history, self.budgets = history, budgets
        self.calls: dict[date, list[tuple[Work, Turn]]] = defaultdict(list)
        for work in history.works:
            for turn in work.turns:
                self.calls[day_of(turn.time_ms)].append((work, turn))
        for calls in self.calls.values():
            calls.sort(key=lambda call: call[1].time_ms)
        self._past: tuple[date, list[DaySlice]] = (date.min, [])
        self._whole = {day: _slices(day, calls) for day, calls in self.calls.items()}
        self.spent = {day: sum(part.picousd for part in parts) for day, parts in self._whole.items()}
        self._ends = [max(work.at_ms, work.start_ms) for work in history.works]

    def at(self, now_ms: int) -> Evidence:
        today = day_of(now_ms)
        share = (now_ms % DAY_MS) / DAY_MS
        now = _slices(today, [call for call in self.calls[today] if call[1].time_ms <= now_ms])
        spent = sum(part.picousd for part in now)
        days = [*self._before(today), *now]
        known = {day: amount for day, amount in self.spent.items() if day < today}
        month = today.replace(day=1)
        month_spent = spent + sum(amount for day, amount in known.items() if day >= month)
        end = (month + timedelta(days=31)).replace(day=1)
        active = [known[day] for n in range(1, 29) if known.get(day := today - timedelta(days=n))]
        return Evidence(
            now_ms=now_ms,
            today=today,
            share_of_today=share,
            days=days,
            prompts=self._prompts(today, now_ms),
            beyond_transcripts=self._beyond(today, now_ms),
            not_recorded=frozenset({NOT_RECORDED} if today > NOT_RECORDED else ()),
            sessions=[self._detail(work, now_ms) for work in self._live(now_ms)],
            projects={work.project: work.project.rpartition("/")[2] for work in self.history.works},
            budgets=[self._status(budget, days, today, share) for budget in self.budgets],
            typical_day_picousd=round(median(active)) if len(active) >= 3 else None,
            typical_month_picousd=self._typical_month(month),
            month_picousd=month_spent,
            month_forecast=forecast(known, month_spent, today, end, share),
            output_rates={model: rates[1] for model, rates in RATES.items()},
            plan_limits=[limit for ms, limit in self.history.limits if ms <= now_ms][-1:],
        )

    def _before(self, today: date) -> list[DaySlice]:
        if self._past[0] != today:
            first = today - timedelta(days=70)
            parts = [part for day, of_day in self._whole.items() if first <= day < today for part in of_day]
            self._past = (today, sorted(parts, key=lambda part: part.day))
        return self._past[1]

    def _typical_month(self, month: date) -> int | None:
        months: dict[date, int] = defaultdict(int)
        for day, amount in self.spent.items():
            months[day.replace(day=1)] += amount
        whole = [amount for first, amount in months.items() if FIRST <= first < month]
        return round(median(whole)) if whole else None

    def _marked(self, today: date, now_ms: int, kind: str) -> dict[date, int]:
        counts: dict[date, int] = defaultdict(int)
        for work in self.history.works:
            for mark in work.marks if work.start_ms <= now_ms else ():
                if mark.kind == kind and mark.time_ms <= now_ms:
                    counts[day_of(mark.time_ms)] += 1
        return {day: count for day, count in counts.items() if day > today - timedelta(days=70)}

    def _prompts(self, today: date, now_ms: int) -> dict[date, int]:
        return self._marked(today, now_ms, "prompt")

    def _beyond(self, today: date, now_ms: int) -> dict[date, int]:
        beyond: dict[date, int] = defaultdict(int)
        for work in self.history.works:
            for ms, amount in work.beyond:
                if ms <= now_ms:
                    beyond[day_of(ms)] += amount
        return {day: amount for day, amount in beyond.items() if day > today - timedelta(days=70)}

    def _live(self, now_ms: int) -> list[Work]:
        works = self.history.works
        end = bisect.bisect_right(works, now_ms, key=lambda work: work.start_ms)
        return [w for w in works[max(0, end - 12) : end] if now_ms - w.at_ms < _LIVE_MS and w.turns]

    def _detail(self, work: Work, now_ms: int) -> SessionDetail:
        known = Attributes(
            session_id=work.id,
            source="claude-code",
            project=work.project.rpartition("/")[2],
            project_path=work.project,
        )
        turns = [turn for turn in work.turns if turn.time_ms <= now_ms]
        marks = [mark for mark in work.marks if mark.time_ms <= now_ms]
        return detail_of(known, turns, marks, lambda *_: None, lambda _: None, now_ms)

    def _status(self, budget: Budget, days: list[DaySlice], today: date, share: float) -> BudgetStatus:
        span = span_of(budget, today)
        assert span is not None
        mine = [part for part in days if part.project == budget.project]
        spent = sum(part.picousd for part in mine if part.day >= span.first)
        past: dict[date, int] = defaultdict(int)
        for part in mine:
            past[part.day] += part.picousd
        return BudgetStatus(
            budget=budget,
            spent=spent,
            span=span,
            pace=even_pace(budget, span, today, share),
            forecast=forecast(past, spent, today, span.end, share),
            per_day_left=per_day_left(budget, spent, span, today),
        )


def _slices(day: date, calls: list[tuple[Work, Turn]]) -> list[DaySlice]:
    groups: dict[tuple[str, str], list[Turn]] = defaultdict(list)
    for work, turn in calls:
        groups[work.project, turn.model].append(turn)
    return [
        DaySlice(
            day=day,
            project=project,
            model=model,
            picousd=sum(turn.cost_picousd or 0 for turn in turns),
            requests=len(turns),
            turns=len(turns),
            prompt=sum(turn.cache_read + turn.new_tokens for turn in turns),
            cache_read=sum(turn.cache_read for turn in turns),
        )
        for (project, model), turns in groups.items()
    ]
