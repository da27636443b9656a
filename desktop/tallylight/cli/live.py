"""`tallylight live`: one line per change of a running session, as it happens."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from queue import SimpleQueue
from types import FrameType

import msgspec

from tallylight.cli.meter import asking_meter
from tallylight.config.store import load_settings
from tallylight.domain.format import counted, iso
from tallylight.domain.money import show, to_string
from tallylight.domain.session import SessionView
from tallylight.domain.snapshot import Snapshot
from tallylight.ingest.demo import Demo
from tallylight.ingest.meter import Meter
from tallylight.ingest.worker import Worker


def run(options: argparse.Namespace) -> int:
    """Until interrupted. The demo, when asked for, is read from a folder of its own."""
    with contextlib.ExitStack() as stack:
        if options.demo:
            return follow(stack.enter_context(Demo()).open_meter, is_json=options.json)
        settings = load_settings()
        return follow(lambda: asking_meter(settings, stack), is_json=options.json)


def follow(open_meter: Callable[[], Meter], is_json: bool) -> int:
    """Print changes until SIGTERM, SIGINT or a closed pipe; 1 when the ledger cannot be opened."""
    said: SimpleQueue[Snapshot | None] = SimpleQueue()
    failures: list[Exception] = []

    def opened() -> Meter:
        try:
            return open_meter()
        except Exception as e:
            failures.append(e)  # raised again below, for the sentence that every command has for it
            said.put(Snapshot())
            raise

    worker = Worker(opened, said.put)

    def end(_signal: int, _frame: FrameType | None) -> None:
        said.put(None)

    before = [signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)]
    worker.start()
    try:
        return _print_all(said, failures, is_json)
    finally:
        worker.stop()
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)


def _print_all(said: SimpleQueue[Snapshot | None], failures: list[Exception], is_json: bool) -> int:
    shown: dict[str, SessionView] = {}
    was_reading, problem = False, ""
    while (snapshot := said.get()) is not None:
        if failures:
            raise failures[0]
        if snapshot.has_failed:
            raise ValueError(snapshot.problem)
        if snapshot.problem not in ("", problem):
            sys.stderr.write(f"tallylight: {snapshot.problem}\n")
        problem = snapshot.problem
        lines = []
        for view in snapshot.sessions:
            if _differs(shown.get(view.session_id), view):
                shown[view.session_id] = view
                lines.append(as_json(snapshot.at_ms, view) if is_json else as_text(snapshot.at_ms, view))
        if not is_json:
            lines += _about(snapshot, was_reading)
            was_reading = snapshot.progress is not None
        if lines:
            sys.stdout.write("".join(line + "\n" for line in lines))
            sys.stdout.flush()
    return 0


def _differs(before: SessionView | None, now: SessionView) -> bool:
    """Whether a figure of the line moved: the clock alone makes no line."""
    if before is None:
        return True
    return any(
        getattr(before, name) != getattr(now, name)
        for name in (
            "cost_picousd",
            "requests",
            "turns",
            "context",
            "context_window",
            "model",
            "activity",
            "unpriced",
        )
    )


def as_json(at_ms: int, view: SessionView) -> str:
    """One change, as documented in the README."""
    following = view.next_turn
    return msgspec.json.encode(
        {
            "at": iso(at_ms),
            "session_id": view.session_id,
            "source": view.source,
            "project": view.project,
            "model": view.model,
            "cost_usd": None if view.has_no_tokens else to_string(view.cost_picousd),
            "last_turn_usd": None if view.last_turn_picousd is None else to_string(view.last_turn_picousd),
            "next_turn_usd": None if following is None else to_string(following.at(at_ms)),
            "next_turn_cold_usd": None if following is None else to_string(following.cold_picousd),
            "cache_expires_at": None if following is None else iso(following.expires_ms),
            "context_tokens": view.context,
            "context_window": view.context_window,
            "requests": view.requests,
            "turns": view.turns,
            "unpriced_requests": view.unpriced,
            "prompts_without_tokens": view.untold,
            "state": view.activity.value,
        }
    ).decode()


def as_text(at_ms: int, view: SessionView) -> str:
    clock = datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%H:%M:%S")
    marked = "≥ " if view.unpriced or view.at_least or view.untold else ""
    share = f" ({round(100 * view.context_share)} %)" if view.context_window else ""
    parts = [
        f"{clock}  {view.project or view.session_id[:8]}",
        _fare(view, marked),
        f"context {view.context:,}{share}",
    ]
    if view.last_turn_picousd is not None:
        parts.append(f"last turn {show(view.last_turn_picousd)}")
    if view.next_turn is not None:
        parts.append(f"next ≈ {show(view.next_turn.at(at_ms))}")
    if view.unpriced:
        parts.append(f"{counted(view.unpriced, 'request')} without a price")
    return " · ".join("".join(c if c.isprintable() else "?" for c in part) for part in parts)


def _fare(view: SessionView, marked: str) -> str:
    if view.has_no_tokens:
        return "cost unknown"
    return "no price" if view.unpriced == view.requests > 0 else f"{marked}{show(view.cost_picousd)}"


def _about(snapshot: Snapshot, was_reading: bool) -> list[str]:
    if snapshot.progress is not None or not (was_reading or snapshot.sequence == 1):
        return []
    found = [root.path for root in snapshot.roots if root.is_found]
    if found and not was_reading and not snapshot.requests_known:
        return []  # about to be read
    if not found:
        looked = ", ".join(root.path for root in (*snapshot.roots, *snapshot.places))
        return [f"No logs of agents yet; looked in {looked}. Try: tallylight live --demo"]
    is_floor = snapshot.today_unpriced or snapshot.today_at_least or snapshot.today_untold
    marked = "≥ " if is_floor else ""
    return [
        f"Today {marked}{show(snapshot.today_picousd)} · {counted(snapshot.requests_known, 'request')} known"
    ]
