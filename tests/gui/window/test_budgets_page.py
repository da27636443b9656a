"""The Budgets page: the list, the chart, editing with a preview, proposals, and nothing kept by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from budgets import DOLLAR, NOW_MS, TODAY, a_budget, a_course, a_status, a_suggestion
from controls import nameless_controls
from tallylight.domain.budget import Period, Unit
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.tag import Tag
from tallylight.gui.budget_curve import Mark, curve_of, named
from tallylight.gui.budget_fields import read_amount, read_thresholds, write_amount
from tallylight.gui.budgets_page import BudgetsPage
from tallylight.gui.jobs import Jobs
from tallylight.gui.theme import Theme

Snapshots = Callable[..., Snapshot]
RULES = [
    ("alone", "An agent works on without you", {"turns": ("turns", 30.0), "minutes": ("minutes", 20.0)}),
    ("spike", "A day far above your typical day", {"factor": ("times", 3.0)}),
]
WEEK = a_budget(id="b2", project="/home/dev/payments-api", period=Period.WEEK, amount=60 * DOLLAR)


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, a_snapshot: Snapshots) -> BudgetsPage:
    made = BudgetsPage(theme, library, jobs, RULES)
    qtbot.addWidget(made)
    made.resize(1000, 900)
    made.show_settings(Settings(budgets=(a_budget(), WEEK)))
    made.show_snapshot(a_snapshot(budgets=(a_status(), a_status(WEEK, spent=61 * DOLLAR))))
    made.show()
    return made


@pytest.fixture
def empty(qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, a_snapshot: Snapshots) -> BudgetsPage:
    made = BudgetsPage(theme, library, jobs)
    qtbot.addWidget(made)
    made.show_snapshot(a_snapshot())
    made.show()
    return made


def button(parent: QWidget, text: str) -> QPushButton:
    return next(b for b in parent.findChildren(QPushButton) if b.text() == text and b.isVisible())


def courses(library: Any) -> list[Any]:
    return [asked[1] for asked in library.asked if isinstance(asked, tuple) and asked[0] == "course"]


def shows_course(qtbot: QtBot, page: BudgetsPage, title: str) -> None:
    qtbot.waitUntil(lambda: page._card._title.text() == title, timeout=15_000)


# -- what is shown


def test_each_budget_says_how_it_stands(page: BudgetsPage) -> None:
    first, second = page._list.rows.values()
    assert first.accessibleName() == "November, everything: $213.90 of $300"
    assert first._outlook.text() == "71 % · $7.83 a day keeps it"
    assert first._forecast.text() == "forecast $289, between $262 and $318 – on pace"
    share, pace, colour = first._bar._state
    assert (round(share, 3), round(pace or 0, 3), colour) == (0.713, 0.652, "accent")
    assert second._bar._state[2] == "over"


def test_the_chosen_one_is_drawn_with_its_days_and_sentence(qtbot: QtBot, page: BudgetsPage) -> None:
    shows_course(qtbot, page, "November, everything")
    qtbot.waitUntil(lambda: page._card._place.chart is not None, timeout=15_000)
    assert page._card._told.text().startswith("With these thresholds you would have been told on 15 Nov")
    chart = page._card._place.chart
    assert "$213.90 of $300" in chart._plot.accessibleDescription()
    assert [name.toPlainText() for name in chart._names if name.isVisible()] == ["50 %"]
    qtbot.keyClick(chart._plot, Qt.Key.Key_Left)
    assert chart._readout.text() == "20 Nov: $12.84, $213.90 so far; even pace $200"
    page._list.rows["b2"].click()
    shows_course(qtbot, page, "payments-api, this week")


def test_a_long_name_gives_way_in_its_middle_and_the_period_stays(
    page: BudgetsPage, a_snapshot: Snapshots
) -> None:
    long = a_budget(
        id="b9", project="/src/the-payments-api-of-the-northern-region-and-more", period=Period.WEEK
    )
    page.show_settings(Settings(budgets=(long, a_budget())))
    page.show_snapshot(a_snapshot(budgets=(a_status(long), a_status())))
    page.resize(860, 700)
    name = page._list.rows["b9"]._name
    shown = name._shortened()
    assert shown.startswith("the")
    assert "…" in shown
    assert shown.endswith("e, this week")
    assert name.fontMetrics().horizontalAdvance(shown) <= name.contentsRect().width()
    assert name.text() == "the-payments-api-of-the-northern-region-and-more, this week"
    assert page._list.rows["b1"]._name._shortened() == "November, everything"


def test_the_curve_ends_now_and_marks_lie_on_it() -> None:
    curve = curve_of(a_course(), NOW_MS)
    assert curve is not None
    assert curve.spent[0] == (0.0, 0.0)
    assert curve.spent[-1][1] == pytest.approx(213.9)
    assert 19 < curve.spent[-1][0] < 20
    assert curve.band[-1] == (30.0, 262.0, 318.0)
    assert curve.has_room_at_start
    (mark,) = curve.marks
    assert (mark.share, mark.y) == (50, 150.0)
    assert 14 < mark.x < 17
    assert curve_of(a_course(a_status(a_budget(period=Period.SESSION), span=None)), NOW_MS) is None


def test_names_of_marks_do_not_run_into_each_other() -> None:
    marks = [Mark(4.0, 30.0, 50), Mark(8.0, 48.0, 80), Mark(9.4, 60.0, 100)]
    assert named(marks, 1.0, 5.0) == marks
    assert [mark.share for mark in named(marks, 2.0, 20.0)] == [50, 100]


def test_next_to_nothing_a_day_is_no_advice(page: BudgetsPage, a_snapshot: Snapshots) -> None:
    status = a_status(spent=299_990_000_000_000, per_day_left=1_000_000_000)
    page.show_snapshot(a_snapshot(budgets=(status,)))
    assert next(iter(page._list.rows.values()))._outlook.text() == "99 %"


def test_a_days_budget_stands_beside_the_days_before(qtbot: QtBot, page: BudgetsPage, library: Any) -> None:
    day = a_budget(id="b4", period=Period.DAY, amount=15 * DOLLAR)
    page.show_settings(Settings(budgets=(day,)))
    shows_course(qtbot, page, "Today, everything")
    qtbot.waitUntil(lambda: page._card._place.chart is not None, timeout=15_000)
    (question,) = (asked for asked in library.asked if getattr(asked, "until", "") == "2026-11-21")
    assert question.since == "2026-10-22"
    chart = page._card._place.chart
    assert list(chart._curve.bars) == [(10.5, 11.0), (11.5, 20.0), (12.5, 0.0)]
    assert chart._write_tick(10.0, 5.0) == "1 Nov"
    chart._plot.pointed.emit(11.2)
    assert chart._readout.text() == "2 Nov: $20, 133 % of the budget"
    assert "before that on 1, 2 Nov" in page._card._told.text()


def test_a_sessions_budget_has_no_chart(qtbot: QtBot, page: BudgetsPage, library: Any) -> None:
    session = a_budget(id="b3", period=Period.SESSION, amount=5 * DOLLAR)
    library.courses["b3"] = a_course(
        a_status(session, span=None, pace=None, forecast=None, label="payments-api"), days=()
    )
    page.show_settings(Settings(budgets=(session,)))
    shows_course(qtbot, page, "Any session")
    assert "payments-api: $213.90" in page._card._nothing.text()
    assert page._card._stack.currentWidget() is page._card._nothing


def test_a_changed_budget_does_not_wait_for_the_ledger(page: BudgetsPage) -> None:
    page.show_settings(Settings(budgets=(a_budget(amount=200 * DOLLAR), WEEK)))
    assert page._list.rows["b1"]._standing.text() == "$213.90 of $200"
    page.show_settings(Settings(budgets=(a_budget(model="claude-opus-4-8"), WEEK)))
    assert page._list.rows["b1"]._standing.text() == "$0.00 of $300"


def test_what_somebody_else_changed_is_not_written_over_unasked(qtbot: QtBot, page: BudgetsPage) -> None:
    page.show_settings(Settings(budgets=(a_budget(), WEEK)))
    page._edit("b1")
    editor = page._editor
    assert editor is not None
    kept: list[Any] = []
    page.settings_changed.connect(kept.append)
    page.show_settings(Settings(budgets=(a_budget(amount=999 * DOLLAR), WEEK)))
    editor._amount.setText("310")
    editor._keep()
    assert not kept and "changed elsewhere" in editor._problems["kept"].text()
    page.show_settings(Settings(budgets=(WEEK,)))
    editor._keep()
    assert not kept and "removed elsewhere" in editor._problems["kept"].text()
    editor._keep()
    assert [b.amount for b in kept[-1]["budgets"]] == [60 * DOLLAR, 310 * DOLLAR]


def test_typical_figures_and_the_forecast_stand_at_the_top(
    qtbot: QtBot, page: BudgetsPage, a_snapshot: Snapshots
) -> None:
    page.show_snapshot(a_snapshot(month_forecast=a_status().forecast))
    words = "Typical day $11.20 · typical month $212 · November so far $213.90, forecast $289 ($262 to $318)"
    qtbot.waitUntil(lambda: page._head._facts.text() == words)


# -- editing


def test_a_draft_is_previewed_before_it_is_kept(qtbot: QtBot, page: BudgetsPage, library: Any) -> None:
    shows_course(qtbot, page, "November, everything")
    qtbot.mouseClick(page._card._change, Qt.MouseButton.LeftButton)
    editor = page._editor
    assert editor is not None
    editor._amount.selectAll()
    qtbot.keyClicks(editor._amount, "180")
    shows_course(qtbot, page, "Preview: November, everything")
    assert courses(library)[-1].amount == 180 * DOLLAR
    with qtbot.waitSignal(page.settings_changed) as got:
        button(editor, "Save").click()
    (changes,) = got.args
    assert [b.amount for b in changes["budgets"]] == [180 * DOLLAR, 60 * DOLLAR]
    assert changes["budgets"][0].id == "b1"


def test_a_new_budget_gets_an_id_and_stands_last(qtbot: QtBot, page: BudgetsPage) -> None:
    button(page, "Add budget").click()
    editor = page._editor
    assert editor is not None
    qtbot.waitUntil(lambda: bool(editor._names))
    editor._kind.setCurrentIndex(editor._kind.findData("model"))
    editor._unit.setCurrentIndex(editor._unit.findData(Unit.TOKENS))
    editor._period.setCurrentIndex(editor._period.findData(Period.DAY))
    editor._thresholds.setText("100, 80")
    editor._amount.setText("40M")
    with qtbot.waitSignal(page.settings_changed) as got:
        qtbot.keyClick(editor._amount, Qt.Key.Key_Return)
    budget = got.args[0]["budgets"][-1]
    assert (budget.model, budget.unit, budget.period) == ("alpha", Unit.TOKENS, Period.DAY)
    assert (budget.amount, budget.thresholds) == (40_000_000, (80, 100))
    assert budget.id


@pytest.mark.parametrize(("kind", "session_id"), [("sessions", ""), ("session", "alpha")])
def test_sessions_have_no_period_and_no_forecast(
    qtbot: QtBot, page: BudgetsPage, kind: str, session_id: str
) -> None:
    button(page, "Add budget").click()
    editor = page._editor
    assert editor is not None
    qtbot.waitUntil(lambda: bool(editor._names))
    editor._kind.setCurrentIndex(editor._kind.findData(kind))
    editor._amount.setText("5")
    assert not editor._span.isVisible()
    assert not editor._forecast.isVisible()
    draft = editor.draft(is_final=True)
    assert draft is not None
    assert (draft.period, draft.session_id) == (Period.SESSION, session_id)


def test_a_billing_month_starts_on_any_day(page: BudgetsPage) -> None:
    page._edit("b1")
    assert page._editor is not None
    page._editor._first_day.setValue(23)
    draft = page._editor.draft(is_final=True)
    assert draft is not None
    assert draft.starts_on == 23


def test_what_cannot_be_read_is_said_beside_its_field(qtbot: QtBot, page: BudgetsPage) -> None:
    button(page, "Add budget").click()
    editor = page._editor
    assert editor is not None
    assert not any(problem.isVisible() for problem in editor._problems.values())
    with qtbot.assertNotEmitted(page.settings_changed):
        button(editor, "Save").click()
    assert editor._problems["amount"].text() == "An amount, please: 300 or 4.50 for example."
    qtbot.keyClicks(editor._thresholds, "x")
    qtbot.waitUntil(lambda: "Whole per cents" in editor._problems["told"].text())


def test_escape_and_cancel_keep_everything_as_it_was(qtbot: QtBot, page: BudgetsPage) -> None:
    with qtbot.assertNotEmitted(page.settings_changed):
        page._list.rows["b1"].edit_wanted.emit()
        assert page._editor is not None
        assert not page._list.rows["b1"].isVisible()
        qtbot.keyClick(page._editor, Qt.Key.Key_Escape)
    assert page._editor is None
    assert page._list.rows["b1"].isVisible()


def test_a_budget_is_removed(qtbot: QtBot, page: BudgetsPage) -> None:
    qtbot.keyClick(page._list.rows["b2"], Qt.Key.Key_Return)
    with qtbot.waitSignal(page.settings_changed) as got:
        button(page, "Remove").click()
    assert [b.id for b in got.args[0]["budgets"]] == ["b1"]


def test_snapshots_do_not_disturb_an_editor(qtbot: QtBot, page: BudgetsPage, a_snapshot: Snapshots) -> None:
    page._edit("b1")
    assert page._editor is not None
    page._editor._amount.setText("18")
    page.show_snapshot(a_snapshot(sequence=2, requests_known=5000, budgets=(a_status(spent=1),)))
    assert page._editor.isVisible()
    assert page._editor._amount.text() == "18"
    assert not page._list.rows["b1"].isVisible()


# -- the first run


def test_history_proposes_and_nothing_is_set_by_itself(qtbot: QtBot, empty: BudgetsPage) -> None:
    with qtbot.assertNotEmitted(empty.settings_changed):
        shows_course(qtbot, empty, "Suggestion: November, everything")
        assert empty._list._first.isVisible()
        button(empty, "Set a budget of $250").click()
    assert empty._editor is not None
    assert empty._editor._amount.text() == "250"
    with qtbot.waitSignal(empty.settings_changed) as got:
        button(empty._editor, "Save").click()
    assert got.args[0]["budgets"][0].amount == 250 * DOLLAR


def test_what_has_a_budget_is_not_proposed(qtbot: QtBot, page: BudgetsPage, library: Any) -> None:
    site = a_suggestion(budget=a_budget(id="", project="/dev/docs-site", amount=50 * DOLLAR))
    library.suggested = [a_suggestion(), site]
    page._typical.ask(library.suggestions)
    qtbot.waitUntil(lambda: len(page._list._proposals) == 1)
    assert "a budget of $50, docs-site" in button(page, "Add one").accessibleName()


def test_without_history_there_is_no_empty_chart(
    qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, a_snapshot: Snapshots
) -> None:
    library.suggested = []
    page = BudgetsPage(theme, library, jobs)
    qtbot.addWidget(page)
    page.show_snapshot(a_snapshot())
    page.show()
    qtbot.waitUntil(lambda: ("suggestions",) in library.asked)
    assert page._list._first.isVisible()
    assert not page._card.isVisible()
    button(page, "Add budget").click()
    assert page._editor is not None
    page._editor._amount.setText("300")
    page._editor._follow()
    shows_course(qtbot, page, "Preview: November, everything")
    assert page._card.isVisible()
    button(page._editor, "Cancel").click()
    assert not page._card.isVisible()


def test_a_library_that_fails_says_so(qtbot: QtBot, page: BudgetsPage, library: Any) -> None:
    library.error = OSError("disk I/O error")
    page._list.rows["b2"].click()
    qtbot.waitUntil(lambda: "disk I/O error" in page._head._trouble.text())


# -- rules


# -- rules and the plan


def test_rules_are_silenced_and_their_thresholds_changed(qtbot: QtBot, page: BudgetsPage) -> None:
    assert page._rules._count.text() == "2 of 2 on"
    assert not page._rules._switches["spike"].isVisible()
    button(page._rules, "Change").click()
    with qtbot.waitSignal(page.settings_changed) as got:
        page._rules._switches["spike"].click()
    assert got.args == [{"silenced_rules": ("spike",)}]
    box = page._rules._boxes["alone", "turns"]
    box.setValue(12.5)
    with qtbot.waitSignal(page.settings_changed) as got:
        box.editingFinished.emit()
    assert got.args == [{"limits": {"alone": {"turns": 12.5}}}]
    page.show_settings(Settings(limits={"alone": {"turns": 12.5}}, silenced_rules=("later", "spike")))
    box.setValue(30)
    with qtbot.waitSignal(page.settings_changed) as got:
        box.editingFinished.emit()
    assert got.args == [{"limits": {}}]
    with qtbot.waitSignal(page.settings_changed) as got:
        page._rules._switches["spike"].click()
    assert got.args == [{"silenced_rules": ("later",)}]
    with qtbot.waitSignal(page.settings_changed) as got:
        button(page._rules, "Back to the usual").click()
    assert got.args == [{"limits": {}, "silenced_rules": ()}]


def test_a_plans_fee_stands_beside_what_its_usage_is_worth(qtbot: QtBot, page: BudgetsPage) -> None:
    plan = page._plan
    plan._fee.setText("$100")
    with qtbot.waitSignal(page.settings_changed) as got:
        plan._fee.editingFinished.emit()
    assert got.args == [{"plan_fee_picousd": 100 * DOLLAR}]
    page.show_settings(Settings(plan_fee_picousd=100 * DOLLAR))
    worth = "Plan $100.00 a month · API-equivalent this month $213.90, 2.1× the fee"
    assert plan._worth.text() == worth
    assert "not money owed" in plan._note.text()
    plan._fee.setText("much")
    plan._fee.editingFinished.emit()
    assert plan._problem.text()


def test_a_tag_is_added_shown_and_removed(qtbot: QtBot, page: BudgetsPage) -> None:
    card = page._tags
    for field, text in ((card._name, "client"), (card._project, " shop-* ")):
        field.setText(text)
    kept = Tag(name="client", project="shop-*")
    with qtbot.waitSignal(page.settings_changed) as got:
        button(card, "Add tag").click()
    assert got.args == [{"tags": (kept,)}]
    assert card._name.text() == card._project.text() == ""
    other = Tag(name="features", branch="feat/*")
    page.show_settings(Settings(tags=(kept, other)))
    shown = [row.findChild(QLabel).text() for row in card.lines._rows]
    assert shown == ["client: projects shop-*", "features: branches feat/*"]
    with qtbot.waitSignal(page.settings_changed) as got:
        card.lines._rows[0].findChild(QPushButton).click()
    assert got.args == [{"tags": (other,)}]


def test_a_tag_for_nothing_is_refused_with_a_sentence(qtbot: QtBot, page: BudgetsPage) -> None:
    card = page._tags
    card._name.setText("client")
    with qtbot.assertNotEmitted(page.settings_changed):
        button(card, "Add tag").click()
    assert "projects or branches" in card._problem.text() and card._name.text() == "client"


# -- fields


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("$300", Unit.USD, 300 * DOLLAR),
        ("1,500.50", Unit.USD, 150_050 * DOLLAR // 100),
        (" .5 ", Unit.USD, DOLLAR // 2),
        ("40M", Unit.TOKENS, 40_000_000),
        ("2.5k tokens", Unit.TOKENS, 2_500),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, unit: Unit, amount: int) -> None:
    assert read_amount(text, unit) == amount
    assert read_amount(write_amount(amount, unit), unit) == amount


@pytest.mark.parametrize("text", ["", "x", "-3", "0", "1e9", "9999999999", "3 4 x", "12,5", "1,00", "12 5"])
def test_what_is_no_amount_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_amount(text, Unit.USD)


def test_thresholds_come_sorted_and_within_reason() -> None:
    assert read_thresholds("100 %, 50; 80 · 80") == (50, 80, 100)
    assert read_thresholds("") == ()
    for text in ("a", "0", "5000", "12.5.1"):
        with pytest.raises(ValueError, match=r"\."):
            read_thresholds(text)


# -- everyone


def test_every_control_has_a_name_and_nothing_is_too_wide(qtbot: QtBot, page: BudgetsPage) -> None:
    page._edit("b1")
    button(page._rules, "Change").click()
    assert not nameless_controls(page)
    page.resize(560, 600)
    qtbot.waitUntil(lambda: page.widget().minimumSizeHint().width() <= page.viewport().width())
    assert page._today == TODAY


# -- the chart beside a long list


def many_budgets(page: BudgetsPage, a_snapshot: Snapshots, count: int) -> None:
    budgets = tuple(a_budget(id=f"n{n}", amount=(n + 1) * DOLLAR) for n in range(count))
    page.show_settings(Settings(budgets=budgets))
    page.show_snapshot(a_snapshot(budgets=tuple(a_status(budget) for budget in budgets)))


@pytest.mark.parametrize("width", [490, 720, 1100])
@pytest.mark.parametrize("is_editing", [False, True])
def test_the_chart_is_no_taller_for_a_long_list(
    qtbot: QtBot, page: BudgetsPage, a_snapshot: Snapshots, width: int, is_editing: bool
) -> None:
    page.resize(width, 700)
    shows_course(qtbot, page, "November, everything")
    many_budgets(page, a_snapshot, 40)
    if is_editing:
        page._edit("n3")
    qtbot.waitUntil(lambda: page._list.height() > 2000)
    assert 200 < page._card.height() < 450
    row = page._list.rows["n20"]
    page.ensureWidgetVisible(row)
    is_beside = (
        page._card.mapTo(page, page._card.rect().topRight()).x() < row.mapTo(page, row.rect().topLeft()).x()
    )
    assert is_beside == (width > 490)
    if is_beside:
        top = page._card.mapTo(page.viewport(), page._card.rect().topLeft()).y()
        assert top >= 0
        assert top + page._card.height() <= page.viewport().height()
    else:
        assert page._list.y() - page._seat.geometry().bottom() < 20
        assert page._seat.height() < 450


# -- by key


def stops(page: BudgetsPage) -> list[QWidget]:
    """Where Tab comes to, from the page's one button on."""
    first: QWidget = page._head.button
    found, at = [first], first.nextInFocusChain()
    while at is not first:
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isVisible() and at.focusProxy() is None:
            found.append(at)
        at = at.nextInFocusChain()
    return found


