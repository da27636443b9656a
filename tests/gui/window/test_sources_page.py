"""The card of providers' bills on Sources: each state in words of its own, and nothing without agreement."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tallylight.domain.consent import OFFERS, Agreement, offer
from tallylight.domain.feed import FeedState, FeedStatus, Plan, PlanGauge
from tallylight.domain.secret import Secret
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Part, Snapshot
from tallylight.gui import chat_words
from tallylight.gui.consent_dialog import ConsentDialog
from tallylight.gui.feed_row import FeedRow
from tallylight.gui.gauges import Bar
from tallylight.gui.jobs import Jobs
from tallylight.gui.plan_bars import spent
from tallylight.gui.sources_page import SourcesPage
from tallylight.gui.theme import Theme

NOW_MS = 1_795_182_000_000
CENT = 10**10


@pytest.fixture
def page(theme: Theme, library: Any, jobs: Jobs, qtbot: QtBot) -> SourcesPage:
    made = SourcesPage(theme, library, jobs)
    qtbot.addWidget(made)
    made.show()
    return made


def shown(widget: QWidget) -> list[str]:
    QApplication.processEvents()  # what was just laid out is shown by the event loop
    return [
        label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()
    ]


def row(page: SourcesPage, name: str = "cursor") -> FeedRow:
    rows = {made.accessibleName(): made for made in page.findChildren(FeedRow)}
    return rows[offer(name).label]


def in_state(page: SourcesPage, **given: object) -> list[str]:
    fields = {"name": "cursor", "read_ms": NOW_MS - 120_000} | given
    page.show_settings(Settings(feeds=("cursor",)))
    page.show_snapshot(Snapshot(at_ms=NOW_MS, feeds=(FeedStatus(**fields),)))  # type: ignore[arg-type]
    return shown(row(page))


def test_off_says_that_nothing_is_asked(page: SourcesPage) -> None:
    page.show_settings(Settings())
    page.show_snapshot(Snapshot(at_ms=NOW_MS))
    assert shown(row(page))[1] == "off: nothing is asked"
    assert "Nothing." in shown(page)


def test_each_state_reads_otherwise(page: SourcesPage) -> None:
    said = [in_state(page, state=state, says="" if state in (FeedState.READY, FeedState.WAITING) else "why")[1]
            for state in FeedState if state is not FeedState.OFF]  # fmt: skip
    assert len(set(said)) == len(said)
    assert "connected · read 2 min ago" in said
    assert "signed out: why · read 2 min ago" in said


def test_a_plan_is_two_bars_with_their_figures_and_the_rest_as_text(page: SourcesPage) -> None:
    gauges = (PlanGauge(name="Cursor Models", percent=0.4), PlanGauge(name="Other Models", percent=111))
    plan = Plan(gauges=gauges, on_demand_picousd=120 * CENT, on_demand_limit_picousd=5000 * CENT)
    said = in_state(page, state=FeedState.READY, plan=plan)
    figures = {"Cursor Models", "<1 %", "Other Models", "111 %"}
    assert set(said[2:]) == figures | {"On demand $1.20 of $50.00"}
    assert [bar.accessibleName() for bar in row(page).findChildren(Bar)] == [
        "Cursor Models: <1 % used", "Other Models: 111 % used"
    ]  # fmt: skip
    assert len(in_state(page, state=FeedState.SIGNED_OUT, says="why")) == 2


def test_a_plan_without_a_limit_says_so_and_one_without_on_demand_says_nothing_of_it() -> None:
    assert spent(Plan(on_demand_picousd=CENT * 50)) == "On demand $0.50, no limit"
    assert spent(Plan(on_demand_limit_picousd=0)) == ""
    assert spent(Plan(on_demand_limit_picousd=0, says="gone")) == "gone"


def button(widget: QWidget, text: str) -> QPushButton:
    (found,) = [made for made in widget.findChildren(QPushButton) if made.text() == text]
    return found


def test_connecting_asks_first_and_says_what_is_read_sent_and_kept(
    page: SourcesPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    answers = iter([False, True])

    def answer(dialog: ConsentDialog) -> int:
        asked.append(shown(dialog))
        button(dialog, "Connect" if next(answers) else "Cancel").click()
        return 0

    monkeypatch.setattr(ConsentDialog, "exec", answer)
    told: list[Agreement] = []
    page.agreed.connect(told.append)
    page.show_settings(Settings())
    qtbot.mouseClick(button(row(page), "Connect…"), Qt.MouseButton.LeftButton)
    assert told == []
    qtbot.mouseClick(button(row(page), "Connect…"), Qt.MouseButton.LeftButton)
    assert told == [Agreement(name="cursor", is_on=True)]
    made = offer("cursor")
    assert {made.reads, made.sends, made.keeps, made.warns} <= set(asked[0])


def test_disconnecting_asks_nothing(page: SourcesPage, qtbot: QtBot) -> None:
    in_state(page, state=FeedState.READY)
    with qtbot.waitSignal(page.agreed) as told:
        qtbot.mouseClick(button(row(page), "Disconnect"), Qt.MouseButton.LeftButton)
    assert told.args == [Agreement(name="cursor", is_on=False)]


def test_a_key_is_not_readable_and_needed_with_an_address(theme: Theme, qtbot: QtBot) -> None:
    dialog = ConsentDialog(offer("cursor-team"))
    qtbot.addWidget(dialog)
    key, email = dialog.findChildren(QLineEdit)
    connect = button(dialog, "Test and connect")
    assert key.echoMode() is QLineEdit.EchoMode.Password
    key.setText(" crsr_1 ")
    assert not connect.isEnabled()
    email.setText("a@x.io")
    assert connect.isEnabled()
    with qtbot.waitSignal(dialog.agreed) as told:
        connect.click()
    assert told.args[0] == Agreement(name="cursor-team", is_on=True, key=Secret("crsr_1"), whose="a@x.io")
    assert key.text() == ""


def test_the_dialog_stays_until_the_test_is_told_and_takes_another_key(theme: Theme, qtbot: QtBot) -> None:
    dialog = ConsentDialog(offer("openai"))
    qtbot.addWidget(dialog)
    dialog.show()
    (key,) = [made for made in dialog.findChildren(QLineEdit) if made.isVisibleTo(dialog)]
    connect = button(dialog, "Test and connect")
    key.setText("sk-proj-1")
    connect.click()
    assert "Testing the key…" in shown(dialog)
    assert not connect.isEnabled()
    dialog.reject()
    assert dialog.isVisible()  # what was sent cannot be called back
    dialog.show_refusal("this is no Admin key")
    assert "This is no Admin key." in shown(dialog)
    key.setText("sk-admin-1")
    assert connect.isEnabled()
    connect.click()
    dialog.show_success("the key works")
    assert "Connected: the key works." in shown(dialog)
    assert not connect.isVisibleTo(dialog)
    button(dialog, "Done").click()
    assert not dialog.isVisible()


def test_the_dialog_says_which_key_where_it_is_made_and_what_else_there_is(
    theme: Theme, qtbot: QtBot
) -> None:
    for made in OFFERS:
        dialog = ConsentDialog(made)
        qtbot.addWidget(dialog)
        said = shown(dialog)
        assert not made.key or made.key in said
        assert not made.key or any(made.variable in text for text in said)


def test_a_key_in_the_environment_is_named_used_and_not_removable(
    theme: Theme, library: Any, jobs: Jobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = SourcesPage(theme, library, jobs, given_keys={"openai": "TALLYLIGHT_OPENAI_KEY"})
    qtbot.addWidget(page)
    page.show()
    page.show_settings(Settings())
    assert "key in TALLYLIGHT_OPENAI_KEY" in shown(row(page, "openai"))[1]

    def answer(dialog: ConsentDialog) -> int:
        assert "The one in TALLYLIGHT_OPENAI_KEY is used." in shown(dialog)
        button(dialog, "Test and connect").click()
        return 0

    monkeypatch.setattr(ConsentDialog, "exec", answer)
    with qtbot.waitSignal(page.agreed) as told:
        button(row(page, "openai"), "Connect…").click()
    assert told.args == [Agreement(name="openai", is_on=True)]
    page.show_settings(Settings(feeds=("openai",)))
    assert buttons(row(page, "openai")) == ["Disconnect"]


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (FeedState.OFF, ["Add key…"]), (FeedState.READY, ["Remove key"]), (FeedState.OFFLINE, ["Remove key"]),
        (FeedState.REFUSED, ["Change key…", "Remove key"]),
    ],
)  # fmt: skip
def test_a_row_offers_what_can_be_done(page: SourcesPage, state: FeedState, offered: list[str]) -> None:
    page.show_settings(Settings(feeds=() if state is FeedState.OFF else ("openai",)))
    page.show_snapshot(Snapshot(at_ms=NOW_MS, feeds=(FeedStatus(name="openai", state=state),)))
    assert buttons(row(page, "openai")) == offered


def buttons(widget: QWidget) -> list[str]:
    return [made.text() for made in widget.findChildren(QPushButton) if made.isVisibleTo(widget)]


def test_what_is_connected_leaves_this_machine_and_is_named(page: SourcesPage) -> None:
    page.show_settings(Settings(feeds=tuple(made.name for made in OFFERS)))
    (said,) = [text for text in shown(page) if "sends anything" in text]
    assert all(made.label in said for made in OFFERS)


def test_what_became_of_a_key_is_said(page: SourcesPage) -> None:
    page.feeds.refuse("no keychain")
    assert "no keychain" in shown(page)


def test_a_part_that_cannot_be_read_comes_first_with_its_reason() -> None:
    parts = Part("hooks", "present"), Part("context", "changed"), Part("shell chats", "unreadable", "locked")
    assert chat_words.parts(parts) == (
        "chats of the command line cannot be read (locked) · context has another shape · recorder in its hooks ✓"
    )
