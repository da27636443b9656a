"""`tallylight import`: usage files of Cursor's dashboard into the ledger, and what stands in reports of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallylight.cli import main

HEAD = (
    "Date,Cloud Agent ID,Automation ID,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),"
    "Cache Read,Output Tokens,Total Tokens,Cost\n"
)
LINES = """"2026-09-09T15:06:52.345Z","","","Included","claude-opus-5","No","9120","2180","318400","1422","0","Included"
"2026-09-09T15:20:01.000Z","","","On-Demand","composer-2.5","No","0","5120","88000","900","94020","0.05"
"2026-09-09T15:21:09.000Z","","","Errored, No Charge","agent_review","No","0","10","0","0","10","-"
"""


def a_file(folder: Path, text: str = HEAD + LINES, name: str = "usage.csv") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_the_same_file_twice_adds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_file(tmp_path)
    assert told(capsys, "import", "cursor-csv", path).endswith("usage.csv: 3 new requests, 0 known already\n")
    said = json.loads(told(capsys, "import", "cursor-csv", path, "--json"))
    assert said == {"new": 0, "files": [{"path": path, "requests": 3, "new": 0, "known": 3, "rejected": 0}]}


def test_what_it_brought_is_in_every_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "import", "cursor-csv", a_file(tmp_path))
    made = json.loads(told(capsys, "report", "session", "--json", "--no-scan"))
    (row,) = made["rows"]
    assert (row["source"], row["requests"], row["unpriced_requests"]) == ("cursor", 3, 1)
    assert row["cost_usd"] == "0.31265"  # 26.265 cents by our list, 5 by the file
    shown = told(capsys, "report", "session", "--no-scan")
    assert "Tab, Bugbot, cloud, other machines" in shown


def test_lines_that_are_not_understood_are_said_and_stay_in_doctor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(tmp_path, HEAD + LINES + "yesterday,,,Included,m,No,1,2,3,4,10,-\n")
    for _ in range(2):
        assert "1 line not understood" in told(capsys, "import", "cursor-csv", path)
    main(["doctor"])
    assert "1 lines: line of a usage file (1)" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_nothing_is_taken_of_several_files_when_one_is_another_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    good, bad = a_file(tmp_path), a_file(tmp_path, text, "other.csv")
    assert main(["import", "cursor-csv", good, bad]) == 1
    assert "other.csv: not a usage file of Cursor’s" in capsys.readouterr().err
    assert "3 new requests" in told(capsys, "import", "cursor-csv", good)


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "cursor-csv", str(tmp_path / "none.csv")]) == 1
    assert "none.csv: No such file" in capsys.readouterr().err
