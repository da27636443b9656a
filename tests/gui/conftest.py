"""What every test of the interface needs: no screen, no home of anyone's, and a few values to show."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
#: Before Qt is imported: fontconfig and QStandardPaths look at it once.
_HOME = tempfile.TemporaryDirectory(prefix="tallylight-gui-")
os.environ["HOME"] = _HOME.name

import pytest  # noqa: E402
from PySide6.QtCore import QEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from tallylight.domain.session import Activity, NextTurn, SessionView  # noqa: E402
from tallylight.domain.snapshot import Snapshot  # noqa: E402
from tallylight.gui.theme import Theme  # noqa: E402

DOLLAR = 10**12
#: 2026-11-20T13:40:00Z
NOW_MS = 1_795_182_000_000

SessionFactory = Callable[..., SessionView]
SnapshotFactory = Callable[..., Snapshot]


def pytest_configure(config: pytest.Config) -> None:
    """The screenless platform says of windows and tray icons what it cannot do."""
    config.addinivalue_line("qt_log_ignore", "^This plugin does not support ")
    config.addinivalue_line(
        "qt_log_ignore", "No such signal QPlatformNativeInterface::systemTrayWindowChanged"
    )


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's user is read or written."""
    home = tmp_path / "home"
    for name in ("HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.setenv(name, str(home))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))


@pytest.fixture(autouse=True)
def deleted_widgets() -> Iterator[None]:
    """What a test deletes later is gone before the next; by itself only a running event loop does so."""
    yield
    if QApplication.instance() is not None:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """Applied and light; the application keeps its fonts and colours from test to test."""
    made = Theme()
    made.choose("light")
    made.apply(qapp)
    yield made
    made.choose("auto")
    made.deleteLater()


@pytest.fixture
def a_session() -> SessionFactory:
    """`a_session(cost_picousd=…)`: one live session, forty-one turns in."""

    def make(**changes: Any) -> SessionView:
        fields: dict[str, Any] = {
            "session_id": "s1",
            "source": "claude-code",
            "project": "payments-api",
            "project_path": "/home/dev/payments-api",
            "branch": "feat/refunds",
            "model": "claude-opus-4-8",
            "activity": Activity.BUSY,
            "started_ms": NOW_MS - 72 * 60_000,
            "last_ms": NOW_MS - 20_000,
            "cost_picousd": 412 * DOLLAR // 100,
            "requests": 58,
            "turns": 41,
            "output": 48_200,
            "last_turn_picousd": 31 * DOLLAR // 100,
            "next_turn": NextTurn(21 * DOLLAR // 100, 410 * DOLLAR // 100, NOW_MS + 40 * 60_000),
            "context": 132_410,
            "context_window": 200_000,
            "window_source": "client",
            "compact_at": 167_000,
            "growth_per_turn": 4_100,
            "turns_until_compact": 8,
            "cache_share": 0.94,
            "burn_picousd_per_h": 810 * DOLLAR // 100,
            "turns_since_prompt": 2,
            "last_prompt_ms": NOW_MS - 120_000,
            "points": tuple(
                (NOW_MS - (41 - n) * 60_000, 20_000 + 2_700 * n, (5 + n) * DOLLAR // 150) for n in range(41)
            ),
        }
        return SessionView(**(fields | changes))

    return make


@pytest.fixture
def a_snapshot(a_session: SessionFactory) -> SnapshotFactory:
    """`a_snapshot(sessions=(…))`: an ordinary afternoon with one live session."""

    def make(**changes: Any) -> Snapshot:
        fields: dict[str, Any] = {
            "sequence": 1,
            "at_ms": NOW_MS,
            "today_picousd": 1284 * DOLLAR // 100,
            "today_requests": 131,
            "typical_day_picousd": 1120 * DOLLAR // 100,
            "month_picousd": 21390 * DOLLAR // 100,
            "burn_picousd_per_h": 810 * DOLLAR // 100,
            "sessions": (a_session(),),
            "requests_known": 4_821,
        }
        return Snapshot(**(fields | changes))

    return make
