"""`tallylight export`: which rows, under which names, into which file."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from factories import NOW_MS, a_line, a_prompt, a_usage, write_log
from tallylight.cli import main

DAY_MS = 86_400_000


@pytest.fixture
def root(private_machine: Path) -> Path:
    """Two projects on 1 and 2 October 2026, three sessions."""
    root = private_machine / ".claude"
    for n, (cwd, at) in enumerate(
        (("/home/ana/shop", NOW_MS - DAY_MS), ("/home/ana/shop", NOW_MS), ("/home/ana/docs", NOW_MS)), 1
    ):
        line = a_line(
            id=f"m{n}", request=f"r{n}", session=f"s-{n}", cwd=cwd, at=at, usage=a_usage(output=1000 * n)
        )
        write_log(root, f"-home/s-{n}.jsonl", a_prompt(session=f"s-{n}", at=at - 9), line)
    return root


def exported(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["export", "--range", "2026-10", *arguments]) == 0
    return capsys.readouterr().out


def table(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(capsys, "--format", "csv", *arguments))))


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(exported(capsys, "--format", "json", *arguments))
    return found


def test_each_detail_comes_to_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {detail: table(capsys, "--detail", detail) for detail in ("summary", "day", "session", "request")}
    assert {detail: len(rows) for detail, rows in found.items()} == {
        "summary": 2,
        "day": 3,
        "session": 3,
        "request": 3,
    }
    sums = {sum(Decimal(row["cost_usd"]) for row in rows) for rows in found.values()}
    assert sums == {Decimal(document(capsys)["totals"]["cost_usd"])}
    assert {sum(int(row["output_tokens"]) for row in rows) for rows in found.values()} == {6000}


def test_a_filter_and_a_group_are_those_of_history(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["group"] for row in table(capsys, "--project", "docs", "--by", "model")] == [
        "claude-opus-5-5"
    ]
    assert table(capsys, "--model", "another") == []
    for project in ("shop", "SHOP", "ana/shop", "/home/ana/shop/"):
        assert document(capsys, "--project", project)["totals"]["requests"] == 2


def test_accounts_stay_apart(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = root.parent / "work"
    write_log(work, "-home/s-9.jsonl", a_prompt(session="s-9"), a_line(id="m9", session="s-9", at=NOW_MS))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{root},{work}")
    found = {row["group"]: int(row["requests"]) for row in table(capsys, "--by", "account")}
    assert found == {"~/.claude": 3, "~/work": 1}
    assert [row["session"] for row in table(capsys, "--account", "~/work", "--detail", "session")] == ["s-9"]
    assert main(["report", "account", "--no-scan", "--json"]) == 0
    assert {row["key"] for row in json.loads(capsys.readouterr().out)["rows"]} == {"~/.claude", "~/work"}
    assert not {row["group"] for row in table(capsys, "--by", "account", "--redact", "paths")} & found.keys()


def test_a_period_that_is_over_is_held_against_the_whole_one_before(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "--format", "json", "--range", "2026-10-02"]) == 0
    before = json.loads(capsys.readouterr().out)["before"]
    assert (before["since"], before["until"], before["requests"]) == ("2026-10-01", "2026-10-02", 1)


def test_names_are_hashed_alike_each_time(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = exported(capsys, "--format", "csv", "--detail", "request", "--redact", "all")
    assert first == exported(capsys, "--format", "csv", "--detail", "request", "--redact", "all")
    values = {value for row in csv.DictReader(io.StringIO(first)) for value in row.values()}
    assert not values & {"shop", "docs", "/home/ana/shop", "/home/ana/docs", "s-1", "s-2", "s-3", "main"}
    short = table(capsys, "--redact", "paths=short")
    assert {row["project_path"] for row in short} == {"shop", "docs"}


def test_a_file_is_named_by_its_days_and_not_replaced_unasked(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported(capsys, "--format", "csv", "--output", str(tmp_path))
    path = tmp_path / "tallylight-2026-10-01_2026-10-31.csv"
    before = path.read_bytes()
    assert main(["export", "--format", "csv", "--range", "2026-10", "--output", str(path)]) == 1
    assert "--force replaces it" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert main(["export", "--format", "csv", "--range", "all", "--output", str(path), "--force"]) == 0
    assert "replaced" in capsys.readouterr().err


def test_what_belongs_beside_a_file_bears_its_whole_name_and_is_not_replaced_unasked(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    exported(capsys, "--format", "focus", "--output", str(folder / "x.csv"))
    exported(capsys, "--format", "focus-parquet", "--output", str(folder / "x.parquet"))
    names = {"x.csv", "x.csv.focus-metadata.json", "x.parquet", "x.parquet.focus-metadata.json"}
    assert {path.name for path in folder.iterdir()} == names
    beside = folder / "y.csv.focus-metadata.json"
    beside.write_text("precious")
    asked = ["export", "--format", "focus", "--range", "2026-10", "--output", str(folder / "y.csv")]
    assert main(asked) == 1
    assert f"{beside} exists already" in capsys.readouterr().err
    assert not (folder / "y.csv").exists() and beside.read_text() == "precious"
    assert main([*asked, "--keep-both"]) == 0
    assert (folder / "y-2.csv").exists() and (folder / "y-2.csv.focus-metadata.json").exists()
    assert main([*asked, "--force"]) == 0
    assert json.loads(beside.read_text())


@pytest.mark.skipif(os.name != "posix", reason="pipes are those of POSIX")
def test_a_pipe_is_written_to_and_nothing_beside_it(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "out" / "pipe"
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        asked = ["export", "--format", "focus", "--range", "2026-10", "--output", str(pipe), "--force"]
        assert main(asked) == 0
        assert b"BilledCost" in os.read(reader, 60_000)
    finally:
        os.close(reader)
    assert f"wrote {pipe}" in capsys.readouterr().err
    assert [path.is_fifo() for path in pipe.parent.iterdir()] == [True]


def test_one_of_each_is_said_in_the_singular(
    private_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(
        private_machine / ".claude", "-home/s-1.jsonl", a_prompt(), a_line(model="mystery-1", at=NOW_MS)
    )
    assert main(["scan"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1 file, ") and " 1 new request in " in said
    assert main(["export", "--format", "focus", "--range", "2026-10"]) == 0
    assert "1 request without a price is left out" in capsys.readouterr().err
    assert main(["report", "day"]) == 0
    assert " in 1 request, not in the total" in capsys.readouterr().out


def test_how_far_it_is_is_told_on_the_other_stream(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--format", "csv", "--range", "2026-10", "--detail", "request", "--progress"]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == ["progress 0 3", "progress 3 3"]
    assert len(said.out.splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["--format", "doc"], 1, "there is no format doc"),
        (["--format", "csv", "--range", "whenever"], 1, "is no period"),
        (["--format", "csv", "--redact", "names"], 2, "is not known"),
        (["--format", "csv", "--by", "mood"], 2, "invalid choice"),
        (["--format", "csv", "--output", "/nowhere/a.csv"], 1, "No such file or directory"),
        (["--format", "csv", "--project", "nosuch"], 1, "no project is called nosuch"),
        (["--format", "csv", "--project", "hop"], 1, "no project is called hop"),
        (["--format", "csv", "--output", ""], 2, "--output is empty"),
        (["--format", "csv", "--output", "a.csv", "--force", "--keep-both"], 2, "give one of them"),
        (["--due", "--format", "csv"], 2, "--format does not go with it"),
        (["--due", "--output", "a.csv"], 2, "--output does not go with it"),
        (["--due", "--partition", "day,host"], 2, "--partition does not go with it"),
        ([], 2, "--format"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, part: str
) -> None:
    try:
        found = main(["export", *arguments])
    except SystemExit as e:
        found = int(str(e.code))
    err = capsys.readouterr().err
    assert (found, err.count("\n")) == (code, 1) and part in err


def test_a_ledger_that_may_not_be_written_is_exported_as_it_is(
    root: Path, closed: Callable[[Path, int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(table(capsys)) == 2
    data = root.parent.parent / "data"
    for file in data.glob("ledger.sqlite*"):
        closed(file, 0o400)
    closed(data, 0o500)
    assert main(["export", "--format", "csv", "--range", "2026-10"]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3 and "nothing new is read" in said.err
