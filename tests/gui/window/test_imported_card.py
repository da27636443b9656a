"""The card of imported bills: what there is, what is dropped on the page, and the way out again."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tallylight.domain.cloud_bill import BillId, Deviation, ImportedBill
from tallylight.domain.reconciliation import Cause, Day, Part, Reconciliation, Sums
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import imported_words as words
from tallylight.gui.imported_card import ImportedCard
from tallylight.gui.jobs import Jobs
from tallylight.gui.sources_page import SourcesPage
from tallylight.gui.theme import Theme

NOW_MS = 1_795_182_000_000
PATIENCE_MS = 20_000
#: Instead of the program: what it was started with as the path of a usage file.
ECHO = (
    "import sys, json; told = ' '.join(sys.argv[1:]).replace('/', '|');"
    "json.dump({'files': [dict(path=told, new=2, known=1, rejected=0)]}, sys.stdout)"
)


def a_bill(number: int = 1, **given: Any) -> ImportedBill:
    fields: dict[str, Any] = {
        "number": number,
        "id": BillId("AWS", "1111", date(2026, 11, 1), date(2026, 12, 1)),
        "imported_ms": NOW_MS - 7_200_000,
        "version": "1.2",
        "files": ["a.csv"],
        "rows": 2000,
        "ai_rows": 12,
        "billed": {"USD": Decimal("1284.31"), "EUR": Decimal("0.5")},
        "effective": {"USD": Decimal("1270")},
        "services": ["Amazon Bedrock", "Amazon SageMaker", "Claude Opus 5.5"],
        "deviations": [Deviation(kind="null", about="ListCost", count=1204, first_line=7)],
    }
    return ImportedBill(**(fields | given))


@pytest.fixture
def page(theme: Theme, library: Any, jobs: Jobs, qtbot: QtBot) -> SourcesPage:
    made = SourcesPage(theme, library, jobs, [sys.executable, "-c", ECHO])
    qtbot.addWidget(made)
    made.resize(1200, 900)
    made.show_snapshot(Snapshot(at_ms=NOW_MS))
    return made


def listed(page: SourcesPage, library: Any, qtbot: QtBot, *bills: ImportedBill) -> ImportedCard:
    library.imported = list(bills)
    with qtbot.waitSignal(page.imported.listed):
        page.show()
    return page.imported


def said(card: ImportedCard) -> list[str]:
    return [made.text() for made in card.findChildren(QLabel) if made.isVisibleTo(card) and made.text()]


def button(card: ImportedCard, text: str) -> QPushButton:
    (found,) = [made for made in card.findChildren(QPushButton) if made.text() == text]
    return found


def cells(card: ImportedCard, row: int = 0) -> list[str]:
    model = card.table.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def test_each_bill_stands_with_its_period_amounts_and_deviations(
    page: SourcesPage, library: Any, qtbot: QtBot
) -> None:
    card = listed(page, library, qtbot, a_bill(), a_bill(2, deviations=[], effective={}))
    assert cells(card) == [
        "AWS", "Nov 2026", "Amazon Bedrock, Amazon SageMaker and 1 more", "$1,284.31 + 0.50 EUR", "$1,270.00",
        "2 h ago", "1",
    ]  # fmt: skip
    assert (cells(card, 1)[4], cells(card, 1)[6]) == ("–", "–")


def test_a_chosen_bill_says_what_it_was_read_from(page: SourcesPage, library: Any, qtbot: QtBot) -> None:
    card = listed(page, library, qtbot, a_bill())
    assert not button(card, "Remove bill").isEnabled()
    card.table.select(1)
    assert button(card, "Remove bill").isEnabled()
    assert "Account 1111 · FOCUS 1.2 · 12 of 2,000 rows are of AI · a.csv\n" in said(card)[-1]
    assert "It leaves ListCost empty (1,204, first in line 7)." in said(card)[-1]


def test_without_bills_there_is_no_table_and_nothing_to_remove(
    page: SourcesPage, library: Any, qtbot: QtBot
) -> None:
    card = listed(page, library, qtbot)
    assert not card.table.isVisibleTo(card)
    assert not button(card, "Remove bill").isVisibleTo(card)


def dropped(page: SourcesPage, *paths: str) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    none = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    page.dropEvent(event)
    assert event.isAccepted()


def test_tables_archives_and_folders_that_are_dropped_are_taken(
    page: SourcesPage, library: Any, qtbot: QtBot
) -> None:
    card = listed(page, library, qtbot)
    with qtbot.waitSignal(card.listed, timeout=PATIENCE_MS):
        dropped(
            page,
            "/dev/a.CSV",
            "/dev/photo.png",
            "/dev/b.csv.gz",
            "/dev/c.zip",
            "/dev/d.parquet",
            "/dev/2026-11",
        )
        assert "Reading…" in said(card)
        assert not button(card, "Import files…").isEnabled()
    told = "import --json -- |dev|a.CSV |dev|b.csv.gz |dev|c.zip |dev|d.parquet |dev|2026-11"
    assert f"{told}: 2 requests new, 1 known already" in said(card)
    assert button(card, "Import files…").isEnabled()


def test_files_and_a_folder_can_be_chosen(
    page: SourcesPage, library: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = listed(page, library, qtbot)
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: ["/dev/chosen"])
    for name in ("Import files…", "Import folder…"):
        with qtbot.waitSignal(card.listed, timeout=PATIENCE_MS):
            button(card, name).click()
        assert any("chosen" in text for text in said(card))


def test_removing_takes_the_chosen_bill_out_and_the_comparison_follows(
    page: SourcesPage, library: Any, qtbot: QtBot
) -> None:
    parts = [Part(Cause.SERVICE, Sums(0, 10**12), "Amazon SageMaker")]
    day = Day(date(2026, 11, 20), Sums(), Sums(0, 10**12), parts)
    library.bills = [Reconciliation(provider="AWS", days=[day], says="Nothing to compare.")]
    card = listed(page, library, qtbot, a_bill(7))
    qtbot.waitUntil(page.bills.isVisible)
    texts = [made.text() for made in page.bills.findChildren(QLabel)]
    assert "AWS, imported bills · UTC days" in texts
    assert {"Nothing to compare.", "Amazon SageMaker: of no log here"} <= set(texts)
    card.table.select(7)
    library.imported, library.bills = [], []
    with qtbot.waitSignal(card.listed, timeout=PATIENCE_MS):
        button(card, "Remove bill").click()
    assert any("--remove 7" in text for text in said(card))
    qtbot.waitUntil(lambda: not page.bills.isVisible())


def test_the_demo_imports_nothing(page: SourcesPage, library: Any, qtbot: QtBot) -> None:
    card = listed(page, library, qtbot)
    page.show_snapshot(Snapshot(at_ms=NOW_MS, is_demo=True))
    dropped(page, "/dev/a.csv")
    assert not button(card, "Import folder…").isEnabled()
    assert "Not now: wait for the files before these, or leave the demo." in said(card)


def test_what_goes_wrong_is_said_as_the_command_says_it(
    theme: Theme, library: Any, jobs: Jobs, qtbot: QtBot
) -> None:
    fails = "import sys; sys.stderr.write('tallylight: a.csv is damaged\\n'); sys.exit(1)"
    card = ImportedCard(theme, library, jobs, [sys.executable, "-c", fails])
    qtbot.addWidget(card)
    with qtbot.waitSignal(card.listed, timeout=PATIENCE_MS):
        card.take(["a.csv"])
    assert "a.csv is damaged" in said(card)


def answered(**given: Any) -> str:
    bills = {"rows": 1200, "ai_rows": 12, "rejected": 0, "outdated_exports": 0, "periods": []} | given
    return words.told(msgspec.json.encode({"files": [], "bills": bills}))


def test_what_came_of_files_is_one_line() -> None:
    periods = [
        {"provider": "AWS", "state": state} for state in ("added", "added", "replaced", "known already")
    ]
    assert answered(periods=periods) == (
        "2 bills added · 1 bill replaced by a newer one · 1 bill known already · 12 of 1,200 rows are of AI"
    )
    assert answered(
        periods=[{"provider": "AWS", "state": "nothing of AI"}], rejected=3, outdated_exports=2
    ) == (
        "1 bill with nothing of AI · 12 of 1,200 rows are of AI · 3 not understood · "
        "2 older exports of a period left out"
    )
    part = {"provider": "AWS", "state": "replaced", "ai_rows": 12, "ai_rows_before": 25}
    assert answered(periods=[part]).endswith(
        "far fewer than before: parts of an export belong into one import"
    )
    assert "fewer" not in answered(periods=[part | {"ai_rows_before": 24}])
    assert words.told(b'{"removed": 7}').startswith("The bill is out.")
    assert words.told(b"{") == ""


def test_a_period_that_is_no_month_says_its_days() -> None:
    assert words.period(BillId("AWS", "", date(2026, 11, 5), date(2026, 12, 5))) == "5 Nov to 4 Dec"


def test_a_usage_file_is_named_without_its_folder() -> None:
    assert words.told(b'{"files": [{"path": "C:\\\\x\\\\u.csv", "new": 1, "known": 0, "rejected": 2}]}') == (
        "u.csv: 1 request new, 0 known already, 2 lines not understood"
    )
