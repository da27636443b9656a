"""What every provider's module begins with: an answer is its content, or the trouble that it tells of."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from tallylight.domain.feed import FeedState, Trouble
from tallylight.net.request import Answer

T = TypeVar("T")


def content(answer: Answer, kind: type[T], who: str, now: datetime) -> T | Trouble:
    """The body as `kind`, or why there is none. Figures with a point are exact. Never raises."""
    trouble = _refusal(answer, who, now)
    if trouble is not None:
        return trouble
    try:
        return msgspec.json.Decoder(kind, float_hook=Decimal).decode(answer.body)
    except msgspec.DecodeError as e:
        if "truncated" in str(e):
            return Trouble(FeedState.OFFLINE, f"{who} could not be reached: the answer broke off")
    except (ValueError, RecursionError):
        pass
    return changed(who)


def changed(who: str) -> Trouble:
    return Trouble(
        FeedState.CHANGED, f"{who} answers otherwise than Tallylight knows: an update of Tallylight may help"
    )


def _refusal(answer: Answer, who: str, now: datetime) -> Trouble | None:
    status = answer.status
    is_page = answer.body.lstrip()[:1] == b"<"
    if "x-vercel-mitigated" in answer.headers or (is_page and status in (200, 403, 429)):
        return Trouble(
            FeedState.BLOCKED, f"{who} sent a page for people instead of figures: it blocks programs"
        )
    if status == 200:
        return None
    if status in (401, 403):
        return Trouble(FeedState.REFUSED, f"{who} does not accept the sign-in ({status})")
    if status == 429:
        return Trouble(FeedState.LIMITED, f"{who} was asked too often and wants a pause", answer.wait_s(now))
    if status >= 500 or status == 408:
        return Trouble(FeedState.OFFLINE, f"{who} has trouble of its own ({status})", answer.wait_s(now))
    return changed(who)
