"""The door to the network: who is asked, how often, how much is taken, and what is never said."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cursor_server import (
    AWAY,
    BROKEN,
    CUT,
    TOO_MANY,
    TOO_MANY_FOR_A_MOMENT,
    CursorServer,
    Reply,
    a_cursor_server,
)
from tallylight.domain.secret import Secret
from tallylight.net.client import Client
from tallylight.net.request import Answer, NoAnswer, Request

PLANTED = "Bearer eyJ.planted-secret.sig"


@pytest.fixture
def server() -> Iterator[CursorServer]:
    with a_cursor_server() as made:
        yield made


def a_request(server: CursorServer, **given: object) -> Request:
    fields = {"url": f"{server.base}/x/GetMe", "authorization": Secret(PLANTED), "body": b"{}"}
    return Request(**(fields | given))  # type: ignore[arg-type]


def sent(server: CursorServer, **given: object) -> Answer:
    client = Client({server.base.removeprefix("http://")})
    try:
        return client.send(a_request(server, **given))
    finally:
        client.close()


def test_a_passing_failure_is_asked_again(server: CursorServer) -> None:
    server.replies["GetMe"] = [BROKEN, CUT, TOO_MANY_FOR_A_MOMENT]
    assert sent(server).status == 200
    assert len(server.asked) == 4


def test_it_gives_up_after_four_times(server: CursorServer) -> None:
    server.replies["GetMe"] = [BROKEN] * 9
    assert sent(server).status == 500
    assert len(server.asked) == 4


def test_what_asking_again_does_not_help_is_asked_once(server: CursorServer) -> None:
    for status in (400, 401, 403, 404, 422):
        server.replies["GetMe"] = [Reply(status)]
        assert sent(server).status == status
    assert len(server.asked) == 5


def test_a_long_pause_is_left_to_the_schedule(server: CursorServer) -> None:
    server.replies["GetMe"] = [TOO_MANY]
    answer = sent(server)
    assert (answer.status, answer.wait_s(datetime(2026, 9, 10, tzinfo=UTC))) == (429, 240)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("text", "wait"),
    [("7", 7), ("Thu, 10 Sep 2026 00:02:00 GMT", 120), ("Wed, 09 Sep 2026 00:00:00 GMT", 0), ("soon", 0), ("-5", 0),
     ("", 0)],
)  # fmt: skip
def test_a_pause_is_in_seconds_or_until_a_moment(text: str, wait: float) -> None:
    answer = Answer(status=429, headers={"retry-after": text})
    assert answer.wait_s(datetime(2026, 9, 10, tzinfo=UTC)) == wait


@pytest.mark.parametrize(("left", "wait"), [("0", 120), ("17", 0)])
def test_a_pause_may_be_until_the_server_counts_anew(left: str, wait: float) -> None:
    now = datetime(2026, 9, 10, tzinfo=UTC)
    headers = {"x-ratelimit-remaining": left, "x-ratelimit-reset": str(int(now.timestamp()) + 120)}
    assert Answer(status=403, headers=headers).wait_s(now) == wait


def test_a_redirect_is_not_followed(server: CursorServer) -> None:
    server.replies["GetMe"] = [AWAY]
    assert sent(server).status == 302
    assert len(server.asked) == 1


def test_an_answer_over_its_size_is_refused(server: CursorServer) -> None:
    server.replies["GetMe"] = [Reply(body=b"x" * 2000)]
    with pytest.raises(NoAnswer, match="larger") as caught:
        sent(server, max_bytes=1999)
    assert not caught.value.is_offline


def test_a_body_that_dawdles_is_given_up(server: CursorServer) -> None:
    server.replies["GetMe"] = [Reply(body=b"xy", pause_s=0.4)] * 9
    with pytest.raises(NoAnswer, match=r"too long|in time") as caught:
        sent(server, timeout_s=0.1)
    assert caught.value.is_offline


def test_what_did_not_change_is_not_sent_again(server: CursorServer) -> None:
    marked = Reply(body=b"figures", headers={"ETag": '"1"'})
    server.replies["GetMe"] = [
        marked,
        Reply(304, b""),
        Reply(304, b""),
        Reply(body=b"others"),
        Reply(304, b""),
    ]
    client = Client({server.base.removeprefix("http://")})
    request = a_request(server, method="GET")
    bodies = [client.send(request).body for _ in range(3)]
    assert bodies == [b"figures"] * 3
    assert client.send(request).body == b"others"
    assert client.send(request).status == 304  # without a mark nothing was asked that could be answered so
    client.close()


def test_what_another_key_was_answered_is_not_taken_for_this_ones(server: CursorServer) -> None:
    server.replies["GetMe"] = [Reply(body=b"theirs", headers={"ETag": '"1"'}), Reply(body=b"ours")]
    client = Client({server.base.removeprefix("http://")})
    client.send(a_request(server, method="GET", authorization=Secret("Bearer other")))
    assert client.send(a_request(server, method="GET")).body == b"ours"
    client.close()


@pytest.mark.parametrize(
    "url",
    ["https://example.com/GetMe", "http://api2.cursor.sh/GetMe", "https://api2.cursor.sh.evil.example/GetMe",
     "https://api2.cursor.sh@evil.example/GetMe", "https://api2.cursor.sh:8443/GetMe", "ftp://api2.cursor.sh/GetMe"],
)  # fmt: skip
def test_only_the_providers_own_hosts_are_asked(url: str) -> None:
    with pytest.raises(NoAnswer, match="was not sent"):
        Client({"api2.cursor.sh"}).send(Request(url=url, authorization=Secret(PLANTED)))


def test_a_closed_port_is_no_connection() -> None:
    with a_cursor_server() as gone:
        pass
    with pytest.raises(NoAnswer, match="no connection") as caught:
        sent(gone)
    assert caught.value.is_offline


def test_a_wait_ends_when_the_program_does(server: CursorServer) -> None:
    server.replies["GetMe"] = [Reply(503, headers={"Retry-After": "4"})] * 9
    stopping = threading.Event()
    client = Client({server.base.removeprefix("http://")}, stopping)
    threading.Timer(0.2, stopping.set).start()
    began = time.monotonic()
    assert client.send(a_request(server)).status == 503
    client.close()
    assert time.monotonic() - began < 3


def test_no_secret_is_in_what_is_printed_raised_or_logged(
    server: CursorServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    request = a_request(server)
    server.replies["GetMe"] = [BROKEN, CUT, CUT, CUT, CUT]
    with pytest.raises(NoAnswer) as caught:
        sent(server)
    sent(server)
    said = [repr(request), str(request), repr(caught.value), repr(caught.value.__cause__), caplog.text]
    assert all("planted-secret" not in text for text in said)
    assert "GetMe" in caplog.text  # it did look
