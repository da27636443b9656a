"""One live session in the panel."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QVBoxLayout,
    QWidget,
)

from tallylight.domain import format as form
from tallylight.domain.session import Activity, SessionView
from tallylight.gui import sentences, wording
from tallylight.gui.fullness import fill_colour
from tallylight.gui.gauges import Bar, Dot, Sparkline
from tallylight.gui.pieces import CAPTION, Elided, Wrapped, caption, figure, label, set_role, set_text
from tallylight.gui.theme import Theme

#: The names of source and model are smaller than captions: they hardly change.
CHIP = 0.82
#: How wide a model's name may be at any rate, in line heights.
LONG_MODEL = 7


class SessionCard(QAbstractButton):
    """A card that opens its session: a button to keyboard and screen reader, updated in place.

    `advice_seen` tells the key of advice on it once it was painted.
    """

    advice_seen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._dot, self._name, self._cost = (
            Dot(theme),
            Elided(label(weight=QFont.Weight.DemiBold)),
            figure(factor=1.4),
        )
        self._source, self._model = label(role="chip", factor=CHIP), Elided(label(role="chip", factor=CHIP))
        self._place, self._last = Elided(caption()), caption()
        self._bar, self._context, self._growth = Bar(theme), caption(), caption()
        self._line = Sparkline(theme)
        self._state, self._next = Wrapped(caption()), Wrapped(caption())
        self._alone = Wrapped(label(role="hint", factor=CAPTION))
        self._notice, self._told = Wrapped(label(role="hint", factor=CAPTION)), ("", "")
        self._unseen = ""
        self._notice.setTextFormat(Qt.TextFormat.RichText)
        self._arrange()

    def show_session(self, view: SessionView, now_ms: int) -> None:
        """Bring every label up to `view`."""
        self._name.setText(sentences.name(view))
        self._cost.setText(wording.session_fare(view))
        set_text(self._source, wording.source_name(view.source))
        set_text(self._model, form.short_model(view.model))
        # A model's name gives way only when it is longer than the ones people use.
        self._model.setMinimumWidth(
            min(self._model.sizeHint().width(), LONG_MODEL * self._model.fontMetrics().height())
        )
        set_text(self._place, sentences.place(view))
        set_text(self._last, sentences.last_turn(view))
        set_text(self._growth, sentences.growth(view))
        self._show_context(view)
        self.show_time(view, now_ms)

    def show_notice(self, title: str, text: str, advice: str = "") -> None:
        """The newest notice about this session, before `show_session`; two empty texts for none. `advice` is the key
        of what is advice."""
        self._told, self._unseen = (title, text), advice
        parts = (f"<b>{escape(title)}</b>" if title else "", escape(text))
        set_text(self._notice, " ".join(filter(None, parts)))

    def show_time(self, view: SessionView, now_ms: int) -> None:
        """Bring up to date what changes while nothing happens."""
        _show_dot(self._dot, view.activity)
        set_role(self._state, "near" if view.activity is Activity.WAITING else "caption")
        set_text(self._state, sentences.state(view, now_ms))
        set_text(self._next, sentences.next_turn(view, now_ms) or sentences.untold(view))
        set_text(self._alone, "" if any(self._told) else sentences.unattended(view, now_ms))
        self.setAccessibleName(f"{sentences.name(view)}, {wording.session_fare(view)}")
        told = (self._place, self._last, self._context, self._growth, self._state, self._next, self._alone)
        said = (*(text.text() for text in told), " ".join(self._told).strip())
        self.setAccessibleDescription(". ".join(filter(None, said)))

    def _show_context(self, view: SessionView) -> None:
        words = sentences.context(view)
        self._context.setText(words)
        self._bar.setVisible(bool(view.context_window))
        tick = view.compact_at / view.context_window if view.compact_at and view.context_window else None
        if tick is not None:
            words += self.tr(", auto-compact at {}").format(form.tokens(view.compact_at))
        self._bar.show_share(view.context_share, words, tick=tick, colour=fill_colour(view))
        self._line.setVisible(len(view.points) > 1)
        self._line.show_values([point[1] for point in view.points], sentences.growth_curve(view))

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 11)
        column.setSpacing(4)
        column.addLayout(_row(self._dot, self._name, None, self._cost, spacing=7))
        column.addLayout(_row(self._source, self._model, self._place, None, self._last))
        gauge = QVBoxLayout()
        gauge.setSpacing(1)
        gauge.addWidget(self._bar)
        gauge.addLayout(_row(self._context, None, self._growth))
        both = QHBoxLayout()
        both.setSpacing(10)
        both.addLayout(gauge, 1)
        both.addWidget(self._line)
        column.addLayout(both)
        for text in (self._state, self._next, self._alone, self._notice):
            column.addWidget(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, QPainter(self), self)
        if self._unseen:
            seen, self._unseen = self._unseen, ""
            self.advice_seen.emit(seen)


def _row(*widgets: QLabel | QWidget | None, spacing: int = 6) -> QLayout:
    """Side by side; None is where the room goes."""
    row = QHBoxLayout()
    row.setSpacing(spacing)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row


def _show_dot(dot: Dot, activity: Activity) -> None:
    colours = {Activity.BUSY: "accent", Activity.WAITING: "near"}
    dot.show_state(colours.get(activity, "muted"), is_full=activity in colours)
