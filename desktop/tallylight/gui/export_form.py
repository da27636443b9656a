"""What is exported: the fields of an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812 parameters are called date

from msgspec.structs import replace
from PySide6.QtCore import QDate, Signal, Slot
from PySide6.QtWidgets import QDateEdit, QFormLayout, QGridLayout, QHBoxLayout, QWidget

from tallylight.domain.columns import Detail, Treatment
from tallylight.domain.order import FILTERS, Order
from tallylight.gui import export_words as words
from tallylight.gui.boxes import named_choice
from tallylight.gui.export_words import Offer
from tallylight.gui.pieces import Choice, Wrapped, caption, set_text
from tallylight.gui.scopes import Names

#: Kinds of names in `scopes` whose field has another name.
_KINDS = {"session_id": "session"}
#: Filters that are offered; the others show when History was narrowed by them.
_USUAL = ("source", "project", "branch", "model", "session_id")


class ExportForm(QWidget):
    """`changed` tells that `order` is another one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: Sequence[Offer] = ()
        self._names: Names = {}
        self._format = named_choice(self.tr("Format"))
        self._period = named_choice(self.tr("Period"), words.periods(), "this-month")
        self._by = named_choice(self.tr("Split by"), words.groups())
        self._detail = named_choice(self.tr("Rows"), words.details())
        self._first, self._last = self._day(self.tr("First day")), self._day(self.tr("Last day"))
        self._filters = {name: named_choice(text, {"": text}) for name, text in words.anything().items()}
        self._redact = {kind: named_choice(text, words.treatments()) for kind, text in words.kinds().items()}
        self._missing = Wrapped(caption())
        set_text(self._missing, "")
        self._days = QWidget()
        self.setFocusProxy(self._format)
        self._arrange()
        self._connect()
        self._follow()

    def _day(self, name: str) -> QDateEdit:
        field = QDateEdit(QDate.currentDate())
        field.setCalendarPopup(True)
        field.setDisplayFormat("yyyy-MM-dd")  # the short form of a locale may be "22 11 2026"
        field.setAccessibleName(name)
        field.setKeyboardTracking(False)
        return field

    def _arrange(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(7)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(caption(self.tr("Format")), self._format)
        form.addRow(self._missing)
        form.addRow(caption(self.tr("Period")), self._period)
        days = QHBoxLayout(self._days)
        days.setContentsMargins(0, 0, 0, 0)
        for part in (self._first, caption(self.tr("to")), self._last):
            days.addWidget(part)
        days.addStretch(1)
        form.addRow("", self._days)
        form.addRow(caption(self.tr("Split")), _pairs(self._by, self._detail))
        form.addRow(caption(self.tr("Only")), _pairs(*self._filters.values()))
        for kind, text in words.kinds().items():
            form.addRow(caption(text), self._redact[kind])

    def _connect(self) -> None:
        boxes = [self._format, self._period, self._by, self._detail]
        for box in (*boxes, *self._filters.values(), *self._redact.values()):
            box.currentIndexChanged.connect(self._follow)
        for field in (self._first, self._last):
            field.dateChanged.connect(self._follow)

    # -- what is offered

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Formats; the chosen one stays chosen."""
        chosen = self._format.currentData()
        self._offers = offers
        _fill(self._format, {offer.name: offer.label for offer in offers}, chosen)
        self._follow()

    def show_names(self, names: Names) -> None:
        """What the ledger knows of, for the filters."""
        self._names = names
        for field in self._filters:
            self._offer(field, str(self._filters[field].currentData() or ""))

    def _offer(self, field: str, chosen: str) -> None:
        names = dict(self._names.get(_KINDS.get(field, field), {}))
        if chosen:
            names.setdefault(chosen, _short(chosen))
        _fill(self._filters[field], {"": words.anything()[field], **names}, chosen)
        is_there = field in _USUAL or (field == "tag" and bool(names))
        self._filters[field].setVisible(is_there or bool(chosen))

    # -- the order

    @property
    def offer(self) -> Offer | None:
        """The format that is chosen."""
        return next((offer for offer in self._offers if offer.name == self._format.currentData()), None)

    @property
    def order(self) -> Order:
        order = Order(
            format=str(self._format.currentData() or ""),
            range=str(self._period.currentData()) or self._range(),
            by=str(self._by.currentData()),
            detail=Detail(self._detail.currentData()),
            redact={kind: Treatment(box.currentData()) for kind, box in self._redact.items()},
        )
        filters = {field: str(box.currentData() or "") for field, box in self._filters.items()}
        return replace(order, **filters)

    def show_order(self, order: Order) -> None:
        """Fill the fields, and tell it once."""
        self.blockSignals(True)
        if any(offer.name == order.format for offer in self._offers):
            _choose(self._format, order.format)
        self._show_range(order.range)
        _choose(self._by, order.by)
        _choose(self._detail, order.detail)
        for field in FILTERS:
            self._offer(field, getattr(order, field))
        for kind, box in self._redact.items():
            _choose(box, order.treatment(kind))
        self.blockSignals(False)
        self._follow()

    def _range(self) -> str:
        first, last = sorted((_date(self._first), _date(self._last)))
        return f"{first}..{last}"

    def _show_range(self, text: str) -> None:
        first, joined, last = text.partition("..")
        offer_also(self._period, "" if joined else text)
        _choose(self._period, "" if joined else text)
        for field, day in ((self._first, first), (self._last, last)) if joined else ():
            field.setDate(QDate.fromString(day, "yyyy-MM-dd"))

    @Slot()
    def _follow(self) -> None:
        self._days.setVisible(not self._period.currentData())
        offer = self.offer
        needs = self.tr("It needs a part that is not installed; add it with: {}")
        set_text(self._missing, needs.format(offer.missing) if offer and offer.missing else "")
        self.changed.emit()


def offer_also(box: Choice, value: str) -> None:
    """A value that a shell has set and the box does not know stands there as it was written."""
    if box.findData(value) < 0:
        box.blockSignals(True)
        box.addItem(value, value)
        box.blockSignals(False)


def _pairs(*widgets: QWidget) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(6)
    for at, widget in enumerate(widgets):
        grid.addWidget(widget, at // 2, at % 2)
    for column in range(2):
        grid.setColumnStretch(column, 1)
    return box


def _fill(box: Choice, offered: Mapping[str, str], chosen: object) -> None:
    box.blockSignals(True)
    box.clear()
    for value, text in offered.items():
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)


def _choose(box: Choice, value: str) -> None:
    box.blockSignals(True)
    box.setCurrentIndex(max(0, box.findData(value)))
    box.blockSignals(False)


def _date(field: QDateEdit) -> Date:
    day = field.date()
    return Date(day.year(), day.month(), day.day())


def _short(key: str) -> str:
    """A name that the ledger does not list: a folder's last part says enough."""
    return key.rstrip("/").rpartition("/")[2] or key
