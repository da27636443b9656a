"""The tables of the History page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.summary import Change, ClassCost, History, SummaryRow, Totals
from tallylight.gui import wording
from tallylight.gui.row_model import Column, Row, RowModel
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate


class Share:
    """What a row is of the whole, which only the answer knows."""

    def __init__(self) -> None:
        self.whole_picousd = 0

    def of(self, picousd: int) -> str:
        return form.percent(picousd / self.whole_picousd) if self.whole_picousd else "–"

    def of_row(self, row: SummaryRow) -> str:
        is_unpriced = row.totals.unpriced >= row.totals.requests > 0
        return "–" if is_unpriced else self.of(row.totals.cost_picousd)


def class_model(theme: Theme, share: Share, parent: QObject | None = None) -> RowModel[ClassCost]:
    """Where the money went, by class of tokens."""
    names = {
        "input": translate("HistoryTables", "Input"),
        "cache_read": translate("HistoryTables", "Cache read"),
        "cache_write_5m": translate("HistoryTables", "Cache write, 5 min"),
        "cache_write_1h": translate("HistoryTables", "Cache write, 1 h"),
        "output": translate("HistoryTables", "Output"),
        "web_search": translate("HistoryTables", "Web searches"),
    }
    return RowModel(
        [
            Column(translate("HistoryTables", "Tokens"), lambda row: names.get(row.name, row.name)),
            _number(translate("HistoryTables", "Count"), lambda row: form.tokens(row.count), _count),
            _number(translate("HistoryTables", "Cost"), lambda row: money.show(row.cost_picousd), _cost),
            _number(translate("HistoryTables", "Share"), lambda row: share.of(row.cost_picousd), _cost),
        ],
        lambda row: row.name,
        theme,
        parent,
    )


def _count(row: ClassCost) -> int:
    return row.count


def _cost(row: ClassCost) -> int:
    return row.cost_picousd


def change_model(theme: Theme, parent: QObject | None = None) -> RowModel[Change]:
    """How groups moved against the period before. Columns 1 and 2 are renamed to the periods."""

    def moved(row: Change) -> int:
        return row.after_picousd - row.before_picousd

    return RowModel(
        [
            Column(translate("HistoryTables", "Name"), _change_name),
            _number(translate("HistoryTables", "Before"), lambda row: money.show(row.before_picousd), moved),
            _number(translate("HistoryTables", "Now"), lambda row: money.show(row.after_picousd), moved),
            Column(
                translate("HistoryTables", "Change"),
                lambda row: signed(moved(row)),
                sort=moved,
                is_number=True,
                tint=lambda row: "over" if moved(row) > 0 else "saved" if moved(row) < 0 else "",
            ),
        ],
        lambda row: row.label,
        theme,
        parent,
    )


def _change_name(row: Change) -> str:
    return form.short_model(row.label) if row.label else translate("HistoryTables", "not named")


def signed(picousd: int) -> str:
    sign = "+" if picousd > 0 else "−" if picousd < 0 else ""
    return sign + money.show(abs(picousd))


def group_model(theme: Theme, share: Share, parent: QObject | None = None) -> RowModel[SummaryRow]:
    """The groups of the period, largest first. Column 0 is renamed to what they are grouped by."""
    return RowModel(
        [
            Column(translate("HistoryTables", "Group"), group_name, tip=group_name),
            _number(
                translate("HistoryTables", "Requests"),
                lambda row: form.exact(row.totals.requests),
                lambda row: row.totals.requests,
            ),
            *_token_columns(),
            _row_cost(),
            _number(
                translate("HistoryTables", "Share"),
                share.of_row,
                lambda row: row.totals.cost_picousd,
            ),
        ],
        lambda row: row.key,
        theme,
        parent,
    )


def session_rows_model(theme: Theme, parent: QObject | None = None) -> RowModel[SummaryRow]:
    """Sessions that a day, a bar or a group is made of."""
    return RowModel(
        [
            Column(translate("HistoryTables", "Session"), session_name, tip=session_name),
            Column(translate("HistoryTables", "Project"), lambda row: row.project),
            Column(
                translate("HistoryTables", "Models"),
                lambda row: ", ".join(form.short_model(model) for model in row.models),
            ),
            Column(
                translate("HistoryTables", "Last"),
                lambda row: wording.moment(row.last_ms) if row.last_ms else "–",
                sort=lambda row: row.last_ms,
            ),
            _number(
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
        _number(
            translate("HistoryTables", "From cache"),
            lambda row: form.tokens(row.totals.cache_read),
            lambda row: row.totals.cache_read,
        ),
        _number(
            translate("HistoryTables", "New"),
            lambda row: form.tokens(new(row.totals)),
            lambda row: new(row.totals),
        ),
        _number(
            translate("HistoryTables", "Output"),
            lambda row: form.tokens(row.totals.output),
            lambda row: row.totals.output,
        ),
    ]


def _row_cost() -> Column[SummaryRow]:
    return Column(
        translate("HistoryTables", "Cost"),
        lambda row: wording.totals_fare(row.totals),
        sort=lambda row: row.totals.cost_picousd,
        is_number=True,
        tint=lambda row: "muted" if row.totals.unpriced >= row.totals.requests > 0 else "",
        tip=lambda row: _floor_reason(row.totals),
    )


def _floor_reason(totals: Totals) -> str:
    if totals.unpriced:
        text = translate("HistoryTables", "{} without a price: counted in tokens, not in dollars")
        return text.format(wording.requests(totals.unpriced))
    if totals.at_least:
        text = translate("HistoryTables", "{} whose end the log lacks: at least this much")
        return text.format(wording.requests(totals.at_least))
    return ""


def group_name(row: SummaryRow) -> str:
    return form.short_model(row.label or row.key) or translate("HistoryTables", "not named")


def session_name(row: SummaryRow) -> str:
    return row.title or row.label or row.branch or row.session_id or row.key


def _number(title: str, text: Callable[[Row], str], sort: Callable[[Row], int]) -> Column[Row]:
    return Column(title, text, sort=sort, is_number=True)


def cache_share(history: History) -> str:
    """How much of all that was sent came from the cache."""
    totals = history.groups.totals
    sent = totals.input + totals.cache_read + totals.cache_write_5m + totals.cache_write_1h
    return form.percent(totals.cache_read / sent) if sent else "–"
