"""Advice for live sessions: worked out when something changed, and remembered once it was shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from tallylight.advice.cold import soon_ms
from tallylight.advice.course import REST_MS, Evidence
from tallylight.domain.advice import Advice, Kind, chosen
from tallylight.domain.effect import Given
from tallylight.domain.finding import Finding, Severity
from tallylight.domain.habits import Habits
from tallylight.domain.session import Activity, SessionDetail, SessionView
from tallylight.domain.settings import Settings
from tallylight.ingest.adviser import advice_about
from tallylight.ingest.given_advice import GivenAdvice
from tallylight.ledger.habits import habits_of
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries
from tallylight.pricebook.families import facts_of

#: Habits change slowly; what became of advice may wait a little; what a status line may say holds for half an hour.
_HABITS_MS, _FOLLOW_MS, _HAND_MS = 600_000, 60_000, 600_000
#: The rule of findings that are advice.
ADVICE = "advice"


class _Known(msgspec.Struct, frozen=True):
    """What was worked out for one session, and from what: the same again says the same."""

    detail: SessionDetail
    habits: Habits
    passed: int
    advice: Sequence[Advice]


class Advising:
    """Follows one ledger. `detail_of` reads a session; `hand_over` gets what each session's status line may say."""

    def __init__(
        self,
        ledger: Ledger,
        reader: sqlite3.Connection,
        detail_of: Callable[[str, int], SessionDetail | None],
        hand_over: Callable[[Mapping[str, Advice], int], None] = lambda _advice, _now: None,
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._queries = Queries(reader)
        self._detail_of = detail_of
        self._hand_over = hand_over
        self._habits, self._habits_ms = Habits(), 0
        #: The sessions that habits do not speak of, as they go on.
        self._without: frozenset[str] = frozenset()
        self._known: dict[str, _Known] = {}
        self._given = GivenAdvice(ledger)
        self._said: dict[str, Advice] = {}
        self._followed_ms = 0
        self._is_stale = True
        self._handed: Mapping[str, Advice] | None = None
        self._handed_ms = 0

    def note_written(self, has_backlog: bool) -> None:
        """Something was written to the ledger; after a backlog, anything may have been."""
        self._is_stale = True
        if has_backlog:
            self._habits_ms = 0

    def look(self, now_ms: int, sessions: Sequence[SessionDetail], settings: Settings) -> tuple[Advice, ...]:
        """What may be said now, and what became of what was shown. Raises sqlite3.Error."""
        said = self.advise(now_ms, sessions, settings)
        if self._is_stale and not 0 <= now_ms - self._followed_ms < _FOLLOW_MS:
            self._is_stale, self._followed_ms = False, now_ms
            self._follow(sessions, now_ms)
        self._say_in_short(said, now_ms)
        return said

    def advise(
        self, now_ms: int, sessions: Sequence[SessionDetail], settings: Settings
    ) -> tuple[Advice, ...]:
        """What may be said of these sessions. Remembers nothing: nobody has seen it yet."""
        ids = frozenset(detail.view.session_id for detail in sessions)
        self._given.recall(ids, now_ms)
        if sessions:
            self._renew_habits(now_ms, ids)
        self._known = {
            detail.view.session_id: self._about(detail, now_ms)
            for detail in sessions
            if not self._was_left(detail.view, sessions)
        }
        declined = self._given.declined()

        def is_unwanted(advice: Advice) -> bool:
            return (
                advice.kind.value in settings.silenced_advice or (advice.session_id, advice.kind) in declined
            )

        found = {advice.key: advice for known in self._known.values() for advice in known.advice}
        floor = settings.advice_floor_picousd
        said = tuple(
            chosen(found.values(), floor, is_unwanted, lambda one: self._given.is_repeated(one, floor))
        )
        # What is reported as shown may be what was said a moment ago.
        recent = {key: one for key, one in self._said.items() if one.session_id in ids}
        self._said = recent | {advice.key: advice for advice in said}
        return said

    def note_shown(self, keys: Iterable[str], now_ms: int) -> None:
        """Somebody had these pieces before their eyes: only such advice can have been followed."""
        self._given.note_shown([self._said[key] for key in keys if key in self._said], now_ms)

    def decline(self, key: str, now_ms: int) -> None:
        """Not for this session."""
        self.note_shown([key], now_ms)
        self._given.decline(key)

    def advise_again(self, key: str, now_ms: int) -> None:
        """For its session again, whichever piece of its kind was declined there."""
        self._given.take_back(key, now_ms)

    # -- what is said

    def _renew_habits(self, now_ms: int, going: frozenset[str]) -> None:
        """From what is over: a session that goes on is no habit to hold beside itself."""
        if 0 <= now_ms - self._habits_ms < _HABITS_MS and going <= self._without:
            return
        prices = self._ledger.prices
        self._habits_ms, self._without = now_ms, going
        self._habits = habits_of(
            self._reader, now_ms, lambda model: facts_of(model, prices.card_for(model, now_ms)), going
        )

    def _about(self, detail: SessionDetail, now_ms: int) -> _Known:
        """What was worked out before, as long as neither session nor habits changed and the clock means nothing."""
        known, passed = self._known.get(detail.view.session_id), _moments_passed(detail, now_ms)
        is_same = known is not None and known.detail is detail and known.habits is self._habits
        if known is not None and is_same and known.passed == passed:
            return known
        evidence = Evidence(now_ms=now_ms, habits=self._habits, card_for=self._ledger.prices.card_for)
        return _Known(detail, self._habits, passed, advice_about(evidence, detail))

    def _was_left(self, view: SessionView, going: Iterable[SessionDetail]) -> bool:
        """Whether its user has begun another session with the same agent since: then nobody goes back to it."""
        later = {
            detail.view.session_id
            for detail in going
            if detail.view.project_path == view.project_path
            and detail.view.source == view.source
            and detail.view.started_ms > view.last_ms
        }
        return bool(later) and not later.isdisjoint(
            self._queries.known.begun_in(view.project_path, view.source, view.last_ms)
        )

    def _say_in_short(self, said: Iterable[Advice], now_ms: int) -> None:
        best: dict[str, Advice] = {}
        for advice in said:  # the best of each session comes first
            if advice.kind is not Kind.START:  # no prompt of this session makes it cheaper
                best.setdefault(advice.session_id, advice)
        if best != self._handed or (best and not 0 <= now_ms - self._handed_ms < _HAND_MS):
            self._handed, self._handed_ms = best, now_ms
            self._hand_over(best, now_ms)

    # -- what became of it

    def _follow(self, sessions: Sequence[SessionDetail], now_ms: int) -> None:
        read: dict[str, SessionDetail | None] = {detail.view.session_id: detail for detail in sessions}

        def detail_of(session_id: str) -> SessionDetail | None:
            if session_id not in read:
                read[session_id] = self._detail_of(session_id, now_ms)
            return read[session_id]

        def begun_since(given: Given) -> list[SessionDetail]:
            ids = self._queries.known.begun_in(given.advice.project, given.advice.source, given.first_ms)
            return [detail for session_id in ids if (detail := detail_of(session_id)) is not None]

        self._given.follow(detail_of, begun_since, now_ms)


def findings_of_advice(said: Iterable[Advice], least_picousd: int) -> list[Finding]:
    """What is worth a notice: much to save, and at a moment at which nothing is torn apart."""
    return [
        Finding(
            key=notice_key(advice),
            rule=ADVICE,
            subject=notice_key(advice),
            severity=Severity.NOTE,
            title=advice.title,
            text=advice.figures[0],
            session_id=advice.session_id,
            project=advice.project,
            picousd=advice.saving_picousd,
        )
        for advice in said
        if advice.saving_picousd >= least_picousd > 0 and advice.is_moment
    ]


def notice_key(advice: Advice) -> str:
    """Under which it is told once: a cache expires at every pause, which would be a notice each time."""
    key = f"{advice.kind}:{advice.session_id}" if advice.kind is Kind.COLD else advice.key
    return f"{ADVICE}:{key}"


def _moments_passed(detail: SessionDetail, now_ms: int) -> int:
    """How many of the moments are over at which advice changes though nothing happens."""
    view = detail.view
    moments = [view.last_ms + REST_MS] if view.activity is Activity.RECENT else []
    if view.next_turn is not None:
        moments += [view.next_turn.expires_ms, soon_ms(view)]
    return sum(moment <= now_ms for moment in moments)
