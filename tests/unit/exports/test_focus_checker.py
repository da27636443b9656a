"""The checker of FOCUS files speaks up: each rule is broken once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from factories import an_event
from focus_checker import Row, problems, rows_of
from random_ledgers import a_book
from tallylight.ingest.outbox import export_named


def broken(**given: str | None) -> Callable[[list[Row]], None]:
    return lambda rows: rows[0].update(given)


BREACHES = {
    "is no decimal": broken(ListCost="5"),
    "is no moment": broken(ChargePeriodStart="2026-10-02"),
    "is no unit": broken(PricingUnit="1M tokens"),
    "ends before it begins": broken(ChargePeriodEnd="2026-10-01T00:00:00Z"),
    "outside its billing period": broken(BillingPeriodStart="2026-10-03T00:00:00Z"),
    "SkuPriceId is null": broken(SkuPriceId=None),
    "ConsumedUnit is None": broken(ConsumedUnit=None),
    "BillingAccountType is None": broken(BillingAccountType=None),
    "BillingCurrency is usd": broken(BillingCurrency="usd"),
    "ServiceSubcategory is Compute": broken(ServiceSubcategory="Compute"),
    "claims an invoice": broken(BilledCost="1.0"),
    "× quantity is not ListCost": broken(ListCost="0.9"),
    "not the consumed one": broken(ConsumedQuantity="7.0"),
    "an effective cost": broken(ChargeCategory="Purchase", ChargeFrequency="Recurring"),
    "is not flat": broken(Tags='{"a":{}}'),
    "keys that FOCUS does not know": broken(SkuPriceDetails='{"ModelId":"m"}'),
    "is of (": broken(SkuId="another"),
}


@pytest.mark.parametrize("words", BREACHES)
def test_a_breach_is_found(words: str) -> None:
    events = [
        an_event(output=1000),
        an_event(key="msg_2", output=1000, time_ms=an_event().time_ms + 86_400_000),
    ]
    with a_book(events) as book:
        header, rows = rows_of(book.written(export_named("focus")))
    assert problems(header, rows) == []
    BREACHES[words](rows)
    assert [problem for problem in problems(header, rows) if words in problem]


def test_a_header_is_held_against_its_version() -> None:
    with a_book([an_event()]) as book:
        header, rows = rows_of(book.written(export_named("focus")))
    assert any("another version" in problem for problem in problems(header, rows, "1.4"))
    assert any("missing" in problem for problem in problems(header, rows, "1.4"))
    assert any("twice" in problem for problem in problems([*header, header[-1]], rows))
    assert any("order" in problem for problem in problems(header[::-1], rows))
