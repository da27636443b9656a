"""Where a chart will be: a quiet placeholder until the drawing library is loaded."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from tallylight.gui.jobs import Jobs
from tallylight.gui.pieces import caption
from tallylight.gui.tab_order import put_in_place
from tallylight.lean import give_back, without

translate = QCoreApplication.translate
#: Until it has been drawn with all that it shows.
_SETTLED_MS = 1000
#: What pyqtgraph looks for and can do without: for pictures of charts in files, and for its own tests.
_UNUSED = ("PySide6.QtSvg", "PySide6.QtTest")


class ChartPlace(QWidget):
    """Loads `module` as soon as its page stands, then builds the chart.

    That holds the window for a quarter of a second: better when it has just opened than in the middle of something.
    Only the numbers under the library are loaded in a job: it makes classes of Qt, which no other thread may while
    the window looks at its own. See `crossing`.
    """

    built = Signal()

    def __init__(
        self,
        jobs: Jobs,
        module: str,
        build: Callable[[ModuleType], Any],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._module, self._build = jobs, module, build
        #: Any, for its type is of a module that is not loaded yet.
        self.chart: Any = None
        self._stack = QStackedLayout(self)
        self._notice = caption(translate("ChartPlace", "Preparing the chart …"))
        self._notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._notice)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(self.fontMetrics().height() * 15)

        QTimer.singleShot(0, self, self._ask)

    @Slot()
    def _ask(self) -> None:
        self._jobs.run(_load_numbers, self._load, self._say)

    def _load(self, _none: None) -> None:
        try:
            with without(*_UNUSED):
                module = import_module(self._module)
        except ImportError as e:
            self._say(str(e))
        else:
            self._put(module)

    def _put(self, module: ModuleType) -> None:
        self.chart = self._build(module)
        self._stack.addWidget(self.chart)
        self._stack.setCurrentWidget(self.chart)
        self._take_turn()
        self.built.emit()
        QTimer.singleShot(_SETTLED_MS, give_back)

    def _take_turn(self) -> None:
        """Have Tab come to the chart where it stands: as the youngest part of the page it would come last."""
        put_in_place(self, [self.chart])

    def _say(self, sentence: str) -> None:
        text = translate("ChartPlace", "No chart: {}. The table below has every figure.")
        self._notice.setText(text.format(sentence))


def _load_numbers() -> None:
    import_module("numpy")
