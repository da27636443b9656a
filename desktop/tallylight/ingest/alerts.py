"""Budgets and notices: evidence from the ledger, findings from the rules, and what of them is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from time import monotonic_ns

import msgspec
from msgspec.structs import replace

from tallylight.domain.advice import Advice
from tallylight.domain.budget import Budget, BudgetStatus, Period, Span, span_of, status_of
from tallylight.domain.finding import Finding
from tallylight.domain.forecast import Forecast, forecast
from tallylight.domain.notices import MOST_SHOWN, Hush, Moment, Notice, Quiet, decide
from tallylight.domain.schedule import ScheduledRun
from tallylight.domain.session import SessionDetail
from tallylight.domain.settings import Settings
from tallylight.ingest.advising import Advising, findings_of_advice, notice_key
from tallylight.ingest.history import History
from tallylight.ingest.run_findings import findings_of_runs
from tallylight.ledger.budgets import session_statuses, unpriced_in, untold_in
from tallylight.ledger.days import day_of, next_month, share_of_day, start_of
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.spending import SessionSpend, by_day, sessions_since
from tallylight.rules.base import Evidence

_HOUR_MS = 3_600_000
_FOR_EVER = 1 << 53
#: While something waits to be told, until it is looked at again.
_WAIT_MS = 20_000

Findings = Callable[[Evidence, Mapping[str, Mapping[str, float]]], list[Finding]]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a look comes to, for the snapshot."""

    budgets: tuple[BudgetStatus, ...] = ()
    notices: tuple[Notice, ...] = ()
    told_before: int = 0
    hushes: tuple[Hush, ...] = ()
    month_forecast: Forecast | None = None
    advice: tuple[Advice, ...] = ()


