from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from tallylight.gui.palette import LIGHT
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme

Row = tuple[str, int]


def a_model(theme: Theme) -> RowModel[Row]:
    return RowModel(
        [
            Column("Name", lambda row: row[0]),
            Column("Count", lambda row: str(row[1]), sort=lambda row: row[1], is_number=True),
        ],
        lambda row: row[0],
        theme,
    )


def test_a_model_keeps_the_rules_of_qt(theme: Theme, qtmodeltester: Any) -> None:
    model = a_model(theme)
    model.show([("a", 1), ("b", 2)])
    qtmodeltester.check(model, force_py=True)
    model.show([("c", 3), ("b", 4), ("a", 1)])
    qtmodeltester.check(model, force_py=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.lists(st.sampled_from("abcdefg"), unique=True), min_size=2, max_size=4), st.integers())
def test_any_change_of_rows_ends_in_what_was_asked(theme: Theme, states: list[list[str]], seed: int) -> None:
    model = a_model(theme)
    for step, keys in enumerate(states):
        wanted = [(key, (seed + step) % 3) for key in keys]
        model.show(wanted)
        assert list(model.rows()) == wanted


def test_an_index_follows_its_row(theme: Theme) -> None:
    model = a_model(theme)
    model.show([("a", 1), ("b", 2), ("c", 3)])
    kept = QPersistentModelIndex(model.index(1, 0))
    model.show([("x", 0), ("c", 3), ("b", 9)])
    assert kept.row() == 2
    assert model.data(model.index(kept.row(), 1)) == "9"


def test_the_same_rows_change_nothing(theme: Theme, qtbot: QtBot) -> None:
    model = a_model(theme)
    model.show([("a", 1)])
    with qtbot.assertNotEmitted(model.dataChanged):
        model.show([("a", 1)])


def test_numbers_sort_as_numbers_and_typing_narrows(theme: Theme, qtbot: QtBot) -> None:
    model = a_model(theme)
    model.show([("ten", 10), ("nine", 9), ("two", 2)])
    table = Table(model, "Things", can_sort=True)
    qtbot.addWidget(table)
    assert table.sifted is not None
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [table.sifted.index(at, 0).data() for at in range(3)] == ["two", "nine", "ten"]
    table.sifted.sift(" NI")
    assert table.sifted.rowCount() == 1


def test_enter_opens_the_row_that_is_shown(theme: Theme, qtbot: QtBot) -> None:
    model = a_model(theme)
    model.show([("a", 1), ("b", 2)])
    table = Table(model, "Things", can_sort=True)
    qtbot.addWidget(table)
    table.select("b")
    with qtbot.waitSignal(table.opened) as told:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert told.args == [("b", 2)]


@pytest.mark.parametrize("width", [900, 260])
def test_a_narrow_table_leaves_out_optional_columns(theme: Theme, qtbot: QtBot, width: int) -> None:
    model = a_model(theme)
    model.show([("a", 123_456)])
    table = Table(model, "Things")
    table.optional = (1,)
    qtbot.addWidget(table)
    table.resize(width if width > 500 else table.fontMetrics().averageCharWidth() * 20, 200)
    table.show()
    assert table.isColumnHidden(1) is (width < 500)


def test_a_column_that_is_renamed_gives_back_its_room(qtbot: QtBot, theme: Theme) -> None:
    model = a_model(theme)
    model.show([("a", 1)])
    table = Table(model, "Things")
    qtbot.addWidget(table)
    table.resize(400, 200)
    table.show()
    header = table.horizontalHeader()
    narrow = header.sectionSize(1)
    model.rename(1, "How many there were in the days before")
    qtbot.waitUntil(lambda: header.sectionSize(1) > narrow)
    model.rename(1, "Count")
    qtbot.waitUntil(lambda: header.sectionSize(1) == narrow)


def test_the_column_that_sorts_can_be_seen(qtbot: QtBot, theme: Theme) -> None:
    model = a_model(theme)
    model.show([("a", 2), ("B", 1), ("c", 3)])
    table = Table(model, "Things", can_sort=True)
    qtbot.addWidget(table)
    table.resize(400, 200)
    table.show()
    header = table.horizontalHeader()
    qtbot.wait(0)

    def look() -> QImage:
        return header.grab().toImage()

    plain, looks = look(), []
    for _ in range(2):
        at = QPoint(header.sectionViewportPosition(1) + 5, 5)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseMove(table.viewport())
        looks.append(look())
    assert [table.model().index(at, 1).data() for at in range(3)] == ["3", "2", "1"]
    assert plain != looks[0] != looks[1] != plain
    # Beside the name, in the colour of text; it used to lie on the name, in a shade of the head.
    width, middle = header.sectionSize(1), header.height() // 2
    name = header.fontMetrics().horizontalAdvance("Count") + 8
    beside = range(header.sectionViewportPosition(1) + 1, header.sectionViewportPosition(1) + width - name)
    assert any(looks[0].pixelColor(x, middle) == QColor(LIGHT.text) for x in beside)
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert look() == plain


def test_names_are_sorted_without_regard_to_case(qtbot: QtBot, theme: Theme) -> None:
    model = a_model(theme)
    model.show([("b", 2), ("A", 1), ("C", 3)])
    table = Table(model, "Things", can_sort=True)
    qtbot.addWidget(table)
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [table.model().index(at, 0).data() for at in range(3)] == ["A", "b", "C"]


def test_columns_that_gave_way_come_back_only_where_they_fit(qtbot: QtBot, theme: Theme) -> None:
    columns = [Column("Name", lambda row: row[0])]
    columns += [Column(f"Quite a long heading {n}", lambda row: str(row[1])) for n in range(3)]
    model = RowModel(columns, lambda row: row[0], theme)
    table = Table(model, "Things")
    qtbot.addWidget(table)
    table.optional = (1, 2)
    table.resize(90, 200)
    table.show()
    model.show([("a", 1)])
    em = table.fontMetrics().averageCharWidth()
    qtbot.waitUntil(lambda: len(table._widths) == 3)
    for letters in (60, 200, 30, 75, 90, 200):
        table.resize(em * letters, 200)
        hidden = [table.isColumnHidden(at) for at in (1, 2, 3)]
        assert hidden[2] is False and (hidden[:2] == [True, True] or table.columnWidth(0) >= em * 17)
    assert hidden == [False, False, False]
