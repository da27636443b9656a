"""The meter beside the bill: what they differ by on a day, and what explains it, to the last pico-dollar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from tallylight.domain.bill_items import SAYS, Item
from tallylight.domain.reported import Figure


class Cause(StrEnum):
    """Why a bill says otherwise than the meter."""

    KEY = "key"
    MACHINES = "machines"
    MISSED = "missed"
    PRICE = "price"
    OTHER_CHARGES = "other charges"
    LATE = "late"
    BOUNDARY = "boundary"
    PLAN = "plan"
    SERVICE = "service"
    UNEXPLAINED = "unexplained"


_WORDS = {
    Cause.KEY: "Key “{}”, not this machine",
    Cause.MACHINES: "Other machines of yours, as their ledgers tell",
    Cause.MISSED: "Never in logs here: titles, compaction, web search, retries",
    Cause.PRICE: "Price: discount, tier or credit",
    Cause.OTHER_CHARGES: "Charges for no tokens: code execution, sessions",
    Cause.LATE: "Not reported yet",
    Cause.BOUNDARY: "Day boundary, UTC against local",
    Cause.PLAN: "Covered by your subscription",
    Cause.SERVICE: "{}: of no log here",
    Cause.UNEXPLAINED: "Unexplained",
}


#: No tier costs more times its list price, and no long context.
_DEAREST = 2


class Sums(msgspec.Struct, frozen=True):
    """Tokens of all classes, and pico-USD."""

    tokens: int = 0
    picousd: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.tokens + other.tokens, self.picousd + other.picousd)

    def __sub__(self, other: Sums) -> Sums:
        return Sums(self.tokens - other.tokens, self.picousd - other.picousd)


class Part(msgspec.Struct, frozen=True):
    """A share of the difference. `name` is a key's, or the provider's id of it, or a service's, where there is one."""

    cause: Cause
    sums: Sums
    name: str = ""

    @property
    def words(self) -> str:
        """The cause, for people."""
        if self.cause is Cause.KEY and not self.name:
            return "Other use of this account, not this machine"
        return _WORDS[self.cause].format(self.name)


class Used(msgspec.Struct, frozen=True):
    """What a provider says was used, and its worth at our list price: None where there is no price."""

    figure: Figure
    value_picousd: int | None
    #: The part of it that is for searches, which no charge for a model's tokens holds.
    searches_picousd: int = 0


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one day of a provider's, which is a day in UTC."""

    day: date
    #: What this machine counted on the day as it is here, and as it is in UTC; and what merged ledgers did, in UTC.
    here: Sums = Sums()
    here_utc: Sums = Sums()
    machines: Sums = Sums()
    used: Sequence[Used] = ()
    charged: Sequence[Figure] = ()
    #: The provider's ids of the keys that this machine uses; None where that cannot be told.
    keys: frozenset[str] | None = frozenset()
    #: The provider may still report more of it.
    is_late: bool = False
    #: A subscription covers what no bill states.
    has_plan: bool = False

    @property
    def is_untold(self) -> bool:
        """Whether any of the keys may be this machine's: what it counted is covered by no subscription either."""
        return self.keys is None and not self.has_plan

    def is_ours(self, key: str) -> bool:
        return self.is_untold or key in (self.keys or ())


class Day(msgspec.Struct, frozen=True):
    """One day of the comparison. The parts are exactly `bill` less `meter`; none where nothing is compared."""

    day: date
    meter: Sums
    bill: Sums
    parts: Sequence[Part]
    is_late: bool = False


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's days, and all of them together."""

    provider: str
    days: Sequence[Day] = ()
    #: When the provider was last read, ms; 0 for never.
    read_ms: int = 0
    #: What the meter's dollars are: list price, or the API-equivalent of what a subscription covers.
    meter_basis: str = "list price"
    bill_basis: str = "charged"
    #: What the figures leave out, or why there is nothing to compare.
    says: str = ""
    #: What a bill is for that nothing is compared with, as it tells no tokens, or none was counted. None of others.
    items: Sequence[Item] | None = None

    @property
    def meter(self) -> Sums:
        return sum((day.meter for day in self.days), Sums())

    @property
    def bill(self) -> Sums:
        return sum((day.bill for day in self.days), Sums())

    @property
    def parts(self) -> list[Part]:
        """Of all days, the largest first, what is unexplained last."""
        return in_order(part for day in self.days for part in day.parts)

    @property
    def explained(self) -> float | None:
        """The share of all that differs for which there is a reason; None where nothing differs."""
        return explained(self.parts)

    @property
    def words(self) -> str:
        """That share, for people."""
        if self.items is not None:
            return "Nothing is compared with it." if self.says else SAYS
        share = self.explained
        return "Nothing differs" if share is None else f"{share * 100:.1f} % explained"


def explained(parts: Iterable[Part]) -> float | None:
    whole = open_ = 0
    for part in parts:
        whole += abs(part.sums.picousd)
        open_ += abs(part.sums.picousd) if part.cause is Cause.UNEXPLAINED else 0
    return 1 - open_ / whole if whole else None


