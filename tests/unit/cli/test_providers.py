"""Keys of providers in a shell: tested before they are kept, found nowhere but in the keychain."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factories import a_line, write_log
from keychain import InMemory
from loopback import Reply
from provider_server import (
    KEYS,
    NO_RIGHT,
    TOO_OFTEN,
    UNKNOWN_KEY,
    YESTERDAY_MS,
    ProviderServer,
    a_charge,
    a_copilot_line,
    some_tokens,
)
from tallylight.cli import main
from tallylight.config.paths import data_dir
from tallylight.config.secrets import read_key
from tallylight.config.store import load_settings
from tallylight.domain.secret import Secret

KEY = KEYS["anthropic"]


Connect = Callable[..., int]


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    main(["providers", *arguments, "--json"])
    return {row["name"]: row for row in json.loads(capsys.readouterr().out)["providers"]}


@pytest.mark.parametrize("name", list(KEYS))
def test_a_key_that_works_is_kept_in_the_keychain(
    providers: ProviderServer, connect: Connect, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert connect(name, KEYS[name]) == 0
    assert "connected, the key works" in capsys.readouterr().out
    assert read_key(name) == Secret(KEYS[name])
    assert load_settings().feeds == (name,)
    assert main(["disconnect", name]) == 0
    assert read_key(name) is None


@pytest.mark.parametrize(
    ("key", "reply", "says"),
    [
        ("sk-ant-api03-planted", None, "no Admin key"), (KEY, UNKNOWN_KEY, "does not know this key"),
        (KEY, NO_RIGHT, "may not read usage"),
    ],
)  # fmt: skip
def test_a_key_that_is_refused_is_not_kept(
    providers: ProviderServer, chain: InMemory, connect: Connect, capsys: pytest.CaptureFixture[str],
    key: str, reply: Any, says: str,
) -> None:  # fmt: skip
    providers.replies["messages"] = [reply] if reply else []
    assert connect(key=key) == 1
    said = capsys.readouterr()
    assert says in said.err
    assert key not in said.err + said.out
    assert chain.kept == {}
    assert load_settings().feeds == ()


def test_a_key_that_cannot_be_tested_now_is_kept_and_that_is_said(
    providers: ProviderServer, connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    providers.replies["messages"] = [TOO_OFTEN]
    assert connect() == 0
    assert "not tested yet: Anthropic was asked too often" in capsys.readouterr().out
    assert read_key("anthropic") == Secret(KEY)


def test_providers_says_how_each_stands_and_test_asks(
    providers: ProviderServer, connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {row["state"] for row in listed(capsys).values()} == {"off"}
    connect()
    assert main(["scan"]) == 0
    known = listed(capsys)["anthropic"]
    assert (known["state"], known["read_at"]) == ("ready", "2026-11-22T08:55:00.000Z")
    providers.asked.clear()
    assert listed(capsys, "test")["anthropic"]["says"] == "the key works"
    assert [name for name, _ in providers.asked] == ["analytics", "messages"]
    providers.replies["messages"] = [UNKNOWN_KEY]
    assert main(["providers", "test"]) == 1
    assert "does not know this key" in capsys.readouterr().out


def test_a_key_in_the_environment_is_named_by_its_variable(
    providers: ProviderServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TALLYLIGHT_OPENAI_KEY", KEYS["openai"])
    assert main(["connect", "openai", "--yes"]) == 0
    assert listed(capsys)["openai"]["key_variable"] == "TALLYLIGHT_OPENAI_KEY"
    main(["providers"])
    assert "key in TALLYLIGHT_OPENAI_KEY" in capsys.readouterr().out
    assert main(["disconnect", "openai"]) == 0
    assert "The key in TALLYLIGHT_OPENAI_KEY stays there" in capsys.readouterr().out


def test_a_test_without_a_key_says_so_and_asks_nobody(
    providers: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["providers", "test", "openai"]) == 1
    assert "there is no key: connect it, or set TALLYLIGHT_OPENAI_KEY" in capsys.readouterr().out
    assert providers.asked == []


@pytest.mark.parametrize("name", list(KEYS))
@pytest.mark.parametrize("is_well", [True, False])
def test_a_key_is_found_in_no_file_no_log_no_answer_and_no_export(
    providers: ProviderServer, private_machine: Path, connect: Connect,
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, is_well: bool, name: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    write_log(private_machine / ".claude", "p/s-1.jsonl", a_line())
    providers.days["messages"] = {YESTERDAY_MS: [some_tokens(input=1)]}
    providers.days["cost_report"] = {YESTERDAY_MS: [a_charge("7")]}
    providers.days["ai_credit"] = {YESTERDAY_MS: [a_copilot_line()]}
    providers.days["team-7"] = {YESTERDAY_MS: [{"for": "Grok 4", "usd": 1.23}]}
    assert connect(name) == 0
    if not is_well:  # some answers repeat what they were asked with
        repeated = Reply(401, json.dumps({"error": {"message": f"{KEYS[name]} is not known"}}).encode())
        providers.replies = {
            path: [repeated] * 9 for path in (*providers.days, "completions", "key", "balance", "user")
        }
    folder = data_dir()
    for arguments in (
        ["scan"], ["providers", "--json"], ["providers", "test"], ["reconcile"], ["reconcile", "--json"], ["doctor"],
        ["report", "day"], ["export", "--format", "html", "--output", str(folder / "a.html")],
        ["export", "--format", "focus", "--output", str(folder / "b.csv")],
        ["export", "--format", "json", "--output", str(folder / "a.json")],
        ["export", "--format", "csv", "--detail", "request", "--output", str(folder / "a.csv")],
    ):  # fmt: skip
        main(arguments)
    said = capsys.readouterr()
    written = b"".join(path.read_bytes() for path in folder.parent.rglob("*") if path.is_file())
    assert b"sqlite" in written.lower()
    everything = written + (said.out + said.err + caplog.text).encode()
    assert b"planted-key" not in everything
    command_line = Path("/proc/self/cmdline")
    assert not command_line.exists() or b"planted-key" not in command_line.read_bytes()
