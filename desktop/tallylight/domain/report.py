"""A usage summary that leaves the program: what it covers, what it says, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from tallylight.domain.budget import BudgetStatus
from tallylight.domain.columns import Column, Detail
from tallylight.domain.effect import Score
from tallylight.domain.pages import Row
from tallylight.domain.summary import Change, Charged, ClassCost, Filter, Stack, SummaryRow, Totals, Unpriced

#: What a cost is: tokens at our list price, or what the provider's bill says they are worth at its own.
LIST_PRICE, REPORTED_VALUE = "list price", "list price, by the provider"
API_EQUIVALENT = "API-equivalent"


def basis_of(plan_fee_picousd: int) -> str:
    """What the meter's dollars are: with a plan they are no money that anybody owes."""
    return API_EQUIVALENT if plan_fee_picousd else LIST_PRICE


class Needs(StrEnum):
    """What a format writes of a report: the rest is then not worked out."""

    SUMMARY = "summary"
    ROWS = "rows"
    CHARGES = "charges"


class ReportQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What a summary is to cover: local days, `until` exclusive, and how to split them."""

    since: date
    until: date
    #: What the period is called: "October 2026".
    label: str = ""
    by: str = "project"
    detail: Detail = Detail.SUMMARY
    filter: Filter = Filter()


class Notable(msgspec.Struct, frozen=True, kw_only=True):
    """A session worth a line, and why: rules that spoke about it, by label, and how dear it was."""

    session: SummaryRow
    #: Cost against the median session of the period; 0 where there are too few to say.
    times_typical: float = 0.0
    rules: tuple[str, ...] = ()


class UnitCosts(msgspec.Struct, frozen=True, kw_only=True):
    """What the period's cost comes to per unit of work, with how many there were; a count of 0 says nothing."""

    active_days: int = 0
    sessions: int = 0
    prompts: int = 0
    picousd: int = 0

    def per(self, count: int) -> int | None:
        """pico-USD for each of so many, None for none."""
        return self.picousd // count if count else None


#: The class of what is charged by the request.
REQUEST = "request"


class FocusCharge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One day's use of one token class at one rate: what a FOCUS row is made of. Requests with a price, and as a class
    of their own those without that a bill charges."""

    day: date  # in UTC, as FOCUS has it
    source: str
    account: str
    #: Who sells the model, as its prices have it: "anthropic".
    provider: str
    project: str
    project_path: str
    model: str
    #: One of `domain.pricing.COST_CLASSES`, or REQUEST.
    token_class: str
    speed: str
    tier: str
    geo: str
    host: str
    price_table: str
    count: int
    picousd: int
    requests: int
    #: Whether a provider's bill states the use, and the pico-USD that it charges for it on top of a plan.
    is_on_bill: bool = False
    billed_picousd: int = 0


class Billing(msgspec.Struct, frozen=True, kw_only=True):
    """What charges stand beside: a plan's fee is shared among all that a month's use is worth."""

    #: pico-USD at list price by calendar month in UTC and (source, account), other projects and days included.
    months: Mapping[date, Mapping[tuple[str, str], int]] = {}
    #: Whether nothing was recorded before the period, and all of its first month lies in it.
    has_first_month: bool = False
    #: In the period, left out of the charges.
    unpriced_requests: int = 0
    #: Whether nothing but the period limits the charges.
    is_whole: bool = True


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a summary says. `rows` may be a stream that can be read once, in the order of `columns`."""

    question: ReportQuestion
    made_ms: int
    #: Of the days: "Europe/Berlin", else "+01:00".
    timezone: str
    host: str
    #: A code of the ledger it is made from, where several machines of one name may write to one place.
    origin: str = ""
    #: Of the program and of the price data.
    version: str
    price_table: str
    basis: str = LIST_PRICE
    totals: Totals = Totals()
    before: Totals = Totals()
    #: Of the period before: as much of it as has passed of this one, `before_until` exclusive.
    before_since: date
    before_until: date
    typical_day_picousd: int | None = None
    days: Sequence[SummaryRow] = ()
    #: The same for bars, split by `stack_by`; by hour where the period is one day.
    stack: Stack = Stack(slots=(), series=(), labels=(), values=())
    stack_by: str = "model"
    projects: Sequence[SummaryRow] = ()
    models: Sequence[SummaryRow] = ()
    classes: Sequence[ClassCost] = ()
    changes: Sequence[Change] = ()
    notable: Sequence[Notable] = ()
    budgets: Sequence[BudgetStatus] = ()
    units: UnitCosts = UnitCosts()
    #: What came of advice that was taken in the period.
    advice: Score = Score()
    unpriced: Sequence[Unpriced] = ()
    not_itemised_picousd: int = 0
    not_recorded: Sequence[str] = ()
    #: Sessions of agents whose files tell no tokens: part of no sum.
    untold_sessions: int = 0
    charged: Charged | None = None
    provisional: Totals = Totals()
    #: What a subscription costs in a month, in pico-USD: the rest is then API-equivalent value.
    plan_fee_picousd: int = 0
    #: What people call each project, by its path.
    names: Mapping[str, str] = {}
    columns: Sequence[Column] = ()
    #: Perhaps `domain.pages.Rows`, which can be taken page by page too.
    rows: Iterable[Row] = ()
    #: Where rows are of groups: each one's key, in their order. What a group is called may change, its key does not.
    row_keys: Iterable[str] = ()
    #: How many rows there are, 0 when nobody counted.
    row_count: int = 0
    #: Of UTC days.
    charges: Iterable[FocusCharge] = ()
    billing: Billing = Billing()
