"""Sending requests: the one door to httpx, loaded with the first request."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tallylight import __version__
from tallylight.net.remembered import Remembered
from tallylight.net.request import Answer, NoAnswer, Request

if TYPE_CHECKING:
    import httpx
    import tenacity

#: What passes when one asks again a moment later.
_PASSING = frozenset({408, 429, 500, 502, 503, 504, 529})
_TRIES = 4
#: A server that wants to be left alone for longer is asked at the next regular time.
_PATIENCE_S = 5.0
_CONNECT_S = 5.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Client:
    """For one provider's hosts, in one thread. `stopping` ends a wait at once."""

    def __init__(self, hosts: Collection[str], stopping: Event | None = None) -> None:
        self._hosts = frozenset(hosts)
        self._stopping = stopping or Event()
        self._sender: httpx.Client | None = None
        self._remembered = Remembered()

    def close(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def send(self, request: Request) -> Answer:
        """The answer, whatever its status; asked again where that helps. Raises NoAnswer."""
        _check(request.url, self._hosts)
        import httpx
        import tenacity

        if self._sender is None:
            self._sender = _sender()
        trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(httpx.TransportError)
            | tenacity.retry_if_result(lambda answer: answer.status in _PASSING),
            stop=self._is_enough,
            wait=lambda state: _asked_wait_s(state) or _growing(state),
            sleep=tenacity.sleep_using_event(self._stopping),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        try:
            answer: Answer = trying(_ask, self._sender, self._remembered.asking(request))
        except httpx.TimeoutException:
            raise NoAnswer("no answer in time") from None
        except httpx.TransportError as e:  # its text may name the proxy, with a password in it
            raise NoAnswer(_reason(e)) from None
        except httpx.HTTPError:
            raise NoAnswer("the answer could not be read", is_offline=False) from None
        return self._remembered.answer(request, answer)

    def _is_enough(self, state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= _TRIES or self._stopping.is_set() or _asked_wait_s(state) > _PATIENCE_S


def _check(url: str, hosts: Collection[str]) -> None:
    """A key goes to its provider alone, and unencrypted only to this machine."""
    parts = urlsplit(url)
    if parts.netloc not in hosts or not (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    ):
        raise NoAnswer("a request to a host that is not the provider’s was not sent", is_offline=False)


def _sender() -> httpx.Client:
    import httpx

    return httpx.Client(
        follow_redirects=False,  # a key must not travel on
        # Unpacked answers have no size one could know; these are small enough as they are.
        headers={"user-agent": f"Tallylight/{__version__}", "accept-encoding": "identity"},
    )


def _ask(sender: httpx.Client, request: Request) -> Answer:
    import httpx

    headers = dict(request.headers)
    if request.authorization is not None:
        headers[request.key_header] = request.authorization.reveal()
    deadline = time.monotonic() + request.timeout_s
    limits = httpx.Timeout(request.timeout_s, connect=_CONNECT_S)
    with sender.stream(
        request.method, request.url, headers=headers, content=request.body or None, timeout=limits
    ) as answer:
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > request.max_bytes:
                raise NoAnswer("the answer is larger than it may be", is_offline=False)
            if time.monotonic() > deadline:
                raise NoAnswer("the answer took too long")
        return Answer(status=answer.status_code, headers=dict(answer.headers), body=bytes(body))


def _asked_wait_s(state: tenacity.RetryCallState) -> float:
    outcome: Any = state.outcome
    if outcome is None or outcome.failed:
        return 0.0
    answer: Answer = outcome.result()
    return answer.wait_s(datetime.fromtimestamp(time.time(), UTC))


def _growing(state: tenacity.RetryCallState) -> float:
    import tenacity

    return tenacity.wait_random_exponential(multiplier=0.3, max=_PATIENCE_S)(state)


def _reason(error: httpx.TransportError) -> str:
    import httpx

    if isinstance(error, httpx.RemoteProtocolError):
        return "the answer broke off"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return "the connection was lost"
