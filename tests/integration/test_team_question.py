"""The SQL that README shows, run as it stands there on three machines' exports, against their merged ledger."""

from __future__ import annotations

import random
import re
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from exported import a_machine_exports, export
from factories import NOW_MS, a_ledger, an_event
from tallylight.domain.summary import Filter
from tallylight.domain.usage import UsageEvent, merge
from tallylight.ingest.merging import take_in
from tallylight.ledger.batch import Batch
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.other import OtherLedger
from tallylight.ledger.queries import Queries

README = Path(__file__).parents[2] / "README.md"
NAMES = ("desk", "laptop", "mill")
DAY = 86_400_000
Answer = dict[tuple[date, str], tuple[int, Decimal | None]]


def asked_of(folder: Path) -> Answer:
    (sql,) = re.findall(r"```sql\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert "/mnt/usage/" in sql
    rows = duckdb.sql(sql.replace("/mnt/usage/", f"{folder}/")).fetchall()
    return {(week, project): (requests, cost) for week, project, requests, cost in rows}


def weeks_of(ledger: Ledger) -> Answer:
    """The ledger's own figures, project by project."""
    queries = Queries(ledger._connection)
    names = queries.known.project_names()
    return {
        (date.fromisoformat(row.key), names[project]): (
            row.totals.requests,
            None
            if row.totals.unpriced == row.totals.requests
            else Decimal(row.totals.cost_picousd).scaleb(-12),
        )
        for project in names
        for row in queries.summary("week", Filter(project=project)).rows
    }


def requests(dice: random.Random) -> list[list[UsageEvent]]:
    """Of three machines: most are theirs alone, some are on two or all, and one of those may have seen less of it."""
    of_machine: list[list[UsageEvent]] = [[], [], []]
    for number in range(600):
        is_weak = dice.random() < 0.1
        event = an_event(
            key=f"m{number}",
            time_ms=NOW_MS + dice.randrange(40 * DAY),
            model=dice.choice(["claude-opus-5-5", "claude-opus-5-5", "unheard-of"]),
            cwd=f"/srv/{dice.choice(['shop', 'mill', 'orchard'])}",
            has_strong_key=not is_weak,
            input=dice.randrange(5000),
            cache_read=dice.randrange(90_000),
            cache_write=dice.randrange(900),
            output=dice.randrange(10, 4000),
            web_searches=dice.randrange(2),
        )
        holders = dice.sample(range(3), dice.choice([1, 1, 1, 2, 3]))
        for place, at in enumerate(holders):
            is_partial = place and not is_weak and dice.random() < 0.5
            of_machine[at].append(_partial(event) if is_partial else event)
    return of_machine


def _partial(event: UsageEvent) -> UsageEvent:
    from msgspec.structs import replace

    seen = replace(event, output=3, is_final=False, web_searches=0)
    assert merge(event, seen) == merge(seen, event) == event
    return seen


@pytest.mark.parametrize("seed", range(3))
def test_the_documented_sql_says_what_the_merged_ledger_says(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "usage"
    for name, events in zip(NAMES, requests(random.Random(seed)), strict=True):
        (tmp_path / name).mkdir()
        with a_ledger(tmp_path / name) as ledger:
            ledger.note_machine(lambda name=name: name)  # type: ignore[misc]
            ledger.write(Batch(events=events))
            export(ledger, folder)
    with a_ledger(tmp_path / NAMES[0]) as ledger:
        ledger.note_machine(lambda: "")
        for name in NAMES[1:]:
            copy = tmp_path / f"copy of {name}"
            copy.mkdir()
            with closing(OtherLedger(tmp_path / name / "ledger.sqlite", copy)) as other:
                take_in(ledger, other, lambda _models, _can_wait: None)
        expected = weeks_of(ledger)
    assert len(expected) > 10 and sum(requests for requests, _ in expected.values()) == 600
    assert asked_of(folder) == expected


def counted(folder: Path) -> dict[str, int]:
    sums: dict[str, int] = {}
    for (_, project), (count, _) in asked_of(folder).items():
        sums[project] = sums.get(project, 0) + count
    return sums


def test_a_folder_stays_one_project_when_a_namesake_turns_up(tmp_path: Path) -> None:
    folder, machine = tmp_path / "usage", tmp_path / "desk"
    machine.mkdir()
    days = [NOW_MS, NOW_MS + DAY]
    with a_ledger(machine) as ledger:
        ledger.note_machine(lambda: "desk")
        ledger.write(Batch(events=[an_event(key="m1", cwd="/home/ana/shop", time_ms=days[0])]))
        first = export(ledger, folder)
        kept = first[0].read_bytes()
        events = [("m2", "/home/ana/shop"), ("m3", "/srv/x/shop")]
        ledger.write(Batch(events=[an_event(key=key, cwd=cwd, time_ms=days[1]) for key, cwd in events]))
        export(ledger, folder)
    first[0].write_bytes(kept)  # a day that no later export reached
    assert counted(folder) == {"shop": 3}


def test_machines_that_keep_a_project_in_different_places_share_it(tmp_path: Path) -> None:
    folder = tmp_path / "usage"
    places = {
        "desk": ["/home/ana/shop"],
        "laptop": ["/srv/x/shop"],
        "mill": ["/home/ana/shop", "/srv/x/shop"],
    }
    for name, folders in places.items():
        events = [an_event(key=f"{name}{at}", cwd=cwd) for at, cwd in enumerate(folders)]
        a_machine_exports(tmp_path / name, name, *events, to=folder)
    assert counted(folder) == {"shop": 4}