def in_order(parts: Iterable[Part]) -> list[Part]:
    """Those alike as one, without those that come to nothing."""
    sums: dict[tuple[Cause, str], Sums] = {}
    for part in parts:
        sums[part.cause, part.name] = sums.get((part.cause, part.name), Sums()) + part.sums
    made = [Part(cause, of_cause, name) for (cause, name), of_cause in sums.items() if of_cause != Sums()]
    return sorted(
        made,
        key=lambda p: (
            p.cause is Cause.UNEXPLAINED,
            -abs(p.sums.picousd),
            -abs(p.sums.tokens),
            p.cause,
            p.name,
        ),
    )


def called(day: Day, names: Mapping[str, str]) -> Day:
    """The day with keys by what they are called; one without a name keeps its id."""
    return replace(day, parts=in_order(replace(p, name=names.get(p.name, p.name)) for p in day.parts))


def keys_here(here: Mapping[date, int], by_key: Mapping[str, Mapping[date, int]]) -> frozenset[str] | None:
    """Which of a provider's keys this machine uses: those whose days, taken together, come nearest to its own.

    No log tells which key made a request. A key that was used for more than what was counted here and as much again
    brings nothing nearer; None where no key fits and yet something was counted, so that any may be this machine's.
    """
    chosen: list[str] = []
    left = dict(here)
    while rest := sorted(by_key.keys() - set(chosen)):
        distances = {key: _distance(left, by_key[key]) for key in rest}
        best = min(rest, key=lambda key: (distances[key], key))
        if distances[best] >= _distance(left, {}):
            break
        chosen.append(best)
        left = {day: left.get(day, 0) - by_key[best].get(day, 0) for day in left.keys() | by_key[best].keys()}
    return frozenset(chosen) if chosen or not by_key or not any(here.values()) else None


def _distance(here: Mapping[date, int], of_key: Mapping[date, int]) -> int:
    return sum(abs(here.get(day, 0) - of_key.get(day, 0)) for day in here.keys() | of_key.keys())


def reconcile(evidence: Evidence) -> Day:
    """The day's difference, from the meter to the bill, step by step."""
    bill = Sums(
        sum(used.figure.tokens for used in evidence.used),
        sum(figure.amount_picousd for figure in evidence.charged),
    )
    parts = [
        Part(Cause.BOUNDARY, evidence.here_utc - evidence.here),
        Part(Cause.MACHINES, evidence.machines),
        *_by_usage(evidence),
        *_by_charges(evidence),
    ]
    return Day(evidence.day, evidence.here, bill, in_order(parts), evidence.is_late)


def _by_usage(evidence: Evidence) -> list[Part]:
    """From what was counted to what the provider counted, at our prices."""
    others: dict[str, Sums] = {}
    ours = Sums()
    for used in evidence.used:
        worth = Sums(used.figure.tokens, used.value_picousd or 0)
        if evidence.is_ours(used.figure.key):
            ours += worth
        else:
            others[used.figure.key] = others.get(used.figure.key, Sums()) + worth
    gap = ours - evidence.here_utc - evidence.machines
    return [
        Part(_cause_of(gap, evidence), gap),
        *(Part(Cause.KEY, worth, key) for key, worth in others.items()),
    ]


def _cause_of(gap: Sums, evidence: Evidence) -> Cause:
    """A provider that counted more knows of requests that are in no log; one that counted less may not be done yet."""
    if gap.tokens > 0 or (gap.tokens == 0 and gap.picousd >= 0):
        return Cause.UNEXPLAINED if evidence.is_untold else Cause.MISSED
    if evidence.is_late:
        return Cause.LATE
    return Cause.PLAN if evidence.has_plan else Cause.UNEXPLAINED


def _by_charges(evidence: Evidence) -> list[Part]:
    """From the provider's count at our prices to what it charges, model by model."""
    worth: dict[str, int] = {}
    searches = 0
    for used in evidence.used:
        value = (used.value_picousd or 0) - used.searches_picousd
        worth[used.figure.model] = worth.get(used.figure.model, 0) + value
        searches += used.searches_picousd
    charges: dict[str, int] = {}
    for figure in evidence.charged:
        charges[figure.model] = charges.get(figure.model, 0) + figure.amount_picousd
    parts = [Part(Cause.OTHER_CHARGES, Sums(0, charges.pop("", 0) - searches))]
    for model in worth.keys() | charges.keys():
        over = charges.get(model, 0) - worth.get(model, 0)
        parts.append(Part(_cause_of_charge(model, over, worth.get(model, 0), evidence), Sums(0, over)))
    return parts


def cause_of_price(charged: int, worth: int) -> Cause:
    """Discounts and credits go down to nothing, but no tier goes up to a multiple."""
    return Cause.PRICE if charged <= worth * _DEAREST else Cause.UNEXPLAINED


def _cause_of_charge(model: str, over: int, worth: int, evidence: Evidence) -> Cause:
    """Without a price, or without tokens, nothing says what a charge is for, though perhaps whose it is."""
    if over < 0 and evidence.is_late:
        return Cause.LATE
    used = [used for used in evidence.used if used.figure.model == model]
    if used and all(one.value_picousd is not None for one in used):
        return cause_of_price(worth + over, worth)
    is_others = used and not any(evidence.is_ours(one.figure.key) for one in used)
    return Cause.KEY if is_others else Cause.UNEXPLAINED
