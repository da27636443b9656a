"""`tallylight report` and `scan`: the documented shapes, days of any zone, errors in one sentence."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from factories import NOW_MS, a_cost_state, a_line, a_prompt, a_usage, packed, write_log
from tallylight.cli import main
from tallylight.config.store import save_settings
from tallylight.domain.settings import Settings
from tallylight.ledger.connection import SCHEMA_VERSION

FIGURES = {
    "requests", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens",
    "web_search_requests", "cost_usd",
}  # fmt: skip
Shell = Callable[..., Any]


@pytest.fixture
def root(private_machine: Path) -> Path:
    return private_machine / ".claude"


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Shell:
    """`ask("report", "day")`: what it answers, as JSON."""

    def run(*arguments: str) -> Any:
        assert main([*arguments, "--json"]) == 0
        said = capsys.readouterr()
        assert said.err == ""
        return json.loads(said.out)

    return run


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def choose(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield choose
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def answered(*times: str, **given: Any) -> list[bytes]:
    return [a_line(id=f"msg_{text}", uuid=f"u-{text}", at=at(text), **given) for text in times]


def some_history(root: Path) -> None:
    usage = a_usage(input=10, output=100, read=1000, write_5m=20, write_1h=30, searches=2)
    lines = [
        a_prompt(),
        packed({"type": "custom-title", "customTitle": "fix checkout", "sessionId": "s-1"}),
        a_line(usage=usage),
        a_line(id="msg_2", uuid="u-2", model="unheard-of-1", usage=a_usage(output=7), at=NOW_MS + 1),
        a_line(
            id="msg_3",
            uuid="u-3",
            model="claude-haiku-4-5-20251001",
            usage=a_usage(output=3),
            stop=None,
            at=NOW_MS + 2,
        ),
        a_cost_state(99.5),
    ]
    write_log(root, "-home-ana-shop/s-1.jsonl", *lines)
    write_log(
        root, "-home-ana-api/s-2.jsonl", a_line(id="msg_4", session="s-2", cwd="/home/ana/api", branch="dev")
    )


@pytest.mark.parametrize("by", ["day", "week", "month", "session", "project", "model", "branch"])
def test_every_report_has_the_documented_shape(ask: Shell, root: Path, by: str) -> None:
    some_history(root)
    answer = ask("report", by)
    assert answer["currency"] == "USD"
    assert {"rows", "totals", "unpriced", "not_itemised_usd"} <= set(answer)
    assert {"key", *FIGURES} <= set(answer["rows"][0])
    for name in FIGURES - {"cost_usd"}:
        assert sum(row[name] for row in answer["rows"]) == answer["totals"][name]
    assert answer["totals"]["requests"] == 4
    assert isinstance(answer["totals"]["cost_usd"], str)
    assert [(u["model"], u["output_tokens"]) for u in answer["unpriced"]] == [("unheard-of-1", 7)]
    assert answer["totals"]["is_at_least"]


def test_figures_are_exact(ask: Shell, root: Path) -> None:
    usage = a_usage(input=10, output=100, read=1000, write_5m=20, write_1h=30, searches=2)
    write_log(root, "-home/s-1.jsonl", a_line(usage=usage))
    row = ask("report", "model")["rows"][0]
    assert {name: row[name] for name in FIGURES} == {
        "requests": 1, "input_tokens": 10, "output_tokens": 100, "cache_read_tokens": 1000, "cache_write_5m_tokens": 20,
        "cache_write_1h_tokens": 30, "web_search_requests": 2, "cost_usd": "0.02258",
    }  # fmt: skip
    assert not row["is_at_least"]


def test_a_session_says_what_and_where_it_was(ask: Shell, root: Path) -> None:
    some_history(root)
    row = next(row for row in ask("report", "session")["rows"] if row["session_id"] == "s-1")
    assert (row["key"], row["source"], row["project"], row["title"]) == (
        "s-1",
        "claude-code",
        "shop",
        "fix checkout",
    )
    assert row["models"] == ["claude-haiku-4-5-20251001", "claude-opus-5-5", "unheard-of-1"]
    assert float(row["not_itemised_usd"]) > 99


def test_titles_are_left_out_when_they_are_switched_off(
    ask: Shell, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_settings(Settings(keep_titles=False))
    some_history(root)
    assert all(row["title"] == "" for row in ask("report", "session")["rows"])
    main(["report", "session"])
    assert "fix checkout" not in capsys.readouterr().out


def test_filters_narrow_it(ask: Shell, root: Path) -> None:
    some_history(root)
    assert ask("report", "day", "--project", "api")["totals"]["requests"] == 1
    assert ask("report", "day", "--project", "/home/ana/shop")["totals"]["requests"] == 3
    assert ask("report", "day", "--project", "nowhere")["rows"] == []
    assert ask("report", "day", "--source", "claude-code")["totals"]["requests"] == 4
    assert ask("report", "day", "--source", "other")["rows"] == []
    assert ask("report", "day", "--since", "2026-10-02", "--until", "2026-10-02")["totals"]["requests"] == 4
    assert ask("report", "day", "--since", "2026-10-03")["rows"] == []
    assert ask("report", "day", "--until", "2026-10-01")["rows"] == []


def test_nothing_new_is_read_when_told_so(ask: Shell, root: Path) -> None:
    some_history(root)
    assert ask("report", "day")["totals"]["requests"] == 4
    write_log(root, "-home/s-9.jsonl", a_line(id="msg_9", session="s-9"))
    assert ask("report", "day", "--no-scan")["totals"]["requests"] == 4
    assert ask("report", "day")["totals"]["requests"] == 5


def test_scanning_says_what_it_did(ask: Shell, root: Path) -> None:
    some_history(root)
    path = write_log(root, "-home/s-9.jsonl", b"{broken", a_line(id="msg_9", session="s-9"))
    first = ask("scan")
    assert set(first) == {"files", "bytes", "events", "new", "rejected", "unread", "seconds"}
    assert (first["files"], first["events"], first["new"], first["rejected"]) == (3, 5, 5, {"not JSON": 1})
    assert first["bytes"] == sum(p.stat().st_size for p in (root / "projects").rglob("*.jsonl"))
    again = ask("scan")
    assert (again["files"], again["new"], again["rejected"]) == (0, 0, {})
    assert path.exists()


# -- days


@pytest.mark.parametrize(
    ("name", "times", "days"),
    [
        (
            "Europe/Berlin",
            ["2026-03-28T23:30:00Z", "2026-03-29T21:59:00Z", "2026-03-29T22:01:00Z"],
            {"2026-03-29": 2, "2026-03-30": 1},
        ),
        (
            "Europe/Berlin",
            ["2026-10-24T21:59:00Z", "2026-10-24T22:01:00Z", "2026-10-25T22:59:00Z", "2026-10-25T23:01:00Z"],
            {"2026-10-24": 1, "2026-10-25": 2, "2026-10-26": 1},
        ),
        (
            "America/New_York",
            ["2026-11-01T03:59:00Z", "2026-11-01T04:01:00Z", "2026-11-02T04:59:00Z", "2026-11-02T05:01:00Z"],
            {"2026-10-31": 1, "2026-11-01": 2, "2026-11-02": 1},
        ),
        (
            "Asia/Kathmandu",
            ["2026-05-01T18:14:00Z", "2026-05-01T18:16:00Z"],
            {"2026-05-01": 1, "2026-05-02": 1},
        ),
        ("UTC", ["2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z"], {"2026-12-31": 1, "2027-01-01": 1}),
    ],
)
def test_days_are_those_of_the_users_zone(
    ask: Shell, root: Path, zone: Callable[[str], None], name: str, times: list[str], days: dict[str, int]
) -> None:
    zone(name)
    write_log(root, "-home/s-1.jsonl", *answered(*times))
    assert {row["key"]: row["requests"] for row in ask("report", "day")["rows"]} == days
    for day, requests in days.items():
        assert (
            ask("report", "day", "--no-scan", "--since", day, "--until", day)["totals"]["requests"]
            == requests
        )


def test_the_week_starts_when_the_user_says(ask: Shell, root: Path, zone: Callable[[str], None]) -> None:
    zone("Europe/Berlin")
    write_log(
        root,
        "-home/s-1.jsonl",
        *answered("2026-11-14T12:00:00Z", "2026-11-15T12:00:00Z", "2026-11-16T12:00:00Z"),
    )
    assert [(r["key"], r["requests"]) for r in ask("report", "week")["rows"]] == [
        ("2026-11-09", 2),
        ("2026-11-16", 1),
    ]
    save_settings(Settings(week_starts_on=6))
    assert [(r["key"], r["requests"]) for r in ask("report", "week")["rows"]] == [
        ("2026-11-08", 1),
        ("2026-11-15", 2),
    ]
    assert [(r["key"], r["requests"]) for r in ask("report", "month")["rows"]] == [("2026-11", 3)]


def test_days_the_client_knows_of_and_no_log_does_are_not_zeros(ask: Shell, root: Path) -> None:
    some_history(root)
    days = [{"date": day, "messageCount": 5} for day in ("2026-10-01", "2026-10-02", "2026-09-30", "no day")]
    (root / "stats-cache.json").write_text(json.dumps({"dailyActivity": days}))
    from tallylight.ingest.assembly import open_meter

    meter = open_meter(Settings())
    meter.discover()
    meter.close()
    assert ask("report", "day")["not_recorded"] == ["2026-09-30", "2026-10-01"]
    assert ask("report", "day", "--since", "2026-10-01", "--until", "2026-10-01")["not_recorded"] == [
        "2026-10-01"
    ]


# -- for people


def test_a_table_marks_what_is_at_least_and_what_has_no_price(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    some_history(root)
    assert main(["report", "model"]) == 0
    out = capsys.readouterr().out
    assert "≥ $" in out and "no price" in out
    assert "No price for unheard-of-1" in out and "Not itemised: $99" in out
    assert main(["report", "day", "--since", "2030-01-01"]) == 0
    assert "Nothing recorded" in capsys.readouterr().out


def test_names_from_logs_cannot_move_the_terminals_cursor(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(
        root,
        "-home/s-1.jsonl",
        a_line(cwd="/home/\x1b[2J\r\n\x07evil", model="m\x1b]0;x\x07", branch="\x1b[1m"),
    )
    for by in ("project", "model", "branch", "session"):
        main(["report", by])
        assert not set(capsys.readouterr().out) & {"\x1b", "\r", "\x07"}


# -- errors


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["report", "day", "--since", "yesterday"], 2),
        (["report", "day", "--until", "2026-13-01"], 2),
        (["report"], 2),
        (["report", "century"], 2),
        (["nonsense"], 2),
        (["report", "day", "--nonsense"], 2),
        (["report", "day", "--no-scan"], 1),
    ],
)
def test_errors_are_one_sentence(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        found = main(arguments)
    except SystemExit as e:
        found = int(e.code or 0)
    said = capsys.readouterr()
    assert found == code
    assert said.out == ""
    assert said.err.startswith("tallylight: ") and said.err.count("\n") == 1


def test_a_damaged_ledger_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite").write_bytes(b"not a database" * 400)
    for command in (["report", "day"], ["scan"], ["report", "day", "--no-scan"]):
        assert main(command) == 1
        assert capsys.readouterr().err.count("\n") == 1


def test_a_newer_ledger_may_be_read(
    root: Path, ask: Shell, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import sqlite3

    some_history(root)
    ask("scan")
    connection = sqlite3.connect(tmp_path / "data" / "ledger.sqlite")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    assert main(["report", "day"]) == 0
    assert "newer" in capsys.readouterr().err
    assert main(["scan"]) == 1
    capsys.readouterr()
    assert ask("report", "day", "--no-scan")["totals"]["requests"] == 4


def test_a_newer_ledger_that_is_kept_otherwise_is_said_in_a_sentence(
    root: Path, ask: Shell, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import sqlite3

    some_history(root)
    ask("scan")
    connection = sqlite3.connect(tmp_path / "data" / "ledger.sqlite")
    connection.execute("DROP VIEW usage_event")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    assert main(["report", "day"]) == 1
    said = capsys.readouterr().err
    assert "newer" in said and said.count("\n") == 1


def test_a_ledger_that_cannot_be_written_is_shown(
    root: Path, ask: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    some_history(root)
    ask("scan")

    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", "ledger.sqlite")

    monkeypatch.setattr("tallylight.cli.scan.open_line", refuse)
    assert main(["report", "day", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["totals"]["requests"] == 4
    assert "Permission denied; what it holds is shown" in said.err and said.err.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(tmp_path / "file" / "below"))
    assert main(["scan"]) == 1
    said = capsys.readouterr().err
    assert "file" in said and said.count("\n") == 1


@pytest.mark.parametrize("broken", [b"{", b"[]", b"\xff\xfe", b'week_starts_on = "x"'])
def test_settings_that_cannot_be_understood_are_left_and_the_rest_goes_on(
    ask: Shell, root: Path, tmp_path: Path, broken: bytes
) -> None:
    some_history(root)
    folder = tmp_path / "data" / "config"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_bytes(broken)
    assert ask("report", "day")["totals"]["requests"] == 4
    assert [path.name for path in folder.iterdir()] == ["settings.toml"]
    assert (folder / "settings.toml").read_bytes() == broken


@pytest.mark.parametrize("given", ["/home/ana/shop/", "/home/ana/shop//", "shop", "shop/"])
def test_a_project_may_be_named_as_a_shell_completes_it(ask: Shell, root: Path, given: str) -> None:
    some_history(root)
    assert [row["path"] for row in ask("report", "project", "--project", given)["rows"]] == ["/home/ana/shop"]


def test_a_project_may_be_named_from_home(ask: Shell, root: Path, private_machine: Path) -> None:
    write_log(root, "-p/s-1.jsonl", a_line(cwd=str(private_machine / "shop")))
    rows = ask("report", "project", "--project", "~/shop/")["rows"]
    assert [row["path"] for row in rows] == [str(private_machine / "shop")]


def test_a_period_that_ends_before_it_begins_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["report", "day", "--since", "2026-11-02", "--until", "2026-11-01"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "tallylight: --since 2026-11-02 is after --until 2026-11-01\n"
    assert main(["report", "day", "--since", "2026-11-02", "--until", "2026-11-02"]) == 0
