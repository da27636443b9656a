"""The tables of the History page."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.summary import WRITE_UNSTATED, Change, ClassCost, History, SummaryRow, Totals
from tallylight.gui import wording
from tallylight.gui.figure_columns import fare, floor_reason, number, unfinished
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate


class Share:
    """What a row is of the whole, which only the answer knows."""

    def __init__(self) -> None:
        self.whole_picousd = 0

    def of(self, picousd: int, count: int, unpriced: int) -> str:
        """ "–" for what has no price at all: its share is not known."""
        if not self.whole_picousd or unpriced >= count > 0:
            return "–"
        return form.percent(picousd / self.whole_picousd)

    def of_row(self, row: SummaryRow) -> str:
        return self.of(row.totals.cost_picousd, row.totals.requests, row.totals.unpriced)

    def of_class(self, row: ClassCost) -> str:
        return self.of(row.cost_picousd, row.count, row.unpriced)


def class_model(theme: Theme, share: Share, parent: QObject | None = None) -> RowModel[ClassCost]:
    """Where the money went, by class of tokens."""
    names = {
        "input": translate("HistoryTables", "Input"),
        "cache_read": translate("HistoryTables", "Cache read"),
        "cache_write_5m": translate("HistoryTables", "Cache write, 5 min"),
        "cache_write_1h": translate("HistoryTables", "Cache write, 1 h"),
        WRITE_UNSTATED: translate("HistoryTables", "Cache write, duration not stated"),
        "output": translate("HistoryTables", "Output"),
        "web_search": translate("HistoryTables", "Web searches"),
    }
    return RowModel(
        [
            Column(translate("HistoryTables", "Tokens"), lambda row: names.get(row.name, row.name)),
            number(translate("HistoryTables", "Count"), lambda row: form.tokens(row.count), _count),
            Column(
                translate("HistoryTables", "Cost"),
                _class_fare,
                sort=_cost,
                is_number=True,
                tint=lambda row: "muted" if row.unpriced >= row.count > 0 else "",
                tip=_class_reason,
            ),
            number(translate("HistoryTables", "Share"), share.of_class, _cost),
        ],
        lambda row: row.name,
        theme,
        parent,
    )


def _count(row: ClassCost) -> int:
    return row.count


def _cost(row: ClassCost) -> int:
    return row.cost_picousd


def _class_fare(row: ClassCost) -> str:
    return wording.fare(row.cost_picousd, requests=row.count, unpriced=row.unpriced, at_least=row.at_least)


def _class_reason(row: ClassCost) -> str:
    if row.unpriced and row.name == "web_search":
        return translate("HistoryTables", "{} without a price").format(form.exact(row.unpriced))
    if row.unpriced:
        size = wording.tokens(form.tokens(row.unpriced))
        return translate("HistoryTables", "{} without a price").format(size)
    return unfinished(row.at_least) if row.at_least else ""


def change_model(theme: Theme, parent: QObject | None = None) -> RowModel[Change]:
    """How groups moved against the period before. Columns 1 and 2 are renamed to the periods."""
    return RowModel(
        [
            Column(translate("HistoryTables", "Name"), _change_name, tip=_change_name),
            fare(translate("HistoryTables", "Before"), lambda row: row.before),
            fare(translate("HistoryTables", "Now"), lambda row: row.after),
            Column(
                translate("HistoryTables", "Change"),
                _moved,
                sort=lambda row: row.picousd,
                is_number=True,
                tint=_change_tint,
                tip=lambda row: floor_reason(row.before) or floor_reason(row.after),
            ),
        ],
        lambda row: row.label,
        theme,
        parent,
    )


def _change_tint(row: Change) -> str:
    if row.is_in_tokens:
        return "muted"
    return "over" if row.picousd > 0 else "saved"


def _moved(row: Change) -> str:
    """A change that an unknown part may make larger or smaller is about so much; one without any price is told
    in tokens."""
    if row.is_in_tokens:
        return ("+" if row.tokens > 0 else "−") + wording.tokens(form.tokens(abs(row.tokens)))
    text = signed(row.picousd)
    if row.before.is_floor:
        return f"≈ {text}"
    return form.at_least(text, row.after.is_floor)


def _change_name(row: Change) -> str:
    return form.short_model(row.label) if row.label else translate("HistoryTables", "not named")


def signed(picousd: int) -> str:
    sign = "+" if picousd > 0 else "−" if picousd < 0 else ""
    return sign + money.show(abs(picousd))


def group_model(theme: Theme, share: Share, parent: QObject | None = None) -> RowModel[SummaryRow]:
    """The groups of the period, largest first. Column 0 is renamed to what they are grouped by; those of
    `OF_SESSIONS` say something of sessions only."""
    return RowModel(
        [
            Column(translate("HistoryTables", "Group"), group_name, tip=group_name),
            *_session_columns(),
            number(
                translate("HistoryTables", "Requests"),
                lambda row: form.exact(row.totals.requests),
                lambda row: row.totals.requests,
            ),
            *_token_columns(),
            _row_cost(),
            number(
                translate("HistoryTables", "Share"),
                share.of_row,
                lambda row: row.totals.cost_picousd,
            ),
        ],
        lambda row: row.key,
        theme,
        parent,
    )


#: Columns of `group_model` that only sessions fill.
OF_SESSIONS = (1, 2)


def _session_columns() -> list[Column[SummaryRow]]:
    return [
        Column(translate("HistoryTables", "Project"), lambda row: row.project or "–"),
        Column(
            translate("HistoryTables", "Last"),
            lambda row: wording.moment(row.last_ms) if row.last_ms else "–",
            sort=lambda row: row.last_ms,
        ),
    ]


def session_rows_model(theme: Theme, parent: QObject | None = None) -> RowModel[SummaryRow]:
    """Sessions that a day, a bar or a group is made of."""
    return RowModel(
        [
            Column(translate("HistoryTables", "Session"), session_name, tip=session_name),
            *_session_columns(),
            Column(
                translate("HistoryTables", "Models"),
                lambda row: ", ".join(form.short_model(model) for model in row.models),
            ),
            number(
                translate("HistoryTables", "Requests"),
                lambda row: form.exact(row.totals.requests),
                lambda row: row.totals.requests,
            ),
            _row_cost(),
        ],
        lambda row: row.key,
        theme,
        parent,
    )


def _token_columns() -> list[Column[SummaryRow]]:
    def new(totals: Totals) -> int:
        return totals.input + totals.cache_write_5m + totals.cache_write_1h

    return [
        number(
            translate("HistoryTables", "From cache"),
            lambda row: form.tokens(row.totals.cache_read),
            lambda row: row.totals.cache_read,
        ),
        number(
            translate("HistoryTables", "New"),
            lambda row: form.tokens(new(row.totals)),
            lambda row: new(row.totals),
        ),
        number(
            translate("HistoryTables", "Output"),
            lambda row: form.tokens(row.totals.output),
            lambda row: row.totals.output,
        ),
    ]


def _row_cost() -> Column[SummaryRow]:
    return fare(translate("HistoryTables", "Cost"), lambda row: row.totals, wording.row_fare)


def group_name(row: SummaryRow) -> str:
    return form.short_model(row.label or row.key) or translate("HistoryTables", "not named")


def session_name(row: SummaryRow) -> str:
    return row.title or row.label or row.branch or row.session_id or row.key


def cache_share(history: History) -> str:
    """How much of all that was sent came from the cache."""
    totals = history.groups.totals
    sent = totals.input + totals.cache_read + totals.cache_write_5m + totals.cache_write_1h
    return form.percent(totals.cache_read / sent) if sent else "–"
