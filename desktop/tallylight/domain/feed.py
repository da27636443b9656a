"""How a provider that usage is fetched from stands: what it is, why it may be silent, and what its plan has left."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec


class FeedState(StrEnum):
    """Why figures come or do not. None of these looks like another, and none like a zero."""

    OFF = "off"
    WAITING = "waiting"
    READY = "ready"
    SIGNED_OUT = "signed out"
    REFUSED = "refused"
    LIMITED = "limited"
    BLOCKED = "blocked"
    OFFLINE = "offline"
    CHANGED = "changed"


class Trouble(msgspec.Struct, frozen=True):
    """What kept an answer from coming, as a sentence for the user."""

    state: FeedState
    says: str
    #: How long the provider asks to be left alone.
    wait_s: float = 0.0


class PlanGauge(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one of a plan's pools is used, in per cent; may exceed 100."""

    name: str
    percent: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of the current billing period. Spend stays text: totals of it contradict each other."""

    gauges: tuple[PlanGauge, ...] = ()
    on_demand_picousd: int = 0
    #: None where on-demand use has no limit.
    on_demand_limit_picousd: int | None = None
    cycle_end_ms: int = 0
    #: Why there is nothing of it, or what else there is: a balance.
    says: str = ""


def together(plans: Sequence[Plan]) -> Plan:
    """What several answers say of the same account, as one."""
    return Plan(
        gauges=tuple(gauge for plan in plans for gauge in plan.gauges),
        on_demand_limit_picousd=0,
        cycle_end_ms=max(plan.cycle_end_ms for plan in plans),
        says=" · ".join(plan.says for plan in plans if plan.says),
    )


class FeedStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One feed at one moment."""

    name: str
    state: FeedState = FeedState.OFF
    says: str = ""
    #: When it was last read without trouble, 0 for never; and the next time it will be.
    read_ms: int = 0
    next_ms: int = 0
    plan: Plan | None = None


_WORDS = {
    FeedState.OFF: "off: nothing is asked",
    FeedState.WAITING: "connected, not asked yet",
    FeedState.READY: "connected",
}


def words(status: FeedStatus) -> str:
    """How a feed stands, for people."""
    known = _WORDS.get(status.state, str(status.state))
    if not status.says:
        return known
    return status.says if status.state in _WORDS else f"{known}: {status.says}"
