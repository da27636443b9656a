"""`tallylight schedule`: exports that come again, set from a shell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tallylight.cli import main
from tallylight.config.store import load_settings
from tallylight.domain.columns import Private, Treatment
from tallylight.domain.schedule import Rhythm, Schedule

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def make(*arguments: str) -> tuple[int, str, str]:
        code = main(["schedule", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return make


def the_schedule() -> Schedule:
    (schedule,) = load_settings().schedules
    return schedule


def test_one_is_set_listed_and_removed(run: Run, tmp_path: Path) -> None:
    assert "Nothing is scheduled." in run("list")[1]
    code, said, _ = run("set", str(tmp_path), "--format=csv", "--redact=titles")
    assert code == 0
    made = the_schedule()
    assert said.startswith(f"{made.id}: next on ")
    assert (made.folder, made.at, made.weekday, made.order.range) == (str(tmp_path), "09:00", 0, "last-week")
    assert made.order.redact == {Private.TITLE: Treatment.HASH}
    (row,) = json.loads(run("list", "--json")[1])["schedules"]
    assert (row["every"], row["format"], row["last"]) == ("monday", "csv", None)
    assert made.id in run("list")[1]
    assert run("remove", made.id)[0] == 0
    assert load_settings().schedules == ()


def test_a_month_has_the_month_before(run: Run, tmp_path: Path) -> None:
    run("set", str(tmp_path), "--format=json", "--every=month", "--at=7:30", "--replace")
    made = the_schedule()
    assert (made.rhythm, made.at, made.order.range, made.replaces) == (
        Rhythm.MONTH,
        "07:30",
        "last-month",
        True,
    )


def test_one_is_changed_by_its_id(run: Run, tmp_path: Path) -> None:
    run("set", str(tmp_path), "--format=csv")
    id_ = the_schedule().id
    assert run("set", str(tmp_path), "--format=json", f"--id={id_}")[0] == 0
    assert (the_schedule().id, the_schedule().order.format) == (id_, "json")


def test_what_leaves_and_under_which_names_is_listed(run: Run, tmp_path: Path) -> None:
    names = ("--project=/home/ana/shop", "--session=s-1", "--account=~/work", "--redact=titles,paths=short")
    run("set", str(tmp_path), "--format=csv", *names)
    assert the_schedule().order.account == "~/work"
    (row,) = json.loads(run("list", "--json")[1])["schedules"]
    assert row["filter"] == {"project": "/home/ana/shop", "session": "s-1", "account": "~/work"}
    assert row["redact"] == {"titles": "hash", "paths": "short"}
    assert row["replace"] is False
    listed = run("list")[1]
    assert "project=/home/ana/shop, session=s-1, account=~/work" in listed
    assert "titles=hash, paths=short" in listed
    run("set", str(tmp_path), "--format=csv", "--redact=all")
    assert " all " in run("list")[1]


def test_the_same_is_not_scheduled_twice(run: Run, tmp_path: Path) -> None:
    asked = ("set", str(tmp_path), "--format=csv", "--every=friday")
    assert run(*asked)[0] == 0
    id_ = the_schedule().id
    code, _, said = run(*asked)
    assert (code, the_schedule().id) == (1, id_)
    assert f"{id_} writes just this already" in said
    assert run(*asked, f"--id={id_}")[0] == 0
    assert run(*asked, "--redact=all")[0] == 0
    assert len(load_settings().schedules) == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("set", "/nowhere", "--format=csv"), "there is no folder /nowhere"),
        (("set", ".", "--format=papyrus"), "there is no format papyrus"),
        (("set", ".", "--format=csv", "--range=someday"), "'someday' is no period"),
        (("set", ".", "--format=csv", "--id=x"), "there is no schedule x"),
        (("remove", "x"), "there is no schedule x"),
    ],
)
def test_what_could_never_be_written_is_refused(run: Run, arguments: Any, complaint: str) -> None:
    code, _, said = run(*arguments)
    assert code == 1
    assert complaint in said
    assert load_settings().schedules == ()


def test_a_time_that_is_none_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("set", ".", "--format=csv", "--at=25:00")
    assert "'25:00' is not a time" in capsys.readouterr().err
