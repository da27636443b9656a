"""How good the figures behind advice are: what ten turns after a fresh start were predicted to cost, and did.

python tests/benchmarks/advice_backtest.py

Generated sessions, and where `TALLYLIGHT_SAMPLES` names a folder of sample logs those too, with what was known before
each of them began. Beside it stands the plainest guess: that each turn costs what the last one before the reset did.
Then how long advice takes when one of twenty live sessions moved. Ends with 1 when a bar is missed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec
from advice_history import sessions
from msgspec.structs import replace
from verdict import Row, below, p95, skipped, table

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the factories of the tests
from factories import read_all
from tallylight.advice.course import AHEAD, Evidence, course_of, path_of
from tallylight.domain.fold import growth_of
from tallylight.domain.habits import ModelFacts
from tallylight.domain.pricing import PriceList
from tallylight.domain.session import SessionDetail, Turn
from tallylight.domain.settings import Settings
from tallylight.ingest.advising import Advising
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.habits import habits_of
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.sessions import Sessions
from tallylight.pricebook import book
from tallylight.pricebook.baked import baked_cards

_BAR = 0.2
_LIVE, _LOOKS, _LIMIT_MS = 20, 400, 5


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Median relative errors over all resets: ours, and of "same as the last turn"."""

    ours: float
    same: float
    carried: float
    resets: int


class _Reset(msgspec.Struct, frozen=True):
    """A session that ended, and the first turns of the session of its project that followed."""

    before: SessionDetail
    after: list[Turn]


def score(seeds: range) -> Score:
    """Back-tested on generated weeks."""
    with TemporaryDirectory() as folder, _ledger(Path(folder)) as ledger:
        for seed in seeds:
            for turns in sessions(seed):
                ledger.write(Batch(events=turns))
        return _scored(ledger)


def score_of_samples(folder: Path) -> Score:
    with TemporaryDirectory() as home, _ledger(Path(home)) as ledger:
        read_all(ledger, *(path / "home" / ".claude" for path in sorted(folder.glob("claude-code-*"))))
        return _scored(ledger)


def _ledger(folder: Path) -> Ledger:
    ledger = Ledger(folder / "ledger.sqlite", lambda cwd: cwd)
    ledger.use_prices(PriceList(baked_cards(book.fingerprint(""))), "baked")
    return ledger


def _scored(ledger: Ledger) -> Score:
    ours, same, carried = [], [], []
    for reset in _resets(ledger):
        first, view = reset.after[0], reset.before.view
        habits = habits_of(ledger._connection, first.time_ms, _no_facts, {view.session_id})
        evidence = Evidence(now_ms=first.time_ms, habits=habits, card_for=ledger.prices.card_for)
        start, course = evidence.beginning(view), course_of(evidence, reset.before)
        if start is None or course is None:  # nothing would have been said
            continue
        paid = _cost(reset.after)
        ours.append(abs(sum(course.beginning(start, len(reset.after))) / paid - 1))
        same.append(abs((course.last.cost_picousd or 0) * len(reset.after) / paid - 1))
        carried += _carried(evidence, reset.before)
    errors = (median(found or [0.0]) for found in (ours, same, carried))
    return Score(**dict(zip(("ours", "same", "carried"), errors, strict=True)), resets=len(ours))


def _carried(evidence: Evidence, detail: SessionDetail) -> Iterator[float]:
    """The same for a session that went on: its last ten turns, from those before them."""
    path = path_of(detail)
    known, after = path[:-AHEAD], path[-AHEAD:]
    if len(known) <= AHEAD:
        return
    view = replace(detail.view, context=known[-1].context, growth_per_turn=growth_of(known, ()))
    course = course_of(evidence, replace(detail, view=view, turns=known))
    if course is not None:
        yield abs(sum(course.carrying()) / _cost(after) - 1)


