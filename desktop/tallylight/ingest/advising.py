"""Advice for live sessions: worked out when something changed, remembered as it is shown, followed up later."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from tallylight.advice.base import REST_MS, Evidence
from tallylight.advice.cold import soon_ms
from tallylight.domain.advice import Advice, chosen
from tallylight.domain.effect import MEASURED, WAIT_MS, Given, renewed
from tallylight.domain.finding import Finding, Severity
from tallylight.domain.habits import Habits
from tallylight.domain.session import Activity, SessionDetail, SessionView
from tallylight.domain.settings import Settings
from tallylight.ingest.adviser import advice_about
from tallylight.ledger.habits import habits_of
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries
from tallylight.pricebook.families import facts_of

#: Habits change slowly; what became of advice may wait a little.
_HABITS_MS, _FOLLOW_MS = 600_000, 60_000
#: What is remembered is written again when its promise moved by this share, or was shown so much longer.
_MOVED, _WRITE_MS = 0.1, 600_000
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
        self._known: dict[str, _Known] = {}
        #: What was shown, as it is now and as it was last written down.
        self._given: dict[str, Given] | None = None
        self._written: dict[str, Given] = {}
        self._followed_ms = 0
        self._is_stale = True
        self._handed: Mapping[str, Advice] = {}

    def note_written(self, has_backlog: bool) -> None:
        """Something was written to the ledger; after a backlog, anything may have been."""
        self._is_stale = True
        if has_backlog:
            self._habits_ms = 0

    def look(self, now_ms: int, sessions: Sequence[SessionDetail], settings: Settings) -> tuple[Advice, ...]:
        """What is said now, which is remembered as shown, and what became of what was. Raises sqlite3.Error."""
        given = self._remembered(now_ms)
        said = self.advise(now_ms, sessions, settings)
        changed = {one.advice.key: one for one in self._shown(said, now_ms)}
        if self._is_stale and not 0 <= now_ms - self._followed_ms < _FOLLOW_MS:
            self._is_stale, self._followed_ms = False, now_ms
            changed |= {one.advice.key: one for one in self._followed({**given, **changed}, sessions, now_ms)}
        self._keep(given, changed)
        self._say_in_short(said, now_ms)
        return said

    def advise(
        self, now_ms: int, sessions: Sequence[SessionDetail], settings: Settings
    ) -> tuple[Advice, ...]:
        """What is to be said of these sessions. Remembers nothing."""
        if sessions:
            self._renew_habits(now_ms)
        going = [detail.view for detail in sessions]
        self._known = {
            detail.view.session_id: self._about(detail, now_ms)
            for detail in sessions
            if not _was_left(detail.view, going)
        }
        declined = {
            (one.advice.session_id, one.advice.kind)
            for one in self._remembered(now_ms).values()
            if one.is_declined
        }

        def is_unwanted(advice: Advice) -> bool:
            return (
                advice.kind.value in settings.silenced_advice or (advice.session_id, advice.kind) in declined
            )

        found = {advice.key: advice for known in self._known.values() for advice in known.advice}
        return tuple(chosen(found.values(), settings.advice_floor_picousd, is_unwanted))

    def decline(self, key: str, now_ms: int) -> None:
        """Not for this session."""
        one = self._remembered(now_ms).get(key)
        if one is not None:
            self._keep(self._remembered(now_ms), {key: replace(one, is_declined=True)})

    def advise_again(self, key: str, now_ms: int) -> None:
        """For its session again, whichever piece of its kind was declined there."""
        given = self._remembered(now_ms)
        if (wanted := given.get(key)) is None:
            return
        of = (wanted.advice.session_id, wanted.advice.kind)
        again = {
            key: replace(one, is_declined=False)
            for key, one in given.items()
            if one.is_declined and (one.advice.session_id, one.advice.kind) == of
        }
        self._keep(given, again)

    # -- what is said

    def _renew_habits(self, now_ms: int) -> None:
        if 0 <= now_ms - self._habits_ms < _HABITS_MS:
            return
        prices = self._ledger.prices
        self._habits_ms = now_ms
        self._habits = habits_of(
            self._reader, now_ms, lambda model: facts_of(model, prices.card_for(model, now_ms))
        )

    def _about(self, detail: SessionDetail, now_ms: int) -> _Known:
        """What was worked out before, as long as neither session nor habits changed and the clock means nothing."""
        known, passed = self._known.get(detail.view.session_id), _moments_passed(detail, now_ms)
        is_same = known is not None and known.detail is detail and known.habits is self._habits
        if known is not None and is_same and known.passed == passed:
            return known
        evidence = Evidence(now_ms=now_ms, habits=self._habits, card_for=self._ledger.prices.card_for)
        return _Known(detail, self._habits, passed, advice_about(evidence, detail))

    def _say_in_short(self, said: Iterable[Advice], now_ms: int) -> None:
        best: dict[str, Advice] = {}
        for advice in said:  # the best of each session comes first
            best.setdefault(advice.session_id, advice)
        if best != self._handed:
            self._handed = best
            self._hand_over(best, now_ms)

    # -- what became of it

    def _remembered(self, now_ms: int) -> dict[str, Given]:
        """All that was shown as long ago as it can still matter; read once."""
        if self._given is None:
            self._given = self._ledger.advice(now_ms - 14 * WAIT_MS)
            self._written = dict(self._given)
        return self._given

    def _shown(self, said: Sequence[Advice], now_ms: int) -> list[Given]:
        given = self._remembered(now_ms)
        shown = []
        for advice in said:
            before = given.get(advice.key)
            if before is None:
                shown.append(Given(advice=advice, first_ms=now_ms, last_ms=now_ms))
            elif not (before.settled_ms or before.is_taken):
                shown.append(replace(before, advice=advice, last_ms=now_ms))
        return shown

    def _followed(
        self, given: Mapping[str, Given], sessions: Sequence[SessionDetail], now_ms: int
    ) -> list[Given]:
        read: dict[str, SessionDetail | None] = {detail.view.session_id: detail for detail in sessions}

        def detail_of(session_id: str) -> SessionDetail | None:
            if session_id not in read:
                read[session_id] = self._detail_of(session_id, now_ms)
            return read[session_id]

        followed = []
        for one in given.values():
            if one.settled_ms or one.advice.kind not in MEASURED:
                continue
            ids = self._queries.known.begun_in(one.advice.project, one.first_ms)
            begun = [detail for session_id in ids if (detail := detail_of(session_id)) is not None]
            session = detail_of(one.advice.session_id)
            followed.append(renewed(one, session, begun, self._ledger.prices.card_for, now_ms))
        return followed

    def _keep(self, given: dict[str, Given], changed: Mapping[str, Given]) -> None:
        """What changed so that it matters after a restart is written down first."""
        news = {key: one for key, one in changed.items() if _is_news(self._written.get(key), one)}
        if news:
            self._ledger.keep_advice(news.values())
            self._written.update(news)
        given.update(changed)


def findings_of_advice(said: Iterable[Advice], least_picousd: int) -> list[Finding]:
    """What is worth a notice: much to save, and at a moment at which nothing is torn apart."""
    return [
        Finding(
            key=f"{ADVICE}:{advice.key}",
            rule=ADVICE,
            subject=f"{ADVICE}:{advice.key}",
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


def _was_left(view: SessionView, going: Iterable[SessionView]) -> bool:
    """Whether its user has started fresh since: then nobody goes back to it."""
    return any(other.project_path == view.project_path and other.started_ms > view.last_ms for other in going)


def _moments_passed(detail: SessionDetail, now_ms: int) -> int:
    """How many of the moments are over at which advice changes though nothing happens."""
    view = detail.view
    moments = [view.last_ms + REST_MS] if view.activity is Activity.RECENT else []
    if view.next_turn is not None:
        moments += [view.next_turn.expires_ms, soon_ms(view)]
    return sum(moment <= now_ms for moment in moments)


def _is_news(before: Given | None, now: Given) -> bool:
    if before is None or before.is_declined != now.is_declined or before.settled_ms != now.settled_ms:
        return True
    if (before.outcome != now.outcome and now.is_taken) or now.last_ms - before.last_ms > _WRITE_MS:
        return True
    was, is_ = before.advice.saving_picousd, now.advice.saving_picousd
    return abs(is_ - was) > was * _MOVED
