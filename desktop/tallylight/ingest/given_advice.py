"""Advice that was shown, kept in the ledger with what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from tallylight.domain.advice import Advice, Kind
from tallylight.domain.effect import Given
from tallylight.domain.followed import WAIT_MS, is_measured, renewed
from tallylight.domain.session import SessionDetail
from tallylight.ledger.ledger import Ledger

#: The kinds that are about a smaller context: of a session only the better one is said.
_SMALLER = (Kind.RESET, Kind.COMPACT)
#: So long ago it can still be followed up, and other advice can still be about the same turns.
_RECENT_MS = 14 * WAIT_MS
#: What is remembered is written again when its promise moved by this share, or was shown so much longer.
_MOVED, _WRITE_MS = 0.1, 600_000


class GivenAdvice:
    """One ledger's. All of it raises sqlite3.Error."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._recalled: set[str] = set()
        #: By id, as it is now and as it was last written down.
        self._given: dict[str, Given] = {}
        self._written: dict[str, Given] = {}
        #: By key, its newest episode.
        self._newest: dict[str, Given] = {}

    def recall(self, names: Iterable[str], now_ms: int) -> None:
        """Read what was shown lately, and all that was ever shown about these sessions or by these keys; once."""
        if not self._recalled:
            self._take(self._ledger.advice(now_ms - _RECENT_MS))
        for name in {*names, ""} - self._recalled:
            self._recalled.add(name)
            if name:
                self._take(self._ledger.advice_about(name))

    def declined(self) -> set[tuple[str, Kind]]:
        """Which kinds are not for which sessions."""
        return {(one.advice.session_id, one.advice.kind) for one in self._given.values() if one.is_declined}

    def is_repeated(self, advice: Advice, floor_picousd: int) -> bool:
        """Whether it was worth saying with a smaller context in the same stretch of the session: near the size at
        which the client compacts by itself there is less to save, and yet it would be odd to fall silent there. There
        a fresh start may also come out better than the compaction that was advised before, or the other way round."""
        if advice.kind not in _SMALLER:
            return False
        stretch = advice.key.removeprefix(advice.kind)
        before = (self._newest.get(f"{kind}{stretch}") for kind in _SMALLER)
        return any(
            one.most_picousd >= floor_picousd and one.advice.basis.context <= advice.basis.context
            for one in before
            if one is not None
        )

    def note_shown(self, shown: Iterable[Advice], now_ms: int) -> None:
        shown = list(shown)
        self.recall((advice.key for advice in shown), now_ms)
        self._keep([self._shown(self._newest.get(advice.key), advice, now_ms) for advice in shown])

    def decline(self, key: str) -> None:
        one = self._newest.get(key)
        if one is not None:
            self._keep([replace(one, is_declined=True)])

    def take_back(self, key: str, now_ms: int) -> None:
        """Nothing of this kind is declined any more for the session that the key is about."""
        self.recall([key], now_ms)
        if (wanted := self._newest.get(key)) is None:
            return
        self.recall([wanted.advice.session_id], now_ms)
        of = (wanted.advice.session_id, wanted.advice.kind)
        self._keep(
            [
                replace(one, is_declined=False)
                for one in self._given.values()
                if one.is_declined and (one.advice.session_id, one.advice.kind) == of
            ]
        )

    def follow(
        self,
        detail_of: Callable[[str], SessionDetail | None],
        begun_since: Callable[[Given], Sequence[SessionDetail]],
        now_ms: int,
    ) -> None:
        """What became of all that is not settled. Each request is accounted for once: by the advice that was shown
        last before it was followed, and only then by what was not followed."""
        of_settled = (one.outcome for one in self._given.values() if one.settled_ms and one.outcome)
        claimed = {key for outcome in of_settled for key in outcome.keys}
        waiting = [one for one in self._given.values() if not one.settled_ms and is_measured(one.advice)]
        waiting.sort(key=lambda one: (-one.last_ms, -one.advice.worth, one.id))
        for is_taken in (True, False):
            left = []
            for one in waiting:
                session = detail_of(one.advice.session_id)
                card_for = self._ledger.prices.card_for
                found = renewed(one, session, begun_since(one), card_for, now_ms, claimed)
                if found.is_taken or not is_taken:
                    claimed.update(found.outcome.keys if found.outcome is not None else ())
                    self._keep([found])
                else:
                    left.append(one)
            waiting = left

    def _shown(self, before: Given | None, advice: Advice, now_ms: int) -> Given:
        saving = advice.saving_picousd
        if before is None:
            return Given(advice=advice, first_ms=now_ms, last_ms=now_ms, most_picousd=saving)
        most = max(saving, before.most_picousd)
        again = replace(before, advice=advice, last_ms=now_ms, most_picousd=most)
        if before.settled_ms:
            return replace(again, first_ms=now_ms, outcome=None, settled_ms=0, episode=before.episode + 1)
        # A clock that was set back must not put it into the future.
        return before if before.is_taken else replace(again, first_ms=min(before.first_ms, now_ms))

    def _take(self, given: Mapping[str, Given]) -> None:
        for id_, one in given.items():
            self._written.setdefault(id_, one)
            self._remember(self._given.setdefault(id_, one))

    def _remember(self, one: Given) -> None:
        self._given[one.id] = one
        newest = self._newest.get(one.advice.key)
        if newest is None or newest.episode <= one.episode:
            self._newest[one.advice.key] = one

    def _keep(self, changed: Sequence[Given]) -> None:
        """What changed so that it matters after a restart is written down first."""
        news = [one for one in changed if _is_news(self._written.get(one.id), one)]
        if news:
            self._ledger.keep_advice(news)
            self._written.update((one.id, one) for one in news)
        for one in changed:
            self._remember(one)


def _is_news(before: Given | None, now: Given) -> bool:
    if before is None or before.is_declined != now.is_declined or before.settled_ms != now.settled_ms:
        return True
    if before.is_taken != now.is_taken or (before.outcome != now.outcome and now.is_taken):
        return True
    if abs(now.last_ms - before.last_ms) > _WRITE_MS or now.first_ms != before.first_ms:
        return True
    was, is_ = before.advice.saving_picousd, now.advice.saving_picousd
    return abs(is_ - was) > was * _MOVED
