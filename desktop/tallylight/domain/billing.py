"""Requests as a provider's bill states them, and the requests that several bills of the same usage come to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from tallylight.domain.cursor_names import NAME, is_alike
from tallylight.domain.digest import hex_digest

#: The source whose figures come from bills.
BILLED = NAME
#: In place of the price data that a row was priced with: the provider itself states what it is worth; and nobody knows,
#: as the provider does not say how much it used.
REPORTED, UNSTATED = "reported", "unstated"
#: The session that holds what no conversation is named for.
UNATTRIBUTED = "cursor-unattributed"


#: What is kept together as a session and is none.
_BUCKETS = {UNATTRIBUTED: "Tab, Bugbot, cloud, other machines"}


def short_name(session_id: str) -> str:
    """What a session without a title is called."""
    return _BUCKETS.get(session_id, session_id[:8])


class Coverage(StrEnum):
    """Who pays for a request. Included in a plan is not the same as worth nothing."""

    NOT_CHARGED = "not charged"
    INCLUDED = "included"
    OWN_KEY = "own key"
    ON_DEMAND = "on demand"
    UNKNOWN = "unknown"


#: In this order: an aborted request of a plan is not charged, whatever else its kind says.
_KINDS = (
    (Coverage.NOT_CHARGED, ("NOT_CHARGED", "NO_CHARGE")),
    (Coverage.INCLUDED, ("INCLUDED", "FREE", "CUSTOM_SUBSCRIPTION")),
    (Coverage.OWN_KEY, ("API_KEY",)),
    (Coverage.ON_DEMAND, ("USAGE_BASED", "ON_DEMAND")),
)


#: The kinds by their number, which an API may send in place of the name.
_NUMBERED = (
    "", "USAGE_BASED", "USER_API_KEY", "INCLUDED_IN_PRO", "INCLUDED_IN_BUSINESS", "ERRORED_NOT_CHARGED",
    "ABORTED_NOT_CHARGED", "CUSTOM_SUBSCRIPTION", "INCLUDED_IN_PRO_PLUS", "INCLUDED_IN_ULTRA", "FREE_CREDIT",
)  # fmt: skip


def coverage_of(kind: str) -> Coverage:
    """What a kind means, as an API spells it (`USAGE_EVENT_KIND_INCLUDED_IN_PRO`) or a file ("Errored, No Charge")."""
    if kind.isdecimal():
        kind = dict(enumerate(_NUMBERED)).get(int(kind), "")
    name = re.sub(r"[^A-Z]+", "_", kind.upper())
    for coverage, parts in _KINDS:
        if any(part in name for part in parts):
            return coverage
    return Coverage.UNKNOWN


class Origin(StrEnum):
    """Where a bill was read; of two that state one request the first holds."""

    ACCOUNT = "account"
    TEAM = "team"
    FILE = "file"


_RANKS = {origin: rank for rank, origin in enumerate(Origin)}


#: What every bill says of a request alike.
Same = tuple[int, ...]


class Statement(msgspec.Struct, frozen=True, gc=False, kw_only=True, order=True):
    """One request as a bill states it. Money is in pico-USD; -1 where the bill says nothing, and where its 0 may."""

    time_ms: int
    model: str
    #: Disjoint, as everywhere.
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    #: False: billed by request, the bill does not say how much it used.
    has_tokens: bool = True
    conversation: str = ""
    coverage: Coverage = Coverage.UNKNOWN
    #: At list price, whoever pays; what is charged on top of a plan; the fee that is a part of that.
    value_picousd: int = -1
    charged_picousd: int = -1
    fee_picousd: int = 0

    @property
    def same(self) -> Same:
        """What every bill says of a request alike. No bill has an id for it, and each spells the model its own way."""
        return (self.time_ms, self.input, self.output, self.cache_read, self.cache_write)

    def charge(self, value: int | None) -> int | None:
        """pico-USD charged for it on top of a plan, given its worth at list price; None: unknown."""
        if self.coverage in (Coverage.NOT_CHARGED, Coverage.INCLUDED):
            return 0
        if self.charged_picousd > 0:
            return self.charged_picousd
        if self.coverage is Coverage.UNKNOWN or value is None:
            return None
        return value + self.fee_picousd


class Stated(msgspec.Struct, frozen=True, gc=False, order=True):
    """A statement, and whose bill it stands on."""

    origin: Origin
    account: str
    statement: Statement


class Billed(msgspec.Struct, frozen=True, gc=False):
    """One request after all bills were compared. The key is the same on every machine that reads them."""

    key: str
    origin: Origin
    account: str
    statement: Statement


def settle(stated: Iterable[Stated]) -> list[Billed]:
    """Each request once, in order of time: what two bills state is one request, what one bill states twice is two."""
    bills: dict[tuple[int, str], list[Stated]] = {}
    for item in stated:
        bills.setdefault((_RANKS[item.origin], item.account), []).append(item)
    billed: list[Billed] = []
    for same, twins in united(bills[bill] for bill in sorted(bills)).items():
        name = hex_digest("|".join(map(str, same)))
        billed += [
            Billed(
                f"cursor:{name}" + (f"#{number}" if number > 1 else ""),
                twin.origin,
                twin.account,
                twin.statement,
            )
            for number, twin in enumerate(twins, 1)
        ]
    return sorted(billed, key=lambda b: (b.statement.time_ms, b.key))


def united(bills: Iterable[Sequence[Stated]]) -> dict[Same, list[Stated]]:
    """The requests of all bills by what is the same of them, as often as the bill has them that has them most often:
    of two that state one the first holds."""
    requests: dict[Same, list[Stated]] = {}
    for bill in bills:
        groups: dict[Same, list[Stated]] = {}
        for item in sorted(bill):
            groups.setdefault(item.statement.same, []).append(item)
        for same, items in groups.items():
            requests[same] = _joined(requests[same], items) if same in requests else items
    return requests


#: How surely two bills mean one request, the surest first.
_ALIKE: tuple[Callable[[Statement, Statement], bool], ...] = (
    lambda a, b: a.conversation == b.conversation and a.model == b.model,
    lambda a, b: a.conversation == b.conversation and is_alike(a.model, b.model),
    lambda a, b: is_alike(a.model, b.model),
)


def _joined(known: Sequence[Stated], more: Sequence[Stated]) -> list[Stated]:
    """What is known of requests that are the same, and what one more bill says beyond that."""
    joined, unmatched, rest = list(known), list(range(len(known))), list(more)
    for are_alike in _ALIKE:
        left: list[Stated] = []
        for item in rest:
            at = next((n for n in unmatched if are_alike(joined[n].statement, item.statement)), None)
            if at is None:
                left.append(item)
            else:
                unmatched.remove(at)
                joined[at] = _completed(joined[at], item)
        rest = left
    return [*joined, *rest]


def _completed(known: Stated, other: Stated) -> Stated:
    """A bill that names the conversation tells one that does not."""
    if known.statement.conversation or not other.statement.conversation:
        return known
    conversation = other.statement.conversation
    return Stated(known.origin, known.account, replace(known.statement, conversation=conversation))


class Span(msgspec.Struct, frozen=True, order=True):
    """A stretch of time that a bill was read for, `until_ms` exclusive."""

    since_ms: int
    until_ms: int

    def holds(self, time_ms: int) -> bool:
        return self.since_ms <= time_ms < self.until_ms


def spanning(times: Iterable[int]) -> Span:
    """From the first of some moments to the last, which is in it."""
    moments = list(times)
    return Span(min(moments), max(moments) + 1)


#: Moments that lie closer are one stretch.
_TOGETHER_MS = 3_600_000


def stretches(times: Iterable[int]) -> list[Span]:
    """Moments, the newest first, as few spans."""
    spans: list[Span] = []
    for time_ms in times:
        if spans and spans[-1].since_ms - time_ms < _TOGETHER_MS:
            spans[-1] = Span(time_ms, spans[-1].until_ms)
        else:
            spans.append(Span(time_ms, time_ms + 1))
    return spans
