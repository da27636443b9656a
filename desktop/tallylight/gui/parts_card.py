"""What fills the context of a session, where its agent splits it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.gui import chat_words
from tallylight.gui.gauges import Bar
from tallylight.gui.pieces import Card, caption, label, set_text
from tallylight.gui.theme import Theme

#: A split that adds up to the context within this share of it is of this very moment.
_CLOSE = 0.05


class PartsCard(Card):
    """One bar for each category, the largest first. Hidden where nothing is known."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[tuple[QLabel, Bar, QLabel]] = []
        title = self.tr("What fills the context")
        self.setAccessibleName(title)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        top = QHBoxLayout()
        top.addWidget(label(title, weight=QFont.Weight.DemiBold))
        top.addStretch(1)
        self._measured = caption()
        top.addWidget(self._measured)
        column.addLayout(top)
        column.addLayout(self._grid)
        self.hide()

    def show_parts(self, parts: tuple[tuple[str, int], ...], context: int) -> None:
        """Bring every bar up to what was measured last, which may be older than the context is."""
        shown = sorted((part for part in parts if part[1]), key=lambda part: -part[1])
        whole = sum(tokens for _, tokens in shown)
        is_current = abs(whole - context) <= _CLOSE * context
        set_text(self._measured, "" if is_current else self.tr("measured at {}").format(form.tokens(whole)))
        while len(self._rows) < len(shown):
            self._rows.append(self._row())
        for at, row in enumerate(self._rows):
            for widget in row:
                widget.setVisible(at < len(shown))
        for (name, bar, size), (category, tokens) in zip(self._rows, shown, strict=False):
            name.setText(chat_words.category(category))
            size.setText(f"{form.tokens(tokens)} · {form.percent(tokens / whole)}")
            bar.show_share(tokens / whole, f"{name.text()} {size.text()}")
        self.setVisible(bool(shown))

    def _row(self) -> tuple[QLabel, Bar, QLabel]:
        row = caption(), Bar(self._theme), caption()
        row[2].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for column, widget in enumerate(row):
            self._grid.addWidget(widget, len(self._rows), column)
        return row
