"""The mirror of notices, against a notification service on a bus of the test's own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from findings import NOW_MS, a_notice
from tallylight.domain.finding import Severity, say
from tallylight.domain.notices import Notice
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.bubbles import Board
from tallylight.gui.jobs import Jobs
from tallylight.gui.notifier import Notifier
from tallylight.installed import APP_ID

needs_bus = pytest.mark.skipif(not shutil.which("dbus-daemon"), reason="there is no message bus here")
SESSION = {"session_id": "s1", "budget_id": "", "subject": "alone:s1"}


def shown(*notices: Notice, **changes: Any) -> Snapshot:
    return Snapshot(notices=notices, at_ms=NOW_MS + 2000, **changes)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch, private_home: None) -> Iterator[None]:
    from notification_service import a_bus

    with a_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield


@pytest.fixture
def service(bus: None) -> Iterator[Any]:
    from notification_service import FakeService

    made = FakeService()
    made.start()
    yield made
    made.stop()


class Heard:
    """What the notifier told."""

    def __init__(self, notifier: Notifier) -> None:
        self.answers: list[tuple[str, str]] = []
        self.places: list[object] = []
        self.undelivered: list[tuple[str, str]] = []
        notifier.answered.connect(lambda *answer: self.answers.append(answer))
        notifier.place_wanted.connect(self.places.append)
        notifier.undelivered.connect(lambda *words: self.undelivered.append(words))


@pytest.fixture
def notifier(qapp: QApplication) -> Iterator[Notifier]:
    jobs = Jobs()
    made = Notifier(jobs)
    yield made
    jobs.close()
    made.close()
    made.deleteLater()


@pytest.fixture
def heard(notifier: Notifier) -> Heard:
    return Heard(notifier)


@pytest.fixture
def on_screen(qtbot: QtBot, notifier: Notifier, service: Any) -> Callable[..., Any]:
    """Shows the notices and waits until the service has one more, and the notifier its number."""

    def show(*notices: Notice) -> Any:
        before = len(service.shown)
        notifier.show_snapshot(shown(*notices))
        qtbot.waitUntil(lambda: len(service.shown) > before and not notifier._calls)
        return service.shown[-1]

    return show


# -- which bubbles there are


def test_what_an_earlier_run_told_is_not_shown_again() -> None:
    board = Board()
    earlier = a_notice(telling=3, shown_steady_ms=9)
    assert board.changes([earlier], told_before=3) == ([], [])
    assert len(board.changes([earlier, a_notice("alone:s1:1", SESSION, telling=4)], told_before=3)[0]) == 1


def test_what_was_not_told_is_not_shown() -> None:
    assert Board().changes([a_notice(told_ms=0)]) == ([], [])


def test_a_notice_is_shown_once_however_often_it_is_published() -> None:
    board = Board()
    assert len(board.changes([a_notice()])[0]) == 1
    assert board.changes([a_notice()]) == ([], [])
    board.leave("budget:b1")
    assert board.changes([a_notice()]) == ([], [])


def test_of_one_subject_the_newest_stands() -> None:
    board = Board()
    half = a_notice("budget:b1:50")
    most = a_notice("budget:b1:100", {"severity": Severity.ALERT}, told_ms=NOW_MS + 90_000)
    board.changes([half])
    ((bubble,), gone) = board.changes([most, half])
    assert (bubble.place, bubble.keys, gone) == ("budget:b1", ("budget:b1:100",), [])


def test_told_together_they_are_one_and_shrink_as_they_end() -> None:
    board = Board()
    both = [a_notice(is_gathered=True), a_notice("alone:s1:1", SESSION, is_gathered=True)]
    ((bubble,), _) = board.changes(both)
    assert (bubble.title, len(bubble.text.splitlines()), bubble.finding) == ("2 notices", 2, None)
    ((bubble,), _) = board.changes([both[0], a_notice("alone:s1:1", SESSION, is_gathered=True, done="muted")])
    assert bubble.keys == (both[0].finding.key,)
    assert bubble.finding == both[0].finding
    assert board.changes([])[1] == [bubble.place]


def grown(notice: Notice, spent: str, shown_steady_ms: int) -> Notice:
    finding = replace(
        notice.finding, text=say("{spent} so far", spent=spent), title=say("{spent}", spent=spent)
    )
    return replace(notice, grown=finding, shown_steady_ms=shown_steady_ms)


def test_growth_rewrites_what_is_on_the_screen_and_brings_nothing_back() -> None:
    board = Board()
    board.changes([a_notice()])
    ((bubble,), gone) = board.changes([grown(a_notice(), "$250", 70_000)])
    assert (bubble.place, bubble.text, gone) == ("budget:b1", "$250 so far", [])
    assert board.changes([grown(a_notice(), "$251", 70_000)]) == ([], []), "not at every turn"
    board.leave("budget:b1")
    assert board.changes([grown(a_notice(), "$280", 140_000)]) == ([], [])
    assert board.changes([grown(a_notice(ended_ms=1), "$280", 140_000)]) == ([], [])
    assert board.changes([grown(a_notice(), "$300", 210_000)]) == ([], [])


def test_after_a_snooze_it_is_shown_anew() -> None:
    board = Board()
    board.changes([a_notice()])
    assert board.changes([a_notice(done="snoozed:1h")])[1] == ["budget:b1"]
    assert len(board.changes([a_notice(telling=5000)])[0]) == 1


def test_told_together_they_stay_together_as_they_grow() -> None:
    board = Board()
    both = [a_notice(is_gathered=True), a_notice("alone:s1:1", SESSION, is_gathered=True)]
    ((first,), _) = board.changes(both)
    larger = [grown(notice, spent, 70_000) for notice, spent in zip(both, ("$300", "$9"), strict=True)]
    ((bubble,), gone) = board.changes(larger)
    assert (bubble.place, bubble.text, gone) == (first.place, "$300\n$9", [])
    board.leave(first.place)
    assert board.changes([grown(notice, "$500", 140_000) for notice in both]) == ([], [])
    assert board.changes([grown(both[0], "$500", 140_000)]) == ([], []), "nor when one of them ended"


def test_by_a_clock_that_was_set_back_the_newest_stands_all_the_same() -> None:
    board = Board()
    half = a_notice("budget:b1:50", told_ms=NOW_MS + 10**9, telling=1)
    most = a_notice("budget:b1:80", told_ms=NOW_MS, telling=2)
    board.changes([half])
    ((bubble,), _) = board.changes([half, most])
    assert bubble.keys == ("budget:b1:80",)


# -- on the bus


@needs_bus
def test_a_notice_is_shown_with_its_actions_and_without_sound(on_screen: Callable[..., Any]) -> None:
    notice = a_notice("alone:s1:1", SESSION | {"text": say("{cost} in <b> & more", cost="$1.44")})
    told = on_screen(notice)
    assert told.title == "80 % of November’s budget used"
    assert told.text == "$1.44 in &lt;b&gt; &amp; more"
    assert list(told.actions) == ["default", "opened", "snoozed:1h", "muted"]
    assert told.actions["muted"] == "Not this session"
    assert told.hints == {"urgency": 1, "desktop-entry": APP_ID, "suppress-sound": True}


@needs_bus
def test_without_actions_and_markup_it_is_plain(service: Any, on_screen: Callable[..., Any]) -> None:
    service.abilities = ["body"]
    told = on_screen(a_notice(finding={"text": say("a & b")}))
    assert (told.actions, told.text) == ({}, "a & b")


@needs_bus
@pytest.mark.parametrize("action", ["opened", "snoozed:today", "snoozed:period"])
def test_each_action_is_answered(
    qtbot: QtBot, service: Any, heard: Heard, on_screen: Callable[..., Any], action: str
) -> None:
    told = on_screen(a_notice())
    service.invoke(told.number, action)
    qtbot.waitUntil(lambda: heard.answers == [("budget:b1:80", action)])
    assert [place.budget_id for place in heard.places] == (["b1"] if action == "opened" else [])
    service.end(told.number, 2)
    qtbot.wait(60)
    assert len(heard.answers) == 1


@needs_bus
def test_a_click_on_the_text_opens(
    qtbot: QtBot, service: Any, heard: Heard, on_screen: Callable[..., Any]
) -> None:
    service.invoke(on_screen(a_notice("alone:s1:1", SESSION)).number, "default")
    qtbot.waitUntil(lambda: heard.answers == [("alone:s1:1", "opened")])
    assert heard.places[0].session_id == "s1"


@needs_bus
def test_closing_by_hand_dismisses_and_expiring_does_not(
    qtbot: QtBot, service: Any, heard: Heard, on_screen: Callable[..., Any]
) -> None:
    first = on_screen(a_notice())
    service.end(first.number, 1)
    second = on_screen(a_notice(), a_notice("alone:s1:1", SESSION))
    service.end(second.number, 2)
    qtbot.waitUntil(lambda: heard.answers == [("alone:s1:1", "dismissed")])


@needs_bus
def test_what_expired_does_not_come_back_as_it_grows(
    qtbot: QtBot, notifier: Notifier, service: Any, on_screen: Callable[..., Any]
) -> None:
    told = on_screen(a_notice())
    notifier.show_snapshot(shown(grown(a_notice(), "$250", 70_000)))
    qtbot.waitUntil(lambda: len(service.shown) == 2 and not notifier._calls)
    assert service.shown[1].replaces == told.number
    service.end(service.shown[1].number, 1)
    qtbot.waitUntil(lambda: not notifier._ids)
    notifier.show_snapshot(shown(grown(a_notice(), "$280", 140_000)))
    on_screen(grown(a_notice(), "$300", 210_000), a_notice("alone:s1:1", SESSION))
    assert [told.title for told in service.shown[2:]] == ["80 % of November’s budget used"]


@needs_bus
def test_growth_replaces_in_place(on_screen: Callable[..., Any]) -> None:
    first = on_screen(a_notice())
    again = on_screen(a_notice("budget:b1:100", told_ms=NOW_MS + 70_000), a_notice())
    assert again.replaces == first.number


@needs_bus
@pytest.mark.parametrize("change", [{"ended_ms": NOW_MS + 3000}, {"done": "dismissed"}])
def test_what_is_over_is_withdrawn(
    qtbot: QtBot, notifier: Notifier, service: Any, on_screen: Callable[..., Any], change: dict[str, Any]
) -> None:
    told = on_screen(a_notice())
    notifier.show_snapshot(shown(a_notice(**change)))
    qtbot.waitUntil(lambda: service.withdrawn == [told.number])


@needs_bus
def test_over_before_it_was_answered_it_is_withdrawn_all_the_same(
    qtbot: QtBot, notifier: Notifier, service: Any, on_screen: Callable[..., Any]
) -> None:
    on_screen(a_notice("alone:s1:1", SESSION))
    notifier.show_snapshot(shown(a_notice()))
    notifier.show_snapshot(shown())
    qtbot.waitUntil(lambda: len(service.withdrawn) == 2)


@needs_bus
def test_told_together_they_are_one_notice_that_opens_the_list(
    qtbot: QtBot, service: Any, heard: Heard, on_screen: Callable[..., Any]
) -> None:
    told = on_screen(a_notice(is_gathered=True), a_notice("alone:s1:1", SESSION, is_gathered=True))
    assert told.title == "2 notices"
    service.invoke(told.number, "opened")
    qtbot.waitUntil(lambda: len(heard.answers) == 2)
    assert heard.places == [None]


@needs_bus
def test_a_service_that_restarts_is_found_again(
    qtbot: QtBot, notifier: Notifier, service: Any, heard: Heard, on_screen: Callable[..., Any]
) -> None:
    on_screen(a_notice())
    service.stop()
    qtbot.waitUntil(lambda: notifier._link is None)
    service.start()
    again = on_screen(a_notice("budget:b1:100", told_ms=NOW_MS + 70_000))
    assert again.replaces == 0
    assert not heard.undelivered


@needs_bus
def test_a_bus_that_breaks_off_is_opened_again(
    notifier: Notifier, qtbot: QtBot, heard: Heard, on_screen: Callable[..., Any]
) -> None:
    on_screen(a_notice())
    assert notifier._link is not None
    notifier._link._connection.sock.shutdown(socket.SHUT_RDWR)
    qtbot.waitUntil(lambda: notifier._link is None)
    on_screen(a_notice(), a_notice("alone:s1:1", SESSION))
    assert not heard.undelivered


@needs_bus
def test_a_service_that_comes_later_gets_the_next_notice(
    qtbot: QtBot, bus: None, notifier: Notifier, heard: Heard
) -> None:
    from notification_service import FakeService

    notifier.show_snapshot(shown(a_notice()))
    qtbot.waitUntil(lambda: len(heard.undelivered) == 1)
    service = FakeService()
    service.start()
    notifier.show_snapshot(shown(a_notice(), a_notice("alone:s1:1", SESSION)))
    qtbot.waitUntil(lambda: len(service.shown) == 1 and not notifier._calls)
    service.stop()
    assert service.shown[0].actions["opened"] == "Show session"


@needs_bus
def test_a_service_that_hangs_holds_nothing_up(
    qtbot: QtBot, notifier: Notifier, service: Any, heard: Heard
) -> None:
    service.is_hung = True
    notifier._patience.setInterval(150)
    start = time.monotonic()
    notifier.show_snapshot(shown(a_notice()))
    assert time.monotonic() - start < 0.05
    qtbot.waitUntil(lambda: len(heard.undelivered) == 1)
    assert notifier._link is None


@needs_bus
def test_what_the_service_refuses_is_told_another_way(
    qtbot: QtBot, notifier: Notifier, service: Any, heard: Heard
) -> None:
    service.refuses = True
    notifier.show_snapshot(shown(a_notice()))
    qtbot.waitUntil(lambda: len(heard.undelivered) == 1)
    notifier.answer_last()
    assert heard.answers == [("budget:b1:80", "opened")]


@needs_bus
def test_nothing_is_left_on_screen_that_nobody_would_hear(
    qtbot: QtBot, notifier: Notifier, service: Any, on_screen: Callable[..., Any]
) -> None:
    told = on_screen(a_notice())
    notifier.close()
    qtbot.waitUntil(lambda: service.withdrawn == [told.number])


def test_without_a_bus_the_tray_is_asked(qtbot: QtBot, notifier: Notifier, heard: Heard) -> None:
    notifier.show_snapshot(shown(a_notice()))
    qtbot.waitUntil(lambda: len(heard.undelivered) == 1)
    assert heard.undelivered[0][0] == "80 % of November’s budget used"


def test_a_demo_shows_nothing(qtbot: QtBot, notifier: Notifier, heard: Heard) -> None:
    notifier.show_snapshot(shown(a_notice(), is_demo=True))
    qtbot.wait(50)
    assert not heard.undelivered


def test_the_library_is_loaded_with_the_first_notice_only() -> None:
    code = "import sys, tallylight.gui.notifier; sys.exit('jeepney' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
