"""What is to be different: each wish with what it alone would save."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.what_if import WhatIf, Wish
from tallylight.gui.boxes import ContextBox, level
from tallylight.gui.pieces import Choice, label, set_role
from tallylight.gui.what_if_scope import fill
from tallylight.gui.what_if_words import caveats

_USUAL_SIZE = 120_000


class WhatIfWishes(QWidget):
    """`changed` tells that others are wished for. Light turns and everything cannot both be on another model."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.limit = ContextBox(
            self.tr("Context at which to start fresh, in thousands of tokens"), _USUAL_SIZE
        )
        self.light, self.whole = Choice(), Choice()
        self.light.setAccessibleName(self.tr("Model for light turns"))
        self.whole.setAccessibleName(self.tr("Model for everything"))
        self.boxes = [
            QCheckBox(self.tr("Start fresh at")),
            QCheckBox(self.tr("Light turns on")),
            QCheckBox(self.tr("Everything on")),
            QCheckBox(self.tr("Keep the cache 5 minutes, never an hour")),
            QCheckBox(self.tr("Go back before the cache expires")),
        ]
        for box, tip in zip(self.boxes, self._tips(), strict=True):
            box.setToolTip(tip)
        self.savings = [label() for _ in self.boxes]
        self._arrange()
        self._connect()

    def _tips(self) -> Sequence[str]:
        return (
            self.tr("A new session begins whenever the context has grown so large."),
            self.tr("Turns with a short answer, hardly any thinking and few tools."),
            self.tr("All turns and subagents."),
            self.tr("Writing for 5 minutes is cheaper; after longer pauses all is written again."),
            self.tr("No pause is so long that all has to be written to the cache again."),
        )

    def _arrange(self) -> None:
        level(self.limit, self.light, self.whole)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for at, (box, saving) in enumerate(zip(self.boxes, self.savings, strict=True)):
            saving.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            with_value = (self.limit, self.light, self.whole)[at : at + 1]
            grid.addWidget(box, at, 0, 1, 1 if with_value else 2)
            for value in with_value:
                grid.addWidget(value, at, 1)
            grid.addWidget(saving, at, 2)
            grid.setRowMinimumHeight(at, self.limit.minimumHeight())
        grid.setColumnStretch(2, 1)

    def _connect(self) -> None:
        _, light, whole, *_ = self.boxes
        light.clicked.connect(lambda: whole.setChecked(False))
        whole.clicked.connect(lambda: light.setChecked(False))
        for box in self.boxes:
            box.clicked.connect(self.changed)
        self.limit.valueChanged.connect(self.changed)
        for choice in (self.light, self.whole):
            choice.currentIndexChanged.connect(self.changed)

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """Each alone, and last those that are chosen together."""
        chosen = [box.isChecked() for box in self.boxes]
        alone = [[at == n for at in range(len(chosen))] for n in range(len(chosen))]
        return tuple(map(self._wish, [*alone, chosen]))

    def _wish(self, chosen: Sequence[bool]) -> Wish:
        reset, light, whole, never_1h, never_cold = chosen
        model = (self.whole if whole else self.light).currentData() or ""
        return Wish(
            reset_at=self.limit.tokens if reset else 0,
            model=model if light or whole else "",
            only_light=not whole,
            is_without_1h=never_1h,
            is_without_cold=never_cold,
        )

    def show_models(self, models: Sequence[str]) -> bool:
        """Offer these; whether others were wished for by that."""
        if [self.light.itemData(at) for at in range(self.light.count())] == list(models):
            return False
        items = [(form.short_model(model), model) for model in models]
        before = self.wishes
        for choice in (self.light, self.whole):
            fill(choice, items, choice.currentData())
        return before != self.wishes

    def show_answer(self, answer: WhatIf) -> None:
        was = sum(answer.was)
        for box, saving, wish, would in zip(
            self.boxes, self.savings, answer.question.wishes, answer.would, strict=False
        ):
            _show_saving(saving, was - sum(would.costs), caveats(wish.model, would))
            saving.setHidden(answer.is_unknown)
            box.setAccessibleDescription("" if answer.is_unknown else saving.text())


def _show_saving(target: QLabel, picousd: int, besides: Iterable[str]) -> None:
    sign = "−" if picousd > 0 else "+" if picousd < 0 else ""
    target.setText(f"{sign}{money.show(abs(picousd))}")
    target.setToolTip("\n".join(besides))
    set_role(target, "saved" if picousd > 0 else "over" if picousd < 0 else "caption")
