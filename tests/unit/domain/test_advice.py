"""What is said of all that could be: the best, never two against each other, nothing small, nothing declined."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advice_factories import a_saving, an_advice
from rule_factories import dollars
from tallylight.domain.advice import Advice, Kind, break_even, chosen, ranked

FLOOR = dollars(0.25)


def said(*found: Advice, unwanted: Kind | None = None) -> list[Advice]:
    return chosen(found, FLOOR, lambda advice: advice.kind is unwanted)


def test_it_saves_what_its_lines_come_to() -> None:
    advice = replace(an_advice(), lines=a_saving(-1, 0.5, 2))
    assert advice.saving_picousd == dollars(1.5)
    assert [advice.saving_over(turns) for turns in (1, 2, 9)] == [dollars(-1), dollars(-0.5), dollars(1.5)]
    assert advice.text == "One. Two."


def test_it_has_paid_for_itself_when_nothing_is_lost_any_more() -> None:
    assert break_even(a_saving(-1, 0.5, 0.5, 1)) == 3
    assert break_even(a_saving(1, -2, 1.5)) == 3
    assert break_even(a_saving(0, 1)) == 1
    assert break_even(a_saving(1, -2)) is None
    assert break_even(()) is None


def test_what_is_worth_most_comes_first() -> None:
    sure, large = an_advice(Kind.START, 1, sure=0.9), an_advice(Kind.LOOP, 2, sure=0.2)
    assert ranked([large, sure]) == [sure, large]


def test_small_savings_are_not_said() -> None:
    assert said(an_advice(saving=0.24)) == []
    assert said(an_advice(saving=0.25)) != []
    assert chosen([an_advice(saving=0)], 0, lambda _: False) == []


def test_what_was_declined_makes_room_for_the_next() -> None:
    reset, compact = an_advice(Kind.RESET, 2), an_advice(Kind.COMPACT, 1)
    assert said(reset, compact) == [reset]
    assert said(reset, compact, unwanted=Kind.RESET) == [compact]


def test_a_session_has_at_most_two() -> None:
    three = [an_advice(kind, saving) for kind, saving in ((Kind.RESET, 3), (Kind.AGENTS, 2), (Kind.START, 1))]
    assert said(*three) == three[:2]
    assert said(*three, other := an_advice(Kind.START, 0.5, "s-2")) == [*three[:2], other]


def test_two_that_change_the_price_of_the_same_turns_are_not_said_together() -> None:
    reset, model = an_advice(Kind.RESET, 3), an_advice(Kind.MODEL, 2)
    assert said(reset, model) == [reset]
    assert said(model, agents := an_advice(Kind.AGENTS, 1)) == [model, agents]


def test_what_is_repeated_needs_no_floor() -> None:
    one = an_advice(saving=0.1)
    assert chosen([one], dollars(0.25), lambda _: False, lambda _: True) == [one]
    assert not chosen([an_advice(saving=-1)], dollars(0.25), lambda _: False, lambda _: True)


def test_a_month_is_ranked_by_one_of_its_sessions() -> None:
    month = replace(an_advice(Kind.START), lines=a_saving(*[0.3] * 20))
    reset = an_advice(Kind.RESET, 1)
    assert list(ranked([month, reset])) == [reset, month]


@given(st.lists(st.tuples(st.sampled_from(Kind), st.floats(0, 9), st.sampled_from("abc"), st.floats(0, 1))))
def test_never_two_against_each_other(given_: list[tuple[Kind, float, str, float]]) -> None:
    found = said(*(an_advice(*one) for one in given_))
    for session in "abc":
        of_one = [advice for advice in found if advice.session_id == session]
        assert len(of_one) <= 2
        assert sum(advice.kind not in (Kind.AGENTS, Kind.START) for advice in of_one) <= 1
