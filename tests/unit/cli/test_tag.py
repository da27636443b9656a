"""`tallylight tag`: names for projects and branches, which budgets, reports and exports then know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from factories import a_line, write_log
from tallylight.cli import main
from tallylight.config.store import load_settings
from tallylight.domain.tag import Tag
from tallylight.ingest.assembly import now_ms


def log(home: Path, at: int, cwd: str, branch: str = "main") -> None:
    line = a_line(id=f"msg_{at}", session=f"s-{at}", cwd=cwd, gitBranch=branch, at=now_ms())
    write_log(home / ".claude", f"p/s-{at}.jsonl", line)


@pytest.fixture
def three_projects(private_machine: Path) -> None:
    for at, (cwd, branch) in enumerate(
        (("/src/shop-web", "main"), ("/src/shop-api", "feat/x"), ("/src/blog", "main"))
    ):
        log(private_machine, at, cwd, branch)
    assert main(["scan"]) == 0


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(list(arguments)) == 0
    out = capsys.readouterr()
    assert out.err == ""
    return out.out


def by_tag(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, int]:
    rows: list[dict[str, Any]] = json.loads(said(capsys, "report", "tag", "--json", *arguments))["rows"]
    return {row["key"]: row["requests"] for row in rows}


@pytest.mark.usefixtures("three_projects")
def test_a_tag_names_past_and_future_requests(
    private_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert by_tag(capsys) == {"": 3}
    assert (
        said(capsys, "tag", "set", "client", "--project", "shop-*") == "client: 2 requests so far bear it.\n"
    )
    assert by_tag(capsys) == {"client": 2, "": 1}
    log(private_machine, 9, "/src/shop-new")
    assert by_tag(capsys) == {"client": 3, "": 1}
    assert said(capsys, "tag", "remove", "client") == ""
    assert by_tag(capsys, "--no-scan") == {"": 4}


@pytest.mark.usefixtures("three_projects")
def test_the_first_rule_that_fits_holds_and_parts_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tag", "set", "features", "--branch", "feat/*")
    said(capsys, "tag", "set", "client", "--project", "shop-*")
    said(capsys, "tag", "set", "client", "--project", "shop-*")  # said twice, kept once
    assert by_tag(capsys) == {"features": 1, "client": 1, "": 1}
    assert load_settings().tags == (
        Tag(name="features", branch="feat/*"),
        Tag(name="client", project="shop-*"),
    )
    shown = json.loads(said(capsys, "tag", "list", "--json"))
    assert [(row["name"], row["requests"]) for row in shown["tags"]] == [("features", 1), ("client", 1)]
    assert "feat/*" in said(capsys, "tag", "list")


@pytest.mark.usefixtures("three_projects")
def test_budgets_and_exports_are_limited_to_a_tag(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tag", "set", "client", "--project", "shop-*")
    assert "client, month: 1.0M tokens" in said(capsys, "budget", "set", "1M", "--tokens", "--tag", "client")
    said(capsys, "budget", "set", "1M", "--tokens")
    of_client, of_all = json.loads(said(capsys, "budget", "list", "--json"))["budgets"]
    assert of_client["scope"]["tag"] == "client"
    assert 0 < int(of_client["spent"]) * 3 == int(of_all["spent"]) * 2
    whole = json.loads(said(capsys, "export", "--format", "json", "--tag", "client", "--by", "tag"))
    assert whole["filter"] == {"tag": "client"}
    assert whole["totals"]["requests"] == 2
    assert [budget["scope"] for budget in whole["budgets"]] == [{"tag": "client"}]


def test_a_budget_for_a_tag_that_no_rule_gives_is_kept_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["budget", "set", "300", "--tag", "client"]) == 0
    assert "nothing bears the tag client yet" in capsys.readouterr().err
    assert load_settings().budgets[0].tag == "client"


@pytest.mark.usefixtures("three_projects")
def test_a_tag_leaves_as_little_as_the_folders_it_stands_for(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tag", "set", "client", "--project", "shop-*")
    for form in ("json", "csv", "markdown", "html"):
        out = said(capsys, "export", "--format", form, "--by", "tag", "--tag", "client", "--redact", "all")
        assert "client" not in out, form


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tag", "set", "client"], "--project, --branch or both"),
        (["tag", "set", " ", "--project", "x"], "needs a name"),
        (["tag", "remove", "client"], "there is no tag client"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert sentence in capsys.readouterr().err
    assert load_settings().tags == ()


def test_without_a_tag_the_list_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert "tallylight tag set" in said(capsys, "tag", "list")
