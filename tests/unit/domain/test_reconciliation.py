"""A difference is wholly shared out among its causes, each of which can be told from the others."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.reconciliation import (
    Cause,
    Evidence,
    Part,
    Reconciliation,
    Sums,
    Used,
    explained,
    keys_here,
    reconcile,
)
from tallylight.domain.reported import Figure

DAY = date(2026, 11, 20)
HERE = frozenset({"laptop"})
sums = st.builds(Sums, st.integers(0, 99), st.integers(0, 99))
keys = st.sampled_from(["laptop", "ci", ""])
models = st.sampled_from(["opus", "haiku", ""])
used = st.builds(
    lambda figure, value, searches: (
        Used(figure, None) if value is None else Used(figure, value + searches, searches)
    ),
    st.builds(Figure, key=keys, model=models, input=st.integers(0, 99)),
    st.none() | st.integers(0, 99),
    st.integers(0, 9),
)
charges = st.builds(Figure, model=models, amount_picousd=st.integers(-9, 99))


@given(
    st.builds(
        Evidence,
        day=st.just(DAY),
        here=sums,
        here_utc=sums,
        machines=sums,
        used=st.lists(used, max_size=5),
        charged=st.lists(charges, max_size=5),
        keys=st.none() | st.frozensets(keys),
        is_late=st.booleans(),
        has_plan=st.booleans(),
    )
)
def test_the_parts_are_exactly_the_difference(evidence: Evidence) -> None:
    day = reconcile(evidence)
    assert sum((part.sums for part in day.parts), Sums()) == day.bill - day.meter
    assert 0 <= (explained(day.parts) or 0) <= 1


def a_day(**given: object) -> dict[Cause, Sums]:
    evidence = Evidence(**({"day": DAY, "keys": HERE} | given))  # type: ignore[arg-type]
    return {part.cause: part.sums for part in reconcile(evidence).parts}


def some(tokens: int, value: int | None, key: str = "laptop", model: str = "opus", searches: int = 0) -> Used:
    return Used(Figure(key=key, model=model, input=tokens), value, searches)


def a_charge(amount: int, model: str = "opus") -> Figure:
    return Figure(model=model, amount_picousd=amount)


OURS = Sums(100, 500)


def test_a_bill_that_says_what_the_meter_does_leaves_nothing_to_explain() -> None:
    assert a_day(here=OURS, here_utc=OURS, used=[some(100, 500)], charged=[a_charge(500)]) == {}


def test_another_key_is_named_and_worth_its_tokens() -> None:
    day = reconcile(
        Evidence(
            day=DAY,
            here=OURS,
            here_utc=OURS,
            keys=HERE,
            used=[some(100, 500), some(20, 100, "ci-runner")],
            charged=[a_charge(600)],
        )
    )
    (part,) = day.parts
    assert (part.cause, part.sums, part.words) == (
        Cause.KEY, Sums(20, 100), "Key “ci-runner”, not this machine"
    )  # fmt: skip


def test_merged_machines_with_the_same_key_are_known() -> None:
    found = a_day(
        here=OURS, here_utc=OURS, machines=Sums(20, 100), used=[some(120, 600)], charged=[a_charge(600)]
    )
    assert found == {Cause.MACHINES: Sums(20, 100)}


def test_what_only_the_provider_counted_is_in_no_log() -> None:
    found = a_day(here=OURS, here_utc=OURS, used=[some(110, 550)], charged=[a_charge(550)])
    assert found == {Cause.MISSED: Sums(10, 50)}


@pytest.mark.parametrize(
    ("given", "cause"),
    [({"is_late": True}, Cause.LATE), ({"has_plan": True}, Cause.PLAN), ({}, Cause.UNEXPLAINED)],
)
def test_what_only_the_meter_counted_is_late_of_a_plan_or_unexplained(
    given: dict[str, object], cause: Cause
) -> None:
    assert a_day(here=OURS, here_utc=OURS, used=[some(90, 450)], charged=[a_charge(450)], **given) == {
        cause: Sums(-10, -50)
    }


def test_a_discount_is_a_price_and_a_charge_for_no_tokens_is_another() -> None:
    found = a_day(
        here=OURS, here_utc=OURS, used=[some(100, 500)], charged=[a_charge(450), a_charge(30, model="")]
    )
    assert found == {Cause.PRICE: Sums(0, -50), Cause.OTHER_CHARGES: Sums(0, 30)}


@pytest.mark.parametrize(("amount", "cause"), [(1000, Cause.PRICE), (5000, Cause.UNEXPLAINED)])
def test_a_multiple_of_the_list_price_is_no_tier(amount: int, cause: Cause) -> None:
    found = a_day(here=OURS, here_utc=OURS, used=[some(100, 500)], charged=[a_charge(amount)])
    assert found == {cause: Sums(0, amount - 500)}


def test_where_no_key_fits_what_differs_is_unexplained() -> None:
    evidence = Evidence(
        day=DAY,
        here=OURS,
        here_utc=OURS,
        keys=None,
        used=[some(5000, 25_000, "ci")],
        charged=[a_charge(25_000)],
    )
    (part,) = reconcile(evidence).parts
    assert (part.cause, part.sums) == (Cause.UNEXPLAINED, Sums(4900, 24_500))
    assert explained([part]) == 0


def test_where_no_key_fits_beside_a_subscription_they_are_others() -> None:
    found = a_day(
        here=OURS, here_utc=OURS, keys=None, used=[some(5000, 25_000, "ci")], charged=[a_charge(25_000)],
        has_plan=True,
    )  # fmt: skip
    assert found == {Cause.PLAN: Sums(-100, -500), Cause.KEY: Sums(5000, 25_000)}


def test_searches_are_charged_without_a_model_and_counted_with_one() -> None:
    found = a_day(
        here=OURS,
        here_utc=OURS,
        used=[some(100, 500, searches=40)],
        charged=[a_charge(460), a_charge(40, model="")],
    )
    assert found == {}


@pytest.mark.parametrize("used", [[some(100, 500), some(5, None, model="new")], [some(100, 500)]])
def test_a_charge_for_a_model_without_a_price_or_without_tokens_is_unexplained(used: list[Used]) -> None:
    found = a_day(here=OURS, here_utc=OURS, used=used, charged=[a_charge(500), a_charge(70, model="new")])
    assert found[Cause.UNEXPLAINED].picousd == 70


def test_a_model_without_a_price_that_only_other_keys_use_is_theirs() -> None:
    found = reconcile(
        Evidence(day=DAY, used=[some(5, None, key="ci", model="new")], charged=[a_charge(70, model="new")])
    )
    assert {part.cause for part in found.parts} == {Cause.KEY}
    assert sum((part.sums for part in found.parts), Sums()) == Sums(5, 70)


def test_days_that_begin_at_another_hour_differ_by_what_lies_between() -> None:
    found = a_day(here=Sums(90, 450), here_utc=OURS, used=[some(100, 500)], charged=[a_charge(500)])
    assert found == {Cause.BOUNDARY: Sums(10, 50)}


def test_all_days_together_are_in_order_of_size_with_the_unexplained_last() -> None:
    days = [
        reconcile(Evidence(day=DAY, keys=HERE, used=[some(1, 10)], charged=[a_charge(10)])),
        reconcile(
            Evidence(day=DAY + timedelta(1), keys=HERE, used=[some(1, 30, "ci")], charged=[a_charge(30)])
        ),
        reconcile(Evidence(day=DAY + timedelta(2), keys=HERE, charged=[a_charge(60, model="new")])),
    ]
    made = Reconciliation(provider="anthropic", days=days)
    assert [part.cause for part in made.parts] == [Cause.KEY, Cause.MISSED, Cause.UNEXPLAINED]
    assert made.explained == pytest.approx(0.4)
    assert made.bill - made.meter == Sums(2, 100)


def test_where_nothing_differs_there_is_no_share() -> None:
    assert explained([]) is None
    assert explained([Part(Cause.MISSED, Sums(1, 1))]) == 1


# -- keys


def days_of(*tokens: int) -> dict[date, int]:
    return {DAY + timedelta(n): count for n, count in enumerate(tokens)}


@pytest.mark.parametrize(
    ("here", "by_key", "expected"),
    [
        (days_of(100, 50), {"laptop": days_of(101, 52), "ci": days_of(0, 9)}, {"laptop"}),
        (days_of(100, 50), {"a": days_of(60, 20), "b": days_of(40, 30), "ci": days_of(500)}, {"a", "b"}),
        (days_of(10), {"only": days_of(19)}, {"only"}),
        (days_of(10), {"only": days_of(900)}, None),
        (days_of(10, 10), {"ci": days_of(500, 500), "batch": days_of(90, 90)}, None),
        (days_of(0, 0), {"only": days_of(900)}, set()),
        (days_of(5), {}, set()),
    ],
)
def test_the_keys_of_this_machine_are_those_that_come_nearest_to_its_days(
    here: dict[date, int], by_key: dict[str, dict[date, int]], expected: set[str] | None
) -> None:
    assert keys_here(here, by_key) == expected
