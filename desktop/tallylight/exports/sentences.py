"""What a report says, in sentences a person would write. Nothing is said where nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.order import FILTERS
from tallylight.domain.report import Report
from tallylight.domain.summary import Totals
from tallylight.exports import days
from tallylight.exports.parts import Sentence, Tile, counted, fare, listed, name, spoken

#: Models without a price that are named.
_MOST_UNPRICED = 5
_FEWEST_DAYS = 3
#: What a part of the filter is called where its name is no word for people.
_KINDS = {
    "session_id": "session",
    "subagent_type": "subagent type",
    "mcp_server": "MCP server",
    "host": "machine",
}
#: From here on a rise is told as a multiple.
_MANIFOLD = 2.0


def today_of(report: Report) -> date:
    return days.local(report.made_ms).date()


def lead(report: Report) -> Iterator[Sentence]:
    """The total, how it moved, a typical day; then what the plan makes of it, and what a unit came to."""
    totals, today = report.totals, today_of(report)
    within = days.within(report.question.since, report.question.until, today)
    if not totals.requests:
        if report.untold_sessions:
            yield (f"{_untold(report)} {within}: what they used is unknown, not nothing.",)
        else:
            yield (f"Nothing was recorded {within}.",)
        return
    if totals.unpriced == totals.requests:
        used = f"{counted(totals.requests, 'request')} with {form.tokens(totals.tokens)} tokens"
        which = (
            "of a model without a price" if totals.requests == 1 else "none of them of a model with a price"
        )
        yield (f"You made {used} {within}, {which}.",)
        return
    yield (f"{_spent(report, within)}{_against(report, today)}{_typical(report)}.",)
    if report.plan_fee_picousd:
        fee = money.show(report.plan_fee_picousd)
        yield (f"Your plan costs {fee} a month; what is shown here is API-equivalent value, not money owed.",)
    if units := _units(report):
        yield (units,)
    if report.untold_sessions:
        yield (f"{_untold(report)}: the sums are without them.",)
    yield from _advice(report)


def _untold(report: Report) -> str:
    verb = "tells" if report.untold_sessions == 1 else "tell"
    return f"{counted(report.untold_sessions, 'session')} {verb} no tokens"


def _advice(report: Report) -> Iterator[Sentence]:
    """What following advice came to, where any was followed."""
    made = report.advice
    if not made.taken:
        return
    pieces = counted(made.shown, "piece of advice", "pieces of advice")
    verb = "saved" if made.measured_picousd >= 0 else "lost"
    measured, promised = money.show(abs(made.measured_picousd)), money.show(made.promised_picousd)
    yield (
        f"You took {form.exact(made.taken)} of {pieces}; measured on the turns that followed, that {verb} "
        f"{measured}, where {promised} was promised.",
    )


def _spent(report: Report, within: str) -> str:
    amount = spoken(fare(report.totals))
    so_far = " so far" if _goes_on(report) else ""
    if report.plan_fee_picousd:
        return f"Your usage {within}{so_far} was worth {amount} at list prices"
    return f"You {'have ' if so_far else ''}spent {amount} {within}{so_far}"


def _goes_on(report: Report) -> bool:
    return report.question.until > today_of(report)


def change(report: Report) -> float | None:
    """How the total moved, None where there is nothing to compare with."""
    if not report.before.cost_picousd:
        return None
    return (report.totals.cost_picousd - report.before.cost_picousd) / report.before.cost_picousd


def _against(report: Report, today: date) -> str:
    moved = change(report)
    if moved is None:
        return ""
    about = "about " if report.totals.is_floor or report.before.is_floor else ""
    before = _before(report, today)
    if abs(moved) < 0.005:
        return f", {about}as much as {before}"
    if moved >= _MANIFOLD:
        return f", {about}{moved + 1:.1f} times as much as {before}"
    return f", {about}{form.percent(abs(moved))} {'more' if moved > 0 else 'less'} than {before}"


def _before(report: Report, today: date) -> str:
    since, until = report.before_since, report.before_until
    is_one_day = until - since == timedelta(days=1)
    if is_one_day and report.question.since - since == timedelta(days=1):
        return "the day before"
    if (
        since.day == 1
        and since.month == (until - timedelta(days=1)).month
        and days.is_month(report.question.since, report.question.until)
    ):
        return days.of_month(since, until, today)
    return days.within(since, until, today)


def typical_day(report: Report) -> int | None:
    """The period's own; of fewer than three days none is typical, and a day without a price is none of them."""
    return report.typical_day_picousd if _priced_days(report) >= _FEWEST_DAYS else None


def _priced_days(report: Report) -> int:
    return sum(1 for row in report.days if row.totals.cost_picousd)


def _derived(report: Report, picousd: int) -> str:
    """What follows from a sum that is a floor is one too."""
    return form.at_least(money.show(picousd), report.totals.is_floor)


