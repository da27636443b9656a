"""The frame of a chart: what it shows, what its colours mean, and what is under the pointer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QVBoxLayout, QWidget

from tallylight.gui.legend import Legend
from tallylight.gui.pieces import Card, Elided, caption, label


class ChartCard(Card):
    """A title with a readout beside it, the legend, and the plot below."""

    def __init__(self, title: str, plot: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = plot
        plot.setMinimumHeight(self.fontMetrics().height() * 9)
        self.legend = Legend(self)
        self._readout = Elided(caption(), self)
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight)
        top = QHBoxLayout()
        self._title = label(weight=QFont.Weight.DemiBold)
        top.addWidget(self._title)
        top.addWidget(self._readout, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.legend)
        column.addWidget(plot, 1)
        self.retitle(title)

    def retitle(self, title: str) -> None:
        self._title.setText(title)
        self.setAccessibleName(title)
        self.plot.setAccessibleName(title)
        if isinstance(self.plot, QAbstractScrollArea):
            self.plot.viewport().setAccessibleName(title)

    def read_out(self, text: str) -> None:
        """What the chosen place of the chart says; the line keeps its height while there is nothing."""
        if self._readout.text() != text:
            self._readout.setText(text)

    def tell(self, sentence: str) -> None:
        """The figures in words, for those who do not see the painting."""
        self.plot.setAccessibleDescription(sentence)
