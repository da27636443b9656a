"""Requests as rows of an export, read here or in another process: the same, whole, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from factories import a_ledger, an_event
from tallylight.domain.pages import Rows, spread
from tallylight.domain.summary import Filter
from tallylight.ledger import request_rows
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.request_pages import Place

PLACE = Place(host="laptop", price_table="usual")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with a_ledger(tmp_path) as ledger:
        events = [
            an_event(key=f"msg_{at}", time_ms=1_790_000_000_000 + at, cwd=f"/src/{at % 3}", output=at)
            for at in range(200)
        ]
        ledger.write(Batch(events=[*events, an_event(key="msg_x", model="mystery")]))
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every process that reads ahead."""
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *given: object, **more: object) -> None:
            super().__init__(*given, **more)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(request_rows.subprocess, "Popen", Noted)
    monkeypatch.setattr(request_rows, "MANY", 1)
    return started


def rows_in(path: Path) -> list[tuple[object, ...]]:
    with closing(open_for_reading(path)) as connection:
        rows, count = request_rows.request_rows(connection, Filter(), PLACE)
        read = list(rows)
        assert count == len(read)
        return read


def test_another_process_reads_the_same(path: Path, request: pytest.FixtureRequest) -> None:
    here = rows_in(path)
    children: list[subprocess.Popen[bytes]] = request.getfixturevalue("children")
    assert rows_in(path) == here and len(here) == 201
    assert [child.poll() is not None for child in children] == [True]


def test_one_that_ends_too_early_is_an_error_and_no_short_file(
    path: Path, children: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(OSError, match="to their end"):
        rows_in(path)
    assert len(children) == 1


def test_who_stops_reading_ends_it(path: Path, children: list[subprocess.Popen[bytes]]) -> None:
    with closing(open_for_reading(path)) as connection:
        rows, _count = request_rows.request_rows(connection, Filter(), PLACE)
        assert isinstance(rows, Rows)
        pages = iter(rows.pages)
        assert len(spread(next(pages)[0])) > 0
        pages.close()  # type: ignore[attr-defined]
    assert [child.poll() is not None for child in children] == [True]
