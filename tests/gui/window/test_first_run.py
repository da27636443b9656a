from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from budgets import a_budget
from controls import nameless_controls
from tallylight.domain.budget import Period
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Progress, RootStatus, Snapshot
from tallylight.domain.upkeep import Switch, SwitchState
from tallylight.gui.first_run import FirstRun
from tallylight.gui.jobs import Jobs
from tallylight.gui.main_window import MainWindow
from tallylight.gui.theme import Theme

Snapshots = Callable[..., Snapshot]
ROOTS = (
    RootStatus(source="claude-code", path="~/.claude", is_found=True, sessions=1_200),
    RootStatus(source="claude-code", path="~/.config/claude", is_found=True, sessions=4),
    RootStatus(source="cursor", path="~/.config/Cursor/User"),
)


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, library: Any, caretaker: Any, jobs: Jobs, a_snapshot: Snapshots
) -> FirstRun:
    made = FirstRun(library, caretaker, jobs)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show_settings(Settings())
    made.show_snapshot(a_snapshot(roots=ROOTS))
    made.show()
    qtbot.waitUntil(lambda: made._budget.isVisible() and "ledger.sqlite" in said(made))
    return made


def said(page: FirstRun) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_it_says_what_was_found(page: FirstRun) -> None:
    text = said(page)
    for words in (
        "$549.00",
        "since 23 Sep · 4,821 requests",
        "$11.20",
        "1 session",
        "Nothing was sent anywhere",
    ):
        assert words in text
    assert "Found: Claude Code 1,204 sessions" in text and "Cursor" not in text


def test_what_is_not_counted_yet_is_named(page: FirstRun, a_snapshot: Snapshots) -> None:
    found = RootStatus(source="claude-code", path="~/.claude", is_found=True)
    page.show_snapshot(a_snapshot(roots=(found,), typical_day_picousd=None))
    assert page._found.text() == "Found: Claude Code" and "not known yet" in page._typical._note.text()


def test_reading_is_shown_while_it_lasts_and_nothing_jumps(page: FirstRun, a_snapshot: Snapshots) -> None:
    before = page._budget.mapTo(page, page._budget.rect().topLeft())
    progress = Progress(files_done=3, files=40, bytes_done=10, bytes=100)
    page.show_snapshot(a_snapshot(roots=ROOTS, progress=progress))
    assert "newest first: 3 / 40 files" in said(page) and page._bar.value() == 100
    assert page._budget.mapTo(page, page._budget.rect().topLeft()) == before


def test_what_is_proposed_is_kept_when_it_is_over(qtbot: QtBot, page: FirstRun) -> None:
    assert page._budget.text() == "Tell me at 50, 80 and 100 % of $250 a month"
    with qtbot.waitSignal(page.ended), qtbot.waitSignal(page.settings_changed) as told:
        page._start.click()
    assert told.args is not None
    changes = told.args[0]
    (budget,) = changes["budgets"]
    assert (budget.amount, budget.period) == (250 * 10**12, Period.MONTH) and len(budget.id) == 8
    assert changes["silenced_rules"] == ()


def test_what_was_unticked_is_not(qtbot: QtBot, page: FirstRun) -> None:
    page._budget.click()
    page._alone.click()
    with qtbot.waitSignal(page.settings_changed) as told:
        page._start.click()
    assert told.args == [{"silenced_rules": ("unattended",)}]


def test_it_can_be_skipped_by_a_key(qtbot: QtBot, page: FirstRun) -> None:
    page.activateWindow()
    qtbot.waitActive(page)
    with qtbot.waitSignal(page.ended), qtbot.assertNotEmitted(page.settings_changed):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_who_has_budgets_is_offered_none(qtbot: QtBot, page: FirstRun) -> None:
    page.show_settings(Settings(budgets=(a_budget(),), silenced_rules=("other", "unattended")))
    assert page._budget.isHidden() and not page._alone.isChecked()
    page._alone.click()
    with qtbot.waitSignal(page.settings_changed) as told:
        page._start.click()
    assert told.args == [{"silenced_rules": ("other",)}]


def test_without_a_whole_month_a_day_is_proposed(
    qtbot: QtBot, theme: Theme, library: Any, caretaker: Any, jobs: Jobs, a_snapshot: Snapshots
) -> None:
    library.suggested = []
    made = FirstRun(library, caretaker, jobs)
    qtbot.addWidget(made)
    made.show_settings(Settings())
    made.show_snapshot(a_snapshot())
    made.show()
    qtbot.waitUntil(lambda: made._budget.text() == "Tell me at 50, 80 and 100 % of $15 a day")
    assert "Your typical day is $11.20." in said(made)
    made.hide()


def test_where_no_client_is_nothing_is_offered_for_it(qtbot: QtBot, page: FirstRun, caretaker: Any) -> None:
    caretaker.states[Switch.STATUS_LINE] = SwitchState(is_possible=False)
    page.hide()
    page.show()
    qtbot.waitUntil(lambda: page._rows[0].isHidden())
    assert page._rows[1].isVisible()


def test_keys_reach_everything_and_all_of_it_has_a_name(page: FirstRun) -> None:
    assert nameless_controls(page) == []
    assert page.window().focusWidget() is page._start


# -- in the window


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, library: Any, caretaker: Any, jobs: Jobs) -> MainWindow:
    made = MainWindow(theme, library, jobs, lambda: caretaker)
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_stands_alone_until_it_is_over(qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots) -> None:
    window.open_first_run()
    window.show_snapshot(a_snapshot(roots=ROOTS))
    assert window._stack.currentWidget() is window._first_run and window._sidebar.isHidden()
    with qtbot.waitSignal(window.settings_changed) as told:
        window._first_run.page.ended.emit()
    assert told.args == [{"is_introduced": True}]
    assert window._stack.currentWidget() is window._live and not window._sidebar.isHidden()


def test_where_nothing_was_found_the_welcome_is_first(window: MainWindow, a_snapshot: Snapshots) -> None:
    window.open_first_run()
    window.show_snapshot(Snapshot())
    assert window._stack.currentWidget() is window._welcome and not window._sidebar.isHidden()
    window.show_snapshot(a_snapshot(is_demo=True))
    assert window._stack.currentWidget() is window._live
    window.show_snapshot(a_snapshot())
    assert window._stack.currentWidget() is window._first_run


def test_settings_lead_back_to_it(qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots) -> None:
    window.show_snapshot(a_snapshot())
    window.open_page("settings")
    window._choices.page.first_run_wanted.emit()
    assert window._stack.currentWidget() is window._first_run


def test_a_choice_that_could_not_be_kept_is_said(window: MainWindow, a_snapshot: Snapshots) -> None:
    window.show_snapshot(a_snapshot())
    window.show_unkept("settings.toml cannot be written")
    assert window._stack.currentWidget() is window._choices
    assert window._choices.page._problems.text() == "settings.toml cannot be written"
