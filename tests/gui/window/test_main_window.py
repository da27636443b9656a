from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from advice_factories import an_advice
from budgets import a_budget
from controls import nameless_controls
from findings import a_notice
from tallylight.domain.session import SessionDetail
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Progress, RootStatus, Snapshot
from tallylight.domain.usage import Rejected
from tallylight.gui.jobs import Jobs
from tallylight.gui.main_window import MainWindow
from tallylight.gui.palette import LIGHT
from tallylight.gui.theme import Theme

Snapshots = Callable[..., Snapshot]
FOUND = RootStatus(source="claude-code", path="/home/dev/.claude", is_found=True, files=9, sessions=4)
MISSING = RootStatus(source="claude-code", path="/home/dev/.config/claude")
ADDED = RootStatus(source="claude-code", path="/home/dev/logs", is_found=True, added="~/logs")
DESKTOP = RootStatus(source="claude-desktop", path="/home/dev/.config/Claude/local-agent-mode-sessions")
BROKEN = RootStatus(source="claude-code", path="/mnt/x", is_found=True, problem="permission denied")


@pytest.fixture
def window(
    qtbot: QtBot,
    theme: Theme,
    library: Any,
    jobs: Jobs,
    caretaker: Any,
    a_detail: Callable[..., SessionDetail],
) -> MainWindow:
    library.details["s1"] = a_detail(12)
    made = MainWindow(theme, library, jobs, lambda: caretaker)
    qtbot.addWidget(made)
    made.show()
    return made


def button(parent: QWidget, text: str) -> QPushButton:
    return next(found for found in parent.findChildren(QPushButton) if found.text() == text)


def test_pages_open_by_key(qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots) -> None:
    window.show_snapshot(a_snapshot())
    window.activateWindow()
    qtbot.waitActive(window)
    for key, page in (
        (Qt.Key.Key_2, "history"),
        (Qt.Key.Key_3, "budgets"),
        (Qt.Key.Key_4, "advice"),
        (Qt.Key.Key_5, "notices"),
        (Qt.Key.Key_6, "sources"),
        (Qt.Key.Key_7, "settings"),
        (Qt.Key.Key_1, "live"),
    ):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window._stack.currentWidget() is window._pages[page]


def test_advice_is_seen_on_the_page_that_is_open(
    qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots
) -> None:
    seen: list[str] = []
    window.advice_seen.connect(seen.append)
    own, elsewhere = an_advice(session="s1"), an_advice(session="s2")
    window.open_page("history")
    window.show_snapshot(a_snapshot(advice=(own, elsewhere), roots=(FOUND,)))
    qtbot.wait(100)
    assert not seen
    window.open_page("live")
    qtbot.waitUntil(lambda: set(seen) == {own.key})
    window.open_page("advice")
    qtbot.waitUntil(lambda: set(seen) == {own.key, elsewhere.key}, timeout=15_000)


def test_every_control_has_a_name(qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots) -> None:
    window.show_snapshot(a_snapshot(roots=(FOUND,), rejected=(Rejected("claude-code", "odd line"),)))
    qtbot.waitUntil(lambda: window._live.page._page._place.chart is not None, timeout=15_000)
    window.open_page("history")
    qtbot.waitUntil(lambda: window._history.page._overview._place.chart is not None, timeout=15_000)
    assert not nameless_controls(window)


