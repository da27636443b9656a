"""How full a context is: the same in the panel, the meter and the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from tallylight.domain.session import SessionView
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.fullness import fullness
from tallylight.gui.gauges import Bar
from tallylight.gui.meter import Meter
from tallylight.gui.session_card import SessionCard
from tallylight.gui.session_head import SessionHead
from tallylight.gui.theme import Theme


@pytest.mark.parametrize(
    ("context", "compact_at", "window", "says"),
    [
        (125_000, 167_000, 200_000, ""),
        (132_000, 167_000, 200_000, "near"),
        (160_000, 167_000, 200_000, "over"),
        (149_000, 0, 200_000, ""),
        (150_000, 0, 200_000, "near"),
        (190_000, 0, 200_000, "over"),
        (190_000, 0, 0, ""),
    ],
)
def test_panel_meter_and_window_say_the_same(
    qtbot: QtBot,
    theme: Theme,
    a_session: Callable[..., SessionView],
    context: int,
    compact_at: int,
    window: int,
    says: str,
) -> None:
    view = a_session(context=context, compact_at=compact_at, context_window=window)
    assert fullness(view) == says
    card, head, meter = SessionCard(theme), SessionHead(), Meter(theme)
    for widget in (card, head, meter):
        qtbot.addWidget(widget)
    card.show_session(view, view.last_ms)
    head.show_view(view, view.last_ms)
    meter.show_snapshot(Snapshot(sessions=(view,)))
    assert head._context._note.property("role") == (says or "caption")
    for bar in (card.findChild(Bar), meter.findChild(Bar)):
        assert isinstance(bar, Bar) and bar._state[2] == (says or "accent")
