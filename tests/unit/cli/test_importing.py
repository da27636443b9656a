"""`tallylight import`: usage files of Cursor's dashboard into the ledger, and what stands in reports of them."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from bills import CENT, a_statement, bill
from factories import a_line, an_event, write_log
from focus_checker import problems, rows_of
from tallylight.cli import main
from tallylight.config.paths import data_dir
from tallylight.domain.billing import Coverage
from tallylight.domain.settings import Settings
from tallylight.domain.usage import Mark
from tallylight.ingest.assembly import Prices, open_ledger
from tallylight.ledger.batch import Batch

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
    assert told(capsys, "import", path).endswith("usage.csv: 3 new requests, 0 known already\n")
    said = json.loads(told(capsys, "import", path, "--json"))
    assert said == {
        "new": 0,
        "files": [{"path": path, "requests": 3, "new": 0, "known": 3, "rejected": 0}],
        "bills": None,
    }


def test_what_it_brought_is_in_every_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "import", a_file(tmp_path))
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
        assert "1 line not understood" in told(capsys, "import", path)
    main(["doctor"])
    assert "1 lines: line of a usage file (1)" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_nothing_is_taken_of_several_files_when_one_is_another_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    good, bad = a_file(tmp_path), a_file(tmp_path, text, "other.csv")
    assert main(["import", good, bad]) == 1
    assert "other.csv: neither a FOCUS export nor a usage file" in capsys.readouterr().err
    assert "3 new requests" in told(capsys, "import", good)


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "none.csv")]) == 1
    assert "none.csv: No such file" in capsys.readouterr().err


def test_what_was_charged_stands_beside_what_it_is_worth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "import", a_file(tmp_path))
    made = json.loads(told(capsys, "report", "model", "--json", "--no-scan"))
    assert made["charged"] == {
        "requests": 3, "charged_usd": "0.05", "worth_usd": "0.31265", "unknown_requests": 0,
        "worth_is_at_least": True, "inferred_requests": 0,
    }  # fmt: skip
    shown = told(capsys, "report", "model", "--no-scan")
    assert (
        "Charged on top of plans: $0.0500 for 3 requests that bills state; they are worth ≥ $0.31." in shown
    )


def exported(capsys: pytest.CaptureFixture[str], form: str, *more: str) -> str:
    return told(capsys, "export", "--no-scan", "--range", "2026-09", "--format", form, *more)


def test_an_export_keeps_the_bases_apart_for_each_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "import", a_file(tmp_path))
    made = json.loads(exported(capsys, "json", "--detail", "request"))
    rows = [(row["cost_usd"], row["basis"], row["covered_by"], row["charged_usd"]) for row in made["rows"]]
    assert rows == [
        ("0.26265", "list price", "included", "0.00"),
        ("0.05", "list price, by the provider", "on demand", "0.05"),
        (None, "list price", "not charged", "0.00"),
    ]
    assert made["charged"]["charged_usd"] == "0.05"
    assert "charged on top of plans: $0.0500" in exported(capsys, "markdown")


def test_focus_bills_what_was_charged_and_adds_up_to_the_list_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "import", a_file(tmp_path))
    rows = list(csv.DictReader(io.StringIO(exported(capsys, "focus"))))
    billed = [Decimal(row["BilledCost"]) for row in rows]
    assert sum(billed) == Decimal("0.05")
    assert [row["EffectiveCost"] for row, cost in zip(rows, billed, strict=True) if cost] == [
        row["BilledCost"] for row, cost in zip(rows, billed, strict=True) if cost
    ]
    assert sum(Decimal(row["ListCost"]) for row in rows) == Decimal("0.31265")
    assert {row["x_PriceTableVersion"] for row in rows} > {"reported"}
    assert {row["x_CostBasis"] for row in rows} == {"provider-usage-estimate", "provider-reported"}
    assert {row["InvoiceIssuerName"] for row in rows} == {"Cursor"}


def test_without_bills_no_report_speaks_of_charges(
    private_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(private_machine / ".claude", "p/s-1.jsonl", a_line())
    assert json.loads(told(capsys, "report", "model", "--json"))["charged"] is None
    assert "Charged" not in told(capsys, "report", "model")


def test_what_no_bill_states_yet_is_said_to_be_provisional(capsys: pytest.CaptureFixture[str]) -> None:
    with open_ledger(data_dir(), Settings()) as ledger:
        turn = {"kind": "provisional", "source": "cursor", "model": "cursor/composer-2.5", "output": 10**6}
        Prices(ledger, data_dir()).provide({"cursor/composer-2.5"})
        ledger.write(Batch(events=[an_event(key="cursor-hook:a", **turn)]))
    made = json.loads(told(capsys, "report", "model", "--json", "--no-scan"))
    assert (made["provisional"]["requests"], made["provisional"]["cost_usd"]) == (1, "2.5")
    shown = told(capsys, "report", "model", "--no-scan")
    assert "Provisional: $2.50 in 1 request is counted by a recorder and on no bill yet." in shown


def test_tokens_that_a_bill_does_not_state_are_no_zeros(capsys: pytest.CaptureFixture[str]) -> None:
    with open_ledger(data_dir(), Settings()) as ledger:
        bill(ledger, [a_statement(model="composer-2.5", input=0, has_tokens=False)])
    (unpriced,) = json.loads(told(capsys, "report", "model", "--json", "--no-scan"))["unpriced"]
    assert (unpriced["has_tokens"], unpriced["requests"], unpriced["input_tokens"]) == (False, 1, None)
    shown = told(capsys, "report", "model", "--no-scan")
    assert "Tokens not stated for cursor/composer-2.5: 1 request, not in the total." in shown


def test_a_chat_that_was_found_by_the_time_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = 1_788_966_412_345
    prompt = Mark(key="p", source="cursor", session_id="chat-1", time_ms=at - 1000, kind="prompt")
    with open_ledger(data_dir(), Settings()) as ledger:
        ledger.write(Batch(marks=[prompt]))
    told(capsys, "import", a_file(tmp_path))
    made = json.loads(exported(capsys, "json", "--detail", "request"))
    assert [row["is_inferred"] for row in made["rows"]] == [True, False, False]
    assert made["charged"]["inferred_requests"] == 1


def test_focus_has_a_row_for_what_was_charged_without_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    at, cents = 1_788_966_412_345, 4 * CENT
    with open_ledger(data_dir(), Settings()) as ledger:
        told_of = a_statement(
            at, input=0, has_tokens=False, coverage=Coverage.ON_DEMAND, charged_picousd=cents
        )
        bill(ledger, [told_of])
    header, rows = rows_of(exported(capsys, "focus").encode())
    assert problems(header, rows) == []
    (row,) = rows
    assert (row["BilledCost"], row["ListCost"], row["EffectiveCost"]) == ("0.04", "0.04", "0.04")
    assert (row["ConsumedQuantity"], row["SkuMeter"], row["x_CostBasis"]) == (
        "1.0",
        "Requests",
        "provider-reported",
    )
