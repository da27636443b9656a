"""The painted charts: what they tell, and that they can be stepped through without a pointer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPicture
from pytestqt.qtbot import QtBot

from tallylight.domain.session import SessionDetail, SessionMark, Turn
from tallylight.domain.summary import HistoryQuestion, Stack
from tallylight.gui.curves import curves_of
from tallylight.gui.theme import Theme

DOLLAR = 10**12
Turns = Callable[..., Turn]
Details = Callable[..., SessionDetail]


def test_the_window_does_not_load_the_drawing_library() -> None:
    code = (
        "import sys; import tallylight.gui.main_window; "
        "print([n for n in ('numpy', 'pyqtgraph', 'sqlite_utils', 'genai_prices') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_arrow_keys_step_through_the_turns(qtbot: QtBot, theme: Theme, a_detail: Details) -> None:
    from tallylight.gui.session_charts import SessionCharts

    charts = SessionCharts(theme)
    qtbot.addWidget(charts)
    charts.show_curves(curves_of(a_detail(5)))
    plot = charts._context.plot
    with qtbot.waitSignal(charts.chosen) as told:
        qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert told.args == ["k4"]
    with qtbot.waitSignal(charts.chosen) as told:
        qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert told.args == ["k1"]
    assert charts._cost._readout.text().startswith("turn 1: ")
    with qtbot.waitSignal(charts.opened) as told:
        qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert told.args == ["k1"]


def test_choosing_from_outside_tells_nobody(qtbot: QtBot, theme: Theme, a_detail: Details) -> None:
    from tallylight.gui.session_charts import SessionCharts

    charts = SessionCharts(theme)
    qtbot.addWidget(charts)
    charts.show_curves(curves_of(a_detail(5)))
    with qtbot.assertNotEmitted(charts.chosen):
        charts.choose("k3")
    assert charts._context.plot.chosen.value() == 2.0
    charts.show_by_time(True)
    assert charts._context.plot.chosen.value() == a_detail(5).turns[2].time_ms / 1000
    charts.choose("gone")
    assert not charts._context.plot.chosen.isVisible()


def test_a_screen_reader_gets_the_figures(qtbot: QtBot, theme: Theme, a_detail: Details) -> None:
    from tallylight.gui.session_charts import SessionCharts

    charts = SessionCharts(theme)
    qtbot.addWidget(charts)
    charts.show_curves(curves_of(a_detail(5)))
    assert charts._context.plot.accessibleName() == "Context per turn"
    said = charts._context.plot.accessibleDescription()
    assert said.startswith("5 turns; context now 32k, at most 32k.")


def test_a_zoom_stays_while_the_session_grows(qtbot: QtBot, theme: Theme, a_detail: Details) -> None:
    from tallylight.gui.session_charts import SessionCharts

    charts = SessionCharts(theme)
    qtbot.addWidget(charts)
    charts.show_curves(curves_of(a_detail(40)))
    plot = charts._context.plot
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    zoomed = plot.viewRange()[0]
    assert zoomed[1] - zoomed[0] < 25
    charts.show_curves(curves_of(a_detail(41)))
    assert plot.viewRange()[0] == zoomed
    qtbot.keyClick(plot, Qt.Key.Key_0)
    assert plot.viewRange()[0] == [-0.5, 40.5]


def test_both_charts_share_their_axis(qtbot: QtBot, theme: Theme, a_turn: Turns, a_detail: Details) -> None:
    from tallylight.gui.session_charts import SessionCharts

    charts = SessionCharts(theme)
    qtbot.addWidget(charts)
    charts.resize(500, 700)
    charts.show()
    charts.show_curves(curves_of(a_detail([a_turn(n, cost_picousd=10**6) for n in range(1, 41)])))
    ours, theirs = (card.plot.left.fixedWidth for card in (charts._context, charts._cost))
    assert theirs == ours
    assert charts._cost.plot.viewRange()[1][1] > 1e-4  # not on a mark, whose figure would have no room
    charts._context.plot.zoom(0.5)

    def are_alike() -> bool:
        ours, theirs = (card.plot.viewRange()[0] for card in (charts._context, charts._cost))
        return bool(theirs == pytest.approx(ours, abs=0.2))

    qtbot.waitUntil(are_alike)  # the link follows the layout


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_kind_of_session_can_be_drawn(
    qtbot: QtBot, theme: Theme, a_turn: Turns, a_detail: Details, look: str
) -> None:
    from tallylight.gui.session_charts import SessionCharts

    charts = SessionCharts(theme)
    qtbot.addWidget(charts)
    charts.resize(900, 300)
    charts.show()
    theme.choose(look)
    turns = [a_turn(n) for n in range(1, 30)]
    kinds = ("compaction", "rebuild", "model", "rewind", "unheard-of")
    marks = [SessionMark(kind, turns[at * 5].time_ms, "auto", 9, 3) for at, kind in enumerate(kinds)]
    unpriced = [a_turn(n, cost_picousd=None) for n in range(1, 4)]
    inherited = [a_turn(n, is_inherited=n < 4) for n in range(1, 6)]
    for detail in (a_detail(turns, marks), a_detail(unpriced), a_detail(inherited), a_detail(1), a_detail(0)):
        charts.show_curves(curves_of(detail))
        image = charts.grab().toImage()
        assert colours(image) > 3


def colours(image: QImage) -> int:
    return len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)})


def test_a_day_opens_whole_and_a_segment_by_itself(qtbot: QtBot, theme: Theme, library: object) -> None:
    from tallylight.gui.history_chart import HistoryChart

    chart = HistoryChart(theme)
    qtbot.addWidget(chart)
    question = HistoryQuestion(since="2026-11-01", until="2026-12-01")
    chart.show_stack(library.history(question).stack, "model")  # type: ignore[attr-defined]
    qtbot.keyClick(chart._plot, Qt.Key.Key_Home)
    assert chart._card._readout.text() == "Sun, 1 Nov: $11.00 · alpha $10.00, beta $1.00"
    with qtbot.waitSignal(chart.opened) as told:
        qtbot.keyClick(chart._plot, Qt.Key.Key_Return)
    assert told.args == ["2026-11-01", ""]
    with qtbot.waitSignal(chart.opened) as told:
        chart._plot.pressed.emit(0.1, 10.5)
    assert told.args == ["2026-11-01", "beta"]
    qtbot.keyClick(chart._plot, Qt.Key.Key_End)
    assert chart._card._readout.text() == "Tue, 3 Nov: not recorded"


@pytest.mark.parametrize("other", [20, 199, 200])
def test_the_day_above_the_typical_one_is_named_above_what_has_no_price(
    qtbot: QtBot, theme: Theme, other: int
) -> None:
    from tallylight.gui.history_chart import HistoryChart

    chart = HistoryChart(theme)
    qtbot.addWidget(chart)
    chart.resize(760, 260)
    chart.show()
    slots = [f"2026-11-{day:02}" for day in range(1, 31)]
    values = [10 * DOLLAR] * 30
    values[14], values[15] = 200 * DOLLAR, other * DOLLAR
    for unpriced in (["2026-11-15"], ["2026-11-16"]):
        stack = Stack(slots=slots, series=("alpha",), labels=("",), values=[values], unpriced=unpriced,
                      typical_day_picousd=20 * DOLLAR)  # fmt: skip
        chart.show_stack(stack, "model")
        name, frame = chart._outlier, chart._plot.getPlotItem().getViewBox().sceneBoundingRect()
        assert name.toPlainText() == "10.0× typical"
        assert name.pos().y() >= max(end for _, _, end in chart._unpriced._bars)
        assert name.mapRectToScene(name.boundingRect()).top() >= frame.top()


@pytest.mark.parametrize("top", [1e-4, 5e-4, 2e-3, 0.0131, 0.11, 9.0, 99_999.0])
def test_every_mark_of_an_axis_has_its_figure(qtbot: QtBot, theme: Theme, top: float) -> None:
    from tallylight.gui import charts, ticks

    bottom = charts.Axis("bottom", ticks.counts, ticks.tokens)
    plot = charts.Plot(bottom, charts.Axis("left", ticks.evenly, ticks.dollars))
    qtbot.addWidget(plot)
    plot.resize(600, 260)
    plot.show()
    plot.show_range(0, 10, top)
    plot.grab()
    picture = QPicture()
    painter = QPainter(picture)
    _, marks, texts = plot.left.generateDrawSpecs(painter)
    painter.end()
    assert len(texts) == len(marks) >= 4
    room = plot.left.boundingRect()
    assert all(room.contains(rect) for rect, _, _ in texts)


def test_a_model_keeps_its_colour_from_month_to_month(qtbot: QtBot, theme: Theme) -> None:
    from tallylight.gui.history_chart import HistoryChart

    chart = HistoryChart(theme)
    qtbot.addWidget(chart)

    def colours_of(*models: str) -> dict[str, str]:
        values = tuple((DOLLAR * (9 - at),) for at in range(len(models)))
        chart.show_stack(Stack(slots=("2026-11-01",), series=models, labels=models, values=values), "model")
        return {key.text: key.colour for key in chart._card.legend._keys}

    october, november = colours_of("opus", "sonnet"), colours_of("haiku", "opus", "")
    assert november["opus"] == october["opus"] == chart._bars[1].brush.color().name()
    assert november["haiku"] not in october.values()
    assert november["the rest"] == theme.palette.muted
