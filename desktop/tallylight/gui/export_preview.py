"""Exactly what leaves, before it does: the first lines of the very file, or its first rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QPlainTextEdit,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from tallylight.domain.order import Order
from tallylight.gui import export_words as words
from tallylight.gui.command_child import CommandChild, Outcome
from tallylight.gui.export_words import Offer
from tallylight.gui.pieces import CAPTION, Card, Wrapped, caption, label, scaled_font, set_text

#: Typing is over.
SETTLED_MS = 250
#: While requests arrive the preview is at most so old.
NEWS_MS = 3000
LINES, ROWS = 200, 20
#: A line of a page with pictures in it has no end that anybody reads.
_LONGEST = 2000
#: A letter that is written from right to left, before what ends a name.
_NAMES_END = re.compile(
    "([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff])(?=\\s*[^\\w\\s]|$)"
)
#: No column of the table is wider, in letters.
_WIDEST = 30
#: What the format of text that stands in for a workbook puts an apostrophe before; `clean` makes a tab a space.
_GUARDED = ("=", "+", "-", "@", " ", "＝", "＋", "－", "＠")


class ExportPreview(Card):
    """Asks a child process; the last question wins. `counted` tells how many rows the whole has."""

    counted = Signal(int)

    def __init__(self, command: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order: Order | None = None
        self._offer: Offer | None = None
        self._count: int | None = None
        self._child = CommandChild(command, self)
        self._child.progressed.connect(self._note_count)
        self._child.ended.connect(self._show)
        self._settle = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settle.timeout.connect(self._ask)
        self._news = QTimer(self, singleShot=True, interval=NEWS_MS)
        self._news.timeout.connect(self._ask_again)
        self._said = Wrapped(label())
        self._form = Wrapped(caption())
        self._trouble = Wrapped(label(role="over", factor=CAPTION))
        self.beginning, self.table = self._text(), self._table()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.beginning)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(label(self.tr("What leaves"), weight=QFont.Weight.DemiBold))
        for part in (self._said, self._form, self._trouble):
            column.addWidget(part)
            part.hide()
        column.addWidget(self._stack, 1)

    def _text(self) -> QPlainTextEdit:
        field = QPlainTextEdit()
        field.setReadOnly(True)
        field.setTabChangesFocus(True)
        field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        option = QTextOption(field.document().defaultTextOption())
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)  # no line turns around with its first name
        field.document().setDefaultTextOption(option)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(scaled_font(CAPTION).pointSizeF())
        field.setFont(font)
        field.setAccessibleName(self.tr("Preview"))
        field.setMinimumHeight(field.fontMetrics().height() * 12)
        return field

    def _table(self) -> QTableWidget:
        table = QTableWidget()
        table.setAccessibleName(self.tr("Preview"))
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        return table

    def show_order(self, order: Order, offer: Offer) -> None:
        """Soon: while fields change nothing is asked."""
        self._order, self._offer = order, offer
        self._child.stop()  # what it brings is of the order before, and would be called this one's
        self._settle.start()

    def show_news(self) -> None:
        """The ledger holds something else: soon asked about, where anybody looks."""
        if self.isVisible() and self._offer is not None and not self._news.isActive():
            self._news.start()

    def clear(self, reason: str) -> None:
        """There is nothing to see, because of this."""
        self._settle.stop()
        self._news.stop()
        self._child.stop()
        self.beginning.clear()
        self._stack.setCurrentWidget(self.beginning)
        set_text(self._said, "")
        set_text(self._trouble, reason)
        set_text(self._form, "")

    def close_child(self) -> None:
        self._settle.stop()
        self._news.stop()
        self._child.close()

    # -- asking

    @Slot()
    def _ask(self) -> None:
        order, offer = self._order, self._offer
        if order is None or offer is None:
            return
        self._count = None
        asked = replace(order, format=offer.shown_as or offer.name)
        rows = ROWS if _is_table(offer) else LINES
        self._child.start([*asked.arguments(), "--output=-", "--no-scan", f"--preview={rows}", "--progress"])

    @Slot()
    def _ask_again(self) -> None:
        if self._settle.isActive():  # asked in a moment anyhow
            return
        if self._child.is_running:  # what it brings is a little old
            self._news.start()
        else:
            self._ask()

    @Slot(int, int)
    def _note_count(self, _done: int, count: int) -> None:
        if self._count is None:
            self._count = count
            self.counted.emit(count)

    @Slot(object)
    def _show(self, outcome: Outcome) -> None:
        order, offer = self._order, self._offer
        if order is None or offer is None:
            return
        if outcome.problem:
            self.clear(_sentence(outcome.problem))
            return
        set_text(self._trouble, "")
        counted = f"{words.rows(self._count)} · " if self._count is not None else ""
        set_text(self._said, counted + words.leaving(order, offer))
        text = outcome.output.decode("utf-8-sig", "replace")
        set_text(self._form, self._form_of(offer))
        if not _is_table(offer):
            self._stack.setCurrentWidget(self.beginning)
            _put(self.beginning, "\n".join(_in_order(line[:_LONGEST]) for line in text.splitlines()[:LINES]))
        else:
            self._stack.setCurrentWidget(self.table)
            self._fill(list(csv.reader(io.StringIO(text))))

    def _form_of(self, offer: Offer) -> str:
        """How what is seen differs from the file."""
        if _is_table(offer):
            return self.tr("The file has these columns. These are its first rows.")
        return self.tr("The file says this, laid out as pages with charts.") if offer.shown_as else ""

    def _fill(self, rows: list[list[str]]) -> None:
        head, *body = rows or [[]]
        self.table.setColumnCount(len(head))
        self.table.setRowCount(len(body))
        self.table.setHorizontalHeaderLabels(head)
        for at, row in enumerate(body):
            for place, value in enumerate(row):
                item = QTableWidgetItem(text := _unguarded(value))
                item.setToolTip(text)
                self.table.setItem(at, place, item)
        self._fit(len(head))

    def _fit(self, columns: int) -> None:
        """As wide as what it holds, up to a point; a heading is always read whole."""
        header, most = self.table.horizontalHeader(), _WIDEST * self.fontMetrics().averageCharWidth()
        for at in range(columns):
            width = max(header.sectionSizeHint(at), min(self.table.sizeHintForColumn(at), most))
            self.table.setColumnWidth(at, width)


def _is_table(offer: Offer) -> bool:
    return bool(offer.shown_as) and not offer.shown_as.startswith("markdown")


def _unguarded(value: str) -> str:
    """As the file holds it, which is no text and so guards no formula."""
    return value[1:] if value.startswith("'") and value[1:].startswith(_GUARDED) else value


def _in_order(line: str) -> str:
    """With a mark after each name that is written from right to left: the figures behind it stay behind it."""
    return line if line.isascii() else _NAMES_END.sub("\\1\u200e", line)


def _put(field: QPlainTextEdit, text: str) -> None:
    """What is looked at stays where it is."""
    if text == field.toPlainText():
        return
    bars = field.horizontalScrollBar(), field.verticalScrollBar()
    places = [bar.value() for bar in bars]
    field.setPlainText(text)
    for bar, place in zip(bars, places, strict=True):
        bar.setValue(place)


def _sentence(text: str) -> str:
    """As a sentence of the window's: with its capital and its stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "…")) else ".")