def _typical(report: Report) -> str:
    usual = typical_day(report)
    return "" if usual is None else f"; a typical day came to {spoken(_derived(report, usual))}"


def _units(report: Report) -> str:
    """What each piece of work came to; one of one says nothing new."""
    units = report.units
    counts = ((units.active_days, "active day"), (units.sessions, "session"), (units.prompts, "prompt"))
    parts = [
        (f"{spoken(_derived(report, each))} for each of {counted(count, noun)}",)
        for count, noun in counts
        if count > 1 and (each := units.per(count))
    ]
    return f"That is {''.join(listed(parts))}." if parts else ""


def tiles(report: Report) -> Iterator[Tile]:
    """The figures to see first."""
    totals, units = report.totals, report.units
    if not totals.requests:
        return
    yield Tile("API-equivalent" if report.plan_fee_picousd else "Spend", fare(totals), _moved(report))
    usual = typical_day(report)
    if usual is not None:
        yield Tile("Typical day", _derived(report, usual), f"of {_priced_days(report)} active days")
    prompts = counted(units.prompts, "prompt") if units.prompts else counted(totals.requests, "request")
    yield Tile("Sessions", form.exact(units.sessions), prompts)
    if sent := _sent(totals):
        yield Tile("Served from cache", form.percent(totals.cache_read / sent), "of all that was sent")


def _moved(report: Report) -> str:
    """ "+18 % on Sep", "3.4 times Sep"."""
    moved = change(report)
    if moved is None:
        return ""
    about = "≈ " if report.totals.is_floor or report.before.is_floor else ""
    before = days.short(report.before_since, report.before_until, today_of(report))
    if moved >= _MANIFOLD:
        return f"{about}{moved + 1:.1f} times {before}"
    return f"{about}{'+' if moved >= 0 else '−'}{form.percent(abs(moved))} on {before}"


def _sent(totals: Totals) -> int:
    return totals.input + totals.cache_read + totals.cache_write_5m + totals.cache_write_1h


def gaps(report: Report) -> Iterator[Sentence]:
    """What the figures do not hold."""
    for of in report.unpriced[:_MOST_UNPRICED]:
        if of.is_untold:
            yield (
                "The bill does not state the tokens of ",
                name(of.model),
                f": {counted(of.totals.requests, 'request')}, not in the total.",
            )
            continue
        size = f"{form.tokens(of.totals.tokens)} tokens in {counted(of.totals.requests, 'request')}"
        yield name(of.model), f" has no price: {size}, not in the total."
    left = len(report.unpriced) - _MOST_UNPRICED
    if left > 0:
        yield (f"{counted(left, 'more model has', 'more models have')} no price.",)
    if report.totals.at_least:
        many = report.totals.at_least > 1
        verb, output = ("lack the end of their", "costs are") if many else ("lacks the end of its", "cost is")
        yield (
            f"{counted(report.totals.at_least, 'request')} {verb} output in the log: {output} at least that.",
        )
    if report.not_itemised_picousd > 0:
        more = money.show(report.not_itemised_picousd)
        yield (
            f"Not itemised: {more} more by the agents’ own count, probably titles, compaction, web search and retries.",
        )
    if (charged := report.charged) is not None:
        worth = (
            f"are worth {form.at_least(money.show(charged.worth_picousd), charged.unpriced)} at list prices"
        )
        unknown = f"; of {charged.unknown:,} nobody says" if charged.unknown else ""
        yield (
            f"{counted(charged.requests, 'request')} on providers’ bills {worth}; charged on top of plans:"
            f" {money.show(charged.picousd)}{unknown}.",
        )
    if missing := [date.fromisoformat(of) for of in report.not_recorded]:
        yield (f"Not recorded, though the client was used: {days.named(missing)}.",)


def scope(report: Report) -> Sentence:
    """What a filter admits."""
    wanted = report.question.filter
    kinds = {part: _KINDS.get(part, part) for part in (*FILTERS, "host")}
    parts: list[Sentence] = [
        (f"{kind} ", name(value)) for part, kind in kinds.items() if (value := getattr(wanted, part))
    ]
    return ("Only ", *listed(parts), ".") if parts else ()


def about(report: Report) -> Iterator[Sentence]:
    """What the figures rest on."""
    made = days.local(report.made_ms)
    basis = "Amounts are list prices in US dollars"
    if report.plan_fee_picousd:
        basis = "Amounts are API-equivalent value at list prices in US dollars, not money owed"
    yield (f"{basis}{_prices(report.price_table)}. Days are those of {report.timezone}.",)
    yield (f"Made on {made.day} {made:%B %Y} at {made:%H:%M} with Tallylight {report.version}.",)


def _prices(table: str) -> str:
    """Where prices are from, for people; programs get the table's whole name."""
    origin, *rest = table.split("; ")
    own = " and your own" if any(part.startswith("yours ") and part != "yours none" for part in rest) else ""
    return f" (prices: {origin}{own})" if origin else ""
