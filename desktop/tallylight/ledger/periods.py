"""A period beside the one before it."""

from __future__ import annotations

from datetime import date, timedelta

from tallylight.domain.budget import Budget, Span, span_of
from tallylight.domain.summary import Change, Summary, SummaryRow, Totals

_CHANGES = 8
#: So many places of those are kept for groups without a price: nobody knows that they moved less.
_CHANGES_IN_TOKENS = 3


def period_before(since: date, until: date) -> date:
    """Where the period before begins: the month before a whole (billing) month, else as many days."""
    month = Budget(
        id="", amount=0, starts_on=max(since.day, until.day)
    )  # the day itself where a month lacks it
    if span_of(month, since) == Span(since, until) and (before := span_of(month, since - timedelta(days=1))):
        return before.first
    return since - (until - since)


def changes_of(earlier: Summary, groups: Summary) -> list[Change]:
    """The groups that moved most, in dollars; after them those that no price puts in dollars, by tokens."""
    before = {row.key: row.totals for row in earlier.rows}
    after = {row.key: row.totals for row in groups.rows}
    labels = {row.key: label_of(row) for row in (*earlier.rows, *groups.rows)}
    changes = [
        Change(labels[key], before.get(key, Totals()), after.get(key, Totals()), key)
        for key in {**before, **after}
    ]
    priced = sorted((c for c in changes if c.picousd), key=lambda change: -abs(change.picousd))
    unpriced = sorted((c for c in changes if c.is_in_tokens), key=lambda change: -abs(change.tokens))
    unpriced = unpriced[: max(_CHANGES_IN_TOKENS, _CHANGES - len(priced))]
    return priced[: _CHANGES - len(unpriced)] + unpriced


def label_of(row: SummaryRow) -> str:
    """A group's name where nothing stands beside it: a session without a title needs its project."""
    return f"{row.project} {row.label}" if row.session_id and row.project and not row.title else row.label
