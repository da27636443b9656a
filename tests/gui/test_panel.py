"""The panel: today and every live session, in place, by keyboard, read aloud, and gone when not wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from advice_factories import an_advice
from budgets import NOW_MS, a_status
from findings import a_notice
from tallylight.domain.advice import Kind
from tallylight.domain.finding import say
from tallylight.domain.money import PICO
from tallylight.domain.session import Activity, NextTurn, SessionView, Subagent
from tallylight.domain.snapshot import Progress, RootStatus, Snapshot
from tallylight.gui import panel as panel_module
from tallylight.gui.gauges import Bar, Sparkline
from tallylight.gui.panel import Panel
from tallylight.gui.placement import placed
from tallylight.gui.session_card import SessionCard
from tallylight.gui.theme import Theme

W = TypeVar("W", bound=QWidget)
Sessions = Callable[..., SessionView]
Snapshots = Callable[..., Snapshot]
ICON = QRect(300, 0, 22, 24)
MINUTE_MS = 60_000


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> Iterator[Panel]:
    made = Panel(theme)
    qtbot.addWidget(made)
    yield made
    made.hide()
    assert not any(timer.isActive() for timer in made.findChildren(QTimer))


def shown(parent: QWidget, kind: type[W]) -> list[W]:
    return [widget for widget in parent.findChildren(kind) if widget.isVisible()]


def texts(parent: QWidget) -> list[str]:
    labels = [label.text() for label in shown(parent, QLabel)]
    return labels + [button.text() for button in shown(parent, QPushButton)]


def cards(panel: Panel) -> list[SessionCard]:
    return sorted(shown(panel, SessionCard), key=lambda card: card.mapTo(panel, QPoint()).y())


def opened(panel: Panel, snapshot: Snapshot) -> Panel:
    panel.show_snapshot(snapshot)
    panel.open(ICON)
    return panel


def test_today_is_the_first_figure(panel: Panel, a_snapshot: Snapshots) -> None:
    said = texts(opened(panel, a_snapshot()))
    assert {"Today", "$12.84", "typical day $11.20", "$8.10/h now", "115 % of a typical day"} <= set(said)


def test_a_floor_and_a_new_user_are_told_so(panel: Panel, a_snapshot: Snapshots) -> None:
    said = texts(opened(panel, a_snapshot(today_unpriced=2, typical_day_picousd=None, burn_picousd_per_h=0)))
    assert {"≥ $12.84", "no typical day yet"} <= set(said)
    assert not any("of a typical day" in text for text in said)


def test_a_session_says_what_it_costs_and_where_it_stands(
    panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    agents = tuple(Subagent(agent_id=str(n), cost_picousd=PICO // 4) for n in range(2))
    said = texts(opened(panel, a_snapshot(sessions=(a_session(title="Round refunds", subagents=agents),))))
    assert {"payments-api", "$4.12", "Claude Code", "Opus 4.8", "feat/refunds · Round refunds"} <= set(said)
    assert {"+$0.31 last turn", "context 132k of 200k · 66 %", "+4.1k/turn"} <= set(said)
    assert "working · 2 subagents $0.50 · compacts in ≈ 8 turns" in said
    assert any(text.startswith("Next turn ≈ $0.21 now, ≈ $4.10 after ") for text in said)


def test_an_expired_cache_leaves_only_the_dear_turn(
    panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    past = NextTurn(PICO // 5, 4 * PICO, a_snapshot().at_ms - 1)
    said = texts(opened(panel, a_snapshot(sessions=(a_session(next_turn=past),))))
    assert "Next turn ≈ $4.00: the cache has expired" in said


def test_no_minute_is_named_for_a_cache_whose_life_is_assumed(
    panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    guess = NextTurn(PICO // 5, 4 * PICO, a_snapshot().at_ms + 60_000, is_assumed=True)
    said = texts(opened(panel, a_snapshot(sessions=(a_session(next_turn=guess),))))
    assert "Next turn ≈ $0.20 now, ≈ $4.00 without the cache" in said


def test_the_cache_expires_on_screen_without_a_snapshot(
    qtbot: QtBot, panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    soon = NextTurn(PICO // 5, 4 * PICO, a_snapshot().at_ms + 60)
    opened(panel, a_snapshot(sessions=(a_session(next_turn=soon),)))
    qtbot.waitUntil(lambda: "Next turn ≈ $4.00: the cache has expired" in texts(panel), timeout=2000)


def test_an_agent_left_alone_is_noticed(panel: Panel, a_snapshot: Snapshots, a_session: Sessions) -> None:
    at_ms = a_snapshot().at_ms
    alone = a_session(
        turns_since_prompt=12,
        last_prompt_ms=at_ms - 24 * MINUTE_MS,
        spent_since_prompt_picousd=144 * PICO // 100,
    )
    attended = a_session(session_id="s2", turns_since_prompt=12, last_prompt_ms=at_ms - MINUTE_MS)
    resting = a_session(
        session_id="s3", turns_since_prompt=12, last_prompt_ms=at_ms - 24 * MINUTE_MS, activity=Activity.IDLE
    )
    said = texts(opened(panel, a_snapshot(sessions=(alone, attended, resting))))
    assert [text for text in said if "your last message" in text] == [
        "12 turns, 24 min since your last message: $1.44"
    ]


def test_without_a_price_or_a_window_nothing_is_made_up(
    panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    bare = SessionView(session_id="x", source="claude-code", requests=3, unpriced=3, context=900)
    opened(panel, a_snapshot(sessions=(bare,)))
    (card,) = cards(panel)
    assert {"unnamed session", "no price", "context 900"} <= set(texts(card))
    assert not shown(card, Bar)
    assert not shown(card, Sparkline)


def test_cards_are_kept_and_updated(panel: Panel, a_snapshot: Snapshots, a_session: Sessions) -> None:
    one, two = a_session(), a_session(session_id="s2", project="docs-site")
    opened(panel, a_snapshot(sessions=(one, two)))
    before = cards(panel)
    dearer = a_session(session_id="s2", project="docs-site", cost_picousd=9 * PICO)
    panel.show_snapshot(a_snapshot(sessions=(dearer, one)))
    assert cards(panel) == before
    assert "$9.00" in texts(before[1])


def test_nothing_moves_under_the_pointer_until_the_panel_opens_again(
    qtbot: QtBot, panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    named = {name: a_session(session_id=name, project=name) for name in "abc"}

    def order() -> list[str]:
        qtbot.waitUntil(lambda: len({card.y() for card in cards(panel)}) == len(cards(panel)))
        return [card.accessibleName()[0] for card in cards(panel)]

    opened(panel, a_snapshot(sessions=(named["a"], named["b"])))
    panel.show_snapshot(a_snapshot(sessions=(named["c"], named["b"], named["a"])))
    assert order() == ["c", "a", "b"]
    panel.hide()
    panel.open(ICON)
    assert order() == ["c", "b", "a"]


def test_a_session_that_ends_leaves(
    qtbot: QtBot, panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    opened(panel, a_snapshot(sessions=(a_session(), a_session(session_id="s2"))))
    gone = cards(panel)[1]
    panel.show_snapshot(a_snapshot(sessions=(a_session(),)))
    assert len(cards(panel)) == 1
    qtbot.waitUntil(lambda: not shiboken6.isValid(gone), timeout=2000)


def test_a_closed_panel_does_nothing(
    panel: Panel, a_snapshot: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "_refresh", lambda: pytest.fail("drawn while closed"))
    panel.show_snapshot(a_snapshot())


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_the_keyboard_opens_a_session(
    qtbot: QtBot, panel: Panel, a_snapshot: Snapshots, a_session: Sessions, key: Qt.Key
) -> None:
    opened(panel, a_snapshot(sessions=(a_session(), a_session(session_id="s2"))))
    with qtbot.waitSignal(panel.session_requested) as got:
        qtbot.keyClick(cards(panel)[1], key)
    assert got.args == ["s2"]


def test_a_click_opens_a_session(qtbot: QtBot, panel: Panel, a_snapshot: Snapshots) -> None:
    opened(panel, a_snapshot())
    with qtbot.waitSignal(panel.session_requested) as got:
        qtbot.mouseClick(cards(panel)[0], Qt.MouseButton.LeftButton)
    assert got.args == ["s1"]


def test_tab_goes_from_the_top_to_the_bottom_and_round(
    qtbot: QtBot, panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    opened(panel, a_snapshot(sessions=(a_session(),)))
    panel.show_snapshot(a_snapshot(sessions=(a_session(session_id="s2", project="new"), a_session())))
    seen: list[str] = []
    widget: QWidget = panel
    while (widget := widget.nextInFocusChain()) is not panel:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert isinstance(widget, QAbstractButton)
            seen.append(widget.accessibleName() or widget.text())
    assert seen == ["new, $4.12", "payments-api, $4.12", "Window", "Pause", "Quit"]


def test_escape_closes(qtbot: QtBot, panel: Panel, a_snapshot: Snapshots) -> None:
    opened(panel, a_snapshot())
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_the_buttons_ask(qtbot: QtBot, panel: Panel, a_snapshot: Snapshots) -> None:
    opened(panel, a_snapshot(is_paused=True))
    buttons = {button.text(): button for button in shown(panel, QPushButton)}
    with qtbot.waitSignals([panel.window_requested, panel.quit_requested]):
        buttons["Window"].click()
        buttons["Quit"].click()
    with qtbot.waitSignal(panel.pause_requested) as got:
        buttons["Resume"].click()
    assert got.args == [False]


def test_a_click_opens_the_next_closes(panel: Panel, a_snapshot: Snapshots) -> None:
    panel.show_snapshot(a_snapshot())
    panel.toggle(ICON)
    assert panel.isVisible()
    panel.toggle(ICON)
    assert not panel.isVisible()


def test_the_click_that_took_the_focus_away_does_not_open_again(
    qtbot: QtBot, panel: Panel, a_snapshot: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(panel, a_snapshot())
    monkeypatch.setattr(panel, "isActiveWindow", lambda: False)
    panel.changeEvent(QEvent(QEvent.Type.ActivationChange))
    assert not panel.isVisible()
    panel.toggle(ICON)
    assert not panel.isVisible()
    panel.toggle(ICON)
    assert panel.isVisible()


def test_a_later_click_opens(
    qtbot: QtBot, panel: Panel, a_snapshot: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(panel, a_snapshot())
    monkeypatch.setattr(panel_module, "SAME_CLICK_MS", -1)
    monkeypatch.setattr(panel, "isActiveWindow", lambda: False)
    panel.changeEvent(QEvent(QEvent.Type.ActivationChange))
    panel.toggle(ICON)
    assert panel.isVisible()


def test_nothing_found_says_where_it_looked(qtbot: QtBot, panel: Panel) -> None:
    roots = (RootStatus(source="claude-code", path="/home/dev/.claude"),)
    said = texts(opened(panel, Snapshot(roots=roots)))
    assert {"No logs found", "Claude Code: /home/dev/.claude – not there", "Show a demo"} <= set(said)
    buttons = {button.text(): button for button in shown(panel, QPushButton)}
    with qtbot.waitSignals([panel.demo_requested, panel.window_requested]):
        buttons["Show a demo"].click()
        buttons["Open the window"].click()


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"progress": Progress(1, 9, 10, 90)}, "Looking for live sessions"),
        ({"requests_known": 5}, "No session is live"),
        ({"roots": (RootStatus(source="claude-code", path="/p", is_found=True),)}, "No usage yet"),
    ],
)
def test_an_empty_panel_says_why(panel: Panel, changes: dict[str, object], title: str) -> None:
    assert title in texts(opened(panel, Snapshot(**changes)))


def test_banners_tell_what_matters(panel: Panel, a_snapshot: Snapshots) -> None:
    said = "\n".join(
        texts(opened(panel, a_snapshot(is_demo=True, is_read_only=True, is_paused=True, problem="No room.")))
    )
    for words in ("No room.", "not changed", "made up", "Paused"):
        assert words in said


def test_history_being_read_is_told(panel: Panel, a_snapshot: Snapshots) -> None:
    said = texts(opened(panel, a_snapshot(progress=Progress(1204, 5310, 7, 20, 140.0))))
    assert "Reading history: 1,204 of 5,310 files, 2 min left" in said


def test_many_sessions_scroll_inside_the_screen(
    panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    many = tuple(a_session(session_id=str(n)) for n in range(30))
    opened(panel, a_snapshot(sessions=many))
    assert panel.screen().availableGeometry().contains(panel.geometry())
    (area,) = shown(panel, QScrollArea)
    assert area.verticalScrollBar().maximum() > 0


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_sessions_need_no_scrolling(
    qtbot: QtBot, panel: Panel, a_snapshot: Snapshots, a_session: Sessions, count: int
) -> None:
    opened(panel, a_snapshot(sessions=tuple(a_session(session_id=str(n)) for n in range(count))))
    (area,) = shown(panel, QScrollArea)
    assert area.verticalScrollBar().maximum() == 0
    tall = panel.height()
    panel.show_snapshot(a_snapshot(sessions=tuple(a_session(session_id=str(n)) for n in range(count + 1))))
    assert panel.height() > tall or count == 0
    assert area.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize(
    "name", ["a-very-long-project-name-" * 8, "支払いサービス" * 9, "שירות תשלומים " * 9, "<b>x</b>"]
)
def test_names_of_any_kind_fit(panel: Panel, a_snapshot: Snapshots, a_session: Sessions, name: str) -> None:
    odd = a_session(
        project=name, branch=name, title=name, model=name, waiting_for=name[:60], activity=Activity.WAITING
    )
    opened(panel, a_snapshot(sessions=(odd,)))
    assert panel.width() == panel_module.WIDTH
    (card,) = cards(panel)
    assert card.width() <= panel.width() - 20
    for widget in shown(card, QWidget):
        assert card.rect().contains(widget.geometry()), widget


def test_everything_is_said_in_words(panel: Panel, a_snapshot: Snapshots) -> None:
    opened(panel, a_snapshot())
    for widget in [*shown(panel, Bar), *shown(panel, Sparkline)]:
        assert widget.accessibleName(), widget
    (line,) = shown(panel, Sparkline)
    assert line.accessibleName() == "Context over the last 41 turns: from 20k to 128k"
    assert "auto-compact at 167k" in shown(cards(panel)[0], Bar)[0].accessibleName()
    assert "context 132k of 200k" in cards(panel)[0].accessibleDescription()
    for button in shown(panel, QAbstractButton):
        assert button.accessibleName() or button.text()


def test_both_themes_paint(panel: Panel, theme: Theme, a_snapshot: Snapshots) -> None:
    opened(panel, a_snapshot())
    light = panel.grab().toImage()
    theme.choose("dark")
    assert panel.grab().toImage() != light


@pytest.mark.parametrize(
    ("anchor", "corner"),
    [
        (QRect(500, 0, 20, 20), QPoint(330, 27)),
        (QRect(500, 780, 20, 20), QPoint(330, 272)),
        (QRect(990, 0, 10, 20), QPoint(632, 27)),
        (QRect(0, 0, 20, 20), QPoint(8, 27)),
    ],
)
def test_the_panel_stands_beside_its_icon(anchor: QRect, corner: QPoint) -> None:
    at = placed(QSize(360, 500), anchor, QRect(0, 0, 1000, 800))
    assert abs(at.x() - corner.x()) <= 1
    assert at.y() == corner.y()


def test_a_panel_larger_than_the_screen_starts_at_its_top() -> None:
    assert placed(QSize(2000, 2000), QRect(5, 5, 1, 1), QRect(0, 0, 800, 600)) == QPoint(8, 8)


def test_a_months_budget_takes_the_bar(panel: Panel, a_snapshot: Snapshots) -> None:
    opened(panel, a_snapshot(budgets=(a_status(),)))
    assert {"November $213.90 of $300", "forecast $289 – on pace"} <= set(texts(panel))
    bar = panel._head._bar
    assert bar.accessibleName() == "November $213.90 of $300"
    share, pace, colour = bar._state
    assert (round(share, 3), round(pace or 0, 3), colour) == (0.713, 0.652, "accent")
    panel.show_snapshot(a_snapshot(budgets=(a_status(spent=310 * PICO),)))
    assert "over" in texts(panel)


def test_a_session_shows_the_newest_open_notice_about_it(
    panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    about = {"session_id": "s1", "title": say("31 turns <b>without</b> you"), "text": say("$1.44 so far.")}
    notices = (a_notice("a:1", about, done="dismissed"), a_notice("b:1", about), a_notice("c:1", about))
    snapshot = a_snapshot(
        notices=notices,
        sessions=(
            a_session(turns_since_prompt=31, last_prompt_ms=NOW_MS - 24 * MINUTE_MS),
            a_session(session_id="s2"),
        ),
    )
    first, second = cards(opened(panel, snapshot))
    assert first._notice.text() == "<b>31 turns &lt;b&gt;without&lt;/b&gt; you.</b> $1.44 so far."
    assert first.accessibleDescription().endswith("31 turns <b>without</b> you. $1.44 so far.")
    assert not first._alone.isVisible()
    assert not second._notice.isVisible()
    panel.show_snapshot(a_snapshot())
    assert not first._notice.isVisible()


def test_a_session_shows_what_would_make_it_cheaper_until_something_is_told(
    panel: Panel, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    advice = (an_advice(saving=3, session="s1"), an_advice(saving=2, session="s1"))
    opened(panel, a_snapshot(advice=advice))
    (card,) = cards(panel)
    assert card._notice.text() == "<b>p.</b> One."
    told = a_notice("a:1", {"session_id": "s1"})
    panel.show_snapshot(a_snapshot(advice=advice, notices=(told,)))
    assert "One." not in card._notice.text() and card._notice.text()


def test_advice_is_seen_once_its_card_is_painted(qtbot: QtBot, panel: Panel, a_snapshot: Snapshots) -> None:
    seen: list[str] = []
    panel.advice_seen.connect(seen.append)
    best, other = an_advice(saving=3, session="s1"), an_advice(Kind.MODEL, saving=2, session="s1")
    panel.show_snapshot(a_snapshot(advice=(best, other)))
    qtbot.wait(50)
    assert not seen  # it is closed
    panel.open()
    qtbot.waitUntil(lambda: seen == [best.key])
    told = a_notice("a:1", {"session_id": "s1"})
    seen.clear()
    panel.show_snapshot(a_snapshot(advice=(best, other), notices=(told,)))
    panel.repaint()
    qtbot.wait(50)
    assert not seen  # a notice stands in its place
