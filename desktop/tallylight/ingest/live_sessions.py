"""The sessions that run now, folded from the ledger and kept up to date. Used in the meter's thread."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from tallylight.domain.session import Activity, SessionDetail, SessionView
from tallylight.ledger.known import Known, project_names
from tallylight.ledger.sessions import Presence, Sessions

#: A session that no registry speaks of counts as live for this long after it last moved.
LIVE_MS = 30 * 60_000
#: Sessions in the order in which a glance should meet them: what waits for the user, what costs, the rest.
_URGENCY = {Activity.WAITING: 0, Activity.BUSY: 1}


class LiveSessions:
    """What changed is noted, and folded anew when it is shown."""

    def __init__(self, sessions: Sessions, known: Known, keeps_titles: bool) -> None:
        self._sessions = sessions
        self._known = known
        self.keeps_titles = keeps_titles
        self._presence: Mapping[str, Presence] = {}
        self._views: dict[str, SessionView] = {}
        self._details: dict[str, SessionDetail] = {}
        self._stale: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._views)

    def find(self, now_ms: int) -> None:
        """Look for those that moved of late."""
        candidates = {*self._known.recent_sessions(now_ms - LIVE_MS, now_ms + LIVE_MS), *self._presence}
        self._stale |= candidates - self._views.keys()

    def look(self, presence: Mapping[str, Presence], now_ms: int) -> None:
        """What the agents' registries say now; what moves with the clock follows it."""
        self._stale |= {s for s in {*presence, *self._presence} if presence.get(s) != self._presence.get(s)}
        self._presence = presence
        self._stale.update(s for s, view in self._views.items() if self._moves_with_time(view, now_ms))
        self.find(now_ms)

    def note_touched(self, sessions: Collection[str]) -> None:
        """Files of theirs changed: another process may have read what is new before us."""
        self._stale |= {*sessions} & {*self._views, *self._presence}

    def note_written(self, sessions: Collection[str], now_ms: int) -> None:
        """The ledger holds more of these."""
        known = {*self._views, *self._presence}
        self._stale |= known.intersection(sessions)
        for session_id in set(sessions) - known:
            if self._known.last_moved(session_id) >= now_ms - LIVE_MS:
                self._stale.add(session_id)

    def note_all(self, now_ms: int) -> None:
        """Whatever is shown may be old."""
        self._stale.update(self._views)
        self.find(now_ms)

    def renew(self, now_ms: int) -> None:
        """Fold those anew that changed, and drop those that ended."""
        for session_id in self._stale:
            detail = self._sessions.detail(session_id, now_ms, self._presence.get(session_id))
            if detail is None or detail.view.activity is Activity.ENDED or _is_part_of_another(detail.view):
                self._views.pop(session_id, None)
                self._details.pop(session_id, None)
                continue
            view = detail.view
            self._details[session_id] = detail
            self._views[session_id] = view if self.keeps_titles else replace(view, title="")
        self._stale.clear()
        if len({view.project_path for view in self._views.values()}) > 1:
            names = project_names([view.project_path for view in self._views.values()])
            self._views = {
                key: replace(view, project=names[view.project_path]) for key, view in self._views.items()
            }

    @property
    def details(self) -> Sequence[SessionDetail]:
        return [self._details[session_id] for session_id in self._views]

    @property
    def views(self) -> Sequence[SessionView]:
        """The most urgent first, then the most recently active."""
        return sorted(
            self._views.values(), key=lambda v: (_URGENCY.get(v.activity, 2), -v.last_ms, v.session_id)
        )

    def _moves_with_time(self, view: SessionView, now_ms: int) -> bool:
        """Whether the clock alone changes what is shown: a burn rate fades, a session ends unseen."""
        is_over = now_ms - view.last_ms > LIVE_MS and view.session_id not in self._presence
        is_stated = view.chat is not None and view.activity is not Activity.RECENT
        return view.burn_picousd_per_h > 0 or is_over or is_stated


def _is_part_of_another(view: SessionView) -> bool:
    """Whether it is shown in the conversation that sent it out. Where nobody knows that one it stands by itself."""
    return view.chat is not None and bool(view.chat.parent)
