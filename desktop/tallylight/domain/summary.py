"""Totals by day, model, project, session: what History and `tallylight report` show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from tallylight.domain.billing import short_name


def typical(amounts: Iterable[int]) -> int:
    """The lower median of at least one amount: what a day or a month usually comes to."""
    ordered = sorted(amounts)
    return ordered[(len(ordered) - 1) // 2]


class Totals(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Sums over requests. `cost_picousd` is "at least" when `unpriced` or `at_least` is not 0."""

    requests: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    web_searches: int = 0
    cost_picousd: int = 0
    #: Requests without a price, and requests whose output count is a floor.
    unpriced: int = 0
    at_least: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            **{name: getattr(self, name) + getattr(other, name) for name in Totals.__struct_fields__}
        )

    @property
    def is_floor(self) -> bool:
        """Whether the cost is at least what it says."""
        return bool(self.unpriced or self.at_least)

    @property
    def tokens(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write_5m + self.cache_write_1h


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests count. Times are ms since the epoch, `until_ms` exclusive; "" matches everything."""

    since_ms: int | None = None
    until_ms: int | None = None
    source: str = ""
    project: str = ""
    tag: str = ""
    branch: str = ""
    model: str = ""
    session_id: str = ""
    agent_id: str | None = None
    subagent_type: str = ""
    skill: str = ""
    mcp_server: str = ""
    #: A machine's name; None for any, "" for this one whatever it is called.
    host: str | None = None
    #: The folder of one account's files, as people read it.
    account: str = ""

    def admits_project(self, path: str) -> bool:
        """Whether this folder is the one asked for, by its path or by the end of it."""
        if self.project in ("", path):
            return True
        # as the ledger compares: capital letters of ASCII alone do not matter in the end of a path
        whole, end = (t.encode("utf-8", "surrogatepass").lower() for t in (path, "/" + self.project))
        return whole.endswith(end)


class SummaryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One group. `key` identifies it, `label` is for people; the rest is filled for sessions."""

    key: str
    label: str
    totals: Totals
    source: str = ""
    session_id: str = ""
    project: str = ""
    models: tuple[str, ...] = ()
    branch: str = ""
    title: str = ""
    first_ms: int = 0
    last_ms: int = 0
    not_itemised_picousd: int = 0
    parent_session_id: str = ""
    account: str = ""
    #: The machine, "" for this one.
    host: str = ""
    #: A session of an agent that tells no tokens: what it cost is unknown, which is not nothing.
    is_untold: bool = False


class Unpriced(msgspec.Struct, frozen=True):
    """A model without a price, with what it used; or one of which a bill does not state how much it used."""

    model: str
    totals: Totals
    is_untold: bool = False


class Charged(msgspec.Struct, frozen=True, kw_only=True):
    """What bills state of requests, beside what these are worth: included in a plan is charged with nothing."""

    requests: int
    picousd: int
    #: Of the same requests, at list price.
    worth_picousd: int
    #: Requests of which the bill does not say what was charged.
    unknown: int = 0
    #: Requests whose chat the bill does not name: it was found by their time or by what was counted.
    inferred: int = 0
    #: Requests without a price: what they are worth is in no figure.
    unpriced: int = 0

    @property
    def is_floor(self) -> bool:
        """Whether they are worth at least what is said."""
        return bool(self.unpriced)


#: The class of cache writes of which nobody says how long they last. They are priced as the shortest.
WRITE_UNSTATED = "cache_write"


class ClassCost(msgspec.Struct, frozen=True):
    """One token class: how many tokens, what they cost."""

    name: str  # input, cache_read, cache_write_5m, cache_write_1h, cache_write, output, web_search
    count: int
    cost_picousd: int
    #: Of `count`, what has no price; and requests of which the log lacks the end, so that both figures are floors.
    unpriced: int = 0
    at_least: int = 0


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: rows by one group, and what the whole comes to."""

    by: str
    rows: Sequence[SummaryRow]
    totals: Totals
    unpriced: Sequence[Unpriced] = ()
    not_itemised_picousd: int = 0
    classes: Sequence[ClassCost] = ()
    #: None where no bill states any of it.
    charged: Charged | None = None
    #: Of the sum, what was counted as it ended and no bill states yet.
    provisional: Totals = Totals()
    #: ISO dates on which the client was used but nothing was recorded: not a zero.
    not_recorded: Sequence[str] = ()
    #: Sessions of the period whose agent tells no tokens: they are in none of the sums.
    untold_sessions: int = 0


def without_titles(summary: Summary) -> Summary:
    """The same, for a user who wants no sessions' titles shown."""
    rows = [replace(r, title="", label=short_name(r.key) if r.session_id else r.label) for r in summary.rows]
    return replace(summary, rows=rows)


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    """Days (or hours of one day) split by a group, for stacked bars: `values[i][j]` pico-USD of series i, slot j."""

    slots: Sequence[str]  # "2026-10-01" or "2026-10-01T14"
    series: Sequence[str]  # keys, largest first, "" for the rest
    labels: Sequence[str]
    values: Sequence[Sequence[int]]
    #: Slots on which nothing was recorded although the client was used.
    not_recorded: Sequence[str] = ()
    #: Slots with requests that have no price, and slots with requests of which the log lacks the end.
    unpriced: Sequence[str] = ()
    at_least: Sequence[str] = ()
    typical_day_picousd: int | None = None


class Change(msgspec.Struct, frozen=True):
    """How one group moved against the period before."""

    label: str
    before: Totals
    after: Totals
    #: What the group is known by, "" where nobody asks.
    key: str = ""

    @property
    def picousd(self) -> int:
        return self.after.cost_picousd - self.before.cost_picousd

    @property
    def tokens(self) -> int:
        return self.after.tokens - self.before.tokens

    @property
    def is_in_tokens(self) -> bool:
        """Whether it moved and no price says by how many dollars."""
        return bool(not self.picousd and self.tokens and (self.before.unpriced or self.after.unpriced))


class HistoryQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What the History page asks: local dates (ISO), `until` exclusive, and how to split."""

    since: str
    until: str
    by: str = "model"
    filter: Filter = Filter()


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What the History page shows."""

    question: HistoryQuestion
    stack: Stack
    groups: Summary
    before: Totals = Totals()
    changes: Sequence[Change] = ()
