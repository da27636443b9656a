"""Tables of bills in whatever they are packed: streamed, bounded, and one sentence for what cannot be read."""

from __future__ import annotations

import gzip
import os
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from focus_bills import Row, a_bill, as_csv, as_parquet, aws, azure, claude_on_bedrock, ec2, marketplace
from tallylight.domain.cloud_bill import Amounts, Item
from tallylight.focus.reader import Reader
from tallylight.ingest import focus_tables
from tallylight.ingest.focus_tables import Table, read_table, tables_in

ROWS = [
    aws(),
    claude_on_bedrock(BilledCost="0.1", EffectiveCost="0.0000001"),
    ec2(),
    ec2(SkuPriceDetails='{"InstanceType":"p5.48xlarge","GpuCount":"8"}', SkuMeter=""),
]


def read(path: Path) -> Reader:
    (table,) = tables_in(path)
    reader = read_table(table)
    assert reader is not None
    return reader


def charges(reader: Reader) -> dict[Item, Amounts]:
    return {item: sums for bill in reader.bills.values() for item, sums in bill.charges.items()}


def odd(reader: Reader) -> set[tuple[str, str]]:
    return {(each.kind, each.about) for each in reader.deviations} - {("own columns", "")}


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, gzip.compress(as_csv(ROWS)) if name.endswith(".gz") else as_csv(ROWS))
    return path


def test_every_form_of_the_same_rows_reads_alike(tmp_path: Path) -> None:
    plain = a_bill(tmp_path / "a.csv", *ROWS)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    as_parquet(ROWS, tmp_path / "c.parquet")
    zipped(tmp_path / "d.zip", "x/bill.csv")
    zipped(tmp_path / "e.zip", "x/bill.csv.gz")
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.write(tmp_path / "c.parquet", "c.parquet")
    wanted = charges(read(plain))
    assert len(wanted) == 3
    for name in ("b.csv.gz", "c.parquet", "d.zip", "e.zip", "f.zip"):
        assert charges(read(tmp_path / name)) == wanted, name


@settings(max_examples=15, deadline=None)
@given(st.lists(st.decimals(-(10**5), 10**5, places=9), min_size=1, max_size=8))
def test_parquet_and_csv_of_any_costs_are_one_bill(
    tmp_path_factory: pytest.TempPathFactory, costs: list[Decimal]
) -> None:
    folder = tmp_path_factory.mktemp("bills")
    rows = [aws(BilledCost=f"{cost:f}", RegionId=str(at)) for at, cost in enumerate(costs)]
    assert charges(read(as_parquet(rows, folder / "a.parquet"))) == charges(
        read(a_bill(folder / "a.csv", *rows))
    )


