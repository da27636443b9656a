"""What reaches the screen, whatever happens: growth, expiry, restarts, clocks set either way, DST, ends of months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.notices import Moment, Notice, Quiet, decide
from tallylight.gui.bubbles import Board

#: An hour before the clocks go back, the day before a month ends.
START = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
GAP_MS = 60_000
NIGHT = Quiet(hours=(datetime(2026, 1, 1, 1).time(), datetime(2026, 1, 1, 4).time()))  # noqa: DTZ001


def a_finding(name: str, at: datetime, spent: int) -> Finding:
    """Of a month: with the next one begins another period, and another key."""
    return Finding(
        key=f"{name}:{at:%Y-%m}",
        rule="budget",
        subject=f"budget:{name}",
        severity=Severity.WARNING,
        title=say("{spent} used", spent=str(spent)),
        text=say("of much"),
        session_id=name,
        picousd=spent,
    )


class Desk:
    """A program over a ledger, and a screen: what is new there, by key and by the time that only runs on."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.wall, self.steady_ms = START, 0
        self.new: list[tuple[int, tuple[str, ...]]] = []
        self.restart()

    def restart(self) -> None:
        self.board = Board()
        self.screen: set[str] = set()
        known = [msgspec.json.decode(data, type=Notice) for data in self.kept.values()]
        self.told_before = max((notice.telling for notice in known), default=0)

    def look(self, spends: dict[str, int], quiet: Quiet) -> None:
        now_ms = round(self.wall.timestamp() * 1000)
        local = self.wall.astimezone(ZONE)
        known = {key: msgspec.json.decode(data, type=Notice) for key, data in self.kept.items()}
        findings = [a_finding(name, local, spent) for name, spent in sorted(spends.items())]
        changed = decide(known, findings, quiet, Moment(now_ms, self.steady_ms, local.time()))
        known |= {notice.finding.key: notice for notice in changed}
        self.kept |= {notice.finding.key: msgspec.json.encode(notice) for notice in changed}
        shown, gone = self.board.changes(list(known.values()), self.told_before)
        for bubble in shown:
            if bubble.place not in self.screen:
                self.new.append((self.steady_ms, bubble.keys))
        self.screen = (self.screen - set(gone)) | {bubble.place for bubble in shown}

    def expire(self) -> None:
        for place in self.screen:
            self.board.leave(place)
        self.screen = set()


STEPS = st.lists(
    st.tuples(
        st.dictionaries(
            st.sampled_from("abc"), st.integers(0, 10**6), max_size=3
        ),  # what holds, and its stake
        st.integers(0, 3 * GAP_MS),  # what passes
        st.sampled_from([0, 0, 0, 1, -1, 26, -26, 24 * 9, -24 * 9]),  # hours by which the clock is set
        st.sampled_from(
            [Quiet(), Quiet(), NIGHT, Quiet(is_paused=True), Quiet(snoozed={"budget:a": 10**15})]
        ),
        st.sampled_from(["", "", "expire", "restart"]),
    ),
    max_size=40,
)


@settings(max_examples=300)
@given(STEPS)
def test_each_key_is_new_on_screen_once_and_nothing_is_within_a_minute_of_the_last(
    steps: list[tuple[dict[str, int], int, int, Quiet, str]],
) -> None:
    desk = Desk()
    for spends, passed_ms, hours, quiet, event in steps:
        desk.wall += timedelta(hours=hours, milliseconds=passed_ms)
        desk.steady_ms += passed_ms
        if event:
            getattr(desk, event)()
        desk.look(spends, quiet)
    keys = [key for _, found in desk.new for key in found]
    assert len(keys) == len(set(keys))
    times = [at for at, _ in desk.new]
    assert all(later - earlier >= GAP_MS for earlier, later in pairwise(times))
