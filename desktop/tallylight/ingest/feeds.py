"""What is fetched: each feed asks its provider for what is due, and tells what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Protocol

from msgspec.structs import replace

from tallylight.domain.billing import Origin, Span
from tallylight.domain.feed import Plan, Trouble
from tallylight.domain.secret import Secret
from tallylight.ingest.asking import asked
from tallylight.ingest.bill_pages import Ask, due_spans, read_span
from tallylight.ledger.batch import BillReading, Progress, Reading
from tallylight.net.client import Client
from tallylight.providers import cursor_account, cursor_team
from tallylight.providers.cursor_events import Page

_WHO = "Cursor"
#: What a poll brings, piece by piece; trouble is the last of it.
News = Reading | Plan | Trouble
#: A chat that was at work within this long is taken to go on.
_MOVING_MS = 600_000
_DAY_MS = 86_400_000
#: How far a bill of this feed and account was read, as the ledger has it.
ProgressOf = Callable[[str, str], Progress]


class Feed(Protocol):
    """One provider's figures. Used in one thread; `close` gives its connections back."""

    name: str
    #: How long a poll holds for, whoever asks and however often the program starts.
    least_s: float

    def poll(self, now_ms: int) -> Iterator[News]: ...

    def wait_s(self, moved_ms: int, now_ms: int) -> float:
        """How long to wait after a poll without trouble, given when there last was something new."""
        ...

    def close(self) -> None: ...


class CursorAccount:
    """The events of whoever is signed in to Cursor here. The token lives as long as a poll; of it nothing is kept."""

    name = cursor_account.NAME
    least_s = 60.0

    def __init__(
        self,
        client: Client,
        read_token: Callable[[], Secret | Trouble],
        progress_of: ProgressOf,
        base: str = cursor_account.BASE,
        touched_ms: Callable[[], int] = lambda: 0,
    ) -> None:
        self._client = client
        self._read_token = read_token
        self._progress_of = progress_of
        self._base = base
        self._touched_ms = touched_ms

    def wait_s(self, moved_ms: int, now_ms: int) -> float:
        """Soon while a chat moves, seldom while Cursor is closed: then nothing can be new but from elsewhere."""
        if now_ms - moved_ms < _MOVING_MS:
            return 30
        return 120 if now_ms - self._touched_ms() < _MOVING_MS else 900

    def close(self) -> None:
        self._client.close()

    def poll(self, now_ms: int) -> Iterator[News]:
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        token = self._read_token()
        if isinstance(token, Trouble):
            yield token
            return
        if (problem := cursor_account.token_problem(token, now)) is not None:
            yield problem
            return
        # Asked each time: somebody else may have signed in to Cursor, and their figures are not these.
        account = asked(
            self._client,
            cursor_account.ask_me(token, self._base),
            lambda answer: cursor_account.read_me(answer, now),
            _WHO,
        )
        if isinstance(account, Trouble):
            yield account
            return

        def ask(span: Span, page: int) -> Page | Trouble:
            request = cursor_account.ask_events(token, account, span, page, self._base)
            return asked(self._client, request, lambda answer: cursor_account.read_events(answer, now), _WHO)

        bill = BillReading(feed=self.name, origin=Origin.ACCOUNT, account=account.code, spans=())
        plan = asked(
            self._client,
            cursor_account.ask_plan(token, self._base),
            lambda answer: cursor_account.read_plan(answer, now),
            _WHO,
        )
        yield Plan(says=plan.says) if isinstance(plan, Trouble) else plan
        yield from _readings(bill, self._progress_of, ask, now_ms, cursor_account.PAGE_SIZE)


class CursorTeam:
    """One member's events from the team's Admin API, with a key of the team's."""

    name = cursor_team.NAME
    least_s = 3600.0

    def __init__(
        self,
        client: Client,
        read_key: Callable[[], Secret | Trouble],
        email: str,
        progress_of: ProgressOf,
        base: str = cursor_team.BASE,
    ) -> None:
        self._client = client
        self._read_key = read_key
        self._email = email
        self._progress_of = progress_of
        self._base = base

    def wait_s(self, moved_ms: int, now_ms: int) -> float:
        """Its figures are made once an hour."""
        return self.least_s

    def close(self) -> None:
        self._client.close()

    def test(self, now_ms: int) -> Plan | Trouble:
        """Whether the key opens the member's events, by the newest of them."""
        key = self._read_key()
        page = key if isinstance(key, Trouble) else self._page(key, Span(now_ms - _DAY_MS, now_ms), 1, now_ms)
        return page if isinstance(page, Trouble) else Plan(on_demand_limit_picousd=0)

    def _page(self, key: Secret, span: Span, page: int, now_ms: int) -> Page | Trouble:
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        request = cursor_team.ask_events(key, self._email, span, page, self._base)
        return asked(self._client, request, lambda answer: cursor_team.read_events(answer, now), _WHO)

    def poll(self, now_ms: int) -> Iterator[News]:
        key = self._read_key()
        if isinstance(key, Trouble):
            yield key
            return

        def ask(span: Span, page: int) -> Page | Trouble:
            return self._page(key, span, page, now_ms)

        bill = BillReading(
            feed=self.name, origin=Origin.TEAM, account=cursor_team.account_of(self._email), spans=()
        )
        yield from _readings(bill, self._progress_of, ask, now_ms, cursor_team.PAGE_SIZE)


def _readings(
    bill: BillReading, progress_of: ProgressOf, ask: Ask, now_ms: int, page_size: int
) -> Iterator[News]:
    """What is due of a bill, span by span, so that what came before a trouble is kept."""
    for span, progress in due_spans(progress_of(bill.feed, bill.account), now_ms):
        found = read_span(ask, span, page_size)
        if isinstance(found, Trouble):
            yield found
            return
        spans = [(span, found.statements)]
        yield replace(bill, spans=spans, progress=progress, rejected=found.rejected)
