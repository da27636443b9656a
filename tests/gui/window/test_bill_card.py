"""The card of meter and bill: figures with their basis, causes in order of size, nothing without a bill."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tallylight.domain.bill_items import SAYS, Item
from tallylight.domain.feed import FeedState, FeedStatus
from tallylight.domain.money import PICO
from tallylight.domain.reconciliation import Cause, Day, Part, Reconciliation, Sums
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.bill_card import BillCard
from tallylight.gui.gauges import Bar
from tallylight.gui.jobs import Jobs
from tallylight.gui.theme import Theme

NOW_MS = 1_795_337_700_000
CENT = 10**10


def a_reconciliation(*more: Part) -> Reconciliation:
    parts = [
        Part(Cause.MISSED, Sums(4_200_000, 205 * CENT)),
        Part(Cause.KEY, Sums(300_000, 71 * CENT), "ci-runner"),
        Part(Cause.BOUNDARY, Sums(0, 33 * CENT)),
        Part(Cause.UNEXPLAINED, Sums(0, 3 * CENT)),
        *more,
    ]
    meter = Sums(228_900_000, 27_130 * CENT)
    day = Day(date(2026, 11, 20), meter, meter + sum((part.sums for part in parts), Sums()), parts)
    return Reconciliation(provider="anthropic", days=[day], read_ms=NOW_MS - 600_000)


@pytest.fixture
def card(theme: Theme, library: Any, jobs: Jobs, qtbot: QtBot) -> BillCard:
    made = BillCard(theme, library, jobs)
    qtbot.addWidget(made)
    return made


def read(card: BillCard, at_ms: int = NOW_MS) -> None:
    status = FeedStatus(name="anthropic", state=FeedState.READY, read_ms=at_ms - 1000)
    card.show_snapshot(Snapshot(at_ms=at_ms, feeds=(status,)))


def shown(card: BillCard, qtbot: QtBot) -> list[str]:
    qtbot.waitUntil(card.isVisible)
    return [made.text() for made in card.findChildren(QLabel) if made.text()]


def test_meter_bill_and_difference_stand_with_their_basis(card: BillCard, library: Any, qtbot: QtBot) -> None:
    library.bills = [a_reconciliation()]
    read(card)
    said = shown(card, qtbot)
    assert "Anthropic, your organization · UTC days · bill read 10 min ago" in said
    at = said.index("Meter, this machine · list price")
    assert said[at : at + 9] == [
        "Meter, this machine · list price", "228.9M", "$271.30", "Bill · charged", "233.4M", "$274.42",
        "Difference", "4.5M", "$3.12",
    ]  # fmt: skip


def test_a_bill_without_tokens_stands_alone_with_what_it_counts(
    card: BillCard, library: Any, qtbot: QtBot
) -> None:
    items = [
        Item(
            name="Claude Opus 5.5",
            unit="ai-credits",
            quantity=1840.5,
            charged_picousd=3 * PICO,
            list_picousd=18 * PICO,
        ),
        Item(name="API usage", charged_picousd=PICO // 2),
    ]
    day = Day(date(2026, 11, 20), Sums(), Sums(0, 7 * PICO // 2), ())
    library.bills = [Reconciliation(provider="github", days=[day], items=items)]
    read(card)
    said = shown(card, qtbot)
    assert said[2:] == [
        "Used", "Before discounts and plan", "Dollars · charged", "Claude Opus 5.5", "1,840.5 AI credits", "$18.00",
        "$3.00", "API usage", "$0.50", "Bill", "$18.00", "$3.50", SAYS,
    ]  # fmt: skip
    assert not card.findChildren(Bar)


def test_what_was_counted_here_stands_below_such_a_bill_with_its_own_basis(
    card: BillCard, library: Any, qtbot: QtBot
) -> None:
    day = Day(date(2026, 11, 20), Sums(5000, 2 * PICO), Sums(0, PICO), ())
    items = [Item(name="Grok 4", charged_picousd=PICO)]
    library.bills = [Reconciliation(provider="xai", days=[day], items=items)]
    read(card)
    assert shown(card, qtbot)[2:] == [
        "Dollars · charged", "Grok 4", "$1.00", "Bill", "$1.00",
        "Meter, this machine · list price: 5.0k tokens, $2.00", SAYS,
    ]  # fmt: skip


def test_causes_are_in_order_of_size_and_each_bar_says_its_own(
    card: BillCard, library: Any, qtbot: QtBot
) -> None:
    library.bills = [a_reconciliation()]
    read(card)
    assert "99.0 % explained" in shown(card, qtbot)
    assert [bar.accessibleName() for bar in card.findChildren(Bar)] == [
        "Never in logs here: titles, compaction, web search, retries: $2.05",
        "Key “ci-runner”, not this machine: $0.71",
        "Day boundary, UTC against local: $0.33",
        "Unexplained: $0.0300",
    ]


def test_many_small_causes_are_one_line_and_the_unexplained_stays(
    card: BillCard, library: Any, qtbot: QtBot
) -> None:
    library.bills = [a_reconciliation(*(Part(Cause.KEY, Sums(1, CENT), f"k{n}") for n in range(9)))]
    read(card)
    shown(card, qtbot)
    *first, rest = [bar.accessibleName() for bar in card.findChildren(Bar)]
    assert first[-1] == "Unexplained: $0.0300"
    assert (len(first), rest) == (5, "8 smaller ones: $0.0800")


def test_without_a_provider_nothing_is_asked_and_nothing_shown(card: BillCard, library: Any) -> None:
    card.show_settings(Settings())
    card.show_snapshot(Snapshot(at_ms=NOW_MS))
    assert library.asked == []
    assert not card.isVisible()


def test_it_asks_again_once_a_provider_was_read_and_not_before(
    card: BillCard, library: Any, qtbot: QtBot
) -> None:
    library.bills = [a_reconciliation()]
    read(card)
    shown(card, qtbot)
    status = FeedStatus(name="anthropic", state=FeedState.READY, read_ms=NOW_MS - 1000)
    card.show_snapshot(Snapshot(at_ms=NOW_MS + 1, feeds=(status,)))
    assert library.asked == [("reconciliations", date(2026, 11, 1), False)]
    read(card, NOW_MS + 900_000)
    qtbot.waitUntil(lambda: len(library.asked) == 2)


def test_a_plan_makes_the_meters_figure_another_one(card: BillCard, library: Any, qtbot: QtBot) -> None:
    card.show_settings(Settings(plan_fee_picousd=1))
    read(card)
    qtbot.waitUntil(lambda: library.asked == [("reconciliations", date(2026, 11, 1), True)])
