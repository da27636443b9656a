"""`live`, `doctor`, `prices`, and how little each command loads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from factories import NOW_MS, a_line, a_prompt, a_usage, write_log
from tallylight.cli import main
from tallylight.ingest.assembly import now_ms
from tallylight.ledger.connection import SCHEMA_VERSION

HEAVY = (
    "PySide6",
    "numpy",
    "sqlite_utils",
    "genai_prices",
    "keyring",
    "pyqtgraph",
    "watchdog",
    "httpx",
    "platformdirs",
)


@pytest.fixture
def root(private_machine: Path) -> Path:
    return private_machine / ".claude"


# -- live


def started(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tallylight", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def next_line(child: subprocess.Popen[bytes]) -> Any:
    """What it prints next; it is killed, and the test fails, when that takes long."""
    assert child.stdout is not None
    timer = threading.Timer(15, child.kill)
    timer.start()
    try:
        return json.loads(child.stdout.readline())
    finally:
        timer.cancel()
        timer.join()


def ended(child: subprocess.Popen[bytes], number: signal.Signals) -> str:
    child.send_signal(number)
    _out, complaints = child.communicate(timeout=15)
    assert child.returncode == 0, complaints.decode()
    return complaints.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_live_follows_a_session_line_by_line(root: Path, number: signal.Signals) -> None:
    path = write_log(
        root, "-home-ana-shop/s-1.jsonl", a_prompt(at=now_ms()), a_line(at=now_ms(), usage=a_usage(read=900))
    )
    child = started("live", "--json")
    try:
        first = next_line(child)
        assert set(first) >= {
            "at",
            "session_id",
            "source",
            "project",
            "model",
            "cost_usd",
            "last_turn_usd",
            "next_turn_usd",
            "context_tokens",
            "context_window",
            "requests",
        }
        assert (first["session_id"], first["project"], first["requests"], first["context_tokens"]) == (
            "s-1",
            "shop",
            1,
            904,
        )
        line = a_line(id="msg_2", uuid="u-2", at=now_ms(), usage=a_usage(read=2000))
        with path.open("ab") as stream:
            stream.write(line[:50])
            stream.flush()
            time.sleep(0.05)
            stream.write(line[50:] + b"\n")
        began = time.monotonic()
        second = next_line(child)
        assert time.monotonic() - began < 3
        assert (second["requests"], second["context_tokens"]) == (2, 2004)
        assert float(second["cost_usd"]) > float(first["cost_usd"])
        write_log(
            root,
            "-home-ana-api/deep/subagents/agent-a.jsonl",
            a_line(id="msg_3", session="s-3", at=now_ms(), cwd="/x/api"),
        )
        assert next_line(child)["session_id"] == "s-3"
    finally:
        complaints = ended(child, number)
    assert complaints == ""


def test_live_with_a_newer_ledger_says_so(root: Path) -> None:
    import sqlite3

    assert main(["scan"]) == 0
    connection = sqlite3.connect(Path(os.environ["TALLYLIGHT_DATA_DIR"]) / "ledger.sqlite")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    child = started("live", "--json")
    _out, complaints = child.communicate(timeout=20)
    assert child.returncode == 1
    assert b"newer" in complaints and complaints.count(b"\n") == 1


# -- doctor and prices


def checks(capsys: pytest.CaptureFixture[str], code: int) -> dict[str, dict[str, Any]]:
    assert main(["doctor", "--json"]) == code
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (code == 0)
    return {check["name"]: check for check in answer["checks"]}


def test_the_doctor_finds_a_healthy_house_healthy(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(root, "-home/s-1.jsonl", b"{broken", a_line())
    main(["scan"])
    capsys.readouterr()
    found = checks(capsys, 0)
    assert "1 requests" in found["Ledger"]["says"]
    assert "not JSON (1)" in found["Not understood"]["says"]


def test_the_doctor_needs_nothing_to_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    found = checks(capsys, 0)
    assert "none found" in found["Claude Code logs"]["says"]
    assert main(["doctor"]) == 0
    assert "none yet" in capsys.readouterr().out


def test_the_doctor_calls_the_user_when_something_is_wrong(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["scan"])
    capsys.readouterr()
    ledger = tmp_path / "data" / "ledger.sqlite"
    ledger.chmod(0o644)
    assert checks(capsys, 1)["Ledger access"]["needs_user"]
    ledger.chmod(0o600)
    (tmp_path / "data" / "config").mkdir(exist_ok=True)
    (tmp_path / "data" / "config" / "prices.json").write_text("{nonsense")
    assert checks(capsys, 1)["Your prices"]["needs_user"]
    (tmp_path / "data" / "config" / "prices.json").unlink()
    ledger.write_bytes(b"not a database" * 400)
    assert checks(capsys, 1)["Ledger"]["needs_user"]


def test_prices_say_where_each_comes_from(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(root, "-home/s-1.jsonl", a_line(), a_line(id="msg_2", uuid="u-2", model="unheard-of"))
    main(["scan"])
    capsys.readouterr()
    assert main(["prices", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["unpriced_models"] == ["unheard-of"]
    assert {row["model"] for row in answer["prices"]} == {"claude-opus-5-5"}
    assert all(row["origin"] and row["tiers"] for row in answer["prices"])
    assert main(["prices", "--reprice"]) == 0
    assert "0 requests" in capsys.readouterr().out


def test_a_price_of_the_users_own_counts_from_then_on_and_before_when_asked(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(root, "-home/s-1.jsonl", a_line(model="unheard-of", usage=a_usage(input=0, output=1_000_000)))
    main(["report", "day", "--json"])
    assert json.loads(capsys.readouterr().out)["totals"]["unpriced_requests"] == 1
    folder = tmp_path / "data" / "config"
    folder.mkdir(exist_ok=True)
    entry = {"model": "unheard-of", "input": "1", "output": "2"}
    (folder / "prices.json").write_text(json.dumps({"version": 1, "prices": [entry]}))
    main(["report", "day", "--json"])
    said = capsys.readouterr()
    assert json.loads(said.out)["totals"]["cost_usd"] == "2.00", said.err


# -- weight


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "day", "--json"],
        ["report", "session"],
        ["scan", "--json"],
        ["report", "day", "--no-scan"],
        ["--version"],
    ],
)
def test_the_shell_loads_nothing_heavy(root: Path, arguments: list[str]) -> None:
    path = write_log(root, "-home/s-1.jsonl", a_line())
    main(["scan"])
    with path.open("ab") as stream:
        stream.write(a_line(id="msg_2", uuid="u-2", at=NOW_MS + 5) + b"\n")
    code = f"import sys; from tallylight.cli import main; main({arguments!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=30)
    loaded = {name.partition(".")[0] for name in done.stderr.decode().split()}
    assert not loaded & set(HEAVY)


def test_a_closed_pipe_is_no_error(root: Path) -> None:
    write_log(root, "-home/s-1.jsonl", a_line())
    command = f"{sys.executable} -m tallylight report day --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=30, check=False)
    assert done.stderr == b""
