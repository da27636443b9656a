from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from tallylight.domain.session import Activity, SessionView
from tallylight.domain.summary import SummaryRow
from tallylight.gui import wording
from tallylight.gui.session_list import GAP, LineDelegate, SessionList
from tallylight.gui.session_model import DETAIL_ROLE, LAMP_ROLE, SessionModel
from tallylight.gui.theme import Theme

NOW_MS = 1_795_182_000_000


def ids(model: SessionModel) -> list[str]:
    return [line.session_id for line in model.rows()]


def test_the_model_keeps_the_rules_of_qt(
    theme: Theme, a_session: Callable[..., SessionView], qtmodeltester: Any
) -> None:
    model = SessionModel(theme)
    model.show_live((a_session(), a_session(session_id="s2")), NOW_MS)
    qtmodeltester.check(model, force_py=True)


def test_a_live_session_keeps_its_place_when_another_moves(
    theme: Theme, a_session: Callable[..., SessionView]
) -> None:
    model = SessionModel(theme)
    one, two = a_session(session_id="one"), a_session(session_id="two")
    model.show_live((one, two), NOW_MS)
    chosen = QPersistentModelIndex(model.index(0, 0))
    model.show_live((two, one), NOW_MS)
    assert ids(model) == ["one", "two"]
    assert chosen.row() == 0


def test_a_new_session_comes_first_and_an_ended_one_joins_the_past(
    theme: Theme, a_session: Callable[..., SessionView], a_past_session: Callable[..., SummaryRow]
) -> None:
    model = SessionModel(theme)
    one, two = a_session(session_id="one"), a_session(session_id="two")
    model.show_live((one,), NOW_MS)
    model.show_past([a_past_session("one"), a_past_session("old")], NOW_MS)
    assert ids(model) == ["one", "old"]
    model.show_live((two, one), NOW_MS)
    assert ids(model) == ["two", "one", "old"]
    model.show_live((two,), NOW_MS)
    assert ids(model) == ["two", "one", "old"]
    assert model.rows()[1].activity is Activity.ENDED


def test_a_line_says_what_the_agent_does(theme: Theme, a_session: Callable[..., SessionView]) -> None:
    model = SessionModel(theme)
    model.show_live((a_session(activity=Activity.WAITING, waiting_for="permission"),), NOW_MS)
    index = model.index(0, 0)
    assert index.data() == "payments-api"
    assert index.data(DETAIL_ROLE) == "waits for you: permission · feat/refunds"
    assert index.data(LAMP_ROLE) is not None
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "payments-api, waits for you: permission · feat/refunds"


def test_a_session_without_prices_is_not_free(theme: Theme, a_session: Callable[..., SessionView]) -> None:
    model = SessionModel(theme)
    model.show_live((a_session(cost_picousd=0, unpriced=58),), NOW_MS)
    assert model.index(0, 1).data() == "no price"


def test_sessions_of_one_project_go_by_their_titles(
    theme: Theme, a_session: Callable[..., SessionView], a_past_session: Callable[..., SummaryRow]
) -> None:
    model = SessionModel(theme)
    model.show_live((a_session(title="Refunds in two currencies"),), NOW_MS)
    past = a_past_session("old", title="Payments client retries", project="payments-api", branch="main")
    model.show_past([past], NOW_MS)
    assert [model.index(row, 0).data() for row in (0, 1)] == [
        "Refunds in two currencies",
        "Payments client retries",
    ]
    assert model.index(0, 0).data(DETAIL_ROLE).endswith(" · payments-api · feat/refunds")
    when = wording.moment(past.last_ms)
    assert model.index(1, 0).data(DETAIL_ROLE) == f"{when} · payments-api · main"
    assert model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole).startswith("Payments client retries\n")
    assert "payments-api" in model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_long_title_leaves_room_for_the_rest(
    qtbot: QtBot, theme: Theme, a_session: Callable[..., SessionView]
) -> None:
    lines = LineDelegate()
    lines.is_flat = True
    name, detail = lines._split(QRect(0, 0, 600, 20), 900, 240, is_right=False)
    assert (name.width(), detail.width()) == (360 - GAP, 240)
    name, detail = lines._split(QRect(0, 0, 600, 20), 900, 900, is_right=False)
    assert (name.width(), detail.width()) == (300 - GAP, 300)


def test_a_name_with_room_is_drawn_whole(
    qtbot: QtBot, theme: Theme, a_session: Callable[..., SessionView], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = SessionModel(theme)
    sessions = SessionList(model)
    qtbot.addWidget(sessions)
    sessions.resize(900, 400)
    sessions.lie_flat(True)
    titles = [
        f"{word} the {thing}" for word in ("Fix", "Rewrite", "Try") for thing in ("tests", "importer", "Yaml")
    ]
    model.show_live(tuple(a_session(session_id=title, title=title) for title in titles), NOW_MS)
    written = list[str]()

    def write(painter: QPainter, area: QRect, text: str, *_: object, **__: object) -> None:
        mode = Qt.TextElideMode.ElideRight
        written.append(painter.fontMetrics().elidedText(text, mode, area.width()))

    monkeypatch.setattr("tallylight.gui.session_list._write", write)
    sessions.grab()
    assert set(titles) <= set(written)
