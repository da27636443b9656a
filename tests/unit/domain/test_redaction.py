"""What leaves under which name."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_factories import SECRETS, a_report
from tallylight.domain.columns import Private, Treatment
from tallylight.domain.redaction import Redaction, name_of, redacted

ALL_HASHED = Redaction(dict.fromkeys(Private, Treatment.HASH), "salt")


def everything(report: Any) -> str:
    """All that a report holds, streams included, as text."""
    built = msgspec.structs.replace(report, rows=list(report.rows), charges=list(report.charges))
    return repr(built)


@pytest.mark.parametrize("by", ["project", "branch", "session", "model"])
def test_hashed_nothing_of_a_name_leaves(by: str) -> None:
    plain = everything(a_report(by=by))
    hashed = everything(redacted(a_report(by=by), ALL_HASHED))
    present = [secret for secret in SECRETS if secret in plain]
    assert len(present) >= 6
    assert not [secret for secret in SECRETS if secret in hashed]


def test_kept_everything_leaves_as_it_is() -> None:
    report = a_report()
    assert redacted(report, Redaction()) is report
    assert redacted(report, Redaction(dict.fromkeys(Private, Treatment.KEEP))) is report


def test_figures_do_not_move() -> None:
    before, after = a_report(), redacted(a_report(), ALL_HASHED)
    assert (after.totals, after.before, after.units) == (before.totals, before.before, before.units)
    assert [row.totals for row in after.projects] == [row.totals for row in before.projects]
    assert [charge.picousd for charge in after.charges] == [charge.picousd for charge in before.charges]
    kept = [
        at for at, column in enumerate(before.columns) if column.private is None and column.name != "group"
    ]
    for one, other in zip(before.rows, after.rows, strict=True):
        assert [one[at] for at in kept] == [other[at] for at in kept]


def test_shortened_a_path_is_its_last_part_and_a_session_its_start() -> None:
    short = Redaction(dict.fromkeys(Private, Treatment.SHORTEN))
    assert name_of(short, Private.PATH)("/home/ana/code/shop/") == "shop"
    assert name_of(short, Private.PATH)(r"C:\Users\ana\shop") == "shop"
    assert name_of(short, Private.SESSION)("0f3c9a1e-1111-2222") == "0f3c9a1e"
    assert (
        name_of(short, Private.TITLE)("Mend the payments’ backoff test for good")
        == "Mend the payments’ back…"
    )
    assert name_of(short, Private.BRANCH)("fix/login") == "fix/login"


@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from(Private))
def test_hashes_tell_names_apart_and_are_the_same_each_time(one: str, other: str, kind: Private) -> None:
    shape = name_of(ALL_HASHED, kind)
    assert shape(one) == name_of(Redaction({kind: Treatment.HASH}, "salt"), kind)(one)
    assert (shape(one) == shape(other)) == (one == other)
    assert shape(one) != name_of(Redaction({kind: Treatment.HASH}, "another"), kind)(one)
    assert shape("") == ""


def test_a_hash_does_not_say_that_two_kinds_of_name_agree() -> None:
    hashes = {name_of(ALL_HASHED, kind)("shop").partition("-")[2] for kind in Private}
    assert len(hashes) == len(list(Private))
    assert all(a != b for a, b in itertools.pairwise(sorted(hashes)))


@pytest.mark.parametrize("kind", [Private.TITLE, Private.SESSION, Private.PATH])
def test_a_sessions_group_may_be_named_by_any_of_its_names(kind: Private) -> None:
    found = redacted(a_report(by="session"), Redaction({kind: Treatment.HASH}, "salt"))
    assert next(iter(found.rows))[0] != a_report(by="session").rows[0][0]  # type: ignore[index]
    assert found.changes[0].label.startswith("s-")
