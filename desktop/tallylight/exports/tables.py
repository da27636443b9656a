"""The small tables of a summary: the largest of each kind, and how many more there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.budget import BudgetStatus, Period, Unit
from tallylight.domain.report import Notable, Report
from tallylight.domain.summary import WRITE_UNSTATED, Change, ClassCost, SummaryRow, Totals
from tallylight.exports import days
from tallylight.exports.parts import Head, Section, Sentence, Share, Table, fare, name
from tallylight.exports.sentences import today_of

_TOP = 8
CLASSES = {
    "input": "Input",
    "cache_read": "Cache read",
    "cache_write_5m": "Cache write, 5 min",
    "cache_write_1h": "Cache write, 1 h",
    WRITE_UNSTATED: "Cache write, duration not stated",
    "output": "Output",
    "web_search": "Web searches",
}
_FIGURES = (Head("Tokens", is_figure=True), Head("Cost", is_figure=True), Head("Share", is_figure=True))


def projects(report: Report) -> Section | None:
    return _groups("Projects", "Project", report, report.projects, lambda row: name(row.label, "no project"))


def models(report: Report) -> Section | None:
    """By the names people use, where these tell them apart."""
    seen = Counter(form.short_model(row.label) for row in report.models)

    def label(row: SummaryRow) -> str:
        short = form.short_model(row.label)
        return name(short if seen[short] == 1 else row.label, "unknown model")

    return _groups("Models", "Model", report, report.models, label)


def _groups(
    title: str, head: str, report: Report, rows: Sequence[SummaryRow], label: Callable[[SummaryRow], str]
) -> Section | None:
    if not rows:
        return None
    whole = report.totals.cost_picousd
    top, others = rows[:_TOP], rows[_TOP:]
    rest: Sentence = ()
    if others:
        rest = (
            f"{form.exact(len(others))} more",
            *_figures(sum((r.totals for r in others), Totals()), whole),
        )
    return Section(
        title=title,
        table=Table(
            heads=(Head(head), *_FIGURES),
            rows=[(label(row), *_figures(row.totals, whole)) for row in top],
            rest=rest,
        ),
    )


def _figures(totals: Totals, whole: int) -> Sentence:
    return form.tokens(totals.tokens), fare(totals), _share(totals.cost_picousd, whole)


def _share(picousd: int, whole: int) -> str:
    return form.percent(picousd / whole) if whole and picousd else "–"


def classes(report: Report) -> Section | None:
    """Where the money went, by class of tokens, dearest first."""
    used = sorted((of for of in report.classes if of.count), key=lambda of: -of.cost_picousd)
    if not used:
        return None
    whole = report.totals.cost_picousd
    rows = [
        (CLASSES.get(of.name, of.name), form.tokens(of.count), _class(of), _share(of.cost_picousd, whole))
        for of in used
    ]
    heads = (Head("Tokens"), Head("Count", is_figure=True), *_FIGURES[1:])
    shares = [Share(row[0], of.cost_picousd / whole) for row, of in zip(rows, used, strict=True) if whole]
    return Section(title="Where the money went", table=Table(heads=heads, rows=rows), shares=shares)


def _class(of: ClassCost) -> str:
    if of.unpriced == of.count:
        return "no price"
    return form.at_least(money.show(of.cost_picousd), of.unpriced or of.at_least)


def changes(report: Report) -> Section | None:
    """What moved most against the period before; nothing without one."""
    if not report.before.requests or not report.changes:
        return None
    today, question = today_of(report), report.question
    heads = (
        Head(report.question.by.replace("_", " ").capitalize()),
        Head(days.short(report.before_since, report.before_until, today), is_figure=True),
        Head(days.short(question.since, question.until, today), is_figure=True),
        Head("Change", is_figure=True, is_change=True),
    )
    is_model = question.by == "model"
    rows = [_change(of, is_model) for of in report.changes]
    return Section(title="Biggest changes", table=Table(heads=heads, rows=rows))


def _change(of: Change, is_model: bool) -> Sentence:
    label = form.short_model(of.label) if is_model else of.label
    if of.is_in_tokens:
        before, after = (f"{form.tokens(totals.tokens)} tokens" for totals in (of.before, of.after))
        moved = form.tokens(abs(of.tokens)) + " tokens"
    else:
        before, after = (fare(totals) if totals.requests else "–" for totals in (of.before, of.after))
        moved = money.show(abs(of.picousd))
    is_more = (of.tokens if of.is_in_tokens else of.picousd) >= 0
    return name(label, "no name"), before, after, f"{'+' if is_more else '−'}{moved}"


def notable(report: Report) -> Section | None:
    """Sessions worth a second look, and why."""
    if not report.notable:
        return None
    heads = (Head("Session"), Head("Project"), Head("Why"), Head("Cost", is_figure=True))
    rows = [
        (name(of.session.label), name(of.session.project, "no project"), why(of), fare(of.session.totals))
        for of in report.notable
    ]
    return Section(title="Sessions worth a look", table=Table(heads=heads, rows=rows), is_wide=True)


def why(of: Notable) -> str:
    times = f"{of.times_typical:.1f} times the median session" if of.times_typical >= 2 else ""
    why = ", ".join(filter(None, (times, *(rule[:1].lower() + rule[1:] for rule in of.rules))))
    return why[:1].upper() + why[1:]


def budgets(report: Report) -> Section | None:
    """Where the budgets stand now: said of a period that holds today."""
    today = today_of(report)
    if not report.budgets or not report.question.since <= today < report.question.until:
        return None
    heads = (
        Head("Budget"), Head("Spent", is_figure=True), Head("Of", is_figure=True), Head("Share", is_figure=True),
        Head("Forecast"),
    )  # fmt: skip
    return Section(
        title="Budgets",
        table=Table(heads=heads, rows=[_budget(status, report.names) for status in report.budgets]),
        is_wide=True,
    )


def _budget(status: BudgetStatus, names: Mapping[str, str]) -> Sentence:
    unit = status.budget.unit
    spent = amount(status.spent, unit)
    if unit is Unit.USD:
        spent = form.at_least(money.show(status.spent), status.unpriced)
    total = amount(status.budget.amount, unit)
    return name(budget_name(status, names)), spent, total, form.percent(status.share), outlook(status)


def budget_name(status: BudgetStatus, names: Mapping[str, str]) -> str:
    """ "November, everything"; "This week, payments-api"; "Any session"."""
    budget, span = status.budget, status.span
    folder = budget.project.replace("\\", "/").rstrip("/").rpartition("/")[2]  # of one that has no use yet
    parts = (names.get(budget.project, folder), budget.tag, budget.branch, budget.source,
             form.short_model(budget.model) if budget.model else "")  # fmt: skip
    scope = " · ".join(filter(None, parts))
    if budget.period is Period.SESSION:
        when = f"Session {status.label}" if budget.session_id else "Any session"
    elif budget.period is Period.MONTH and span is not None and span.first.day == 1:
        when = f"{span.first:%B}"
    elif budget.period is Period.MONTH and span is not None:
        when = days.short(span.first, span.end, span.first)
    else:
        when = "Today" if budget.period is Period.DAY else f"This {budget.period}"
    unit = ", tokens" if budget.unit is Unit.TOKENS else ""
    if budget.period is Period.SESSION:
        return f"{when}{', ' if scope else ''}{scope}{unit}"
    return f"{when}, {scope or 'everything'}{unit}"


def outlook(status: BudgetStatus) -> str:
    """ "$289, between $262 and $318: on pace"; how much was too much once it is passed."""
    unit, ahead, total = status.budget.unit, status.forecast, status.budget.amount
    if status.share >= 1:
        return f"over by {amount(status.spent - total, unit)}"
    if ahead is None:
        return "" if status.span is None or status.budget.period is Period.DAY else "too early to say"
    expected, low, high = (rounded(value, unit) for value in (ahead.expected, ahead.low, ahead.high))
    verdict = "on pace" if ahead.expected <= total else "passes it"
    return f"{expected}, between {low} and {high}: {verdict}"


def amount(value: int, unit: Unit) -> str:
    """Dollars, whole ones without cents, or a count of tokens."""
    return (
        form.tokens(value).replace(".0", "") if unit is Unit.TOKENS else money.show(value).removesuffix(".00")
    )


def rounded(value: int, unit: Unit) -> str:
    """An estimate without the cents that nobody can know, unless it is small."""
    return money.show_round(value) if unit is Unit.USD and value >= 20 * money.PICO else amount(value, unit)
