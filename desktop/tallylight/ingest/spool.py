"""What `tallylight statusline` leaves for the ledger: one small file per session, the newest payload in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from tallylight.domain.fold import Status
from tallylight.domain.money import from_dollars

#: In the folder that a running tray application watches: touched when another process changed more than today.
MARK_NAME = "ledger-changed"
#: What fits the ledger: whoever wrote more than this was mistaken.
_Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
_Percent = Annotated[float, msgspec.Meta(ge=0, le=1e4)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, lt=1e12)]
_Dollars = Annotated[float, msgspec.Meta(ge=0, le=1e6)]


class Spooled(msgspec.Struct):
    """Numbers and ids of a status line payload; the names are ours, see `statusline`."""

    session_id: str
    at_ms: _Count
    total_usd: _Dollars | None = None
    context_window: _Count = 0
    context: _Count = 0
    cache_expires_ms: _Count = 0
    cache_ttl: str = ""
    model: str = ""
    rate_limits: dict[str, tuple[_Percent, _Seconds]] = {}
    #: The key of the advice that stood on the line.
    advice: str = ""


def read_status(path: Path) -> tuple[str, Status, str] | None:
    """The session, what its status line was told, and the advice that it said; None for a file that is half written,
    or not one of ours."""
    try:
        read = msgspec.json.decode(path.read_bytes(), type=Spooled)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return None
    status = Status(
        at_ms=read.at_ms,
        total_picousd=-1 if read.total_usd is None else from_dollars(read.total_usd),
        context_window=read.context_window,
        context=read.context,
        cache_expires_ms=read.cache_expires_ms,
        cache_ttl=read.cache_ttl,
        model=read.model,
        rate_limits=read.rate_limits,
    )
    return read.session_id, status, read.advice