def _resets(ledger: Ledger) -> Iterator[_Reset]:
    """Sessions that were left for the next one of their project."""
    folds = Sessions(ledger._connection, ledger.prices.card_for, lambda _model: None)
    rows = ledger._connection.execute(
        "SELECT project, session_id, max(time_ms) FROM usage_event GROUP BY 2 ORDER BY 1, min(time_ms)"
    ).fetchall()
    for _, of_project in groupby(rows, key=lambda row: row[0]):
        found = [folds.detail(session_id, ended_ms) for _, session_id, ended_ms in of_project]
        for before, then in pairwise(detail for detail in found if detail is not None and path_of(detail)):
            after = path_of(then)
            was_left = before.view.last_ms < after[0].time_ms
            if was_left and len(after) >= AHEAD // 2 and not any(turn.is_inherited for turn in then.turns):
                yield _Reset(before, after[:AHEAD])


def _no_facts(_model: str) -> ModelFacts | None:
    return None


def _cost(turns: list[Turn]) -> int:
    return sum(turn.cost_picousd or 0 for turn in turns)


def look_ms() -> list[float]:
    """Advice for twenty live sessions of which one moved, over and over."""
    with TemporaryDirectory() as folder, _ledger(Path(folder)) as ledger:
        for turns in sessions(1):
            ledger.write(Batch(events=turns))
        reader = open_for_reading(Path(folder) / "ledger.sqlite")
        try:
            return list(_looks(ledger, Sessions(reader, ledger.prices.card_for, lambda _model: None), reader))
        finally:
            reader.close()


def _looks(ledger: Ledger, folds: Sessions, reader: object) -> Iterator[float]:
    advising = Advising(ledger, reader, folds.detail)  # type: ignore[arg-type]
    ids = [row[0] for row in ledger._connection.execute(
        "SELECT session_id FROM usage_event GROUP BY 1 ORDER BY max(time_ms) DESC LIMIT ?", (_LIVE,))]  # fmt: skip
    now_ms = int(ledger._connection.execute("SELECT max(time_ms) FROM usage_event").fetchone()[0])
    live = [_live(folds, session_id, now_ms) for session_id in ids]
    advising.look(now_ms, live, Settings())
    for n in range(_LOOKS):
        at = n % _LIVE
        live[at] = replace(live[at], view=replace(live[at].view, context=live[at].view.context + 10))
        began = time.perf_counter()
        advising.look(now_ms, live, Settings())
        yield (time.perf_counter() - began) * 1000


def _live(folds: Sessions, session_id: str, now_ms: int) -> SessionDetail:
    detail = folds.detail(session_id, now_ms)
    assert detail is not None
    following = detail.view.next_turn
    assert following is not None
    warm = replace(following, expires_ms=now_ms + 1_800_000)
    return replace(detail, view=replace(detail.view, next_turn=warm, last_ms=now_ms - 1_000_000))


def measure() -> list[Row]:
    """Two rows for generated sessions, one for samples, one for the time it takes."""
    made = score(range(1, 7))
    took = look_ms()
    return [
        *_row(made, "generated sessions"),
        below("ten turns carried on, median error", _BAR * 100, made.carried * 100, "%", "generated sessions"),
        *_of_samples(os.environ.get("TALLYLIGHT_SAMPLES", "")),
        below(f"advice when one of {_LIVE} sessions moved, p95", _LIMIT_MS, p95(took), "ms",
              f"median {median(took):.2f} ms of {len(took)} looks"),
    ]  # fmt: skip


def _of_samples(folder: str) -> list[Row]:
    if not folder:
        return skipped("ten turns after a reset, sample sessions", "TALLYLIGHT_SAMPLES names no folder")
    return _row(score_of_samples(Path(folder)), "sample sessions")


def _row(found: Score, of: str) -> list[Row]:
    what = f"ten turns after a reset, {of}"
    if not found.resets:
        return skipped(
            what, "no session that advice speaks of (five turns, three earlier ones) was left for another"
        )
    note = f"same as the last turn: {found.same:.0%}; {found.resets} resets"
    return [below(f"{what}, median error", _BAR * 100, found.ours * 100, "%", note)]


if __name__ == "__main__":
    rows = measure()
    print(table(rows))
    raise SystemExit(any(row.holds is False for row in rows))