def test_tab_comes_to_the_list_before_all_that_is_made_earlier(
    qtbot: QtBot, page: BudgetsPage, a_snapshot: Snapshots
) -> None:
    qtbot.waitUntil(lambda: page._card._place.chart is not None, timeout=15_000)
    shows_course(qtbot, page, "November, everything")
    row, other = page._list.rows.values()
    later = [page._card._change, page._card._place.chart._plot, page._rules._change, page._plan._fee]

    def is_in_order(*wanted: QWidget) -> bool:
        found = [stop for stop in stops(page) if stop in wanted]
        return found == list(wanted)

    assert is_in_order(page._head.button, row, other, *later)
    page._edit("b2")
    editor = page._editor
    assert editor is not None
    fields = (editor._kind, editor._value, editor._amount, editor._unit, editor._period, editor._thresholds)
    assert is_in_order(page._head.button, row, *fields, editor._save, editor._remove, *later[1:])
    editor._kind.setFocus()
    qtbot.keyClick(editor._kind, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert row.hasFocus()
    page._close_editor()
    page.show_settings(Settings(budgets=(WEEK, a_budget(id="b3"), a_budget())))
    assert is_in_order(page._head.button, other, page._list.rows["b3"], row, *later)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_and_space_press_a_button(qtbot: QtBot, page: BudgetsPage, key: Qt.Key) -> None:
    change = page._rules._change
    change.setFocus()
    qtbot.keyClick(change, key)
    assert page._rules._rows.isVisible()
    qtbot.keyClick(change, key)
    assert not page._rules._rows.isVisible()
