"""A request, described, and the answer to one: values, made and read without a network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from tallylight.domain.secret import Secret


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask, and how long and large the answer may be."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = {}
    #: Sent in a header; apart, so that nothing that prints a request shows it.
    authorization: Secret | None = None
    key_header: str = "authorization"
    body: bytes = b""
    max_bytes: int = 16 << 20
    timeout_s: float = 15.0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def wait_s(self, now: datetime) -> float:
        """How long the server asks to be left alone, 0 where it does not: seconds, a date, or when it counts anew."""
        text = self.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return float(text)
        reset = self.headers.get("x-ratelimit-reset", "")
        if not text and reset.isdecimal() and self.headers.get("x-ratelimit-remaining") == "0":
            return max(0.0, int(reset[:12]) - now.timestamp())
        from email.utils import parsedate_to_datetime  # a megabyte that a start has no use for

        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())


class NoAnswer(Exception):  # noqa: N818
    """Nothing usable came back: a sentence, without anything of the request in it."""

    def __init__(self, says: str, *, is_offline: bool = True) -> None:
        super().__init__(says)
        self.is_offline = is_offline
