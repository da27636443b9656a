"""The Advice page: what to change now, what came of it, and what the past would have cost otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from advice_factories import a_going_session, evidence_of, going
from rule_factories import dollars
from tallylight.domain.advice import Advice, Kind, Line
from tallylight.domain.effect import Given, Outcome
from tallylight.domain.session import SessionView
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.summary import SummaryRow
from tallylight.domain.what_if import WhatIfQuestion
from tallylight.gui import advice_words
from tallylight.gui.advice_page import AdvicePage
from tallylight.gui.given_model import given_model
from tallylight.gui.jobs import Jobs
from tallylight.gui.live_page import LivePage
from tallylight.gui.theme import Theme
from tallylight.ingest.adviser import advice_about

Snapshots = Callable[..., Snapshot]
AT_MS = 1_795_182_000_000


def a_reset(session: str = "s-1") -> Advice:
    (advice,) = advice_about(evidence_of(models={}), a_going_session(session_id=session))
    return advice


def a_switch() -> Advice:
    light = going(context=60_000, growth=500, output=300)
    (advice,) = advice_about(evidence_of(starts={}), a_going_session(light, session_id="s-2", project="docs"))
    return advice


def followed(how: str, promised: float, measured: float, advice: Advice | None = None, **given: Any) -> Given:
    outcome = Outcome(
        how=how,
        at_ms=AT_MS,
        turns=9,
        promised_picousd=dollars(promised),
        measured_picousd=dollars(measured),
    )
    one = replace(advice or a_reset(), key=f"{how}{promised}")
    return Given(
        **{"advice": one, "first_ms": AT_MS, "last_ms": AT_MS, "outcome": outcome, "settled_ms": 1} | given
    )


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, a_snapshot: Snapshots) -> AdvicePage:
    made = AdvicePage(theme, library, jobs)
    qtbot.addWidget(made)
    made.resize(1000, 800)
    made.show_settings(Settings())
    made.show_snapshot(a_snapshot(advice=(a_reset(), a_switch())))
    return made


def texts(widget: QWidget) -> list[str]:
    return [
        label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget) and label.text()
    ]


def shown(qtbot: QtBot, page: AdvicePage, library: Any) -> AdvicePage:
    page.show()
    qtbot.waitUntil(lambda: any(isinstance(asked, WhatIfQuestion) for asked in library.asked))
    qtbot.waitUntil(lambda: page.what_if.wishes.light.count() > 0)
    return page


def test_what_to_change_stands_with_what_it_rests_on(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    shown(qtbot, page, library)
    reset, switch = page.now.notes.values()
    assert texts(reset)[:2] == [str(a_reset().title), a_reset().text]
    assert (reset.property("role"), switch.property("role")) == ("warning", "advice")
    assert reset.accessibleName() == str(a_reset().title)


def test_where_nobody_tells_tokens_it_does_not_say_that_nothing_would_be_cheaper(
    qtbot: QtBot, page: AdvicePage, library: Any, a_snapshot: Snapshots, a_session: Callable[..., SessionView]
) -> None:
    shown(qtbot, page, library)
    untold = a_session(session_id="c", requests=0, untold=3)
    page.show_snapshot(a_snapshot(sequence=2, sessions=(untold,)))
    unknown = "What would make 1 session cheaper cannot be known: the agent tells no tokens, see Sources."
    assert page._nothing.text() == unknown
    page.show_snapshot(a_snapshot(sequence=3, sessions=(untold, a_session())))
    assert page._nothing.text() == (
        f"Nothing would make the other running sessions cheaper by enough to say so. {unknown}"
    )
    page.show_snapshot(a_snapshot(sequence=4, sessions=(untold, a_session()), advice=(a_reset(),)))
    assert page._nothing.text() == unknown


def test_it_opens_down_to_the_turns_and_stays_open(
    qtbot: QtBot, page: AdvicePage, library: Any, a_snapshot: Snapshots
) -> None:
    shown(qtbot, page, library)
    note = page.now.notes[a_reset().key]
    note.how.click()
    model = note._lines
    assert [model.index(0, column).data() for column in range(4)] == ["Turn +1", "$0.10", "$0.15", "-$0.0465"]
    assert model.rowCount() == 10
    assert str(a_reset().assumption) in texts(note)
    page.show_snapshot(a_snapshot(advice=(a_switch(), a_reset()), sequence=9))
    assert page.now.notes[a_reset().key] is note and note.how.isChecked()
    assert note._working.isVisible()


def test_advice_is_declined_for_its_session_or_for_good(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    shown(qtbot, page, library)
    note = page.now.notes[a_reset().key]
    with qtbot.waitSignal(page.declined) as declined:
        note.not_session.click()
    assert declined.args == [a_reset().key]
    with qtbot.waitSignal(page.settings_changed) as changed:
        note.never.click()
    assert changed.args == [{"silenced_advice": ("reset",)}]


def test_a_kind_that_was_silenced_can_be_heard_again(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    shown(qtbot, page, library)
    page.show_settings(Settings(silenced_advice=("model", "of-tomorrow")))
    (button,) = page.silenced.findChildren(QPushButton)
    assert button.accessibleName() == "Speak again: Never said: A cheaper model"
    with qtbot.waitSignal(page.settings_changed) as changed:
        button.click()
    assert changed.args == [{"silenced_advice": ("of-tomorrow",)}]
    page.show_settings(Settings())
    assert not page.silenced.isVisible()


def test_amounts_from_which_it_speaks_can_be_set(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    shown(qtbot, page, library)
    box = page.floors.boxes["advice_floor_picousd"]
    assert (box.text(), page.floors.boxes["advice_notice_picousd"].text()) == ("0.25", "2")
    with qtbot.assertNotEmitted(page.settings_changed):
        box.editingFinished.emit()
    box.setValue(0.1)
    with qtbot.waitSignal(page.settings_changed) as changed:
        box.editingFinished.emit()
    assert changed.args == [{"advice_floor_picousd": dollars(0.1)}]
    box.clearFocus()
    page.show_settings(Settings(advice_floor_picousd=dollars(1.5)))
    assert box.text() == "1.5"


def test_without_advice_it_says_why(
    qtbot: QtBot, page: AdvicePage, library: Any, a_snapshot: Snapshots
) -> None:
    shown(qtbot, page, library)
    page.show_snapshot(a_snapshot(sequence=2))
    assert "Nothing would make the running sessions cheaper" in page._nothing.text()
    page.show_snapshot(a_snapshot(sequence=3, sessions=()))
    assert "No session runs" in page._nothing.text()
    assert not page.now.notes


def test_what_came_of_it_is_summed_up(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    library.advised = [
        followed("reset", 2, 2.2),
        followed("model", 4, 3, a_switch()),
        followed("", 1.9, 0),
    ]
    shown(qtbot, page, library)
    qtbot.waitUntil(lambda: page.given.rowCount() == 3)
    rows = [[page.given.index(row, column).data() for column in range(5)] for row in range(3)]
    assert rows == [
        ["Start fresh, payments-api, 20 Nov", "$1.90", "not taken", "–", "9"],
        ["Sonnet 5.5 instead of Opus 4.8, docs, 20 Nov", "$4.00", "$3.00", "−25 %", "9"],
        ["Fresh start, payments-api, 20 Nov", "$2.00", "$2.20", "+10 %", "9"],
    ]
    assert page._measured._figure.property("role") == "saved"
    assert not page._next_step.isVisible()
    assert page._measured.accessibleName() == "Measured saving: $5.20"
    assert page._measured.accessibleDescription() == "promised $6.00 · 2 taken of 3"
    assert page._error.accessibleName() == "How good it is: ± 18 %"
    assert page._left.accessibleName() == "Left on the table: $1.90"
    assert page._left.accessibleDescription() == "mostly: Start fresh"


def test_nothing_taken_claims_nothing(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    shown(qtbot, page, library)
    qtbot.waitUntil(lambda: page._measured.accessibleDescription() == "nothing advised yet")
    assert page._measured.accessibleName() == "Measured saving: –"
    assert page._left.accessibleName() == "Left on the table: –"
    assert "is kept here" in page._next_step.text()
    assert not page._table.isVisible()


def test_nothing_taken_yet_says_what_to_do(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    library.advised = [followed("", 2, 0, settled_ms=0)]
    shown(qtbot, page, library)
    qtbot.waitUntil(lambda: page._measured.accessibleDescription() == "nothing taken yet")
    assert page._error.accessibleDescription() == "nothing to measure yet"
    assert page._left.accessibleDescription() == "nothing was passed over"
    assert "Follow a piece of advice" in page._next_step.text()
    assert page.given.index(0, 2).data() == "still open"


def test_a_saving_that_was_none_is_not_green(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    library.advised = [followed("reset", 2, -0.5)]
    shown(qtbot, page, library)
    qtbot.waitUntil(lambda: page._measured.accessibleName() == "Measured saving: -$0.50")
    assert not page._measured._figure.property("role")
    assert page.given.index(0, 3).data() == "−125 %"


def test_what_was_advised_opens_its_session(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    library.advised = [followed("reset", 2, 2.2)]
    shown(qtbot, page, library)
    qtbot.waitUntil(lambda: page.given.rowCount() == 1)
    page._table.begin_at_top()
    with qtbot.waitSignal(page.session_wanted) as opened:
        qtbot.keyClick(page._table, Qt.Key.Key_Return)
    assert opened.args == ["s-1", ""]


def test_advice_declined_for_a_session_can_be_heard_again(
    qtbot: QtBot, page: AdvicePage, library: Any
) -> None:
    library.advised = [followed("", 2, 0, is_declined=True), followed("", 3, 0, is_declined=True)]
    shown(qtbot, page, library)
    page.show_settings(Settings(silenced_advice=("model",)))
    qtbot.waitUntil(lambda: len(page.silenced.findChildren(QPushButton)) == 2)
    button = page.silenced.findChildren(QPushButton)[1]
    words = "Not said in this session: Start fresh, payments-api, 20 Nov"
    assert button.accessibleName() == f"Speak again: {words}"
    assert page.given.index(0, 2).data() == "declined"
    with qtbot.waitSignal(page.wanted) as wanted:
        button.click()
    assert wanted.args == [library.advised[1].advice.key]


def test_tab_comes_to_advice_where_it_stands(
    qtbot: QtBot, page: AdvicePage, library: Any, a_snapshot: Snapshots
) -> None:
    shown(qtbot, page, library)
    page.show_snapshot(a_snapshot(advice=(a_switch(), a_reset()), sequence=9))
    stops, stop = [], page.nextInFocusChain()
    while stop is not page:
        stops.append(stop)
        stop = stop.nextInFocusChain()
    switch, reset = page.now.notes.values()
    at = [stops.index(one) for one in (switch.how, switch.never, reset.how, reset.never, page._table)]
    assert at == sorted(at)
    assert next(one for one in stops if one.focusPolicy() & Qt.FocusPolicy.TabFocus) is switch.how


def test_a_ledger_that_cannot_be_read_is_said(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    library.error = OSError("disk on fire")
    page.show()
    qtbot.waitUntil(lambda: "disk on fire" in page._trouble.text())


# -- what if


def test_each_wish_shows_what_it_alone_would_save(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    card = shown(qtbot, page, library).what_if
    qtbot.waitUntil(lambda: card.wishes.savings[1].text() == "−$1.00")
    assert card._was.text() == "$35.00"
    assert card._caption.text() == "November 2026, as it was: 40 requests"
    assert [saving.text() for saving in card.wishes.savings] == ["−$1.00"] * 5
    assert card._would.text() == "$35.00"


def test_chosen_wishes_are_added_up_by_class(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    card = shown(qtbot, page, library).what_if
    card.wishes.boxes[0].click()
    card.wishes.boxes[3].click()
    qtbot.waitUntil(lambda: card._would.text() == "$33.00")
    assert card._share.text() == "−6 %"
    rows = [[card._model.index(row, column).data() for column in range(3)] for row in range(3)]
    assert rows[0] == ["Cache read", "$20.00", "$18.00"]
    question = next(asked for asked in reversed(library.asked) if isinstance(asked, WhatIfQuestion))
    wish = question.wishes[-1]
    assert (wish.reset_at, wish.is_without_1h, wish.model) == (120_000, True, "")


def test_a_past_month_or_a_session_can_be_chosen(
    qtbot: QtBot, page: AdvicePage, library: Any, a_past_session: Callable[..., SummaryRow]
) -> None:
    library.rows = [a_past_session()]
    card = shown(qtbot, page, library).what_if
    scope = card.scope
    qtbot.waitUntil(lambda: scope.session.count() == 2)
    assert [scope.month.itemText(at) for at in range(scope.month.count())] == [
        "November 2026",
        "October 2026",
        "September 2026",
        "August 2026",
    ]
    assert scope.session.itemText(1) == "docs-site · Write the guide · $2.00"
    scope.session.setCurrentIndex(1)
    question = card.question
    assert question is not None and question.session_id == "old" and not question.since
    assert scope.title == "docs-site · Write the guide"
    asked = len(library.asked)
    scope.month.setCurrentIndex(1)
    question = card.question
    assert question is not None and (question.since, question.until) == ("2026-10-01", "2026-11-01")
    qtbot.waitUntil(lambda: any(one[0] == "sessions" for one in library.asked[asked:] if type(one) is tuple))
    qtbot.waitUntil(lambda: scope.session.count() == 2)


def test_any_session_can_be_brought_from_elsewhere(
    qtbot: QtBot, page: AdvicePage, library: Any, a_past_session: Callable[..., SummaryRow]
) -> None:
    card = shown(qtbot, page, library).what_if
    page.show_session("of-last-year", "infra")
    question = card.question
    assert question is not None and question.session_id == "of-last-year"
    qtbot.waitUntil(lambda: card._caption.text() == "infra, as it was: 40 requests")
    card.scope.show_sessions([a_past_session()])
    assert card.scope.title == "infra"
    assert card.scope.session.count() == 3


def test_a_month_without_requests_says_so(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    library.requests_within = 0
    card = shown(qtbot, page, library).what_if
    qtbot.waitUntil(lambda: "nothing was recorded. Choose another month" in card._caption.text())
    assert not card._table.isVisible()


def test_what_nobody_told_is_unknown_and_not_nothing(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    library.requests_within, library.untold_within = 0, 1
    card = shown(qtbot, page, library).what_if
    qtbot.waitUntil(
        lambda: "what 1 session cost is unknown, the agent tells no tokens" in card._caption.text()
    )
    assert (card._was.text(), card._would.text()) == ("unknown", "")
    assert not any(saving.isVisible() for saving in card.wishes.savings)


def test_what_tells_no_tokens_is_missing_from_the_rest(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    library.untold_within = 2
    card = shown(qtbot, page, library).what_if
    qtbot.waitUntil(lambda: "2 sessions of agents that tell no tokens left out." in card._note.text())
    assert card._was.text().startswith("≥ ")
    assert all(saving.isVisible() for saving in card.wishes.savings)


def test_a_size_of_context_is_typed(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    card = shown(qtbot, page, library).what_if
    card.wishes.limit.selectAll()
    qtbot.keyClicks(card.wishes.limit, "135")
    with qtbot.waitSignal(card.asked) as asked:
        qtbot.keyClick(card.wishes.limit, Qt.Key.Key_Return)
    assert asked.args[0].wishes[0].reset_at == 135_000


def test_light_turns_and_everything_exclude_each_other(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    card = shown(qtbot, page, library).what_if
    _, light, whole, *_ = card.wishes.boxes
    light.click()
    whole.click()
    assert (light.isChecked(), whole.isChecked()) == (False, True)
    light.click()
    assert (light.isChecked(), whole.isChecked()) == (True, False)
    question = card.question
    assert question is not None and question.wishes[-1].only_light
    sentence = "3 turns too large for Haiku 5.5: counted on the model that did the work."
    qtbot.waitUntil(lambda: sentence in card._note.text())
    assert card.wishes.savings[1].toolTip() == sentence


def test_a_model_for_everything_or_for_light_turns(qtbot: QtBot, page: AdvicePage, library: Any) -> None:
    card = shown(qtbot, page, library).what_if
    card.wishes.whole.setCurrentIndex(1)
    for choice in (card.wishes.light, card.wishes.whole):
        assert [choice.itemText(at) for at in range(choice.count())] == ["Haiku 5.5", "Opus 4.8"]
    question = card.question
    assert question is not None
    light, everything = question.wishes[1], question.wishes[2]
    assert (light.model, light.only_light) == ("claude-haiku-5-5", True)
    assert (everything.model, everything.only_light) == ("claude-opus-4-8", False)


# -- elsewhere


def test_the_live_page_has_the_advice_of_its_session(
    qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, a_snapshot: Snapshots, a_session: Any
) -> None:
    page = LivePage(theme, library, jobs)
    qtbot.addWidget(page)
    page.show_settings(Settings(silenced_advice=("loop",)))
    sessions = (a_session(session_id="s-1"), a_session(session_id="s-2"))
    page.show_snapshot(a_snapshot(sessions=sessions, advice=(a_reset(), a_switch())))
    advice = page._page.advice
    assert list(advice.notes) == [a_reset().key]
    with qtbot.waitSignal(page.settings_changed) as changed:
        advice.notes[a_reset().key].never.click()
    assert changed.args == [{"silenced_advice": ("loop", "reset")}]
    page.open_session("s-2")
    assert list(advice.notes) == [a_switch().key]
    page.open_session("of-yesterday")
    assert not advice.notes


def test_a_line_opens_the_turn_that_it_is_about(
    qtbot: QtBot,
    theme: Theme,
    library: Any,
    jobs: Jobs,
    a_snapshot: Snapshots,
    a_detail: Any,
    page: AdvicePage,
) -> None:
    detail = a_detail(12, session_id="s-1")
    library.details = {"s-1": detail}
    live = LivePage(theme, library, jobs)
    qtbot.addWidget(live)
    made = replace(a_reset(), lines=(a_line_about("k7"), a_line_about("")))
    live.show_snapshot(a_snapshot(sessions=(detail.view,), advice=(made,)))
    qtbot.waitUntil(lambda: live._page._turns.rowCount() == 12)
    live._page.advice.notes[made.key].opened.emit("", "k7")
    assert live._page._table.current().key == "k7"
    live._page.advice.notes[made.key].opened.emit("", "")
    assert live._page._table.current().key == "k7"
    shown(qtbot, page, library)
    with qtbot.waitSignal(page.session_wanted) as wanted:
        page.now.notes[a_reset().key].opened.emit("", "k7")
    assert wanted.args == ["s-1", "k7"]


def test_a_request_is_shown_once_its_session_was_read(
    qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, a_detail: Any
) -> None:
    library.details = {"s-1": a_detail(12, session_id="s-1")}
    live = LivePage(theme, library, jobs)
    qtbot.addWidget(live)
    live.open_session("s-1", "k4")
    qtbot.waitUntil(lambda: live._page._turns.rowCount() == 12)
    assert live._page._table.current().key == "k4"
    live.open_session("s-1", "k9")
    assert live._page._table.current().key == "k9"
    with qtbot.waitSignal(live.what_if_wanted) as wanted:
        live._page._what_if.click()
    assert wanted.args == ["s-1", live._page._view.project]


def a_line_about(key: str) -> Line:
    return replace(a_reset().lines[0], key=key)


def test_every_kind_and_every_way_to_follow_has_words() -> None:
    assert all(advice_words.kind(kind) for kind in Kind)
    for how in ("reset", "compaction", "speed"):
        assert advice_words.followed(followed(how, 1, 1)).endswith(", payments-api, 20 Nov")
    assert advice_words.by_session([a_reset(), replace(a_reset(), kind=Kind.LOOP)])["s-1"][0].endswith(
        "$0.47."
    )


def test_the_table_keeps_the_rules_of_qt(theme: Theme, qtmodeltester: Any) -> None:
    model = given_model(theme)
    model.show([followed("reset", 1, 1)])
    qtmodeltester.check(model, force_py=True)
