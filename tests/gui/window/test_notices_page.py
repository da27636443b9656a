"""The Notices page: what was told and became of it, what is hushed, and when nothing is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from budgets import NOW_MS
from controls import nameless_controls
from findings import a_finding, a_notice
from tallylight.domain.finding import say
from tallylight.domain.notices import MOST_SHOWN, Hush
from tallylight.domain.session import SessionView
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import notice_words, sentences
from tallylight.gui.notices_page import NoticesPage
from tallylight.gui.theme import Theme

Snapshots = Callable[..., Snapshot]
Sessions = Callable[..., SessionView]


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> NoticesPage:
    made = NoticesPage(theme)
    qtbot.addWidget(made)
    made.resize(1000, 900)
    made.show_settings(Settings())
    made.show()
    return made


def button(parent: QWidget, text: str) -> QPushButton:
    return next(b for b in parent.findChildren(QPushButton) if b.text() == text and b.isVisible())


def test_the_list_has_when_what_why_and_what_was_done(page: NoticesPage, a_snapshot: Snapshots) -> None:
    gone = a_notice("bloat:s2:1", ended_ms=NOW_MS, told_ms=NOW_MS - 9 * 86_400_000)
    page.show_snapshot(a_snapshot(notices=(a_notice(done="snoozed:today"), gone)))
    model = page.card._model
    texts = [[model.index(row, column).data() for column in range(4)] for row in range(2)]
    title, text = "80 % of November’s budget used", "$240.10 of $300 with 11 days left"
    assert texts == [["13:40", title, text, "snoozed today"], ["11 Nov", title, text, "over"]]


def test_what_was_told_stands_beside_what_it_became(page: NoticesPage, a_snapshot: Snapshots) -> None:
    now = a_finding(title=say("{share} used", share="92 %"), text=say("much"))
    page.show_snapshot(a_snapshot(notices=(a_notice(grown=now),)))
    assert page.card._model.index(0, 1).data() == "80 % of November’s budget used"
    page.card.table.selectRow(0)
    assert page.card._whole.text() == (
        "80 % of November’s budget used. $240.10 of $300 with 11 days left\nNow: 92 % used. much"
    )
    page.show_snapshot(a_snapshot(notices=(a_notice(grown=now, ended_ms=NOW_MS),)))
    assert page.card._whole.text().endswith("At the end: 92 % used. much")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "open"),
        ({"told_ms": 0}, "not told"),
        ({"done": "snoozed"}, "snoozed"),
        ({"done": "snoozed:1h"}, "snoozed for 1 h"),
        ({"done": "muted"}, "session muted"),
        ({"ended_ms": NOW_MS}, "over"),
        ({"ended_ms": NOW_MS, "done": "opened"}, "opened"),
    ],
)
def test_what_became_of_a_notice_is_said(changes: dict[str, Any], words: str) -> None:
    assert notice_words.done(a_notice(**changes)) == words


@pytest.mark.parametrize(
    ("words", "answer"), [("Mute this session", "muted"), ("Dismiss", "dismissed"), ("snooze", "snoozed:1h")]
)
def test_a_notice_is_answered_in_the_list(
    qtbot: QtBot, page: NoticesPage, a_snapshot: Snapshots, words: str, answer: str
) -> None:
    notice = a_notice("alone:s1:1", {"session_id": "s1", "budget_id": ""})
    page.show_snapshot(a_snapshot(notices=(notice,)))
    assert not page.card._dismiss.isEnabled()
    page.card.table.selectRow(0)
    with qtbot.waitSignal(page.answered) as got:
        if words == "snooze":
            page.card._snooze.menu().actions()[0].trigger()
        else:
            button(page.card, words).click()
    assert got.args == ["alone:s1:1", answer]


def test_enter_opens_what_a_notice_is_about(qtbot: QtBot, page: NoticesPage, a_snapshot: Snapshots) -> None:
    page.show_snapshot(a_snapshot(notices=(a_notice(),)))
    page.card.table.selectRow(0)
    with qtbot.waitSignals([page.answered, page.place_wanted]):
        qtbot.keyClick(page.card.table, Qt.Key.Key_Return)


def test_quiet_hours_are_changed_in_place(qtbot: QtBot, page: NoticesPage) -> None:
    assert page.card._quiet_line.text() == "No quiet hours · at most one a minute"
    button(page.card, "Change").click()
    with qtbot.waitSignal(page.settings_changed) as got:
        page.card.quiet._hours.click()
    assert got.args == [{"quiet_hours": ("19:00", "08:00")}]
    with qtbot.waitSignal(page.settings_changed) as got:
        page.card.quiet._pause.click()
    assert got.args == [{"is_quiet": True}]
    page.show_settings(Settings(quiet_hours=("22:00", "06:30")))
    assert page.card._quiet_line.text() == "Quiet 22:00–06:30 · at most one a minute"
    page.show_settings(Settings(is_quiet=True))
    assert page.card._quiet_line.text() == "All notices are paused"


def test_what_stands_there_counts_as_seen(qtbot: QtBot, page: NoticesPage, a_snapshot: Snapshots) -> None:
    with qtbot.waitSignal(page.seen) as got:
        page.show_snapshot(
            a_snapshot(notices=(a_notice(), a_notice("b:1", is_seen=True), a_notice("c:1", told_ms=0)))
        )
    assert got.args == [("budget:b1:80",)]
    page.hide()
    with qtbot.assertNotEmitted(page.seen):
        page.show_snapshot(a_snapshot(notices=(a_notice(),)))
    with qtbot.waitSignal(page.seen):
        page.show()


def test_what_is_hushed_is_listed_and_can_be_taken_back_by_key(
    qtbot: QtBot, page: NoticesPage, a_snapshot: Snapshots
) -> None:
    last = a_finding(title=say("{name} passed {amount}", name="payments-api", amount="$10"))
    hushes = (
        Hush(kind="session", name="s-1", until_ms=1 << 53, last=last),
        Hush(kind="subject", name="budget:b1", until_ms=NOW_MS + 3_600_000),
    )
    page.show_snapshot(a_snapshot(hushes=hushes))
    backs = [b for b in page.findChildren(QPushButton) if b.text() == "Speak again"]
    assert [back.accessibleName() for back in backs] == [
        "Speak again: Session muted: payments-api passed $10",
        "Speak again: Snoozed until 20 Nov, 14:40: budget:b",
    ]
    assert all(back.focusPolicy() & Qt.FocusPolicy.TabFocus for back in backs)
    backs[0].setFocus()
    with qtbot.waitSignal(page.speak_again_wanted) as got:
        qtbot.keyClick(backs[0], Qt.Key.Key_Space)
    assert got.args == ["session", "s-1"]
    page.show_snapshot(a_snapshot())
    assert not page.card._hushes.isVisible()


def test_a_list_that_is_cut_off_says_so(page: NoticesPage, a_snapshot: Snapshots) -> None:
    page.show_snapshot(a_snapshot(notices=(a_notice(),)))
    assert not page.card._bound.isVisible()
    page.show_snapshot(a_snapshot(notices=tuple(a_notice(f"b:{n}") for n in range(MOST_SHOWN))))
    assert page.card._bound.text() == "The newest 200 are shown; all are kept in the ledger."
    assert page.card._bound.isVisible()
    assert page.card.table.model().rowCount() == 200


def test_a_name_from_right_to_left_keeps_to_itself() -> None:
    sentence = say("{scope}: {percent} of {month}'s budget used", scope="חנות", percent="50 %", month="May")
    assert notice_words.said(sentence) == "\u200e\u2068חנות\u2069: 50 % of May's budget used"
    assert str(sentence) == "חנות: 50 % of May's budget used"


def test_only_a_line_that_begins_from_right_to_left_needs_a_mark(a_session: Sessions) -> None:
    later = say("{percent} of the budget of {scope} used", scope="متجر", percent="50 %")
    assert notice_words.said(later) == "50 % of the budget of \u2068متجر\u2069 used"
    assert sentences.session_line(a_session(project="متجر")).startswith("\u200e\u2068متجر\u2069 · ")
    assert sentences.session_line(a_session(project="shop")).startswith("\u2068shop\u2069 · ")


@pytest.mark.parametrize("letter", ["👩‍👩‍👧‍👦", "é̂", "🏳️‍🌈", "🇩🇪", "👍🏽", "x"])
def test_what_people_take_for_one_letter_is_not_torn(letter: str) -> None:
    assert sentences.shortened(letter * 22, 22) == letter * 22
    assert sentences.shortened(letter * 23, 22) == letter * 11 + "…" + letter * 10
    assert sentences.shortened(letter * 9, 5) == letter * 2 + "…" + letter * 2


def test_a_long_name_gives_way_to_what_is_said_of_it() -> None:
    name = "the-payments-api-of-the-northern-region"
    sentence = say("{scope}: {percent} of today's budget used", scope=name, percent="80 %")
    assert notice_words.headline(sentence) == "the-payment…ern-region: 80 % of today's budget used"
    assert name in notice_words.said(sentence)


def test_every_control_has_a_name_and_nothing_is_too_wide(
    qtbot: QtBot, page: NoticesPage, a_snapshot: Snapshots
) -> None:
    page.show_snapshot(
        a_snapshot(notices=(a_notice(),), hushes=(Hush(kind="session", name="s", until_ms=1),))
    )
    button(page.card, "Change").click()
    assert not nameless_controls(page)
    page.resize(560, 600)
    qtbot.waitUntil(lambda: page.widget().minimumSizeHint().width() <= page.viewport().width())


def test_the_row_that_the_buttons_act_on_is_lit(
    qtbot: QtBot, page: NoticesPage, a_snapshot: Snapshots
) -> None:
    notices = tuple(a_notice(f"budget:b{n}:80") for n in range(3))
    page.show_snapshot(a_snapshot(notices=notices))
    table = page.card.table
    table.setFocus(Qt.FocusReason.TabFocusReason)
    assert page.card._dismiss.isEnabled()
    assert [index.row() for index in table.selectionModel().selectedRows()] == [table.currentIndex().row()]
    page.show_snapshot(a_snapshot(notices=notices[1:]))
    assert table.current() == notices[1]
    assert [index.row() for index in table.selectionModel().selectedRows()] == [0]
