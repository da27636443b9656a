"""What every provider's module begins with: an answer is its content, or the trouble that it tells of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from tallylight.domain.billing import Span
from tallylight.domain.feed import FeedState, Plan, Trouble
from tallylight.domain.reported import Bucket, Figure, Holds
from tallylight.domain.secret import Secret
from tallylight.net.request import Answer, Request

T = TypeVar("T")


class Page(msgspec.Struct, frozen=True):
    """One page of a report, and where the next begins: "" for nowhere."""

    buckets: Sequence[Bucket]
    next: str = ""
    has_more: bool = False
    #: Lines that could not be understood.
    rejected: int = 0
    #: Up to when the provider says that its figures go; 0 where it does not say.
    refreshed_ms: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a provider can be asked about days, in UTC."""

    name: str
    holds: Holds
    #: What to ask: with which key, of which days, from where on in the pages, at which address.
    ask: Callable[[Secret, Span, str, str], Request]
    read: Callable[[Answer, Span, datetime], Page | Trouble]
    #: How much one question may cover, how far back it is asked, and for how long days may still change.
    most_days: int = 31
    history_days: int = 92
    settles_days: int = 2
    #: Only days that are over are reported.
    is_of_past_days: bool = False
    #: Not every account has it; without it the others still tell all that is charged.
    is_extra: bool = False
    #: The same report in an older form, asked where this one is refused or not there.
    instead: Report | None = None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of the moment: a credit, a limit, a period so far."""

    ask: Callable[[Secret, str, datetime], Request]
    read: Callable[[Answer, datetime], Plan | Trouble]
    #: Not every key may read it; without it the others still tell what there is.
    is_extra: bool = False


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask, and what its refusals mean."""

    name: str
    who: str
    base: str
    #: How a usable key begins and how none does, and what is said of one that cannot be used.
    key_starts: tuple[str, ...] = ("",)
    wrong_starts: tuple[str, ...] = ()
    wrong_key: str = ""
    #: What a status means here, as a sentence.
    refusals: Mapping[int, str] = {}
    reports: Sequence[Report] = ()
    #: The first of them is the test of a key, unless it is an extra: it is the smallest of questions.
    balances: Sequence[Balance] = ()
    #: Below which path all of these lie; `{}` is whose they are: what the user named, else what the provider answers.
    place: str = ""
    ask_owner: Callable[[Secret, str], Request] | None = None
    read_owner: Callable[[Answer, datetime], str | Trouble] | None = None
    #: What the account's keys are called, by the ids that reports name them by.
    ask_names: Callable[[Secret, str], Request] | None = None
    read_names: Callable[[Answer, datetime], Mapping[str, str] | Trouble] | None = None
    wait_s: float = 900.0

    def key_problem(self, key: Secret) -> str:
        """What is wrong with a key at first sight; such a key is not sent."""
        text = key.reveal()
        if not text.isascii() or not text.isprintable() or " " in text:
            return "this is no key: it holds blanks or other characters that keys do not have"
        is_usable = text.startswith(self.key_starts) and not text.startswith(self.wrong_starts)
        return "" if is_usable else self.wrong_key

    def refusal(self, answer: Answer) -> Trouble | None:
        """What this provider means by a refusal; None for all that `content` words well enough."""
        says = "" if _is_limit(answer) else self.refusals.get(answer.status, "")
        return Trouble(FeedState.REFUSED, says) if says else None


def bucketed(
    who: str,
    span_of: Callable[[Mapping[str, Any]], Span | None],
    figure_of: Callable[[Mapping[str, Any]], Figure | None],
) -> Callable[[Answer, Span, datetime], Page | Trouble]:
    """A reader of answers that list buckets, each with its span of time and its lines."""

    def read(answer: Answer, span: Span, now: datetime) -> Page | Trouble:
        found = listing(answer, who, now)
        if isinstance(found, Trouble):
            return found
        body, items = found
        buckets, rejected = [], 0
        for item in items:
            at, rows = span_of(item), listed(item.get("results"))
            if at is None or rows is None:
                return changed(who)
            figures = [figure for row in rows if (figure := figure_of(row)) is not None]
            rejected += len(rows) - len(figures)
            buckets.append(Bucket(at, figures))
        return page_of(body, buckets, rejected)

    return read


def page_of(body: Mapping[str, Any], buckets: Sequence[Bucket], rejected: int = 0) -> Page:
    return Page(buckets, text(body.get("next_page")), body.get("has_more") is True, rejected)


def get(
    url: str,
    query: Iterable[tuple[str, object]],
    key: Secret,
    headers: Mapping[str, str] | None = None,
    key_header: str = "",
) -> Request:
    """A question with the key in the header that the provider wants, as a bearer's where it wants none."""
    asked = urlencode([(name, str(value)) for name, value in query if value != ""], safe="[]:")
    return Request(
        method="GET",
        url=f"{url}?{asked}" if asked else url,
        headers={"accept": "application/json", **(headers or {})},
        authorization=key if key_header else _bearer(key),
        key_header=key_header or "authorization",
    )


def post(url: str, body: bytes, key: Secret) -> Request:
    """A question that is too long for an address."""
    headers = {"accept": "application/json", "content-type": "application/json"}
    return Request(url=url, headers=headers, authorization=_bearer(key), body=body)


def _bearer(key: Secret) -> Secret:
    return Secret(f"Bearer {key.reveal()}")


def listed(value: object) -> list[Mapping[str, Any]] | None:
    """The objects of a list; None for what is no list of objects."""
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        return None
    return value


def listing(
    answer: Answer, who: str, now: datetime
) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]] | Trouble:
    """The body of an answer that lists objects as its data, and these objects."""
    body = content(answer, dict[str, Any], who, now)
    if isinstance(body, Trouble):
        return body
    items = listed(body.get("data"))
    return changed(who) if items is None else (body, items)


def text(value: object) -> str:
    """A name as it is stated; nothing where there is none."""
    return value if isinstance(value, str) else ""


def is_usd(currency: object) -> bool:
    return text(currency).upper() in ("", "USD")


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
    if _is_limit(answer):
        return Trouble(FeedState.LIMITED, f"{who} was asked too often and wants a pause", answer.wait_s(now))
    if status in (401, 403):
        return Trouble(FeedState.REFUSED, f"{who} does not accept the sign-in ({status})")
    if status >= 500 or status == 408:
        return Trouble(FeedState.OFFLINE, f"{who} has trouble of its own ({status})", answer.wait_s(now))
    return changed(who)


def _is_limit(answer: Answer) -> bool:
    """Some refuse what comes too often with the status of what is forbidden."""
    return answer.status == 429 or (
        answer.status == 403
        and ("retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0")
    )
