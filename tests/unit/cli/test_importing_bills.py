"""`tallylight import` of FOCUS exports: what came of them, the list of bills, and taking one out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from factories import a_line, write_log
from focus_bills import a_bill, as_parquet, aws, azure, claude_on_bedrock, ec2, google
from tallylight.cli import main


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["import", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def answered(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    return dict(json.loads(told(capsys, *arguments, "--json")))


def test_what_came_of_a_file_is_told_in_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_bill(tmp_path / "bill.csv", aws(), ec2(), claude_on_bedrock(ListCost=""))
    made = answered(capsys, path)
    assert (made["new"], made["files"]) == (0, [])
    bills = made["bills"]
    assert {name: bills[name] for name in ("rows", "ai_rows", "added", "replaced", "known", "skipped", "rejected")} == {
        "rows": 3, "ai_rows": 2, "added": 2, "replaced": 0, "known": 0, "skipped": 1, "rejected": 0,
    }  # fmt: skip
    (file,) = bills["files"]
    assert (file["path"], file["version"], file["ai_rows"]) == (str(path), "1.2", 2)
    (null,) = [each for each in file["deviations"] if each["kind"] == "null"]
    assert null == {
        "kind": "null", "about": "ListCost", "count": 1, "first_line": 4, "says": "leaves ListCost empty"
    }  # fmt: skip
    assert bills["periods"] == [
        {"provider": "AWS", "account": "111122223333", "since": "2026-11-01", "until": "2026-12-01", "state": "added",
         "rows": 3, "ai_rows": 2, "ai_rows_before": None, "charged": {"USD": "2"}}
    ]  # fmt: skip


def test_the_same_file_in_another_form_adds_nothing_and_a_corrected_one_replaces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [aws(), aws(RegionId="eu-west-1")]
    answered(capsys, a_bill(tmp_path / "a.csv", *rows))
    assert answered(capsys, as_parquet(rows, tmp_path / "b.parquet"))["bills"]["known"] == 2
    assert "known already, $2.00 charged" in told(capsys, tmp_path / "a.csv")
    again = answered(capsys, a_bill(tmp_path / "c.csv", aws(BilledCost="0.5")))["bills"]
    assert (again["replaced"], again["added"], again["periods"][0]["charged"]) == (1, 0, {"USD": "0.5"})
    assert again["periods"][0]["ai_rows_before"] == 2
    said = told(capsys, tmp_path / "a.csv")
    assert "replaced (1 row of AI before, 2 now), $2.00 charged" in said
    told(capsys, tmp_path / "c.csv")
    (bill,) = answered(capsys)["bills"]
    assert (bill["charged"], bill["files"], bill["version"]) == ({"USD": "0.5"}, ["c.csv"], "1.2")


def test_a_good_bill_is_not_replaced_by_a_part_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, a_bill(tmp_path / "a.csv", aws(), aws()))
    assert main(["import", str(a_bill(tmp_path / "b.csv", aws(), aws(BilledCost="much")))]) == 1
    said = capsys.readouterr().err
    assert (said.count("\n"), "in line 3 whose BilledCost" in said) == (1, True)
    assert answered(capsys)["bills"][0]["charged"] == {"USD": "2"}


def test_what_has_no_currency_is_never_dollars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_bill(tmp_path / "a.csv", aws(), aws(BillingCurrency="", BilledCost="9"))
    assert "added, $1.00 + 9.00 no currency charged" in told(capsys, path)
    assert answered(capsys)["bills"][0]["charged"] == {"USD": "1", "no currency": "9"}


def test_two_clouds_in_any_order_are_two_bills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (
        a_bill(tmp_path / "a.csv", aws()),
        a_bill(tmp_path / "g.csv", google(), azure(BillingCurrency="EUR")),
    )
    for path in (two, one, two):
        told(capsys, path)
    said = told(capsys)
    assert [line.split()[1] for line in said.splitlines()[2:]] == ["AWS", "Google", "Microsoft"]
    assert "1.00 EUR" in said


def test_a_file_without_ai_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, a_bill(tmp_path / "a.csv", ec2()))
    assert "Nothing of AI stands in it: nothing was kept." in said
    assert told(capsys).startswith("No bill was imported yet")


def test_a_usage_file_and_a_bill_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "Date,Kind,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Cost\n"
    usage = tmp_path / "usage.csv"
    usage.write_text(f"{head}2026-09-09T15:06:52Z,Included,composer-2.5,1,2,3,4,Included\n")
    made = answered(capsys, usage, a_bill(tmp_path / "bill.csv", aws()))
    assert (made["new"], made["bills"]["added"]) == (1, 1)


def test_runs_of_one_export_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for run, day in (("one", "19"), ("two", "20")):
        a_bill(
            tmp_path / run / "part_0_0001.csv",
            aws(),
            aws(ChargePeriodStart=f"2026-11-{day}T00:00:00Z", RegionId="x"),
        )
    assert "1 older export of the same period left out." in told(capsys, tmp_path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-900] + b"\xff" * 9 + b'"' * 3 + b"x" * 200_000),
        lambda path: path.write_text("ChargePeriodStart,ListCost,BillingCurrency\n"),
        lambda path: path.write_text("a,b\n1,2\n"),
        lambda path: path.unlink(),
    ],
    ids=["damaged", "no cost", "another table", "not there"],
)
def test_of_several_files_all_or_none_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Any
) -> None:
    good, bad = a_bill(tmp_path / "a.csv", aws()), a_bill(tmp_path / "b.csv", google(), google())
    spoil(bad)
    assert main(["import", str(good), str(bad)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("tallylight: ")
    assert said.count("\n") == 1
    assert "b.csv" in said
    assert answered(capsys)["bills"] == []


@pytest.mark.parametrize("form", ["focus", "focus-1.4", "focus-parquet", "focus-1.4-parquet"])
def test_our_own_exports_are_refused(
    private_machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    write_log(private_machine / ".claude", "p/s-1.jsonl", a_line())
    path = tmp_path / ("own.parquet" if "parquet" in form else "own.csv")
    assert main(["export", "--format", form, "--range", "all", "--output", str(path)]) == 0
    capsys.readouterr()
    assert main(["import", str(path)]) == 1
    assert "was exported by Tallylight" in capsys.readouterr().err


def test_a_bill_is_taken_out_by_its_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_bill(tmp_path / "a.csv", aws())
    told(capsys, path)
    (bill,) = answered(capsys)["bills"]
    assert main(["import", "--remove", "99"]) == 1
    assert "no imported bill has the number 99" in capsys.readouterr().err
    assert answered(capsys, "--remove", bill["number"]) == {"removed": bill["number"]}
    assert answered(capsys)["bills"] == []
    told(capsys, path)
    assert "is out" in told(capsys, "--remove", answered(capsys)["bills"][0]["number"])


def test_removing_takes_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["import", "--remove", "1", "a.csv"])
    assert ended.value.code == 2


def test_bills_stand_in_reconcile_and_in_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, a_bill(tmp_path / "a.csv", aws(BilledCost="77")))
    assert main(["reconcile", "--since", "2026-11-01", "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out)["providers"]
    assert (made["provider"], made["bill"], made["bill_basis"]) == (
        "AWS",
        {"tokens": None, "usd": "77.00"},
        "charged",
    )
    assert made["says"].startswith("No request in logs here went through AWS")
    assert [item["charged_usd"] for item in made["items"]] == ["77.00"]
    assert main(["reconcile", "--since", "2026-11-01"]) == 0
    assert "AWS, imported bills · 2026-11-01" in capsys.readouterr().out
    assert main(["report", "model", "--json", "--no-scan"]) == 0
    assert "77" not in capsys.readouterr().out


def test_a_bill_that_nothing_is_compared_with_has_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, a_bill(tmp_path / "a.csv", aws()))
    assert main(["reconcile", "--since", "2026-11-01", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["providers"]
    assert (one["explained"], one["difference"], one["parts"], len(one["items"])) == (None, None, [], 1)
    assert {day["difference"] for day in one["by_day"]} == {None}
    assert main(["reconcile", "--since", "2026-11-01"]) == 0
    said = capsys.readouterr().out
    assert "there is nothing to compare" in said
    assert "Difference" not in said
    assert "explained" not in said


def test_what_turns_a_terminal_around_is_escaped_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = "acc\N{RIGHT-TO-LEFT OVERRIDE}ount\x7f\U000e0001"
    said = told(capsys, a_bill(tmp_path / "a.csv", aws(BillingAccountId=account)), "--json")
    assert said.rstrip("\n").isprintable()
    assert json.loads(said)["bills"]["periods"][0]["account"] == account
    assert main(["reconcile", "--since", "2026-11-01", "--json"]) == 0
    assert capsys.readouterr().out.rstrip("\n").isprintable()
