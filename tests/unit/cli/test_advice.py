"""`tallylight advice`: what would be cheaper now, worked out on request, and what came of it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from factories import a_line, a_prompt, a_usage, write_log
from tallylight.cli import main
from tallylight.ingest.assembly import now_ms

MINUTE_MS = 60_000


@pytest.fixture
def root(private_machine: Path) -> Path:
    return private_machine / ".claude"


def a_session(root: Path, name: str, minutes: float, turns: int, context: int, growth: int = 3000) -> None:
    """Turns half a minute apart from so many minutes ago on, on Opus 4.8, cached for an hour."""
    lines, before = (
        [a_prompt(session=name, uuid=f"{name}-p", at=now_ms() - round(minutes * MINUTE_MS) - 1)],
        0,
    )
    for n in range(turns):
        at = now_ms() - round((minutes - n / 2) * MINUTE_MS)
        usage = a_usage(input=0, read=before, write_1h=context - before, output=800)
        lines.append(
            a_line(
                session=name,
                id=f"msg_{name}{n}",
                uuid=f"{name}-{n}",
                at=at,
                usage=usage,
                model="claude-opus-4-8",
            )
        )
        before, context = context, context + growth
    write_log(root, f"p/{name}.jsonl", *lines)


@pytest.fixture
def grown(root: Path) -> None:
    for n in range(3):
        a_session(root, f"past-{n}", 3000 + 90 * n, 3, 20_000)
    a_session(root, "now", 10, 12, 100_000)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["advice", *arguments]) == 0
    return capsys.readouterr().out


def test_it_says_what_to_change_and_what_that_rests_on(
    grown: None, capsys: pytest.CaptureFixture[str]
) -> None:
    first, figures, assumption, *rest = said(capsys).splitlines()
    assert first.startswith("shop: start fresh now, ≈ $0.")
    assert "133k re-read each turn against 20k at a fresh start here (median of 3)." in figures
    assert "Assumes 10 more turns on Opus 4.8" in assumption
    assert not rest


def test_one_session_is_worked_out_turn_by_turn(grown: None, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "--session", "no").splitlines()
    assert [line.split()[:2] for line in lines[3:]] == [["Turn", f"+{n}"] for n in range(1, 11)]
    assert said(capsys, "--session", "other") == "Nothing to advise.\n"


def test_programs_get_all_of_it(grown: None, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys)
    answer: dict[str, Any] = json.loads(said(capsys, "--json"))
    (advice,) = answer["advice"]
    working = advice["working"]
    assert float(advice["saving_usd"]) == pytest.approx(
        sum(float(line["as_it_is_usd"]) - float(line["with_the_change_usd"]) for line in working)
    )
    assert (advice["kind"], advice["turns"], advice["session_id"]) == ("reset", 10, "now")
    (given,) = answer["given"]  # it was shown before
    assert given["key"] == advice["key"] and given["taken"] is None


def test_what_was_taken_is_summed_up(root: Path, grown: None, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys)
    a_session(root, "fresh", -0.1, 10, 20_000)
    text = said(capsys)
    assert "Last 30 days: 1 of 1 taken, promised $0." in text
    assert "median error of a promise" in text


def test_what_is_filtered_away_is_not_shown(grown: None, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "--session", "zzz")
    assert json.loads(said(capsys, "--json"))["given"] == []
    assert len(json.loads(said(capsys, "--json"))["given"]) == 1


@pytest.mark.parametrize(("around", "code"), [(">/dev/full", 1), (">&-", 0)])
def test_what_could_not_be_written_was_not_shown(
    grown: None, capsys: pytest.CaptureFixture[str], around: str, code: int
) -> None:
    command = f"{shlex.quote(sys.executable)} -m tallylight advice {around}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)
    assert done.returncode == code and b"Exception" not in done.stderr
    assert json.loads(said(capsys, "--json"))["given"] == []


def test_nothing_to_advise_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys) == "Nothing to advise.\n"
