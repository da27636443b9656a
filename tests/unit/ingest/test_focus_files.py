"""Files together: parts are one bill, runs of the same export are not counted twice."""

from __future__ import annotations

import gzip
import os
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from focus_bills import Row, a_bill, as_csv, as_parquet, aws, azure, ec2, google, marketplace
from tallylight.domain.cloud_bill import CloudBill
from tallylight.ingest.focus_files import read_files


def the_bill(*paths: Path) -> CloudBill:
    (bill,) = read_files(paths).bills
    return bill


def billed(bill: CloudBill) -> Decimal:
    return sum((amounts.billed for amounts in bill.charges.values()), Decimal(0))


def on(day: int, **given: str) -> Row:
    return aws(ChargePeriodStart=f"2026-11-{day:02}T00:00:00Z", **given)


def test_parts_of_one_export_are_one_bill(tmp_path: Path) -> None:
    for number in range(3):
        a_bill(tmp_path / f"export-0000{number}.csv", on(20, BilledCost=f"{number + 1}"))
    bill = the_bill(tmp_path)
    assert (billed(bill), bill.rows, bill.ai_rows) == (6, 3, 3)
    assert bill.files == ["export-00000.csv", "export-00001.csv", "export-00002.csv"]


@pytest.mark.parametrize(
    "names", [("a.csv", "b.csv.gz", "c.parquet"), ("part-1.csv", "part-2.csv.gz", "3.parquet")]
)
def test_the_same_rows_in_several_forms_count_once(tmp_path: Path, names: tuple[str, ...]) -> None:
    rows = [on(19), on(20), ec2()]
    one, two, three = (tmp_path / name for name in names)
    a_bill(one, *rows)
    two.write_bytes(gzip.compress(as_csv(rows)))
    as_parquet(rows, three)
    for paths in permutations((one, two, three)):
        assert billed(the_bill(*paths)) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("20261101-20261130/0f3a1b2c-1111-2222-3333-0123456789ab/part_0_0001.csv",
         "20261101-20261130/9e8d7c6b-1111-2222-3333-0123456789ab/part_0_0001.csv"),
        ("2026-11-19T00/export-00001.csv", "2026-11-20T00/export-00001.csv"),
        ("focus-2026-11-19.csv", "focus-2026-11-20.csv"),
        ("november.csv", "november-again.csv"),
    ],
)  # fmt: skip
def test_of_two_runs_the_one_that_reaches_further_holds(tmp_path: Path, old: str, new: str) -> None:
    a_bill(tmp_path / new, on(19), on(20))
    a_bill(tmp_path / old, on(18), on(19, BilledCost="7"))  # written later, as a download may be
    found = read_files([tmp_path])
    assert [billed(bill) for bill in found.bills] == [2]
    assert found.outdated == 1


def test_of_two_that_reach_as_far_the_newer_file_holds(tmp_path: Path) -> None:
    old, new = a_bill(tmp_path / "old.csv", on(20)), a_bill(tmp_path / "new.csv", on(20, BilledCost="3"))
    os.utime(old, (1, 1))
    for paths in permutations((old, new)):
        assert billed(the_bill(*paths)) == 3


def test_partitions_that_share_no_charge_are_one_bill(tmp_path: Path) -> None:
    for day in (18, 19, 20):
        a_bill(tmp_path / f"day=2026-11-{day}" / "part-0.csv", on(day))
    found = read_files([tmp_path])
    assert (billed(found.bills[0]), found.outdated) == (3, 0)


def test_hours_and_machines_in_folders_of_their_own_are_one_bill(tmp_path: Path) -> None:
    for hour in range(3):
        for machine in "ab":
            row = ec2(
                SkuMeter="BoxUsage:p5.48xlarge",
                ChargePeriodStart=f"2026-11-20T0{hour}:00:00Z",
                ResourceId=machine,
            )
            a_bill(tmp_path / f"hour={hour}" / f"machine={machine}" / "part-0.csv", row)
    found = read_files([tmp_path])
    assert (billed(found.bills[0]), found.outdated) == (6, 0)


def test_runs_of_many_rows_are_known_by_some_of_them(tmp_path: Path) -> None:
    rows = [on(1 + n % 28, ResourceId=f"{n}") for n in range(12_000)]
    a_bill(tmp_path / "one" / "a.csv", *rows[:6000])
    a_bill(tmp_path / "two" / "a.csv", *rows)
    found = read_files([tmp_path])
    assert (billed(found.bills[0]), found.outdated) == (12_000, 1)


def test_a_name_of_odd_bytes_is_spelled_out(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    try:
        a_bill(path, aws())
    except OSError:
        pytest.skip("this file system takes no such name")
    assert the_bill(path).files == ["caf\\udce9.csv"]


def test_clouds_and_periods_are_bills_of_their_own(tmp_path: Path) -> None:
    october = {"BillingPeriodStart": "2026-10-01T00:00:00Z", "BillingPeriodEnd": "2026-11-01T00:00:00Z"}
    rows = [aws(), azure(), google(), marketplace(), aws(**october)]
    paths = [a_bill(tmp_path / f"{at}.csv", row) for at, row in enumerate(rows)]
    wanted = {bill.id: bill.fingerprint for bill in read_files(paths).bills}
    assert len(wanted) == 5
    for order in (paths[::-1], paths[2:] + paths[:2]):
        assert {bill.id: bill.fingerprint for bill in read_files(order).bills} == wanted


def test_what_is_no_focus_is_handed_on_alone_and_passed_over_in_folders(tmp_path: Path) -> None:
    usage = tmp_path / "usage.csv"
    usage.write_text("Date,Model\n2026,m\n")
    assert read_files([usage]).others == [usage]
    with pytest.raises(ValueError, match="no table in it is a FOCUS export"):
        read_files([tmp_path])
    a_bill(tmp_path / "bill.csv", aws())
    found = read_files([tmp_path])
    assert (len(found.files), found.others) == (1, [])


def test_a_bill_without_ai_is_a_bill(tmp_path: Path) -> None:
    bill = the_bill(a_bill(tmp_path / "a.csv", ec2()))
    assert (bill.rows, bill.ai_rows) == (1, 0)


def test_deviations_of_all_files_are_one_list(tmp_path: Path) -> None:
    for name, cost in (("1.csv", "1"), ("2.csv", "2")):
        a_bill(tmp_path / name, aws(BilledCost=cost), aws(ListCost=""))
    found = read_files([tmp_path])
    (null,) = [each for each in found.deviations if each.kind == "null"]
    assert (null.count, null.first_line) == (2, 3)
    assert null in the_bill(tmp_path).deviations
