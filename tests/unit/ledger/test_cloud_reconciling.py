"""Imported bills beside the requests that went through that cloud, to the last pico-dollar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from factories import a_card, a_ledger, an_event
from tallylight.domain.billing import Span
from tallylight.domain.cloud_bill import AiKind, Amounts, BillId, CloudBill, Item
from tallylight.domain.reconciliation import Cause, Reconciliation, Sums
from tallylight.domain.reported import DAY_MS, Bucket, Figure, Holds
from tallylight.ledger.batch import Batch, Progress, ReportReading
from tallylight.ledger.cloud_reconciling import plain_model
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.reconciling import reconciliations

#: 2026-11-22T13:40:00Z
NOW_MS = 1_795_354_800_000
DAY, FIRST = date(2026, 11, 18), date(2026, 11, 1)
#: Noon of that day.
NOON_MS = NOW_MS - 4 * 86_400_000 - 6_000_000
OPUS = "claude-opus-5-5"
#: A thousand tokens of input, as the factory prices them.
USED = {
    "time_ms": NOON_MS,
    "input": 1000,
    "output": 0,
    "cache_read": 0,
    "cache_write": 0,
    "cache_write_5m_stated": 0,
}
DOLLAR = 10**12


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    models = [OPUS, "us.anthropic.claude-opus-5-5-20260901-v1:0", "claude-opus-5-5@20260901"]
    with a_ledger(tmp_path) as made:
        made.add_prices(models, map(a_card, models), "test")  # which says who sells it, too
        yield made
    monkeypatch.undo()
    time.tzset()


def use(ledger: Ledger, *keys: str, **given: Any) -> Sums:
    """Requests with these ids, and what each counts."""
    ledger.write(Batch(events=[an_event(key=key, **(USED | {"model": OPUS} | given)) for key in keys]))
    (picousd,) = ledger._connection.execute("SELECT max(cost_picousd) FROM request").fetchone()
    return Sums(1000 * len(keys), picousd * len(keys))


def charge(ledger: Ledger, *charges: tuple[dict[str, Any], str, int | None], provider: str = "AWS") -> None:
    made = {
        Item(**({"day": DAY, "kind": AiKind.MODEL, "service": "Claude Opus 5.5", "model": "Claude Opus 5.5"} | given)):
        Amounts(billed=Decimal(billed), tokens=None if tokens is None else Decimal(tokens))
        for given, billed, tokens in charges
    }  # fmt: skip
    id_ = BillId(provider, "1", FIRST, date(2026, 12, 1))
    ledger.write_cloud_bills([CloudBill(id=id_, rows=9, charges=made)], NOW_MS)


def compared(ledger: Ledger, has_plan: bool = False) -> list[Reconciliation]:
    return reconciliations(ledger._connection, FIRST, NOW_MS, has_plan)


def the_one(ledger: Ledger, has_plan: bool = False) -> Reconciliation:
    (one,) = compared(ledger, has_plan)
    for day in one.days if one.items is None else ():
        assert sum((part.sums for part in day.parts), Sums()) == day.bill - day.meter
    return one


def causes(one: Reconciliation) -> dict[tuple[Cause, str], Sums]:
    return {(part.cause, part.name): part.sums for part in one.parts}


def test_without_bills_there_is_nothing(ledger: Ledger) -> None:
    use(ledger, "msg_bdrk_1")
    assert compared(ledger) == []


def test_a_bill_that_no_request_went_through_stands_alone_with_its_services(ledger: Ledger) -> None:
    charge(
        ledger,
        ({}, "3", None),
        ({"service": "Amazon SageMaker", "model": "", "kind": AiKind.PLATFORM}, "2", None),
        ({"service": "Amazon Bedrock", "model": "Nova2.0Lite"}, "1", 500),
        ({"service": "Amazon Bedrock", "model": "", "category": "Tax"}, "0.5", None),
    )
    use(ledger, "msg_1")  # straight to its maker: no cloud bills it
    one = the_one(ledger)
    assert (one.provider, one.meter_basis, one.bill_basis) == ("AWS", "list price", "charged")
    assert (one.meter, one.bill) == (Sums(), Sums(500, 6_500_000_000_000))
    assert [(item.name, item.charged_picousd) for item in one.items or ()] == [
        ("Claude Opus 5.5", 3 * DOLLAR), ("Amazon SageMaker", 2 * DOLLAR), ("Amazon Bedrock, Nova2.0Lite", DOLLAR),
        ("Amazon Bedrock, tax", DOLLAR // 2),
    ]  # fmt: skip
    assert (one.parts, one.explained, one.words) == ([], None, "Nothing is compared with it.")
    assert one.says == "No request in logs here went through AWS: there is nothing to compare."


def test_days_without_a_charge_are_days_of_the_bill_as_far_as_it_reaches(ledger: Ledger) -> None:
    charge(ledger, ({}, "3", None))
    days = [day.day for day in the_one(ledger).days]
    assert days == [FIRST + timedelta(days=n) for n in range(18)]


def test_requests_over_bedrock_are_compared_in_dollars_where_tokens_are_not_stated(ledger: Ledger) -> None:
    counted = use(ledger, "msg_bdrk_1", "msg_bdrk_2")
    charge(ledger, ({}, "3", None))
    one = the_one(ledger)
    assert one.meter == counted
    assert causes(one) == {(Cause.KEY, ""): Sums(-2000, 3 * DOLLAR - counted.picousd)}
    assert one.says == "This bill does not state all tokens: only dollars are compared."


@pytest.mark.parametrize(("times", "cause"), [("1.5", Cause.PRICE), ("10", Cause.UNEXPLAINED)])
def test_where_tokens_are_stated_use_and_price_are_told_apart(
    ledger: Ledger, times: str, cause: Cause
) -> None:
    counted = use(ledger, "msg_bdrk_1")
    each = int(counted.picousd * Decimal(times))
    charge(ledger, ({}, f"{Decimal(3 * each) / DOLLAR:f}", 3000))
    one = the_one(ledger)
    assert causes(one) == {
        (Cause.KEY, ""): Sums(2000, 2 * each), (cause, ""): Sums(0, each - counted.picousd)
    }  # fmt: skip
    assert one.says == ""


@pytest.mark.parametrize(
    ("provider", "given"),
    [
        ("AWS", {"model": "us.anthropic.claude-opus-5-5-20260901-v1:0"}),
        ("Google Cloud", {"model": "claude-opus-5-5@20260901"}),
        ("Google Cloud", {"key": "msg_vrtx_1"}),
        ("Anthropic", {"key": "msg_1"}),
    ],
)
def test_each_provider_has_the_requests_that_went_through_it(
    ledger: Ledger, provider: str, given: dict[str, str]
) -> None:
    counted = use(ledger, given.get("key", "msg_9"), model=given.get("model", OPUS))
    charge(ledger, ({}, "0.000000006", 1000), provider=provider)
    one = the_one(ledger)
    assert one.meter == counted
    assert causes(one) == {(Cause.PRICE, ""): Sums(0, 6000 - counted.picousd)}


def test_what_went_through_a_cloud_is_not_compared_with_its_makers_report(ledger: Ledger) -> None:
    use(ledger, "msg_1", "msg_bdrk_1", "msg_vrtx_1")
    span = Span(NOW_MS // DAY_MS * DAY_MS - 10 * DAY_MS, NOW_MS // DAY_MS * DAY_MS)
    ledger.write_report(
        ReportReading(
            provider="anthropic",
            report="messages",
            holds=Holds.BOTH,
            span=span,
            buckets=[Bucket(Span(span.until_ms - DAY_MS, span.until_ms), [Figure(model=OPUS, input=1)])],
            progress=Progress(since_ms=span.since_ms, settled_ms=span.until_ms),
        )
    )
    assert the_one(ledger).meter.tokens == 1000


def test_what_a_bill_lacks_is_said_as_far_as_it_is_known_why(ledger: Ledger) -> None:
    counted = use(ledger, "msg_1", "msg_2")
    charge(ledger, ({}, "0.000000006", 1000), provider="Anthropic")
    gap = Sums(-1000, -6000)
    rest = (Cause.PRICE, ""), Sums(0, 6000 - counted.picousd - gap.picousd)
    assert causes(the_one(ledger)) == dict([((Cause.UNEXPLAINED, ""), gap), rest])
    assert causes(the_one(ledger, has_plan=True)) == dict([((Cause.PLAN, ""), gap), rest])


def test_a_day_before_the_export_may_lack_something_yet(ledger: Ledger) -> None:
    use(ledger, "msg_bdrk_1", time_ms=NOW_MS - 3_600_000)
    charge(ledger, ({"day": date(2026, 11, 22)}, "0.000000001", None))
    one = the_one(ledger)
    assert [part.cause for part in one.parts] == [Cause.LATE]
    assert one.days[-1].is_late


def test_other_machines_and_other_days_are_told_apart(ledger: Ledger) -> None:
    counted = use(ledger, "msg_bdrk_1", host="laptop")
    charge(ledger, ({}, "0", 0))
    one = the_one(ledger)
    assert one.meter == Sums()
    assert causes(one)[Cause.MACHINES, ""] == counted


def test_currencies_are_not_compared_with_dollars(ledger: Ledger) -> None:
    charge(ledger, ({}, "3", None), ({"currency": "EUR"}, "500", None))
    one = the_one(ledger)
    assert one.bill == Sums(0, 3 * DOLLAR)
    assert one.says.endswith("Charges in EUR are left out.")


def test_a_bill_of_other_models_than_were_used_says_so(ledger: Ledger) -> None:
    use(ledger, "msg_bdrk_1")
    charge(ledger, ({"model": "Nova2.0Lite"}, "3", None))
    assert the_one(ledger).says == "None of the models that logs here name stands on this bill."


@pytest.mark.parametrize(
    "name",
    ["Claude Opus 5.5", OPUS, "us.anthropic.claude-opus-5-5-20260901-v1:0", "claude-opus-5-5@20260901",
     "global.anthropic.claude-opus-5-5", "claude-opus-5-5-20260901"],
)  # fmt: skip
def test_a_model_is_one_however_it_is_spelled(name: str) -> None:
    assert plain_model(name) == OPUS
