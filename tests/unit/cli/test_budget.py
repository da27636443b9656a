"""`tallylight budget` and `findings`: set, listed, removed; errors in one sentence; nothing told by asking."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cursor_homes import CursorHome
from factories import a_line, a_prompt, a_usage, write_log
from tallylight.cli import main
from tallylight.config.paths import data_dir
from tallylight.config.store import load_settings, save_settings
from tallylight.domain.budget import Budget, Period, Unit
from tallylight.ingest.assembly import now_ms

DOLLAR = 10**12


@pytest.fixture
def root(private_machine: Path) -> Path:
    return private_machine / ".claude"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    out = capsys.readouterr()
    assert out.err == ""
    return out.out


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(said(capsys, "budget", "list", "--json"))["budgets"]
    return rows


def the_budget() -> Budget:
    (budget,) = load_settings().budgets
    return budget


def test_a_budget_is_set_listed_and_removed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "tallylight budget set" in said(capsys, "budget", "list")
    line = said(capsys, "budget", "set", "$300")
    assert "everything, month: $300.00" in line and the_budget().id in line
    assert "everything, month" in said(capsys, "budget", "list")
    (row,) = listed(capsys)
    assert (row["amount"], row["spent"], row["forecast"], row["thresholds"]) == (
        "300.00",
        "0.00",
        None,
        [50, 80, 100],
    )
    assert said(capsys, "budget", "remove", row["id"]) == ""
    assert load_settings().budgets == ()


def test_the_same_scope_and_period_is_replaced(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "budget", "set", "300", "--thresholds", "90,60")
    said(capsys, "budget", "set", "5", "--period", "session")
    said(capsys, "budget", "set", "250", "--no-forecast")
    month, session = load_settings().budgets
    assert session.period is Period.SESSION
    assert (month.amount, month.tells_forecast) == (250 * DOLLAR, False)


def test_another_amount_leaves_the_rest_of_a_budget_and_other_budgets_alone(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "budget", "set", "300", "--thresholds", "10,30", "--no-forecast")
    said(capsys, "budget", "set", "5", "--period", "day")
    own = Budget(id="mine", amount=1, thresholds=(99,))  # of the same scope and period, made in the window
    save_settings(replace(load_settings(), budgets=(*load_settings().budgets, own)))
    said(capsys, "budget", "set", "250")
    month, day, mine = load_settings().budgets
    assert (month.amount, month.thresholds, month.tells_forecast) == (250 * DOLLAR, (10, 30), False)
    assert (day.period, mine) == (Period.DAY, own)
    save_settings(replace(load_settings(), budgets=(own,)))
    said(capsys, "budget", "set", "70", "--thresholds", "50")
    assert load_settings().budgets == (replace(own, amount=70 * DOLLAR, thresholds=(50,)),)


def test_tokens_of_one_model(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "budget", "set", "40M", "--tokens", "--period", "day", "--model", "claude-opus-5-5")
    budget = the_budget()
    assert (budget.amount, budget.unit, budget.model) == (40_000_000, Unit.TOKENS, "claude-opus-5-5")


def test_a_model_that_no_request_names_is_kept_and_said(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["budget", "set", "5", "--model", "opuss"]) == 0
    assert "no request names the model opuss yet" in capsys.readouterr().err


def test_a_session_is_named_by_the_start_of_its_id(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(root, "-home/s-11.jsonl", a_prompt(session="s-11"), a_line(id="m1", session="s-11"))
    write_log(root, "-home/s-12.jsonl", a_prompt(session="s-12"), a_line(id="m2", session="s-12"))
    said(capsys, "scan")
    said(capsys, "budget", "set", "5", "--period", "session", "--session", "s-12")
    assert the_budget().session_id == "s-12"
    assert main(["budget", "set", "5", "--period", "session", "--session", "s-1"]) == 1
    assert "more than one session" in capsys.readouterr().err


def test_a_whole_id_is_that_session_though_anothers_begins_with_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, session in enumerate(("s-1", "s-12")):
        line = a_line(id=f"m{number}", session=session)
        write_log(root, f"-home/{session}.jsonl", a_prompt(session=session), line)
    said(capsys, "scan")
    said(capsys, "budget", "set", "5", "--period", "session", "--session", "s-1")
    assert the_budget().session_id == "s-1"


def test_a_calendar_month_and_a_billing_month_stand_side_by_side(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "budget", "set", "300")
    said(capsys, "budget", "set", "70", "--starts-on", "15")
    assert [b.starts_on for b in load_settings().budgets] == [1, 15]


def test_a_project_may_be_given_by_a_path_that_has_cost_nothing_yet(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "budget", "set", "5", "--project", "/home/ana/new/")
    assert the_budget().project == "/home/ana/new"


def test_listing_reads_what_is_new_first(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "budget", "set", "2")
    write_log(root, "-home/s-1.jsonl", a_prompt(), a_line(at=now_ms(), usage=a_usage(output=50_000)))
    shown = json.loads(said(capsys, "budget", "list", "--json", "--no-scan"))["budgets"]
    assert [row["spent"] for row in shown] == ["0.00"]
    assert [row["spent"] != "0.00" for row in listed(capsys)] == [True]


def test_findings_are_told_of_a_ledger_that_may_not_be_written(
    root: Path, closed: Callable[[Path, int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(root, "-home/s-1.jsonl", a_prompt(), a_line(at=now_ms(), usage=a_usage(output=50_000)))
    said(capsys, "budget", "set", "1")
    said(capsys, "scan")
    for file in data_dir().glob("ledger.sqlite*"):
        closed(file, 0o400)
    closed(data_dir(), 0o500)
    answer = json.loads(said(capsys, "findings", "--json"))
    assert [f["rule"] for f in answer["findings"]] == ["budget"]


def test_spend_counts_against_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(root, "-home/s-1.jsonl", a_prompt(), a_line(at=now_ms(), usage=a_usage(output=50_000)))
    said(capsys, "scan")
    said(capsys, "budget", "set", "2", "--project", "shop")
    assert the_budget().project == "/home/ana/shop"
    (row,) = listed(capsys)
    assert row["share"] > 0.4 and row["spent"] != "0.00"
    assert row["per_day_left"] is not None and row["first_day"].endswith("-01")


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["set", "much"], 1, "no amount; write it as 300 or 4.50"),
        (["set", "-5"], 1, "no amount"),
        (["set", "0"], 1, "no amount"),
        (["set", "NaN"], 1, "no amount"),
        (["set", "1e30"], 1, "no amount"),
        (["set", ""], 1, "'' is no amount"),
        (["set", "12,5"], 1, "no amount"),
        (["set", "10000000"], 1, "the most is 1,000,000"),
        (["set", "5", "--source", "nosuch"], 1, "there is no source nosuch"),
        (["set", "5", "--period", "session", "--session", "s-9"], 1, "no session has an id"),
        (["set", "5", "--period", "week", "--starts-on", "3"], 1, "--period month"),
        (["set", "1.5", "--tokens"], 1, "write it as 40M"),
        (["set", "5", "--session", "s"], 1, "--period session"),
        (["set", "5", "--starts-on", "32"], 2, "1 to 31"),
        (["set", "5", "--thresholds", "0"], 2, "50,80,100"),
        (["remove", "nobody"], 1, "there is no budget nobody"),
        ([], 2, ""),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, part: str
) -> None:
    try:
        found = main(["budget", *arguments])
    except SystemExit as e:
        found = int(str(e.code))
    err = capsys.readouterr().err
    assert found == code and part in err and err.count("\n") == 1
    assert load_settings().budgets == ()


def test_a_project_nobody_knows_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(root, "-home/s-1.jsonl", a_prompt(), a_line())
    said(capsys, "scan")
    assert main(["budget", "set", "5", "--project", "nope"]) == 1
    assert "projects called nope" in capsys.readouterr().err


def test_asking_for_findings_tells_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log(root, "-home/s-1.jsonl", a_prompt(), a_line(at=now_ms(), usage=a_usage(output=50_000)))
    said(capsys, "budget", "set", "1")
    for _ in range(2):
        answer = json.loads(said(capsys, "findings", "--json"))
        assert answer["notices"] == []
        (finding,) = [f for f in answer["findings"] if f["rule"] == "budget" and ":100:" in f["key"]]
        assert finding["budget_id"] == the_budget().id
    assert finding["title"] in said(capsys, "findings")


def test_a_budget_of_cursor_says_that_its_sessions_tell_no_tokens(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sys, "platform", "linux")
    home = CursorHome(tmp_path / "config" / "Cursor" / "User")
    home.chat("one", createdAt=now_ms() - 600_000)
    assert "cursor, month: $5.00" in said(capsys, "budget", "set", "$5", "--source", "cursor")
    said(capsys, "scan")
    (row,) = listed(capsys)
    assert (row["spent"], row["sessions_without_tokens"]) == ("0.00", 1)
    assert "≥ $0.00" in said(capsys, "budget", "list")
    assert "1 session tells no tokens" in said(capsys, "export", "--format", "markdown", "--no-scan")
    home.close()
