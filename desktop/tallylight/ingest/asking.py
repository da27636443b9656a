"""Sending one request and reading its answer, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tallylight.domain.feed import FeedState, Trouble
from tallylight.net.client import Client
from tallylight.net.request import Answer, NoAnswer, Request

T = TypeVar("T")


def asked(client: Client, request: Request, read: Callable[[Answer], T | Trouble], who: str) -> T | Trouble:
    """What `who` answers, or why nothing usable came."""
    try:
        return read(client.send(request))
    except NoAnswer as e:
        if e.is_offline:
            return Trouble(FeedState.OFFLINE, f"{who} could not be reached: {e}")
        return Trouble(FeedState.CHANGED, f"{who}’s answer is not used: {e}")
