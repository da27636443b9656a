"""What is kept no longer: its requests go, and its days are not recorded; none becomes a zero."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from factories import NOW_MS, a_ledger, an_event, contents
from tallylight.domain.cloud_bill import AiKind, Amounts, BillId, CloudBill, Item
from tallylight.domain.settings import Settings
from tallylight.domain.summary import Filter
from tallylight.domain.usage import Mark, SessionFact
from tallylight.ingest.assembly import ledger_path, open_ledger
from tallylight.ledger.batch import Batch
from tallylight.ledger.cloud_bills import imported
from tallylight.ledger.connection import back_up, open_for_reading
from tallylight.ledger.days import day_of, months_before
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries

DAY_MS = 86_400_000
OLD_MS = NOW_MS - 100 * DAY_MS
TODAY = day_of(NOW_MS)


def filled(folder: Path) -> Ledger:
    ledger = a_ledger(folder)
    old = an_event(key="old", session_id="s-old", file_session_id="s-old", time_ms=OLD_MS)
    ledger.write(
        Batch(
            events=[
                old,
                replace(old, key="old2"),
                an_event(key="new", session_id="s-new", file_session_id="s-new"),
            ],
            marks=[Mark(key="m", source="claude-code", session_id="s-old", time_ms=OLD_MS, kind="prompt")],
            facts=[SessionFact(source="claude-code", session_id="s-old", name="title:ai", value="Old")],
        )
    )
    return ledger


def not_recorded(path: Path) -> list[str]:
    with closing(open_for_reading(path)) as connection:
        return Queries(connection).not_recorded(Filter())


def test_everything_is_kept_unless_asked_otherwise(tmp_path: Path) -> None:
    with filled(tmp_path) as ledger:
        assert ledger.forget_old(TODAY) == 0
    assert not_recorded(ledger_path(tmp_path)) == []


def test_a_day_that_loses_its_requests_is_not_recorded(tmp_path: Path) -> None:
    with filled(tmp_path) as ledger:
        ledger.keep_months = 3
        assert ledger.forget_old(TODAY) == 2
        assert ledger.forget_old(TODAY) == 0
    with closing(open_for_reading(ledger_path(tmp_path))) as connection:
        assert connection.execute("SELECT key FROM request").fetchall() == [("new",)]
        assert connection.execute("SELECT count(*) FROM mark").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM session_fact").fetchone() == (0,)
        assert connection.execute("SELECT session_id FROM thread").fetchall() == [("s-new",)]
    assert not_recorded(ledger_path(tmp_path)) == [day_of(OLD_MS).isoformat()]


def test_what_still_runs_writes_on_after_it(tmp_path: Path) -> None:
    """The writer remembers threads; those of old requests are gone."""
    with filled(tmp_path) as ledger:
        ledger.keep_months = 3
        ledger.forget_old(TODAY)
        again = an_event(key="again", session_id="s-old", file_session_id="s-old", time_ms=NOW_MS)
        assert ledger.write(Batch(events=[again])).new == 1
    with closing(open_for_reading(ledger_path(tmp_path))) as connection:
        assert connection.execute("SELECT count(*) FROM usage_event").fetchone() == (2,)


def test_a_ledger_is_opened_with_what_the_user_chose(tmp_path: Path) -> None:
    filled(tmp_path).close()
    open_ledger(tmp_path, Settings(keep_months=1)).close()
    with closing(open_for_reading(ledger_path(tmp_path))) as connection:
        assert connection.execute("SELECT count(*) FROM request WHERE key LIKE 'old%'").fetchone() == (0,)


def test_imported_bills_go_by_their_days(tmp_path: Path) -> None:
    days = (TODAY - timedelta(120), TODAY - timedelta(100), TODAY - timedelta(80))
    charges = {
        Item(day=day, kind=AiKind.MODEL, service="Bedrock"): Amounts(billed=Decimal(1)) for day in days
    }
    over, running = list(charges.items())[:1], list(charges.items())[1:]
    cut = months_before(TODAY, 3)
    with a_ledger(tmp_path) as ledger:
        for since, until, held in ((days[0], cut, over), (days[1], TODAY, running)):
            bill = CloudBill(id=BillId("AWS", "1", since, until), rows=1, charges=dict(held))
            ledger.write_cloud_bills([bill], NOW_MS)
        ledger.keep_months = 3
        ledger.forget_old(TODAY)
    with closing(open_for_reading(ledger_path(tmp_path))) as connection:
        assert [bill.id.since for bill in imported(connection)] == [days[1]]
        left = connection.execute("SELECT day FROM cloud_charge").fetchall()
    assert left == [(days[2].isoformat(),)]


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 22), 1, date(2026, 10, 22)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 1, 1), 1200, date(1970, 1, 1)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_a_backup_holds_everything_and_is_its_owners(tmp_path: Path) -> None:
    copy = tmp_path / "there" / ledger_path().name
    copy.parent.mkdir()
    with filled(tmp_path) as ledger:  # while it is open for writing
        back_up(ledger_path(tmp_path), copy)
        assert copy.stat().st_mode & 0o777 == 0o600
        with a_ledger(copy.parent) as other:
            assert contents(other) == contents(ledger)
    assert sorted(file.name for file in tmp_path.glob("*.partial*")) == []
