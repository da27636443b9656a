"""From logs and a provider's reports to the difference and its causes, in a shell."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from factories import a_line, a_usage, write_log
from provider_server import (
    DAY_MS,
    NOW_MS,
    YESTERDAY_MS,
    ProviderServer,
    a_charge,
    a_copilot_line,
    some_tokens,
)
from tallylight.cli import main
from tallylight.config.store import load_settings, save_settings

BEFORE_MS = YESTERDAY_MS - 2 * DAY_MS
NOON_MS = BEFORE_MS + DAY_MS // 2


Connect = Callable[..., int]


def reconciled(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["reconcile", "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out)["providers"]
    return dict(made)


def test_without_a_bill_it_says_how_to_come_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconcile"]) == 0
    assert "tallylight connect" in capsys.readouterr().out


def test_the_difference_is_shared_out_to_the_last_cent(
    providers: ProviderServer, private_machine: Path, connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    usage = a_usage(input=1_000_000, output=10_000)
    write_log(private_machine / ".claude", "p/s-1.jsonl", a_line(at=NOON_MS, usage=usage))
    providers.days["messages"] = {
        BEFORE_MS: [some_tokens(input=1_000_000, output=10_400), some_tokens(key="apikey_ci", output=2000)]
    }
    by_input = a_charge("400", description="Claude Opus 5.5 Usage - Input Tokens")
    code = a_charge("1.5", model=None, description="Code Execution Usage")
    providers.days["cost_report"] = {BEFORE_MS: [by_input, a_charge("24.8"), code]}
    providers.keys = [{"id": "apikey_ci", "name": "ci-runner", "partial_key_hint": "sk-ant-…"}, {"id": None}]
    connect()
    assert main(["scan"]) == 0
    made = reconciled(capsys)
    assert made["meter"] == {"tokens": 1_010_000, "usd": "4.2"}
    assert made["bill"] == {"tokens": 1_012_400, "usd": "4.263"}
    assert (made["meter_basis"], made["bill_basis"]) == ("list price", "charged")
    assert [(p["cause"], p["key"], p["tokens"], p["usd"]) for p in made["parts"]] == [
        ("key", "ci-runner", 2000, "0.04"), ("other charges", None, 0, "0.015"), ("missed", None, 400, "0.008"),
    ]  # fmt: skip
    assert made["explained"] == 1.0
    assert (made["since"], made["until"], made["read_at"]) == (
        "2026-11-01",
        "2026-11-22",
        "2026-11-22T08:55:00.000Z",
    )
    main(["reconcile"])
    said = capsys.readouterr().out
    assert "100.0 % explained" in said
    assert "Key “ci-runner”, not this machine" in said


def test_days_after_the_last_reading_are_not_taken_for_days_without_a_bill(
    providers: ProviderServer, private_machine: Path, connect: Connect, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    providers.days["messages"] = {BEFORE_MS: [some_tokens(output=10_000)]}
    connect()
    main(["scan"])
    write_log(private_machine / ".claude", "p/s-1.jsonl", a_line(at=NOON_MS + 5 * DAY_MS))
    monkeypatch.setattr("tallylight.cli.reconcile.now_ms", lambda: NOW_MS + 5 * DAY_MS)
    assert reconciled(capsys)["until"] == "2026-11-22"


@pytest.mark.parametrize(
    ("zone", "moved"), [("Asia/Tokyo", "0.2"), ("America/New_York", "0.2"), ("UTC", "0")]
)
def test_a_request_near_midnight_is_on_another_day_here_than_on_the_bill(
    providers: ProviderServer, private_machine: Path, connect: Connect, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, zone: str, moved: str,
) -> None:  # fmt: skip
    at_ms = BEFORE_MS + (DAY_MS - 1_800_000 if zone.startswith("Asia") else 1_800_000)
    write_log(
        private_machine / ".claude", "p/s-1.jsonl", a_line(at=at_ms, usage=a_usage(input=0, output=10_000))
    )
    providers.days["messages"] = {BEFORE_MS: [some_tokens(output=10_000)]}
    providers.days["cost_report"] = {BEFORE_MS: [a_charge("20")]}
    connect()
    with in_zone(monkeypatch, zone):
        assert main(["scan"]) == 0
        made = reconciled(capsys)
    days = {day["day"]: day for day in made["by_day"]}
    of_bill = days["2026-11-19"]
    assert (of_bill["bill"]["usd"], made["difference"]["usd"]) == ("0.2", "0.00")
    shifted = {p["cause"]: p["usd"] for p in of_bill["parts"]}
    assert shifted.get("boundary", "0") == moved
    for day in (made, *days.values()):
        assert sum(Decimal(p["usd"]) for p in day["parts"]) == Decimal(day["difference"]["usd"])


@contextmanager
def in_zone(monkeypatch: pytest.MonkeyPatch, zone: str) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()


def test_what_a_plan_covers_is_no_part_of_a_bill_and_called_otherwise(
    providers: ProviderServer, private_machine: Path, connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    write_log(private_machine / ".claude", "p/s-1.jsonl", a_line(at=NOON_MS, usage=a_usage(output=20_000)))
    providers.days["messages"] = {BEFORE_MS: [some_tokens(output=10_000)]}
    providers.days["cost_report"] = {BEFORE_MS: [a_charge("20")]}
    connect()
    save_settings(replace(load_settings(), plan_fee_picousd=100 * 10**12))
    main(["scan"])
    made = reconciled(capsys)
    assert made["meter_basis"] == "API-equivalent"
    main(["report", "month", "--json"])
    assert json.loads(capsys.readouterr().out)["basis"] == "API-equivalent"
    main(["export", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["basis"] == "API-equivalent"
    main(["report", "month"])
    assert "Cost is API-equivalent." in capsys.readouterr().out
    assert [(part["cause"], part["usd"]) for part in made["parts"]] == [("plan", "-0.200016")]


def test_a_bill_without_tokens_is_shown_and_not_compared(
    providers: ProviderServer, connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    haiku = a_copilot_line("Claude Haiku 5", grossQuantity=20, grossAmount=0.2, netAmount=0.2)
    providers.days["ai_credit"] = {YESTERDAY_MS: [a_copilot_line(), haiku], BEFORE_MS: [haiku]}
    connect("github")
    main(["scan"])
    made = reconciled(capsys)
    assert (made["bill"], made["difference"], made["explained"]) == (
        {"tokens": None, "usd": "3.805"},
        None,
        None,
    )
    assert [
        (i["name"], i["unit"], i["quantity"], i["list_usd"], i["charged_usd"]) for i in made["items"]
    ] == [
        ("Claude Opus 5.5", "ai-credits", 1840.5, "18.405", "3.405"),
        ("Claude Haiku 5", "ai-credits", 40, "0.4", "0.4"),
    ]
    assert {(day["bill"]["tokens"], day["difference"]) for day in made["by_day"]} == {(None, None)}
    main(["reconcile"])
    said = capsys.readouterr().out
    assert "1,840.5 AI credits" in said
    assert "tells no tokens" in said
    assert "Difference" not in said
    assert "explained" not in said