def test_the_window_shrinks_and_nothing_is_wider_than_its_page(
    qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.show_snapshot(a_snapshot(roots=(FOUND, BROKEN)))
    qtbot.waitUntil(lambda: window._live.page._page._turns.rowCount() == 12)
    window.resize(720, 600)
    assert window.width() <= 720
    for page, area_of in (
        ("live", lambda: window._live.page._page),
        ("history", lambda: window._history.page._overview),
        ("budgets", lambda: window._budgets.page),
        ("notices", lambda: window._notices.page),
        ("sources", lambda: window._sources.page),
        ("settings", lambda: window._choices.page),
    ):
        window.open_page(page)
        area = area_of()
        qtbot.waitUntil(area.isVisible)
        assert area.widget().minimumSizeHint().width() <= area.viewport().width(), page


def test_the_sidebar_counts_what_nobody_has_seen(window: MainWindow, a_snapshot: Snapshots) -> None:
    seen = a_notice("c:1", is_seen=True)
    window.show_snapshot(a_snapshot(notices=(a_notice(), a_notice("b:1", done="dismissed"), seen)))
    entry = window._sidebar._buttons["notices"]
    assert (entry.text(), entry.accessibleName()) == ("Notices · 1", "Notices, 1 not seen yet")
    window.show_snapshot(a_snapshot(notices=(seen,)))
    assert (entry.text(), entry.accessibleName()) == ("Notices", "Notices")


def test_a_notice_leads_to_its_place(
    qtbot: QtBot, window: MainWindow, library: Any, a_snapshot: Snapshots
) -> None:
    window.show_snapshot(a_snapshot(notices=(a_notice(),)))
    window.open_notices()
    assert window._stack.currentWidget() is window._notices
    assert window._notices.page.card.table.model().rowCount() == 1
    window.open_days("2026-11-02", "2026-11-09")
    qtbot.waitUntil(lambda: getattr(library.asked[-1], "since", "") == "2026-11-02")
    assert library.asked[-1].until == "2026-11-09"
    window.open_days("2026-11-05", "2026-11-06")
    qtbot.waitUntil(lambda: getattr(library.asked[-1], "since", "") == "2026-11-05")


def test_settings_reach_the_budgets_before_and_after_they_are_opened(
    window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.show_settings(Settings(budgets=(a_budget(),)))
    assert list(window._budgets.page._list.rows) == ["b1"]
    window.show_settings(Settings())
    assert not window._budgets.page._list.rows


def test_closing_hides_and_keeps_the_geometry(
    qtbot: QtBot, window: MainWindow, theme: Theme, library: Any, jobs: Jobs, caretaker: Any
) -> None:
    window.resize(780, 640)
    assert window.close()
    assert not window.isVisible()
    again = MainWindow(theme, library, jobs, lambda: caretaker)
    qtbot.addWidget(again)
    assert again.size() == window.size()


def test_an_empty_machine_is_told_what_was_looked_for(
    qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.show_snapshot(a_snapshot(sessions=(), requests_known=0, roots=(MISSING,), places=(DESKTOP,)))
    for page in ("history", "budgets", "live"):  # never recorded is not a zero
        window.open_page(page)
        assert window._stack.currentWidget() is window._welcome
    assert window._sidebar._today.accessibleName() == "Today: –"
    texts = [label.text() for label in window._welcome.page.findChildren(QWidget) if hasattr(label, "text")]
    assert "/home/dev/.config/claude" in texts
    assert {"Claude Desktop", DESKTOP.path} <= set(texts)
    assert "not found" in texts
    with qtbot.waitSignal(window.demo_requested):
        button(window._welcome.page, "Show the demo").click()
    window.show_snapshot(a_snapshot(sessions=(), requests_known=0, progress=Progress(0, 9, 0, 900)))
    assert window._stack.currentWidget() is window._live


def test_budgets_that_were_set_are_shown_before_the_first_log(
    window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.open_page("budgets")
    window.show_snapshot(a_snapshot(sessions=(), requests_known=0, roots=(MISSING,)))
    assert window._stack.currentWidget() is window._welcome
    window.show_settings(Settings(budgets=(a_budget(),)))
    assert window._stack.currentWidget() is window._budgets
    window.open_page("sources")
    assert window._stack.currentWidget() is window._sources


def test_the_demo_is_marked_and_can_be_left(qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots) -> None:
    window.show_snapshot(a_snapshot(is_demo=True))
    assert window._banners._demo.isVisible()
    with qtbot.waitSignal(window.demo_ended):
        button(window._banners, "Leave the demo").click()
    window.show_snapshot(a_snapshot())
    assert not window._banners._demo.isVisible()


def test_troubles_are_told_on_every_page(window: MainWindow, a_snapshot: Snapshots) -> None:
    window.open_page("sources")
    window.show_snapshot(a_snapshot(problem="The disk is full.", is_read_only=True))
    assert window._banners._problem.accessibleName() == "The disk is full."
    assert window._banners._frozen.isVisible()


def test_reading_history_does_not_move_the_page(
    qapp: QApplication, window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.show_snapshot(a_snapshot())
    qapp.processEvents()
    before = window._stack.geometry(), window._sidebar._today.geometry()
    window.show_snapshot(a_snapshot(progress=Progress(1204, 4000, 800_000_000, 2_100_000_000, 131.0)))
    assert window._sidebar._bar.value() == 381
    assert "1,204 of 4,000 files" in window._sidebar._read.text()
    assert "2 min left" in window._sidebar._read.text()
    qapp.processEvents()
    assert (window._stack.geometry(), window._sidebar._today.geometry()) == before


def test_sources_say_what_was_found_and_what_was_not_understood(
    window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.open_page("sources")
    odd = Rejected("claude-code", "unknown record type", 12)
    window.show_snapshot(a_snapshot(roots=(FOUND, MISSING, BROKEN), rejected=(odd,)))
    page = window._sources.page
    states = [page._folders.roots.index(at, 2).data() for at in range(3)]
    assert states == ["found", "not found", "problem"]
    assert page._folders.problems.text() == "/mnt/x: permission denied"
    assert page._rejected.index(0, 2).data() == "12"


def test_a_shared_folder_says_whose_requests_came_from_it(
    qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.open_page("sources")
    shared = RootStatus(
        source="shared",
        path="~/usage",
        is_found=True,
        added="~/usage",
        files=31,
        machines=(("laptop", 1204), ("mill", 1)),
    )
    window.show_snapshot(a_snapshot(roots=(FOUND, shared)))
    card = window._sources.page._folders
    assert card.roots.index(1, 1).data() == "Shared folder"
    assert card._machines.text() == "~/usage: 1,204 requests of laptop, 1 request of mill"
    window.show_snapshot(a_snapshot(roots=(FOUND,)))
    assert not card._machines.isVisible()


def test_a_folder_that_was_added_can_be_removed_and_put_back(
    qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.open_page("sources")
    window.show_snapshot(a_snapshot(roots=(FOUND,)))
    card = window._sources.page._folders
    assert not card._removal.isVisible()
    window.show_snapshot(a_snapshot(roots=(FOUND, ADDED)))
    assert card.roots.index(1, 2).data() == "found, added by you"
    remove = button(window._sources.page, "Remove folder")
    card.table.selectRow(0)
    assert remove.isVisible() and not remove.isEnabled()
    with qtbot.assertNotEmitted(window.folder_removed):
        qtbot.keyClick(card.table, Qt.Key.Key_Delete)
    card.table.selectRow(1)
    with qtbot.waitSignal(window.folder_removed) as told:
        remove.click()
    assert told.args == ["~/logs"]
    window.show_snapshot(a_snapshot(roots=(FOUND,)))
    undo = button(window._sources.page, "Undo")
    assert undo.isVisible() and card._said.text().startswith("/home/dev/logs is read no more.")
    with qtbot.waitSignal(window.folder_added) as told:
        undo.click()
    assert told.args == ["~/logs"]
    assert not undo.isVisible()


def test_a_folder_is_removed_by_key_and_undo_is_next(
    qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots
) -> None:
    window.open_page("sources")
    window.activateWindow()
    qtbot.waitActive(window)
    window.show_snapshot(a_snapshot(roots=(ADDED,)))
    card = window._sources.page._folders
    card.table.setFocus()
    card.table.selectRow(0)
    with qtbot.waitSignal(window.folder_removed):
        qtbot.keyClick(card.table, Qt.Key.Key_Delete)
    assert button(window._sources.page, "Undo").hasFocus()
    window.open_page("live")
    window.open_page("sources")
    assert not button(window._sources.page, "Undo").isVisible()


def test_a_session_leads_to_what_it_would_have_cost_otherwise(
    qtbot: QtBot, window: MainWindow, library: Any, a_detail: Any, a_snapshot: Snapshots
) -> None:
    library.details = {"old": a_detail(3, session_id="old")}
    window.show_snapshot(a_snapshot())
    window.open_session("old", "k2")
    session = window._live.page._page
    qtbot.waitUntil(lambda: session._turns.rowCount() == 3)
    assert session._table.current().key == "k2"
    session._what_if.click()
    assert window._stack.currentWidget() is window._advice
    question = window._advice.page.what_if.question
    assert question is not None and question.session_id == "old"


def test_choices_are_told_once(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    page = window._choices.page
    with qtbot.assertNotEmitted(window.meter_pinned), qtbot.assertNotEmitted(window.settings_changed):
        window.show_settings(
            Settings(theme="dark", is_meter_pinned=True, week_starts_on=6, keep_titles=False)
        )
    general = page._general
    assert general._looks.choice() == "dark"
    assert general._pin.isChecked() and not general._titles.isChecked() and general._week.currentIndex() == 6
    with qtbot.waitSignal(window.theme_chosen) as told:
        button(page, "Light").click()
    assert told.args == ["light"]
    with qtbot.waitSignal(window.meter_pinned) as told:
        general._pin.click()
    assert told.args == [False]
    with qtbot.waitSignal(window.settings_changed) as told:
        general._titles.click()
    assert told.args == [{"keep_titles": True}]
    answers = iter([False, True])
    monkeypatch.setattr("tallylight.gui.general_section.agrees", lambda *_asked: next(answers))
    with qtbot.assertNotEmitted(window.settings_changed):
        general._titles.click()
    assert general._titles.isChecked(), "titles are deleted only when that was agreed to"
    with qtbot.waitSignal(window.settings_changed) as told:
        general._titles.click()
    assert told.args == [{"keep_titles": False}]
    dialog = "tallylight.gui.sources_page.QFileDialog"
    monkeypatch.setattr(f"{dialog}.exec", lambda _self: 1)
    monkeypatch.setattr(f"{dialog}.selectedFiles", lambda _self: ["/logs"])
    with qtbot.waitSignal(window.folder_added) as told:
        button(window._sources.page, "Add folder").click()
    assert told.args == ["/logs"]


def test_a_session_opens_from_anywhere(
    qtbot: QtBot, window: MainWindow, library: Any, a_detail: Callable[..., SessionDetail]
) -> None:
    library.details["old"] = a_detail(7, session_id="old")
    window.open_page("history")
    window.open_session("old")
    assert window._stack.currentWidget() is window._live
    qtbot.waitUntil(lambda: window._live.page._page._turns.rowCount() == 7)


def test_the_focus_of_a_chart_can_be_seen(qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots) -> None:
    window.show_snapshot(a_snapshot())
    window.activateWindow()
    qtbot.waitActive(window)
    qtbot.waitUntil(lambda: window._live.page._page._place.chart is not None, timeout=15_000)
    plot = window._live.page._page._place.chart._context.plot

    def edge() -> QColor:
        return plot.grab().toImage().pixelColor(plot.width() // 2, 0)

    assert edge() != QColor(LIGHT.accent)
    plot.setFocus()
    assert edge() == QColor(LIGHT.accent)


def test_a_page_is_built_when_it_is_first_looked_at(
    qtbot: QtBot, window: MainWindow, a_snapshot: Snapshots
) -> None:
    places = (window._live, window._welcome, window._history, window._sources)
    assert not any(place.built for place in places)
    window.show_snapshot(a_snapshot(roots=(FOUND,)))
    assert not any(place.built for place in places)  # the window stands before its page is begun
    qtbot.waitUntil(lambda: window._live.built is not None)
    assert [place.built is not None for place in places] == [True, False, False, False]
    window.open_page("sources")
    assert window._sources.built is None
    qtbot.waitUntil(lambda: window._sources.built is not None)
    assert window._sources.page._folders.roots.rowCount() == 1
    assert window._history.built is None


def test_a_page_that_was_left_at_once_is_not_built(qtbot: QtBot, window: MainWindow) -> None:
    window.open_page("history")
    window.open_page("sources")
    qtbot.waitUntil(lambda: window._sources.built is not None)
    assert window._history.built is None