class Alerts:
    """Looks at one ledger. Every notice is written down before it is handed out.

    `steady_ms` is a clock that nobody sets: how far apart notices are told is counted by it.
    """

    def __init__(
        self,
        ledger: Ledger,
        reader: sqlite3.Connection,
        findings_of: Findings,
        settings: Settings,
        steady_ms: Callable[[], int] = lambda: monotonic_ns() // 1_000_000,
        advising: Advising | None = None,
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._findings_of = findings_of
        self._settings = settings
        self._history = History(reader)
        self._runs: Sequence[ScheduledRun] = ()
        self._steady_ms = steady_ms
        self._advising = advising
        self._known = ledger.notices()
        self._told_before = max((notice.telling for notice in self._known.values()), default=0)

    def take_settings(self, settings: Settings) -> None:
        self._settings = settings

    def take_runs(self, runs: Sequence[ScheduledRun]) -> None:
        self._runs = runs

    def note_written(self, has_backlog: bool, since_ms: int = 1 << 62) -> None:
        """Requests from a moment on were written to the ledger; after a backlog, anything may have been."""
        self._history.note_written(since_ms)
        if has_backlog:
            self._history.forget()
        if self._advising is not None:
            self._advising.note_written(has_backlog)

    def look(self, now_ms: int, sessions: Sequence[SessionDetail], typical_day: int | None) -> Standing:
        """Where everything stands now; what is new is told. Raises sqlite3.Error."""
        self._history.renew(now_ms)
        evidence = self._evidence(now_ms, sessions, typical_day)
        findings = self._findings_of(evidence, self._settings.limits)
        findings += findings_of_runs(self._settings.schedules, self._runs, now_ms)
        advice = self.advise(now_ms, sessions)
        findings += findings_of_advice(advice, self._settings.advice_notice_picousd)
        moment = Moment(now_ms, self._steady_ms(), _clock(now_ms))
        hushed = self._ledger.hushed(now_ms)
        decided = decide(self._known, findings, self._quiet(hushed), moment)
        self._keep(decided)
        told = {one.finding.key for one in decided if one.told_ms == now_ms and not one.is_gathered}
        self.note_advice_shown([one.key for one in advice if notice_key(one) in told], now_ms)
        return Standing(
            budgets=_firsts(evidence.budgets),
            notices=self._newest(),
            told_before=self._told_before,
            hushes=self._hushes(hushed),
            month_forecast=evidence.month_forecast,
            advice=advice,
        )

    def advise(self, now_ms: int, sessions: Sequence[SessionDetail]) -> tuple[Advice, ...]:
        """What would make these sessions cheaper."""
        return self._advising.look(now_ms, sessions, self._settings) if self._advising is not None else ()

    def note_advice_shown(self, keys: Iterable[str], now_ms: int) -> None:
        """These pieces of advice were before somebody's eyes."""
        if self._advising is not None:
            self._advising.note_shown(keys, now_ms)

    def decline(self, key: str, now_ms: int) -> None:
        """This advice not for its session."""
        if self._advising is not None:
            self._advising.decline(key, now_ms)

    def advise_again(self, key: str, now_ms: int) -> None:
        """Take back that its session is to hear no more of this advice."""
        if self._advising is not None:
            self._advising.advise_again(key, now_ms)

    def findings(
        self, now_ms: int, sessions: Sequence[SessionDetail], typical_day: int | None
    ) -> tuple[list[Finding], tuple[Notice, ...]]:
        """What the rules find now, and the notices so far. Tells nothing."""
        self._history.renew(now_ms)
        evidence = self._evidence(now_ms, sessions, typical_day)
        return self._findings_of(evidence, self._settings.limits), self._newest()

    def answer(self, key: str, action: str, now_ms: int) -> None:
        """What the user did about a notice: "opened", "dismissed", "muted", "snoozed:1h", ":today" or ":period"."""
        notice = self._known.get(key)
        if notice is None:
            return
        done, _, length = action.partition(":")
        if done == "snoozed":
            until = self._snoozed_until(notice.finding, length, now_ms)
            self._ledger.hush("subject", notice.finding.subject, until)
        elif done == "muted" and notice.finding.session_id:
            self._ledger.hush("session", notice.finding.session_id, _FOR_EVER)
        self._keep([replace(notice, done=action, done_ms=now_ms)])

    def see(self, keys: Iterable[str]) -> None:
        """Somebody looked at these notices in the list."""
        unseen = [n for key in keys if (n := self._known.get(key)) is not None and n.is_unseen]
        self._keep([replace(notice, is_seen=True) for notice in unseen])

    def speak_again(self, kind: str, name: str) -> None:
        """Take back a mute or a snooze."""
        self._ledger.unhush(kind, name)

    def due_ms(self, now_ms: int) -> int | None:
        """When to look again although nothing was written: something waits to be told."""
        return now_ms + _WAIT_MS if any(n.waits for n in self._known.values()) else None

    # -- what is looked at

    def _evidence(self, now_ms: int, sessions: Sequence[SessionDetail], typical_day: int | None) -> Evidence:
        history, today, share = self._history, day_of(now_ms), share_of_day(now_ms)
        has_sessions = any(budget.period is Period.SESSION for budget in self._settings.budgets)
        todays = sessions_since(self._reader, start_of(today)) if has_sessions else []
        first = today.replace(day=1)
        spent = sum(amount for day, amount in history.sums.items() if first <= day <= today)
        return Evidence(
            now_ms=now_ms,
            today=today,
            share_of_today=share,
            week_starts_on=self._settings.week_starts_on,
            days=history.days,
            prompts=history.prompts,
            beyond_transcripts=history.beyond_transcripts,
            not_recorded=history.not_recorded,
            sessions=sessions,
            projects=history.names,
            budgets=[
                status
                for budget in self._settings.budgets
                for status in self._statuses(budget, todays, today, share)
            ],
            typical_day_picousd=typical_day,
            typical_month_picousd=history.typical_month,
            month_picousd=spent,
            month_forecast=forecast(history.sums, spent, today, next_month(first), share),
            output_rates=self._output_rates(now_ms),
            plan_limits=history.plan_limits,
        )

    def _statuses(
        self, budget: Budget, todays: list[SessionSpend], today: date, share: float
    ) -> list[BudgetStatus]:
        if budget.period is Period.SESSION:
            return session_statuses(budget, todays, self._history.names)
        starts_on = self._settings.week_starts_on
        span = span_of(budget, today, starts_on) or Span(today, today)
        unpriced = unpriced_in(self._history.spends, budget, span)
        days = by_day(self._history.spends, budget)
        status = status_of(budget, days, today, share, starts_on, unpriced)
        return [replace(status, untold=untold_in(self._reader, budget, span))]

    def _output_rates(self, now_ms: int) -> dict[str, int]:
        rates = {}
        for model in {spend.model for spend in self._history.spends}:
            card = self._ledger.prices.card_for(model, now_ms)
            if card is not None:
                rates[model] = card.tiers[-1].rates.output
        return rates

    # -- what is told

    def _quiet(self, hushed: Sequence[tuple[str, str, int]]) -> Quiet:
        hours = self._settings.quiet_hours
        return Quiet(
            is_paused=self._settings.is_quiet,
            hours=(_time_of(hours[0]), _time_of(hours[1])) if hours else None,
            snoozed={name: until for kind, name, until in hushed if kind == "subject"},
            muted_sessions=frozenset(name for kind, name, _ in hushed if kind == "session"),
            silenced_rules=frozenset(self._settings.silenced_rules),
        )

    def _snoozed_until(self, finding: Finding, length: str, now_ms: int) -> int:
        if length == "1h":
            return now_ms + _HOUR_MS
        today = day_of(now_ms)
        budget = next((b for b in self._settings.budgets if b.id == finding.budget_id), None)
        tomorrow = today + timedelta(days=1)
        if length != "period":
            return start_of(tomorrow)
        span = span_of(budget, today, self._settings.week_starts_on) if budget else None
        end = span.end if span else date.fromisoformat(finding.until or tomorrow.isoformat())
        return start_of(max(end, tomorrow))

    def _keep(self, notices: Sequence[Notice]) -> None:
        if notices:
            self._ledger.keep_notices(notices)
            self._known.update((notice.finding.key, notice) for notice in notices)

    def _newest(self) -> tuple[Notice, ...]:
        """The newest, and whatever belongs on the screen: by a clock that was set back it may look old."""
        newest = sorted(
            self._known.values(), key=lambda n: (n.told_ms or n.first_ms, n.finding.key), reverse=True
        )
        older = (n for n in newest[MOST_SHOWN:] if n.is_open and n.telling > self._told_before)
        return (*newest[:MOST_SHOWN], *older)

    def _hushes(self, hushed: Sequence[tuple[str, str, int]]) -> tuple[Hush, ...]:
        found = []
        for kind, name, until_ms in hushed:
            said = [n for n in self._known.values() if name in (n.finding.subject, n.finding.session_id)]
            last = max(said, key=lambda n: n.telling, default=None)
            found.append(Hush(kind=kind, name=name, until_ms=until_ms, last=last.latest if last else None))
        return tuple(found)


def _firsts(statuses: Sequence[BudgetStatus]) -> tuple[BudgetStatus, ...]:
    """One of each budget; of a session's that of the dearest session."""
    firsts: dict[str, BudgetStatus] = {}
    for status in statuses:
        firsts.setdefault(status.budget.id, status)
    return tuple(firsts.values())


def _clock(now_ms: int) -> time:
    return datetime.fromtimestamp(now_ms / 1000).astimezone().time()


def _time_of(text: str) -> time:
    """ "19:00" as a time; midnight for what is none, so that a damaged setting quiets nothing for long."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        return time()
