"""What the tray icon says, as a value: it is drawn again only when this differs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tallylight.domain.budget import BudgetStatus, Period, Unit
from tallylight.domain.money import PICO
from tallylight.domain.session import Activity
from tallylight.domain.snapshot import Snapshot

#: The ring moves in steps that can be told apart at the largest size.
STEPS = 72
NEAR = 0.8


class Mood(StrEnum):
    """How the spend stands against the tightest budget, else a typical day; the first two only say whether
    anyone works."""

    OK = "ok"
    LIVE = "live"
    NEAR = "near"
    OVER = "over"


class Light(StrEnum):
    """The lamp in the middle."""

    OFF = "off"  # no session is live
    IDLE = "idle"  # one is, and rests
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Lamp:
    """Everything the icon shows. `steps` of STEPS of the ring are filled; None: there is nothing to compare with."""

    steps: int | None = None
    mood: Mood = Mood.OK
    light: Light = Light.OFF
    fare: str = ""
    is_paused: bool = False
    has_problem: bool = False


def lamp_of(snapshot: Snapshot) -> Lamp:
    share = ring_share(snapshot)
    return Lamp(
        steps=None if share is None else min(STEPS, int(share * STEPS)),
        mood=mood_of(share, is_live=bool(snapshot.sessions)),
        light=_light_of(snapshot),
        fare=fare_digits(snapshot.today_picousd),
        is_paused=snapshot.is_paused,
        has_problem=bool(snapshot.problem),
    )


def ring_share(snapshot: Snapshot) -> float | None:
    """How full the ring is: the tightest budget's share, else today's of a typical day."""
    tightest = tightest_budget(snapshot)
    return day_share(snapshot) if tightest is None else tightest.share


def tightest_budget(snapshot: Snapshot) -> BudgetStatus | None:
    """Of the budgets that everything counts towards, the one with the largest share spent."""
    whole = [status for status in snapshot.budgets if _is_for_everything(status)]
    return max(whole, key=lambda status: status.share, default=None)


def month_budget(snapshot: Snapshot) -> BudgetStatus | None:
    """The first budget for all dollars of a month."""
    return next(filter(_is_for_month, filter(_is_for_everything, snapshot.budgets)), None)


def _is_for_month(status: BudgetStatus) -> bool:
    return status.budget.period is Period.MONTH and status.budget.unit is Unit.USD


def _is_for_everything(status: BudgetStatus) -> bool:
    return status.budget.period is not Period.SESSION and not status.budget.scope


def day_share(snapshot: Snapshot) -> float | None:
    """Today's spend as a share of a typical day."""
    typical = snapshot.typical_day_picousd
    return snapshot.today_picousd / typical if typical else None


def mood_of(share: float | None, *, is_live: bool) -> Mood:
    if share is not None and share >= 1:
        return Mood.OVER
    if share is not None and share >= NEAR:
        return Mood.NEAR
    return Mood.LIVE if is_live else Mood.OK


def fare_digits(picousd: int) -> str:
    """Dollars in at most four characters, without the sign: 0.04, 4.12, 23, 1.2k."""
    if picousd <= 0:
        return "–"
    dollars = picousd / PICO
    if dollars < 9.995:
        return f"{dollars:.2f}"
    if dollars < 999.5:
        return f"{dollars:.0f}"
    return f"{dollars / 1000:.1f}k" if dollars < 9_950 else f"{dollars / 1000:.0f}k"


def _light_of(snapshot: Snapshot) -> Light:
    if any(session.activity is Activity.BUSY for session in snapshot.sessions):
        return Light.BUSY
    return Light.IDLE if snapshot.sessions else Light.OFF
