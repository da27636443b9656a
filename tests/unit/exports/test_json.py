"""JSON exports keep to the schema that the program brings along."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from random_ledgers import EVENTS, SINCE, a_book
from tallylight.domain.budget import Budget
from tallylight.domain.columns import Detail
from tallylight.domain.money import PICO
from tallylight.domain.settings import Settings
from tallylight.domain.usage import UsageEvent
from tallylight.exports.json import SCHEMA_VERSION
from tallylight.ingest.outbox import export_named

SCHEMA = json.loads((files("tallylight.resources") / "exports/summary.schema.json").read_text("utf-8"))
CHECKER = jsonschema.Draft202012Validator(SCHEMA)
SETTINGS = Settings(plan_fee_picousd=20 * PICO, budgets=(Budget(id="b-1", amount=5 * PICO),))


def test_the_schema_is_one_and_of_this_version() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION


@given(
    EVENTS,
    st.sampled_from(Detail),
    st.sampled_from((Settings(), SETTINGS)),
    st.sampled_from(("project", "day")),
)
def test_exports_keep_to_the_schema(
    events: list[UsageEvent], detail: Detail, settings: Settings, by: str
) -> None:
    with a_book(events) as book:
        made = json.loads(book.written(export_named("json"), detail, settings=settings, by=by))
    assert [error.message for error in CHECKER.iter_errors(made)] == []
    assert all(list(row) == [column["name"] for column in made["columns"]] for row in made["rows"])


@pytest.mark.parametrize("name", ["totals", "columns", "schema_version"])
def test_the_schema_notices_what_is_missing(name: str) -> None:
    with a_book([]) as book:
        made = json.loads(book.written(export_named("json"), since=SINCE))
    del made[name]
    assert not CHECKER.is_valid(made)
