"""The icon, its words and its menu, as far as they can be seen without a screen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QRect, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from budgets import DOLLAR, a_budget, a_status
from tallylight.domain.budget import Period
from tallylight.domain.session import SessionView
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.theme import Theme
from tallylight.gui.tray import MENU_SESSIONS, Tray

Sessions = Callable[..., SessionView]
Snapshots = Callable[..., Snapshot]


@pytest.fixture
def tray(theme: Theme) -> Iterator[Tray]:
    made = Tray()
    yield made
    made.hide()
    assert not any(timer.isActive() for timer in made.findChildren(QTimer))
    made.deleteLater()


def lines(tray: Tray) -> list[str]:
    return [
        action.text() for action in tray._menu.actions() if action.isVisible() and not action.isSeparator()
    ]


def action(tray: Tray, words: str) -> QAction:
    (found,) = (action for action in tray._menu.actions() if words in action.text())
    return found


def plain(text: str) -> str:
    return text.translate({0x2068: None, 0x2069: None})


def test_the_tooltip_has_today_and_the_sessions(tray: Tray, a_snapshot: Snapshots) -> None:
    tray.show_snapshot(a_snapshot())
    assert plain(tray._icon.toolTip()).splitlines() == [
        "Today $12.84 · typical day $11.20",
        "payments-api · $4.12 · 132k (66 %)",
    ]


def test_the_tooltip_stays_short(tray: Tray, a_snapshot: Snapshots, a_session: Sessions) -> None:
    many = tuple(a_session(session_id=str(n)) for n in range(9))
    tray.show_snapshot(a_snapshot(sessions=many, problem="The disk is full.", is_paused=True))
    told = plain(tray._icon.toolTip()).splitlines()
    assert len(told) == 6
    assert told[0].startswith("Paused · Today")
    assert told[1] == "The disk is full."
    assert told[-1] == "and 6 more"


def test_a_name_with_line_breaks_stays_one_line(
    tray: Tray, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    tray.show_snapshot(a_snapshot(sessions=(a_session(project="a\n<b>b</b>\x1b c & d"),)))
    assert len(tray._icon.toolTip().splitlines()) == 2
    assert "a <b>b</b> c && d · $4.12 · 132k (66 %)" in [plain(line) for line in lines(tray)]


def test_the_menu_is_right_before_it_opens(tray: Tray, a_snapshot: Snapshots) -> None:
    assert lines(tray) == [
        "Today $0.00",
        "No live session",
        "Pause",
        "Pause notices",
        "Open window",
        "Export …",
        "Quit",
    ]
    tray.show_snapshot(a_snapshot(is_paused=True))
    assert [plain(line) for line in lines(tray)] == [
        "Today $12.84",
        "payments-api · $4.12 · 132k (66 %)",
        "Resume",
        "Pause notices",
        "Open window",
        "Export …",
        "Quit",
    ]


def test_the_same_snapshot_sends_nothing(
    tray: Tray, a_snapshot: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray.show_snapshot(a_snapshot())
    changes: list[object] = []
    for each in tray._menu.actions():
        each.changed.connect(lambda: changes.append("menu"))
    monkeypatch.setattr(tray._icon, "setIcon", changes.append)
    monkeypatch.setattr(tray._icon, "setToolTip", changes.append)
    tray.show_snapshot(a_snapshot(sequence=2))
    tray._menu.aboutToShow.emit()
    assert changes == []


def test_menu_lines_follow_their_sessions(
    qtbot: QtBot, tray: Tray, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    one, two = a_session(), a_session(session_id="s2", project="docs-site")
    tray.show_snapshot(a_snapshot(sessions=(one, two)))
    kept = action(tray, "docs-site")
    tray.show_snapshot(a_snapshot(sessions=(two,)))
    assert action(tray, "docs-site") is kept
    assert not any("payments-api" in line for line in lines(tray))
    with qtbot.waitSignal(tray.session_requested) as got:
        kept.trigger()
    assert got.args == ["s2"]


def test_too_many_sessions_are_counted(tray: Tray, a_snapshot: Snapshots, a_session: Sessions) -> None:
    many = tuple(a_session(session_id=str(n)) for n in range(MENU_SESSIONS + 3))
    tray.show_snapshot(a_snapshot(sessions=many))
    assert "and 3 more" in lines(tray)
    assert len(lines(tray)) == MENU_SESSIONS + 7


def test_the_menu_asks(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.waitSignals([tray.window_requested, tray.quit_requested, tray.panel_requested]):
        for words in ("Open window", "Export …", "Quit", "Today"):
            action(tray, words).trigger()
    with qtbot.waitSignal(tray.pause_requested) as got:
        tray._pause.trigger()
    assert got.args == [True]
    tray.show_snapshot(Snapshot(is_paused=True))
    with qtbot.waitSignal(tray.pause_requested) as got:
        action(tray, "Resume").trigger()
    assert got.args == [False]


def test_notices_are_paused_from_the_menu(qtbot: QtBot, tray: Tray) -> None:
    quiet = action(tray, "Pause notices")
    with qtbot.waitSignal(tray.quiet_requested) as got:
        quiet.trigger()
    assert got.args == [True]
    tray.show_quiet(False)
    assert not quiet.isChecked()


def test_a_message_of_the_icon_leads_somewhere(
    qtbot: QtBot, tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(tray._icon, "showMessage", lambda *words: told.append(words))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    tray.show_message("80 % used", "of $300")
    assert not told
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    tray.show_message("80 % used", "of $300")
    assert told[0][:2] == ("80 % used", "of $300")
    with qtbot.waitSignal(tray.message_clicked):
        tray._icon.messageClicked.emit()


def test_the_tooltip_has_the_tightest_budget(tray: Tray, a_snapshot: Snapshots) -> None:
    day = a_status(a_budget(id="b2", period=Period.DAY, amount=15 * DOLLAR), spent=1284 * DOLLAR // 100)
    tray.show_snapshot(a_snapshot(budgets=(a_status(), day)))
    head = plain(tray._icon.toolTip()).splitlines()[0]
    assert head == "Today $12.84 · 86 % of the day’s $15"


@pytest.mark.parametrize(
    ("reason", "signal"), [("Trigger", "panel_requested"), ("MiddleClick", "window_requested")]
)
def test_clicks_ask(qtbot: QtBot, tray: Tray, reason: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(tray, signal)):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason[reason])


def test_a_host_that_comes_later_is_found_and_then_left_alone(
    qtbot: QtBot, tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_there = False
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: is_there)
    tray._look.setInterval(10)
    tray.show()
    assert not tray.is_available
    assert tray._look.isActive()
    with qtbot.waitSignal(tray.host_found, timeout=2000):
        is_there = True
    assert not tray._look.isActive()


def test_with_a_host_nothing_looks_for_one(tray: Tray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    tray.show()
    assert tray.is_available
    assert not tray._look.isActive()


@pytest.mark.parametrize(("height", "is_shown"), [(0, False), (24, False), (48, True)])
def test_the_fare_is_in_the_icon_where_it_can_be_read(
    tray: Tray, a_snapshot: Snapshots, monkeypatch: pytest.MonkeyPatch, height: int, is_shown: bool
) -> None:
    monkeypatch.setattr(tray._icon, "geometry", lambda: QRect(0, 0, height, height))
    tray.show_snapshot(a_snapshot())
    assert tray._lamp is not None
    assert bool(tray._lamp.fare) is is_shown


def test_the_tray_loads_nothing_heavy() -> None:
    script = (
        "import sys, tallylight.gui.tray, tallylight.gui.panel, tallylight.gui.meter, tallylight.gui.bridge,"
        " tallylight.gui.jobs, tallylight.gui.single_instance; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "pyqtgraph", "httpx", "keyring", "sqlite_utils", "genai_prices"} & set(loaded)


def test_what_only_the_window_needs_is_loaded_with_it() -> None:
    """And what only a bill, a Cursor, a change of settings, a deletion or a login needs, with that."""
    script = "import sys, tallylight.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    later = {
        "tomlkit", "tomllib", "plistlib", "difflib", "tallylight.gui.main_window", "tallylight.gui.settings_page",
        "tallylight.gui.first_run", "tallylight.parts.caretaking", "tallylight.system.autostart",
        "tallylight.system.status_line", "tallylight.system.removal", "tallylight.system.change",
        "tallylight.ledger.retention", "tallylight.config.entries", "tallylight.config.settings_words",
        "tallylight.domain.upkeep", "tallylight.domain.reconciliation", "tallylight.domain.bill_items",
        "tallylight.providers.base", "tallylight.domain.report", "tallylight.gui.meter", "tallylight.sources.cursor",
        "tallylight.ingest.cursor_reader", "tallylight.ledger.library",
    }  # fmt: skip
    assert not later & set(done.stdout.split())


def test_a_menu_that_grows_while_it_is_open_stays_on_the_screen(
    tray: Tray, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    screen = tray._menu.screen().availableGeometry()
    tray._menu.popup(screen.bottomRight())
    tray.show_snapshot(a_snapshot(sessions=(a_session(project="orchard-and-garden" * 2),)))
    assert screen.contains(tray._menu.geometry())
    tray._menu.close()
