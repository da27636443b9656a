"""An order spells itself for the shell, and knows which names it gives away."""

from __future__ import annotations

from typing import Any

import pytest

from tallylight.cli.commands import _parser
from tallylight.domain.columns import Detail, Private, Treatment
from tallylight.domain.order import FILTERS, Order
from tallylight.domain.redaction import Redaction, for_groups, name_of


def an_order(**given: Any) -> Order:
    return Order(**({"format": "csv"} | given))


def test_the_shell_understands_every_part_of_it() -> None:
    order = an_order(
        range="2026-10-01..2026-10-15",
        by="session",
        detail=Detail.DAY,
        redact={Private.PATH: Treatment.SHORTEN, Private.BRANCH: Treatment.HASH},
        **{name: f"--{name} with spaces, commas" for name in FILTERS},
    )
    options = _parser().parse_args(["export", *order.arguments()])
    parts = (name for name in Order.__struct_fields__ if name != "partition")
    assert {name: getattr(options, name) for name in parts} == {
        name: getattr(order, name) for name in Order.__struct_fields__ if name != "partition"
    }


def test_what_is_not_asked_for_is_not_said() -> None:
    assert an_order().arguments() == [
        "--format=csv",
        "--range=this-month",
        "--by=project",
        "--detail=summary",
    ]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, [Private.PATH]),
        ({"by": "model"}, []),
        ({"by": "branch", "detail": Detail.DAY}, [Private.BRANCH]),
        ({"by": "session"}, [Private.TITLE, Private.SESSION]),
        ({"by": "session", "redact": {Private.TITLE: Treatment.HASH}}, []),
        ({"redact": {Private.PATH: Treatment.SHORTEN}}, []),
        ({"detail": Detail.SESSION}, list(Private)),
        ({"detail": Detail.SESSION, "redact": dict.fromkeys(Private, Treatment.HASH)}, []),
    ],
)
def test_the_names_in_clear_are_those_of_its_rows(given: dict[str, Any], names: list[Private]) -> None:
    assert an_order(**given).names_in_clear(is_rows_only=True) == names


def test_what_has_more_than_rows_may_name_anything() -> None:
    assert an_order(by="model").names_in_clear(is_rows_only=False) == list(Private)


def test_a_group_that_is_a_session_hides_its_title_too() -> None:
    redaction = for_groups(Redaction({Private.TITLE: Treatment.HASH}, "salt"), "session")
    assert name_of(redaction, Private.SESSION)("Mend the refunds").startswith("s-")
    assert for_groups(redaction, "project") == redaction
