"""Small files beside the logs: the registry of running sessions, status lines, settings, active days."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import a_ledger
from tallylight.domain.session import Activity
from tallylight.ingest.activity_days import active_days
from tallylight.ingest.client_settings import ClientSettings
from tallylight.ingest.registry import read_presence, started_of
from tallylight.ingest.roots import Root
from tallylight.ingest.side_files import SideFiles
from tallylight.ingest.spool import read_status
from tallylight.ledger.sessions import Presence

NOW_MS = 1_790_933_100_000
NO_PROCESS = 4_194_305


def present(root: Path, **entry: Any) -> dict[str, Presence]:
    fields: dict[str, Any] = {
        "pid": os.getpid(),
        "sessionId": "s-1",
        "cwd": "/home/ana/shop",
        "procStart": started_of(os.getpid()),
        "status": "busy",
        "updatedAt": NOW_MS,
    }
    (root / "sessions").mkdir(exist_ok=True)
    (root / "sessions" / "41822.json").write_text(json.dumps(fields | entry))
    return read_presence([Root("claude-code", str(root))], NOW_MS)


@pytest.mark.parametrize(
    ("status", "activity"),
    [
        ("busy", Activity.BUSY),
        ("idle", Activity.IDLE),
        ("waiting", Activity.WAITING),
        ("new word", Activity.IDLE),
    ],
)
def test_the_registry_says_what_a_session_does(tmp_path: Path, status: str, activity: Activity) -> None:
    assert present(tmp_path, status=status)["s-1"].activity is activity


def test_a_killed_session_is_gone_though_its_record_says_busy(tmp_path: Path) -> None:
    assert present(tmp_path, pid=NO_PROCESS) == {}
    assert present(tmp_path, procStart="1") == {}
    assert present(tmp_path, procStart=None).keys() == {"s-1"}
    assert present(tmp_path, pid=0) == {}
    assert present(tmp_path, pid=-1) == {}


def test_names_the_client_made_up_are_no_titles(tmp_path: Path) -> None:
    assert present(tmp_path, name="shop-3f", nameSource="auto")["s-1"].name == ""
    assert present(tmp_path, name="checkout", nameSource="user")["s-1"].name == "checkout"


def test_secrets_beside_the_registry_are_never_opened(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    os.mkfifo(tmp_path / "sessions" / "41822.ab12.key")  # opening it would wait for ever
    assert present(tmp_path).keys() == {"s-1"}


def test_without_a_registry_nobody_is_present(tmp_path: Path) -> None:
    assert read_presence([Root("claude-code", str(tmp_path / "gone"))], NOW_MS) == {}


BROKEN = [b"", b"{", b"[]", b"5", b"null", b"\xff\xfe", b'{"sessionId":"\xff"}', b'{"pid":"x"}', b"[" * 100_000,
          b'{"pid":' + b"9" * 40 + b',"sessionId":"s"}', b'{"session_id":"s","at_ms":1,"model":"\xff"}',
          b'{"dailyActivity":[{"date":"\xff"}]}', b'{"dailyActivity":[5]}', b'{"autoCompactWindow":[]}']  # fmt: skip


def take_all(root: Path, data: bytes) -> None:
    for name in ("sessions/1.json", "stats-cache.json", "settings.json", "spooled.json"):
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    read_presence([Root("claude-code", str(root))], NOW_MS)
    active_days(root)
    ClientSettings().read("", root)
    read_status(root / "spooled.json")


@pytest.mark.parametrize("data", BROKEN)
def test_broken_files_say_nothing(tmp_path: Path, data: bytes) -> None:
    take_all(tmp_path, data)
    assert read_presence([Root("claude-code", str(tmp_path))], NOW_MS) == {}
    assert active_days(tmp_path) == []


def test_only_days_of_the_calendar_are_days(tmp_path: Path) -> None:
    stated = ["2026-10-01", "2026-02-30", "20261001", "2026-W40-1", "2026-10-01x", "", "0000-00-00"]
    days = [{"date": day, "messageCount": 10**30} for day in stated]
    (tmp_path / "stats-cache.json").write_text(json.dumps({"dailyActivity": days}))
    assert active_days(tmp_path) == [("2026-10-01", 10**9)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.binary(max_size=60))
def test_no_file_raises(tmp_path: Path, data: bytes) -> None:
    take_all(tmp_path, data)
    take_all(tmp_path, b'{"session_id":"' + data + b'","at_ms":1,"total_usd":1}')


@pytest.mark.parametrize("total", [1e300, -5.0, 1e-30])
def test_any_figure_of_a_status_line_can_be_kept(tmp_path: Path, total: float) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"session_id": "s", "at_ms": 1, "total_usd": total, "context_window": 10**30}))
    read = read_status(path)
    assert read is None or isinstance(read[1].total_picousd, int)
    path.write_text(json.dumps({"session_id": "s", "at_ms": 10**30}))
    assert read_status(path) is None


def test_the_clients_own_threshold_is_taken_up(tmp_path: Path) -> None:
    told = ClientSettings()
    assert told("") == (0, True)
    for text, expected in (
        ('{"autoCompactWindow":300000}', (300_000, True)),
        ('{"autoCompactWindow":"auto","autoCompactEnabled":false}', (0, False)),
        ('{"autoCompactWindow":-5}', (0, True)),
    ):
        (tmp_path / "settings.json").write_text(text)
        told.read("", tmp_path)
        assert told("") == expected


def test_advice_that_stood_on_a_status_line_is_told_once(tmp_path: Path) -> None:
    ledger, spool = a_ledger(tmp_path), tmp_path / "statusline"
    spool.mkdir()
    side_files = SideFiles(ledger, spool)
    for at_ms, advice in ((NOW_MS, "reset:s-1:0"), (NOW_MS + 1, "")):
        left = {"session_id": "s-1", "at_ms": at_ms, "advice": advice}
        (spool / "s-1.json").write_text(json.dumps(left))
        side_files.read_all([])
        assert side_files.shown_advice() == ({advice} if advice else set())
    assert side_files.shown_advice() == set()
    ledger.close()
