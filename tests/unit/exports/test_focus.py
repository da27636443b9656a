"""FOCUS exports keep the specification's rules and the ledger's sums."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import an_event
from focus_checker import problems, rows_of
from random_ledgers import EVENTS, FIRST_MS, Book, a_book
from tallylight.domain import money
from tallylight.domain.columns import Private, Treatment
from tallylight.domain.redaction import Redaction
from tallylight.domain.settings import Settings
from tallylight.domain.usage import UsageEvent
from tallylight.exports.focus_columns import VERSIONS, Type, columns_of
from tallylight.exports.focus_rows import shown, unit_price
from tallylight.ingest.outbox import export_named

FEE = 100 * money.PICO
WITH_PLAN = Settings(plan_fee_picousd=FEE)
NAMES = {"1.2": "focus", "1.4": "focus-1.4"}
MONTHS = {"since": date(2026, 9, 1), "until": date(2026, 11, 1)}
#: SkuMeter, and the ledger's columns for its count and cost.
CLASSES = {
    "Input Tokens": ("input", "cost_input"),
    "Output Tokens": ("output", "cost_output"),
    "Cache Read Input Tokens": ("cache_read", "cost_cache_read"),
    "Cache Write Input Tokens (5 minutes)": ("cache_write_5m", "cost_cache_write_5m"),
    "Cache Write Input Tokens (1 hour)": ("cache_write_1h", "cost_cache_write_1h"),
    "Web Search Requests": ("web_searches", "cost_web_search"),
}


def of_ledger(book: Book) -> dict[tuple[str, str, str], tuple[Decimal, Decimal]]:
    """Count and cost by UTC day, model and class."""
    found = {}
    for meter, (count, cost) in CLASSES.items():
        rows = book.ask(
            f"""SELECT date(time_ms / 1000, 'unixepoch'), model, sum({count}), sum({cost}) FROM usage_event
                WHERE cost_picousd IS NOT NULL GROUP BY 1, 2 HAVING sum({count}) > 0"""  # noqa: S608
        )
        for day, model, used, picousd in rows:
            found[day, model, meter] = Decimal(used), money.to_decimal(picousd)
    return found


@given(EVENTS, st.sampled_from(VERSIONS), st.sampled_from((Settings(), WITH_PLAN)))
def test_random_ledgers_keep_the_rules(events: list[UsageEvent], version: str, settings: Settings) -> None:
    with a_book(events) as book:
        header, rows = rows_of(book.written(export_named(NAMES[version]), settings=settings, **MONTHS))
    assert problems(header, rows, version) == []
    assert header == [column.name for column in columns_of(version)]


@given(EVENTS)
def test_what_is_exported_is_read_back_as_what_the_ledger_holds(events: list[UsageEvent]) -> None:
    with a_book(events) as book:
        _, rows = rows_of(book.written(export_named("focus")))
        expected = of_ledger(book)
    found: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for row in rows:
        at = str(row["ChargePeriodStart"])[:10], str(row["x_ModelId"]), str(row["SkuMeter"])
        count, cost = found[at]
        found[at] = count + Decimal(row["ConsumedQuantity"] or 0), cost + Decimal(row["ListCost"] or 0)
    assert found == expected


@given(EVENTS, st.sampled_from(VERSIONS))
def test_parquet_says_what_the_table_says(events: list[UsageEvent], version: str) -> None:
    columns = columns_of(version)
    with a_book(events) as book:
        header, lines = rows_of(book.written(export_named(NAMES[version]), settings=WITH_PLAN, **MONTHS))
        stored = book.written(export_named(f"{NAMES[version]}-parquet"), settings=WITH_PLAN, **MONTHS)
    table = pq.read_table(io.BytesIO(stored))
    assert table.column_names == header
    assert len(lines) == table.num_rows
    for column in columns:
        if column.type is Type.DECIMAL:
            values = [
                None if line[column.name] is None else Decimal(line[column.name] or 0) for line in lines
            ]
            assert table[column.name].to_pylist() == values
        elif column.type is Type.TIME:
            assert table.schema.field(column.name).type == pa.timestamp("us", tz="UTC")
    assert table.schema.metadata[b"focus.version"].decode() == version


@given(EVENTS)
def test_a_months_fee_is_shared_out_to_the_last_pico_dollar(events: list[UsageEvent]) -> None:
    with a_book(events) as book:
        _, rows = rows_of(book.written(export_named("focus"), settings=WITH_PLAN, **MONTHS))
    for month in ("2026-09", "2026-10"):
        of_month = [row for row in rows if str(row["BillingPeriodStart"]).startswith(month)]
        billed = sum(Decimal(row["BilledCost"] or 0) for row in of_month)
        assert billed == sum(Decimal(row["EffectiveCost"] or 0) for row in of_month) == money.to_decimal(FEE)
        bases = {row["x_CostBasis"] for row in of_month}
        assert bases in (
            {"subscription-fee", "subscription-share"},
            {"subscription-fee", "subscription-unused"},
        )


def test_a_part_of_a_month_carries_its_share_and_no_fee() -> None:
    event = an_event(output=1000, time_ms=FIRST_MS)
    later = an_event(key="msg_2", output=3000, time_ms=FIRST_MS + 86_400_000)
    days = {"since": date(2026, 9, 28), "until": date(2026, 9, 29)}
    with a_book([event, later]) as book:
        _, rows = rows_of(book.written(export_named("focus"), settings=WITH_PLAN, **days))
    assert [(row["EffectiveCost"], row["x_CostBasis"]) for row in rows] == [("25.0", "subscription-share")]


def test_the_month_in_which_recording_began_has_its_fee_when_all_of_it_is_there() -> None:
    events = [an_event(key=f"m{n}", time_ms=FIRST_MS + n * 86_400_000, output=1000) for n in range(2)]
    days = {"since": date(2026, 9, 28), "until": date(2026, 11, 1)}
    with a_book(events) as book:
        _, rows = rows_of(book.written(export_named("focus"), settings=WITH_PLAN, **days))
        _, part = rows_of(
            book.written(export_named("focus"), settings=WITH_PLAN, **days | {"since": date(2026, 9, 29)})
        )
    fees = [str(row["BillingPeriodStart"])[:7] for row in rows if row["x_CostBasis"] == "subscription-fee"]
    assert fees[0] == "2026-09"
    september = [row for row in rows if str(row["BillingPeriodStart"]).startswith("2026-09")]
    assert sum(Decimal(row["EffectiveCost"] or 0) for row in september) == money.to_decimal(FEE)
    assert "2026-09" not in [
        str(row["BillingPeriodStart"])[:7] for row in part if row["x_CostBasis"] == "subscription-fee"
    ]


@pytest.mark.parametrize("accounts", [("~/.claude-work",), ("", "~/.claude-work"), ("", "~/a", "~/b")])
@pytest.mark.parametrize("treatment", list(Treatment))
def test_in_every_billing_account_the_fee_is_what_its_use_effectively_costs(
    accounts: tuple[str, ...], treatment: Treatment
) -> None:
    events = [
        an_event(key=f"m{n}", account=account, output=700 + 1000 * n, time_ms=FIRST_MS)
        for n, account in enumerate(accounts)
    ]
    redaction = Redaction({Private.PATH: treatment}, "salt")
    with a_book(events) as book:
        data = book.written(export_named("focus"), settings=WITH_PLAN, redaction=redaction, **MONTHS)
    sums: dict[str, list[Decimal]] = {}
    for row in rows_of(data)[1]:
        if str(row["BillingPeriodStart"]).startswith("2026-09"):
            billed, effective = sums.setdefault(str(row["BillingAccountId"]), [Decimal(0), Decimal(0)])
            sums[str(row["BillingAccountId"])] = [
                billed + Decimal(row["BilledCost"] or 0),
                effective + Decimal(row["EffectiveCost"] or 0),
            ]
    assert len(sums) == len(accounts)
    assert all(billed == effective > 0 for billed, effective in sums.values())
    assert sum(billed for billed, _ in sums.values()) == money.to_decimal(FEE)


def test_a_price_that_changed_has_ids_of_its_own_under_one_sku() -> None:
    old, new = FIRST_MS + 2 * 86_400_000, FIRST_MS + 3 * 86_400_000
    events = [
        an_event(key=f"msg_{at}", model="claude-sonnet-5-5", input=1_000, output=0, time_ms=at)
        for at in (old, new)
    ]
    with a_book(events) as book:
        _, rows = rows_of(book.written(export_named("focus")))
    assert {row["SkuId"] for row in rows} == {"claude-sonnet-5-5-input"}
    assert [row["SkuPriceId"] for row in rows] == [
        "claude-sonnet-5-5-input@0.000005", "claude-sonnet-5-5-input@6.0",
    ]  # fmt: skip


def test_what_has_no_price_has_no_row_and_is_counted() -> None:
    with a_book([an_event(), an_event(key="msg_2", model="mystery-1")]) as book:
        export = export_named("focus")
        _, rows = rows_of(book.written(export))
        assert export.sidecar is not None
        end, write = export.sidecar
        with book.report(export) as report:
            said = json.loads(write(report))
    assert {row["x_ModelId"] for row in rows} == {"claude-opus-5-5"}
    assert said["x_UnpricedRequestsLeftOut"] == 1
    assert end.endswith("focus-metadata.json")
    (schema,) = said["Schema"]
    assert schema["FocusVersion"] == "1.2"
    assert [of["ColumnName"] for of in schema["ColumnDefinition"]] == [
        column.name for column in columns_of("1.2")
    ]


def test_no_place_and_no_session_leaves() -> None:
    event = an_event(
        session_id="5f0c1d2e-secret", cwd="/home/ana/deep/shop", account="~/private/.claude-work"
    )
    with a_book([event]) as book:
        text = book.written(export_named("focus")).decode()
    assert "shop" in text
    assert [word for word in ("/home", "ana", "deep", "~/", "private", "5f0c1d2e") if word in text] == []


@given(st.integers(1, 10**7), st.integers(1, 10**9), st.sampled_from((10**6, 1000)))
def test_a_list_rate_is_found_again_from_its_cost(rate: int, count: int, per: int) -> None:
    assert unit_price(rate * count, count, per) == money.to_decimal(rate) * per


@given(st.integers(0, 10**18), st.integers(1, 10**9))
def test_price_times_quantity_is_the_cost(picousd: int, count: int) -> None:
    quantity = Decimal(count) / 10**6
    assert abs(unit_price(picousd, count, 10**6) * quantity - money.to_decimal(picousd)) <= Decimal("1e-9")


@pytest.mark.parametrize(
    ("number", "text"),
    [("0", "0.0"), ("5", "5.0"), ("2.50", "2.5"), ("1E-7", "0.0000001"), ("1E+2", "100.0"), ("0.00", "0.0")],
)
def test_decimals_have_a_point_and_no_more(number: str, text: str) -> None:
    assert shown(Decimal(number)) == text