def test_parquet_of_other_types_reads_alike(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    row = marketplace(SkuPriceDetails='{"ModelId":"m-1"}')
    table = pa.table({name: [value] for name, value in row.items()})
    start = table.schema.get_field_index("ChargePeriodStart")
    date = pa.array(["2026-11-20"]).cast(pa.date32())
    cost, details = (
        table.schema.get_field_index("BilledCost"),
        table.schema.get_field_index("SkuPriceDetails"),
    )
    table = table.set_column(start, "ChargePeriodStart", date)
    table = table.set_column(cost, "BilledCost", pa.array([Decimal("1.000000000000")], pa.decimal128(38, 12)))
    table = table.set_column(details, "SkuPriceDetails", pa.array([{"ModelId": "m-1"}]))
    table = table.set_column(
        table.schema.get_field_index("ServiceName"), "ServiceName", table["ServiceName"].dictionary_encode()
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert charges(read(tmp_path / "a.parquet")) == charges(read(a_bill(tmp_path / "a.csv", row)))


@pytest.mark.parametrize(
    ("before", "encoding", "between", "told"),
    [
        (b"", "utf-8", ",", set()),
        (b"\xef\xbb\xbf", "utf-8", ",", {("byte order mark", "")}),
        (b"", "utf-16", ",", {("encoding", "")}),
        (b"", "utf-8", ";", {("separator", ";")}),
        (b"", "utf-8", "\t", {("separator", "a tab")}),
    ],
)
def test_how_a_table_was_saved_is_told_and_does_not_matter(
    tmp_path: Path, before: bytes, encoding: str, between: str, told: set[tuple[str, str]]
) -> None:
    text = as_csv([aws(), claude_on_bedrock()], between=between).decode()
    (tmp_path / "a.csv").write_bytes(before + text.encode(encoding))
    reader = read(tmp_path / "a.csv")
    assert reader.ai_rows == 2
    assert odd(reader) == told


def test_what_is_not_utf_8_is_read_as_windows_writes_it_and_told(tmp_path: Path) -> None:
    service = "Azure OpenAI \N{EN DASH} K\N{LATIN SMALL LETTER O WITH DIAERESIS}ln"
    data = as_csv([aws(), aws(ServiceName=service), aws(ServiceName="Azure OpenAI ?")]).decode()
    (tmp_path / "a.csv").write_bytes(
        data.encode("cp1252").replace(b"?", b"\x81")
    )  # which Windows leaves free
    reader = read(tmp_path / "a.csv")
    assert reader.ai_rows == 3
    assert service in {item.service for item in charges(reader)}
    assert [(each.kind, each.first_line) for each in reader.deviations if each.kind == "encoding"] == [
        ("encoding", 3)
    ]


@pytest.mark.parametrize("between", [",", "\t", ";"])
@pytest.mark.parametrize(
    ("costs", "wanted"),
    [(["7,11", "1,234"], ["7.11", "1.234"]), (["7.11", "1,234"], ["7.11", "1234"])],
)
def test_decimals_are_read_as_the_file_shows_them(
    tmp_path: Path, between: str, costs: list[str], wanted: list[str]
) -> None:
    names = (
        "BilledCost",
        "EffectiveCost",
        "ListCost",
        "ContractedCost",
        "ConsumedQuantity",
        "PricingQuantity",
    )
    rows = [aws(RegionId=str(at), **dict.fromkeys(names, cost)) for at, cost in enumerate(costs)]
    (tmp_path / "a.csv").write_bytes(as_csv(rows, between=between))
    read_back = {item.region: amounts.billed for item, amounts in charges(read(tmp_path / "a.csv")).items()}
    assert read_back == {str(at): Decimal(cost) for at, cost in enumerate(wanted)}


@pytest.mark.parametrize("cost", ["1 EUR", "", "1e400"])
def test_one_charge_that_cannot_be_read_refuses_the_bill(tmp_path: Path, cost: str) -> None:
    path = a_bill(tmp_path / "a.csv", aws(), ec2(BilledCost="much"), aws(BilledCost=cost))
    with pytest.raises(
        ValueError, match=r"a\.csv has a charge for AI in line 4 whose BilledCost cannot be read"
    ):
        read_table(Table(path))


def test_one_charge_without_a_cost_refuses_a_parquet_bill(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="whose BilledCost cannot be read"):
        read_table(Table(as_parquet([aws(), aws(BilledCost="")], tmp_path / "a.parquet")))


@pytest.mark.parametrize("left", [30, 200])
def test_a_file_that_ends_within_a_row_is_refused(tmp_path: Path, left: int) -> None:
    whole = as_csv([aws(), aws(), aws(ChargeDescription="one\ntwo")])
    last = whole.rindex(b"\n", 0, whole.rindex(b"two"))  # within the last row's quotes, then short of them
    for data in (whole[: last + 1], whole[: last - left]):
        (tmp_path / "a.csv").write_bytes(data)
        with pytest.raises(ValueError, match=r"a\.csv ends in the middle of line \d: none of it is taken"):
            read_table(Table(tmp_path / "a.csv"))
    (tmp_path / "a.csv").write_bytes(whole.rstrip())
    assert read(tmp_path / "a.csv").ai_rows == 3


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    a_bill(tmp_path / "a.csv", aws(ChargeDescription="one\ntwo"), aws(ListCost=""))
    (told,) = [each for each in read(tmp_path / "a.csv").deviations if each.kind == "null"]
    assert told.first_line == 4


def test_a_folder_is_read_at_any_depth_and_manifests_are_passed_over(tmp_path: Path) -> None:
    for name in ("b/data-2.csv", "a/data-1.csv", "data.csv"):
        a_bill(tmp_path / name, aws())
    for name in ("manifest.json", "a/Metadata.json", "_SUCCESS", "notes.txt"):
        (tmp_path / name).write_text("{}")
    zipped(tmp_path / "c.zip", "2.csv", "1.csv", "__MACOSX/1.csv", "manifest.json")
    found = [table.place.removeprefix(str(tmp_path)) for table in tables_in(tmp_path)]
    assert found == ["/a/data-1.csv", "/b/data-2.csv", "/c.zip/1.csv", "/c.zip/2.csv", "/data.csv"]


@pytest.mark.parametrize("name", ["", "empty.zip"])
def test_where_there_is_no_table_it_says_so(tmp_path: Path, name: str) -> None:
    zipped(tmp_path / "empty.zip")
    with pytest.raises(ValueError, match="there is no table in it"):
        tables_in(tmp_path / name)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.zip", "a.parquet"])
def test_a_file_that_broke_off_or_is_another_says_so(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.zip":
        path.write_bytes(b"PK\3\4 no archive")
        with pytest.raises(ValueError, match=r"a\.zip: cannot be unpacked"):
            tables_in(path)
        return
    if name == "a.parquet":
        path.write_bytes(as_parquet(ROWS, path).read_bytes()[:-40])
    elif name == "a.csv":
        path.write_bytes(as_csv([aws(Tags="x" * 200_000)]))
    else:
        path.write_bytes(gzip.compress(as_csv([aws(RegionId=str(n)) for n in range(99)]))[:-30])
    with pytest.raises(ValueError, match="is damaged"):
        read_table(Table(path))


def test_an_archive_that_is_a_trap_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(focus_tables, "_ALWAYS_BYTES", 100_000)
    data = as_csv([aws()]) + b"\n" * 60_000_000
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(data))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", data)
        archive.writestr("b.parquet", data)
    for table in (Table(tmp_path / "a.csv.gz"), *tables_in(tmp_path / "a.zip")):
        with pytest.raises(ValueError, match="more than 300 times its size"):
            read_table(table)


def test_a_line_without_an_end_is_no_bill(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x" * (3 << 20))
    with pytest.raises(ValueError, match=r"a\.csv has a line of more than"):
        read_table(Table(tmp_path / "a.csv"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"a\.csv: neither a file nor a folder"):
        tables_in(tmp_path / "a.csv")


def test_too_many_files_in_an_archive_are_no_bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(focus_tables, "_MOST_MEMBERS", 2)
    with pytest.raises(ValueError, match="3 files"):
        tables_in(zipped(tmp_path / "a.zip", "1.csv", "2.csv", "3.csv"))


def test_without_what_reads_parquet_it_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_parquet(ROWS, tmp_path / "a.parquet")
    monkeypatch.setattr(focus_tables, "can_read", lambda: False)
    with pytest.raises(ValueError, match=r"pip install 'tallylight\[parquet\]'"):
        read_table(Table(path))


@pytest.mark.parametrize("rows", [[{"Date": "2026", "Model": "m"}], [{"day": "1", "request": "r"}]])
def test_another_table_is_none(tmp_path: Path, rows: list[Row]) -> None:
    assert read_table(Table(a_bill(tmp_path / "a.csv", *rows))) is None
    assert read_table(Table(as_parquet(rows, tmp_path / "a.parquet"))) is None


def test_an_empty_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    assert read_table(Table(tmp_path / "a.csv")) is None


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet", "a.zip"):
        with pytest.raises(FileNotFoundError):
            list(map(read_table, tables_in(tmp_path / name)))


def test_azure_writes_no_seconds_and_is_read(tmp_path: Path) -> None:
    assert ("time", "ChargePeriodStart") in odd(read(a_bill(tmp_path / "a.csv", azure())))
