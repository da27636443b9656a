"""Advice over a real ledger: remembered as shown, declined for good, followed up, handed to the status line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from advice_factories import CARDS, OPUS, a_beginning, a_going_session, going
from factories import a_ledger, an_event
from rule_factories import MINUTE_MS, NOW_MS, dollars
from tallylight.domain.advice import Advice, Kind
from tallylight.domain.effect import Given
from tallylight.domain.pricing import PriceList
from tallylight.domain.session import SessionDetail
from tallylight.domain.settings import Settings
from tallylight.domain.usage import Mark, UsageEvent
from tallylight.ingest.advising import Advising, findings_of_advice
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.sessions import Sessions

SHOP = "/home/user/payments-api"


class Scene:
    """A ledger with five sessions of a project that began with 21k; `now` is the clock."""

    def __init__(self, folder: Path) -> None:
        self.ledger = a_ledger(folder)
        self.ledger.use_prices(PriceList(CARDS), "test")
        self.reader = open_for_reading(folder / "ledger.sqlite")
        self.settings = Settings()
        self.handed: list[Mapping[str, Advice]] = []
        self.now = NOW_MS
        self.write(*(event for n in range(5) for event in events(f"before-{n}", -1440 - n, 21_000, 24_000)))
        self.advising = self.made()

    def made(self) -> Advising:
        folds = Sessions(self.reader, self.ledger.prices.card_for, lambda _model: 200_000)
        return Advising(
            self.ledger, self.reader, folds.detail, lambda advice, _now: self.handed.append(advice)
        )

    def write(self, *found: UsageEvent) -> None:
        self.ledger.write(Batch(events=list(found)))

    def look(self, *sessions: SessionDetail, later: float = 0) -> tuple[Advice, ...]:
        self.now += round(later * MINUTE_MS)
        self.advising.note_written(has_backlog=False)
        return self.advising.look(self.now, sessions, self.settings)

    def show(self, *sessions: SessionDetail, later: float = 0) -> tuple[Advice, ...]:
        """Somebody looks at what is said."""
        said = self.look(*sessions, later=later)
        self.advising.note_shown([advice.key for advice in said], self.now)
        return said

    def begin(self, session: str, minutes: float, *contexts: int, **given: Any) -> None:
        """A session that a person began."""
        mark = Mark(
            key=f"{session}-p",
            source="claude-code",
            session_id=session,
            time_ms=NOW_MS + round(minutes * MINUTE_MS) - 1,
            kind="prompt",
        )
        self.ledger.write(Batch(events=events(session, minutes, *contexts, **given), marks=[mark]))

    def given(self) -> dict[str, Given]:
        return self.ledger.advice(0)


def events(session: str, minutes: float, *contexts: int, **given: Any) -> list[UsageEvent]:
    """Turns on Opus, a minute apart: what the one before had sent is read, the rest written."""
    return [
        an_event(
            **{
                "key": f"{session}-{n}",
                "session_id": session,
                "time_ms": NOW_MS + round((minutes + n) * MINUTE_MS),
                "model": OPUS,
                "context": context,
                "cache_read": contexts[n - 1] if n else 0,
                "cache_write": context - (contexts[n - 1] if n else 0),
                "output": 800,
                "cwd": SHOP,
            }
            | given
        )
        for n, context in enumerate(contexts)
    ]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.reader.close()
    made.ledger.close()


FRESH = tuple(21_000 + 3000 * n for n in range(10))
#: Long enough that nobody goes back.
HALF_A_DAY = 13 * 60


def test_what_was_shown_is_remembered_with_its_promise(scene: Scene) -> None:
    (advice,) = scene.show(a_going_session())
    assert (advice.kind, advice.saving_picousd) == (Kind.RESET, dollars(0.4665))
    (given,) = scene.given().values()
    assert (given.advice, given.first_ms, given.last_ms) == (advice, NOW_MS, NOW_MS)
    assert not (given.is_taken or given.settled_ms)
    assert scene.advising.advise(scene.now, [], scene.settings) == ()


def test_what_nobody_saw_is_not_remembered(scene: Scene) -> None:
    assert scene.look(a_going_session())
    scene.advising.note_shown(["another"], scene.now)
    scene.begin("fresh", 1, *FRESH)
    scene.look(a_going_session(), later=HALF_A_DAY)
    assert not scene.given()


def test_a_promise_that_moved_is_written_down_again(scene: Scene) -> None:
    scene.show(a_going_session())
    scene.show(a_going_session(going(134_000)), later=1)
    (given,) = scene.given().values()
    assert given.last_ms == NOW_MS  # as good as the same
    (advice,) = scene.show(a_going_session(going(160_000)), later=1)
    (given,) = scene.given().values()
    assert (given.advice, given.first_ms, given.last_ms) == (advice, NOW_MS, scene.now)


def test_small_moves_add_up(scene: Scene) -> None:
    for n in range(15):
        (advice,) = scene.show(a_going_session(going(132_000 + 1000 * n, growth=3000)))
    (given,) = scene.given().values()
    assert abs(given.advice.saving_picousd / advice.saving_picousd - 1) < 0.1
    assert given.advice.basis.context > 132_000


def test_how_long_it_was_shown_is_not_forgotten(scene: Scene) -> None:
    for _ in range(5):
        scene.show(a_going_session(expires=100), later=6)
    (given,) = scene.given().values()
    assert scene.now - given.last_ms <= 10 * MINUTE_MS


def test_settings_decide_what_is_heard(scene: Scene) -> None:
    scene.settings = replace(Settings(), advice_floor_picousd=dollars(0.5))
    assert not scene.look(a_going_session())
    scene.settings = replace(Settings(), silenced_advice=("reset",))
    assert not scene.look(a_going_session())


def test_what_was_worth_saying_is_said_on_near_a_compaction(scene: Scene) -> None:
    near = a_going_session(going(150_000), compact_at=152_000)
    assert not scene.look(near)  # 0.075 dollars, and a floor of 0.25
    scene.show(a_going_session(compact_at=152_000))
    (advice,) = scene.look(near)
    assert 0 < advice.saving_picousd < dollars(0.25)
    scene.settings = replace(Settings(), advice_floor_picousd=dollars(0.6))
    assert not scene.look(near)


def test_what_was_declined_is_never_said_again_in_that_session(scene: Scene) -> None:
    (advice,) = scene.show(a_going_session())
    scene.advising.decline(advice.key, scene.now)
    scene.advising.decline("unknown", scene.now)
    assert not scene.look(a_going_session())
    scene.now += 30 * 24 * 60 * MINUTE_MS
    scene.advising = scene.made()  # neither a restart nor a month forgets it
    moment = {"expires": 30 * 24 * 60 + 4, "last_ms": scene.now - MINUTE_MS}
    assert not scene.look(a_going_session(**moment))
    assert [one.session_id for one in scene.look(a_going_session(session_id="s-9", **moment))] == ["s-9"]


def test_what_was_declined_can_be_heard_again(scene: Scene) -> None:
    (advice,) = scene.look(a_going_session())
    scene.advising.decline(advice.key, scene.now)
    scene.advising.advise_again("unknown", scene.now)
    assert not scene.look(a_going_session())
    scene.advising = scene.made()
    scene.advising.advise_again(advice.key, scene.now)
    assert scene.look(a_going_session())
    scene.advising = scene.made()
    assert scene.look(a_going_session())


def test_a_reset_is_recognised_and_measured(scene: Scene) -> None:
    (advice,) = scene.show(old := a_going_session())
    scene.begin("fresh", 1, *FRESH)
    scene.advising = scene.made()
    scene.look(old, later=12)
    given = scene.given()[advice.key]
    assert given.is_taken and not given.settled_ms and given.outcome is not None
    assert (given.outcome.how, given.outcome.turns) == ("reset", 10)
    assert given.outcome.promised_picousd == advice.saving_picousd
    assert given.outcome.measured_picousd == dollars(0.4665)
    scene.look(old, later=HALF_A_DAY)
    assert scene.given()[advice.key].settled_ms


def test_a_programs_run_is_no_fresh_start(scene: Scene) -> None:
    old = a_going_session(last_ms=NOW_MS - 3 * MINUTE_MS)
    scene.show(old)
    scene.begin("run", 1, *FRESH, entrypoint="sdk-cli")
    scene.write(*events("unasked", 1, *FRESH))
    run = a_going_session(session_id="run", started_ms=NOW_MS + MINUTE_MS)
    # It does not silence what is said of the session either.
    assert "s-1" in {one.session_id for one in scene.look(old, run, later=3)}
    assert not any(given.is_taken for given in scene.given().values())


def test_a_session_of_another_agent_is_no_fresh_start(scene: Scene) -> None:
    old = a_going_session(last_ms=NOW_MS - 3 * MINUTE_MS)
    scene.show(old)
    scene.begin("chat", 1, *FRESH, source="cursor")
    chat = a_going_session(session_id="chat", source="cursor", started_ms=NOW_MS + MINUTE_MS)
    assert "s-1" in {one.session_id for one in scene.look(old, chat, later=3)}
    assert not any(given.is_taken for given in scene.given().values())


def test_one_fresh_start_is_credited_once(scene: Scene) -> None:
    both = a_going_session(), a_going_session(session_id="s-2")
    assert len(scene.show(*both)) == 2
    scene.begin("fresh", 1, *FRESH)
    scene.look(*both, later=12)
    assert sum(given.is_taken for given in scene.given().values()) == 1
    claimed = [key for given in scene.given().values() if given.outcome for key in given.outcome.keys]
    assert len(claimed) == len(set(claimed)) == 10


def test_what_is_shown_again_later_is_followed_again(scene: Scene) -> None:
    old = a_going_session(expires=3000)
    (advice,) = scene.show(old)
    scene.look(old, later=HALF_A_DAY)
    first = scene.given()[advice.key]
    assert first.settled_ms and not first.is_taken
    scene.show(old, later=1)
    scene.begin("fresh", HALF_A_DAY + 2, *FRESH)
    scene.look(old, later=20)
    again = scene.given()[f"{advice.key}#1"]
    assert again.is_taken and scene.given()[advice.key] == first


def test_a_clock_that_was_set_back_hides_nothing(scene: Scene) -> None:
    (advice,) = scene.show(a_going_session(expires=3000), later=600)
    scene.show(old := a_going_session(expires=3000), later=-599)
    scene.begin("fresh", 2, *FRESH)
    scene.look(old, later=12)
    assert scene.given()[advice.key].is_taken


def test_it_is_worked_out_again_only_when_something_changed(scene: Scene) -> None:
    detail = a_going_session(expires=4)
    first = scene.look(detail)
    again = scene.look(detail, later=1)
    assert again[0] is first[0]
    (cold,) = scene.look(detail, later=4)
    assert cold.kind is Kind.COLD  # the cache has gone
    assert scene.look(replace(detail, view=replace(detail.view, context=150_000)), later=-5)[0] != first[0]


def test_the_status_line_gets_the_best_of_each_session(scene: Scene) -> None:
    scene.look(a_going_session(), a_going_session(session_id="s-2"))
    scene.look(a_going_session(), a_going_session(session_id="s-2"))
    assert [sorted(handed) for handed in scene.handed] == [["s-1", "s-2"]]
    scene.look(a_going_session(expires=60), later=2)
    scene.look(a_going_session(expires=60), later=11)  # what holds is said again before it is old
    assert [sorted(handed) for handed in scene.handed[1:]] == [["s-1"], ["s-1"]]
    scene.look()
    assert scene.handed[-1] == {}


def test_what_an_earlier_run_left_for_the_status_line_is_taken_back(scene: Scene) -> None:
    scene.look()
    assert scene.handed == [{}]


def test_a_notice_waits_for_much_to_save_and_for_a_pause(scene: Scene) -> None:
    (advice,) = scene.look(a_going_session())
    (finding,) = findings_of_advice([advice], dollars(0.4))
    assert finding.key == f"advice:{advice.key}" and finding.picousd == advice.saving_picousd
    assert not findings_of_advice([advice], dollars(2))
    assert not findings_of_advice([replace(advice, is_moment=False)], dollars(0.4))
    assert not findings_of_advice([advice], 0)


def test_a_session_that_was_left_for_a_fresh_one_is_left_alone(scene: Scene) -> None:
    old, begun = a_going_session(last_ms=NOW_MS - 3 * MINUTE_MS), NOW_MS - 2 * MINUTE_MS
    fresh = a_going_session(session_id="s-2", started_ms=begun)
    scene.begin("s-2", -2, *FRESH)
    assert [advice.session_id for advice in scene.look(old, fresh)] == ["s-2"]
    elsewhere = a_going_session(session_id="s-2", started_ms=begun, project_path="/notes")
    assert [advice.session_id for advice in scene.look(old, elsewhere)] == ["s-1"]


def test_beginnings_are_not_made_up(scene: Scene) -> None:
    (advice,) = scene.look(a_going_session())
    assert f"(median of {a_beginning(count=5).count})" in advice.text


def test_a_session_is_no_history_of_its_own(scene: Scene) -> None:
    scene.begin("s-1", -12, 60_000, 90_000)
    (advice,) = scene.look(a_going_session())
    assert "21k at a fresh start here (median of 5)" in advice.text
