"""`tallylight statusline`: figures when it can, never a failure, nothing heavy loaded."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallylight.cli import main
from tallylight.ingest.spool import read_status

Line = Callable[..., str]


class Stream(io.TextIOWrapper):
    """Standard input or output of bytes."""


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    """`line(payload, "--chain", …)`: what is printed for this payload."""

    def run(payload: object, *arguments: str) -> str:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        out = io.BytesIO()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, write_through=True))
        assert main(["statusline", *arguments]) == 0
        return out.getvalue().decode()

    return run


def a_payload(**given: Any) -> dict[str, Any]:
    usage = {
        "input_tokens": 6,
        "output_tokens": 9,
        "cache_creation_input_tokens": 2000,
        "cache_read_input_tokens": 397_994,
    }
    return {
        "session_id": "0b6f-1",
        "transcript_path": "/home/ana/.claude/projects/-home-ana-shop/0b6f-1.jsonl",
        "cwd": "/home/ana/shop",
        "model": {"id": "claude-opus-5[1m]", "display_name": "Opus 5"},
        "version": "2.1.300",
        "cost": {"total_cost_usd": 4.81, "total_duration_ms": 5401220},
        "context_window": {
            "total_input_tokens": 400_000,
            "context_window_size": 1_000_000,
            "current_usage": usage,
        },
        "rate_limits": {"five_hour": {"used_percentage": 37.5, "resets_at": 1_790_940_000}},
        "prompt_cache": {"warm": True, "ttl": "1h", "expires_at": round(time.time()) + 900},
    } | given


@pytest.fixture
def rates(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rates.json").write_text(
        json.dumps({"claude-opus-5": [[-1, 500_000, 6_250_000, 10_000_000]]})
    )


def test_it_says_fare_context_and_next_turn_warm_and_cold(line: Line, rates: None) -> None:
    said = line(a_payload())
    assert said.startswith("$4.81 · context 400k of 1M (40 %) · next ≈ $0.20, $4.00 after ")
    assert said.count("\n") == 1


def advised(tmp_path: Path, until_s: float, words: object = "reset saves ≈ $1.90/10 turns") -> None:
    left = {"0b6f-1": [words, (time.time() + until_s) * 1000, "reset:1", "claude-opus-5", 390_000]}
    (tmp_path / "data" / "advice.json").write_text(json.dumps(left))


def test_it_says_what_would_be_cheaper_as_long_as_that_holds(line: Line, rates: None, tmp_path: Path) -> None:
    advised(tmp_path, 60)
    assert line(a_payload()).endswith(" · reset saves ≈ $1.90/10 turns\n")
    assert "reset" not in line(a_payload(session_id="another"))
    advised(tmp_path, -1)
    assert "reset" not in line(a_payload())


def test_only_advice_that_was_printed_is_kept_as_shown(line: Line, rates: None, tmp_path: Path) -> None:
    advised(tmp_path, 60)
    command = f"{shlex.quote(sys.executable)} -m tallylight statusline >/dev/full"
    subprocess.run(["bash", "-c", command], input=json.dumps(a_payload()).encode(), timeout=30, check=True)
    kept = json.loads((tmp_path / SPOOL).read_text())
    assert (kept["total_usd"], kept["advice"]) == (4.81, "")
    line(a_payload())
    assert json.loads((tmp_path / SPOOL).read_text())["advice"] == "reset:1"


def test_advice_about_another_context_or_model_is_not_said(line: Line, rates: None, tmp_path: Path) -> None:
    advised(tmp_path, 60)
    window = a_payload()["context_window"]
    for usage in ({"input_tokens": 3000}, None):  # compacted, and nothing asked since
        assert "reset" not in line(a_payload(context_window=window | {"current_usage": usage}))
    assert "reset" not in line(a_payload(model={"id": "claude-haiku-4-5"}))
    assert "reset" in line(a_payload(model={}))


def test_what_it_said_is_left_for_the_meter(line: Line, rates: None, tmp_path: Path) -> None:
    left = tmp_path / "data" / "statusline" / "0b6f-1.json"
    advised(tmp_path, 60)
    line(a_payload())
    assert (found := read_status(left)) is not None and found[2] == "reset:1"
    advised(tmp_path, -1)
    line(a_payload())
    assert (found := read_status(left)) is not None and found[2] == ""


def test_damaged_advice_is_left_out(line: Line, rates: None, tmp_path: Path) -> None:
    for left in ("[", "[]", '{"0b6f-1": 3}', '{"0b6f-1": ["x"]}'):
        (tmp_path / "data" / "advice.json").write_text(left)
        assert line(a_payload()).startswith("$4.81 · context 400k of 1M (40 %) · next ≈ $0.20")


def test_a_cold_cache_says_so(line: Line, rates: None) -> None:
    cold = {"ttl": "5m", "expires_at": time.time() - 5}
    assert "next ≈ $2.50, cache cold" in line(a_payload(prompt_cache=cold))


def test_what_is_kept_is_figures_only(line: Line, tmp_path: Path) -> None:
    line(a_payload(session_name="fix checkout", workspace={"repo": {"name": "shop"}}))
    text = (tmp_path / "data" / "statusline" / "0b6f-1.json").read_text()
    assert not [word for word in ("checkout", "shop", "ana") if word in text]
    read = read_status(tmp_path / "data" / "statusline" / "0b6f-1.json")
    assert read is not None
    session, status, _ = read
    assert (session, status.total_picousd, status.context_window, status.context) == (
        "0b6f-1",
        481 * 10**10,
        1_000_000,
        400_000,
    )
    assert status.cache_ttl == "1h" and status.cache_expires_ms > 10**12


@pytest.mark.parametrize(
    "missing", ["session_id", "model", "cost", "context_window", "rate_limits", "prompt_cache", "version"]
)
@pytest.mark.parametrize("value", [..., None, 5, "x", [], {}])
def test_anything_may_be_missing_or_null(line: Line, missing: str, value: object) -> None:
    payload = {key: part for key, part in a_payload(**{missing: value}).items() if part is not ...}
    assert line(payload).count("\n") == 1


def test_before_the_first_answer_there_is_no_context(line: Line) -> None:
    window = {"context_window_size": 1_000_000, "current_usage": None, "used_percentage": None}
    assert line(a_payload(context_window=window, cost={"total_cost_usd": 0})) == "$0.00\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"null",
        b"[]",
        b"5",
        b"{",
        b"\xff\xfe",
        b'"x"',
        b"[" * 100_000,
        b'{"cost":NaN}',
        b'{"cost":{"total_cost_usd":Infinity},"session_id":"s"}',
    ],
)
def test_garbage_fails_no_prompt(line: Line, data: bytes) -> None:
    assert line(data).count("\n") == 1


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(
    st.sampled_from(sorted(a_payload())),
    st.sampled_from(
        ["", "total_cost_usd", "current_usage", "context_window_size", "id", "ttl", "expires_at", "five_hour"]
    ),
    ANY,
)
def test_no_payload_fails_a_prompt(line: Line, name: str, inner: str, value: object) -> None:
    payload = a_payload()
    if inner and isinstance(payload[name], dict):
        payload[name][inner] = value
    else:
        payload[name] = value
    assert line(payload).count("\n") == 1


SPOOL = Path("data") / "statusline" / "0b6f-1.json"


@pytest.mark.parametrize(
    "figure", ["NaN", "Infinity", "-Infinity", "1e999", "1e300", "-1", "9" * 500, "true"]
)
def test_a_fare_that_cannot_be_meant_is_neither_said_nor_kept(
    line: Line, tmp_path: Path, figure: str
) -> None:
    data = json.dumps(a_payload(cost={"total_cost_usd": "HERE"})).replace('"HERE"', figure).encode()
    said = line(data)
    assert said.startswith("context 400k of 1M (40 %)") and "$" not in said
    assert json.loads((tmp_path / SPOOL).read_text())["total_usd"] is None
    read = read_status(tmp_path / SPOOL)
    assert read is not None and read[1].total_picousd == -1


@pytest.mark.parametrize("expires", [1e30, -5, "soon", [], 1e999])
def test_an_expiry_that_cannot_be_meant_hides_nothing_else(
    line: Line, rates: None, tmp_path: Path, expires: object
) -> None:
    said = line(a_payload(prompt_cache={"ttl": "1h", "expires_at": expires}))
    assert said == "$4.81 · context 400k of 1M (40 %) · next ≈ $0.20\n"
    assert json.loads((tmp_path / SPOOL).read_text())["cache_expires_ms"] == 0


@pytest.mark.parametrize(
    "field", ['"total_usd":1e300', '"context":1e300', '"at_ms":-1', '"x":' + "[" * 99_999]
)
def test_a_spooled_figure_that_does_not_fit_the_ledger_is_left(tmp_path: Path, field: str) -> None:
    (tmp_path / "s.json").write_text(f'{{"session_id":"s","at_ms":5,{field}}}')
    assert read_status(tmp_path / "s.json") is None


def test_what_is_kept_is_for_its_owner_alone(line: Line, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        line(a_payload())
    finally:
        os.umask(before)
    places = (tmp_path / "data", tmp_path / "data" / "statusline", tmp_path / SPOOL)
    assert [oct(place.stat().st_mode & 0o777) for place in places] == ["0o700", "0o700", "0o600"]


@pytest.mark.parametrize("around", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "| true"])
def test_whatever_it_is_joined_to_it_fails_no_prompt(around: str) -> None:
    command = f"{shlex.quote(sys.executable)} -m tallylight statusline {around}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], input=json.dumps(a_payload()).encode(), capture_output=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("session", ["../../evil", "a/b", "", "x" * 200, ".", "a\x00b", "..", "CON:x"])
def test_a_session_id_names_no_other_file(line: Line, tmp_path: Path, session: str) -> None:
    line(a_payload(session_id=session))
    assert {p.name for p in tmp_path.rglob("*.json")} <= set()


def test_nowhere_to_write_fails_no_prompt(
    line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(tmp_path / "file" / "below"))
    assert line(a_payload()).startswith("$4.81")


def test_the_users_own_command_is_chained(line: Line) -> None:
    said = line(a_payload(), "--chain", "head -c 13; exit 3")
    assert said.startswith("$4.81") and said.endswith(' · {"session_id"\n')
    assert "own line" in line(a_payload(), "--chain=echo own line")
    assert line(a_payload(), "--chain", "exit 1").startswith("$4.81")
    assert line(a_payload(), "--chain", "no-such-command-anywhere").count("\n") == 1
    assert line(a_payload(), "--chain").count("\n") == 1


def test_a_command_that_hangs_is_left_behind(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    from tallylight.cli import statusline

    monkeypatch.setattr(statusline, "_CHAIN_S", 0.3)
    began = time.monotonic()
    assert line(a_payload(), "--chain", "sleep 20 | cat").startswith("$4.81")
    assert time.monotonic() - began < 5


def test_it_loads_next_to_nothing(private_machine: Path) -> None:
    code = (
        "import sys; before = set(sys.modules); from tallylight.cli import main; main(['statusline']);"
        "print(*sorted({m.partition('.')[0] for m in set(sys.modules) - before}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(a_payload()).encode(),
        capture_output=True,
        check=True,
        env=os.environ,
    )
    loaded = set(done.stderr.decode().split())
    assert done.stdout.startswith(b"$4.81")
    assert loaded <= {
        "tallylight",
        "json",
        "_json",
        "re",
        "enum",
        "types",
        "operator",
        "functools",
        "collections",
        "_collections",
        "keyword",
        "reprlib",
        "itertools",
        "_operator",
        "_functools",
        "copyreg",
        "typing",
        "contextlib",
        "warnings",
        "__future__",
        "_sre",
        "_weakref",
        "time",
        "math",
        "_typing",
    }, loaded
