"""The Export dialog over a small real ledger, with the real program as its child."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, QPoint, QSettings, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from controls import nameless_controls
from factories import a_line, write_log
from tallylight.cli import main
from tallylight.domain.columns import Detail, Private, Treatment
from tallylight.domain.order import Order
from tallylight.domain.schedule import Rhythm, Schedule, ScheduledRun
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.exports.base import cell
from tallylight.gui import export_words as words
from tallylight.gui.clipping import CopyButtons
from tallylight.gui.command_child import CommandChild, Outcome
from tallylight.gui.export_dialog import ExportDialog
from tallylight.gui.export_words import Offer
from tallylight.gui.jobs import Jobs
from tallylight.gui.theme import Theme
from tallylight.ingest.assembly import now_ms
from tallylight.installed import command
from tallylight.parts import exporting

CSV = Offer("csv", "CSV table", ".csv", is_rows_only=True)
JSON = Offer("json", "JSON document", ".json")
#: Binary, as far as the window knows; the program writes it all the same.
BINARY = Offer("csv", "Excel workbook", ".xlsx", is_text=False, is_rows_only=True, shown_as="csv")
#: A child takes a second to start where others run beside it.
PATIENCE_MS = 30_000
#: A Friday.
NOW_MS = 1_795_182_000_000


@pytest.fixture
def ledger(private_machine: Path) -> None:
    """Twelve requests of today, in three projects."""
    at = now_ms()
    lines = [
        a_line(id=f"m{n}", uuid=f"u{n}", at=at - n, cwd=f"/home/ana/p{n % 3}", branch=f"b{n}")
        for n in range(12)
    ]
    write_log(private_machine / ".claude", "-home-ana-shop/s-1.jsonl", *lines)
    assert main(["scan"]) == 0


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


Make = Callable[..., ExportDialog]


@pytest.fixture
def make(qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, out: Path) -> Iterator[Make]:
    """`make(order)`: the dialog, shown, writing into `out`."""
    made: list[ExportDialog] = []
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(out.parent / "config"))

    def dialog(order: Order | None = None, **given: Any) -> ExportDialog:
        shown = ExportDialog(theme, library, jobs, given.pop("command", command()), lambda: NOW_MS)
        made.append(shown)
        qtbot.addWidget(shown)
        shown.place.show_path(str(out))
        shown.start(given.pop("offers", [CSV, JSON]), date(2026, 11, 20), order)
        shown.show()
        return shown

    yield dialog
    for shown in made:
        shown.close_children()


@pytest.fixture
def dialog(ledger: None, make: Make) -> ExportDialog:
    return make(an_order())


def an_order(**given: Any) -> Order:
    return Order(**({"format": "csv", "range": "today", "detail": Detail.REQUEST} | given))


def texts(widget: QWidget) -> str:
    return "\n".join(
        str(w.text()) for w in widget.findChildren(QWidget) if hasattr(w, "text") and w.isVisible()
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def press(qtbot: QtBot, button: QPushButton) -> None:
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)


# -- what leaves


def test_the_preview_is_what_is_written(dialog: ExportDialog, out: Path, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(dialog.preview.beginning.toPlainText()), timeout=PATIENCE_MS)
    before = dialog.preview.beginning.toPlainText()
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(dialog.run.open.isVisible, timeout=PATIENCE_MS)
    (path,) = out.iterdir()
    assert path.read_text("utf-8-sig").splitlines() == before.splitlines()
    assert f"Saved to {path}" in texts(dialog.run)
    assert dialog.run.show_folder.isVisible()


def test_it_says_how_many_rows_and_which_names(dialog: ExportDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "rows" in texts(dialog.preview), timeout=PATIENCE_MS)
    assert len(rows(dialog.preview.beginning.toPlainText())) > 0
    count = len(rows(dialog.preview.beginning.toPlainText()))
    assert (
        f"{count} rows · Projects and paths, branches, session ids, machine names leave as they are."
        in texts(dialog.preview)
    )


def test_what_is_hashed_is_hashed_in_the_preview(dialog: ExportDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "/home/ana/p1" in dialog.preview.beginning.toPlainText(), timeout=PATIENCE_MS)
    dialog.form.show_order(an_order(redact=dict.fromkeys(Private, Treatment.HASH)))
    qtbot.waitUntil(lambda: "/home/ana" not in dialog.preview.beginning.toPlainText(), timeout=PATIENCE_MS)
    assert "No project, title, branch, session or machine is named." in texts(dialog.preview)


def test_the_preview_follows_what_arrives(dialog: ExportDialog, private_machine: Path, qtbot: QtBot) -> None:
    beginning = dialog.preview.beginning
    qtbot.waitUntil(lambda: "12 rows" in texts(dialog.preview), timeout=PATIENCE_MS)
    dialog.preview._news.setInterval(0)
    line = a_line(id="new", uuid="new", at=now_ms(), cwd="/home/ana/p9")
    write_log(private_machine / ".claude", "-home-ana-shop/s-2.jsonl", line)
    assert main(["scan"]) == 0
    beginning.setFixedHeight(beginning.fontMetrics().height() * 5)
    beginning.verticalScrollBar().setValue(4)
    dialog.show_news()
    qtbot.waitUntil(lambda: "13 rows" in texts(dialog.preview), timeout=PATIENCE_MS)
    assert "/home/ana/p9" in beginning.toPlainText()
    assert beginning.verticalScrollBar().value() == 4


def test_nobody_asks_for_a_preview_that_is_not_seen(dialog: ExportDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "12 rows" in texts(dialog.preview), timeout=PATIENCE_MS)
    dialog.show_news()
    assert dialog.preview._news.isActive()
    dialog.close()
    assert not dialog.preview._news.isActive()
    dialog.show_news()
    assert not dialog.preview._news.isActive()


def test_the_last_question_wins(dialog: ExportDialog, qtbot: QtBot) -> None:
    for detail in (Detail.DAY, Detail.SESSION, Detail.SUMMARY):
        dialog.form.show_order(an_order(detail=detail))
        dialog.preview._ask()  # without waiting for typing to be over
    qtbot.waitUntil(lambda: dialog.preview.beginning.toPlainText().startswith("group,"), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not dialog.preview._child._leaving, timeout=PATIENCE_MS)
    assert dialog.preview.beginning.toPlainText().startswith("group,")


def test_a_file_for_no_reader_is_previewed_as_a_table(ledger: None, make: Make, qtbot: QtBot) -> None:
    dialog = make(an_order(), offers=[BINARY])
    qtbot.waitUntil(dialog.preview.table.isVisible, timeout=PATIENCE_MS)
    assert dialog.preview.table.horizontalHeaderItem(0).text() == "request"
    assert dialog.preview.table.rowCount() > 0
    assert "The file has these columns" in texts(dialog.preview)


def test_columns_of_the_table_end_somewhere(ledger: None, make: Make, qtbot: QtBot) -> None:
    preview = make(an_order(), offers=[BINARY]).preview
    preview._fill([["a_heading_that_says_quite_a_lot_by_itself", "name"], ["1", "n" * 300]])
    table, header = preview.table, preview.table.horizontalHeader()
    assert table.columnWidth(0) >= header.sectionSizeHint(0)
    assert table.columnWidth(1) <= 31 * table.fontMetrics().averageCharWidth()
    assert table.item(0, 1).toolTip() == "n" * 300


@pytest.mark.parametrize("name", ["=1+1", "-x", "＠x", "'quoted'", "plain"])
def test_the_table_shows_what_the_file_holds(name: str, dialog: ExportDialog) -> None:
    dialog.preview._fill([["group"], [cell(name)]])
    assert dialog.preview.table.item(0, 0).text() == name


def test_a_name_turns_no_line_around(dialog: ExportDialog) -> None:
    dialog.preview._offer = CSV
    name = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"
    dialog.preview._show(Outcome(output=f'{name},123,"{name}",4567,{name}\n'.encode()))
    block = dialog.preview.beginning.document().firstBlock()
    assert block.textDirection() is Qt.LayoutDirection.LeftToRight
    line, text = block.layout().lineAt(0), block.text()
    places = [line.cursorToX(text.index(figure)) for figure in "1234567"]
    assert places == sorted(places)


def test_a_format_without_its_engine_names_the_command(ledger: None, make: Make) -> None:
    offer = Offer(
        "xlsx", "Excel workbook", ".xlsx", is_text=False, missing="python -m pip install 'tallylight[xlsx]'"
    )
    dialog = make(offers=[offer])
    assert "python -m pip install 'tallylight[xlsx]'" in texts(dialog.form)
    assert not dialog.run.export.isEnabled()


def test_without_a_ledger_it_says_so(make: Make, qtbot: QtBot) -> None:
    dialog = make(an_order())
    qtbot.waitUntil(lambda: "There is no ledger yet" in texts(dialog.preview), timeout=PATIENCE_MS)
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(
        lambda: "Nothing was written: there is no ledger yet" in texts(dialog.run), timeout=PATIENCE_MS
    )


# -- writing


def test_what_is_there_is_asked_about(dialog: ExportDialog, out: Path, qtbot: QtBot) -> None:
    path = out / "mine.csv"
    path.write_text("precious")
    dialog.place.show_path(str(path))
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(dialog.run.replace.isVisible, timeout=PATIENCE_MS)
    assert path.read_text() == "precious"
    press(qtbot, dialog.run.keep_both)
    qtbot.waitUntil(dialog.run.open.isVisible, timeout=PATIENCE_MS)
    assert path.read_text() == "precious"
    assert rows((out / "mine-2.csv").read_text("utf-8-sig"))
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(dialog.run.replace.isVisible, timeout=PATIENCE_MS)
    press(qtbot, dialog.run.replace)
    qtbot.waitUntil(dialog.run.open.isVisible, timeout=PATIENCE_MS)
    assert rows(path.read_text("utf-8-sig"))


HASHED = dict.fromkeys(Private, Treatment.HASH)


def test_a_question_about_another_order_is_withdrawn(dialog: ExportDialog, out: Path, qtbot: QtBot) -> None:
    path = out / "mine.csv"
    path.write_text("precious")
    dialog.place.show_path(str(path))
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(dialog.run.replace.isVisible, timeout=PATIENCE_MS)
    dialog.form.show_order(an_order(redact=HASHED))
    assert not dialog.run.replace.isVisible()
    assert not dialog.run.keep_both.isVisible()
    dialog.run.replace.click()  # as a press that was under way
    qtbot.waitUntil(dialog.run.open.isVisible, timeout=PATIENCE_MS)
    assert "/home/ana" not in path.read_text("utf-8-sig")


def test_what_was_saved_before_a_change_is_not_this_order(dialog: ExportDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(dialog.run.open.isVisible, timeout=PATIENCE_MS)
    dialog.form.changed.emit()  # nothing is different
    assert dialog.run.open.isVisible()
    dialog.form.show_order(an_order(redact=HASHED))
    assert not dialog.run.open.isVisible()
    assert "Saved to" not in texts(dialog.run)


def test_another_place_withdraws_the_question(dialog: ExportDialog, out: Path, qtbot: QtBot) -> None:
    (out / "mine.csv").write_text("precious")
    dialog.place.show_path(str(out / "mine.csv"))
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(dialog.run.replace.isVisible, timeout=PATIENCE_MS)
    dialog.place.show_path(str(out / "other.csv"))
    assert not dialog.run.replace.isVisible()


#: The program with an export that waits in the middle of its file, as a long one does.
SLOW = """
import sys, time
from msgspec.structs import replace
from tallylight.exports import csv
from tallylight.ingest import outbox
def slow(report, sink):
    next(iter(report.rows))
    sink.write(b"begun"); sink.flush(); time.sleep(60)
outbox.EXPORTS = (replace(csv.EXPORT, write=slow),)
from tallylight.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_cancelled_export_leaves_nothing(ledger: None, make: Make, out: Path, qtbot: QtBot) -> None:
    dialog = make(an_order(), command=[sys.executable, "-c", SLOW])
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(lambda: any(out.iterdir()), timeout=PATIENCE_MS)
    assert dialog.run.cancel.isVisible()
    press(qtbot, dialog.run.cancel)
    assert "Cancelled; nothing was written." in texts(dialog.run)
    qtbot.waitUntil(lambda: not any(out.iterdir()), timeout=PATIENCE_MS)
    assert dialog.run.export.isVisible()


def test_an_order_older_than_the_form_is_written_no_further(
    ledger: None, make: Make, out: Path, qtbot: QtBot
) -> None:
    dialog = make(an_order(), command=[sys.executable, "-c", SLOW])
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(lambda: any(out.iterdir()), timeout=PATIENCE_MS)
    dialog.form.show_order(an_order(redact=HASHED))
    assert "Stopped, because something else was chosen." in texts(dialog.run)
    qtbot.waitUntil(lambda: not any(out.iterdir()), timeout=PATIENCE_MS)


class Opener(QObject):
    """Takes what would go to the desktop's programs."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


def test_what_was_written_is_opened(dialog: ExportDialog, out: Path, qtbot: QtBot) -> None:
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")
    try:
        dialog.place.show_path(str(out / "new"))  # a folder that is not there yet
        press(qtbot, dialog.run.export)
        qtbot.waitUntil(dialog.run.open.isVisible, timeout=PATIENCE_MS)
        press(qtbot, dialog.run.open)
        press(qtbot, dialog.run.show_folder)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    (path,) = (out / "new").iterdir()
    assert opener.opened == [str(path), str(out / "new")]


def test_a_program_that_crashes_is_told_of(qtbot: QtBot) -> None:
    child = CommandChild([sys.executable, "-c", "import os; os._exit(3)"])
    with qtbot.waitSignal(child.ended, timeout=PATIENCE_MS) as told:
        child.start([])
    assert told.args is not None
    assert told.args[0] == Outcome(problem="the command ended unexpectedly (3)")


def test_a_program_that_is_not_there_is_told_of(qtbot: QtBot) -> None:
    child = CommandChild(["/nowhere/tallylight"])
    with qtbot.waitSignal(child.ended, timeout=PATIENCE_MS) as told:
        child.start([])
    assert told.args is not None
    assert told.args[0].problem


def test_the_last_choice_is_offered_again(dialog: ExportDialog, make: Make, out: Path, qtbot: QtBot) -> None:
    dialog.form.show_order(an_order(format="json", by="model"))
    dialog.place.show_path(str(out / "mine.json"))
    press(qtbot, dialog.run.export)
    qtbot.waitUntil(dialog.run.open.isVisible, timeout=PATIENCE_MS)
    again = make()
    assert (again.form.order.format, again.form.order.by) == ("json", "model")


def test_another_format_renames_the_file(dialog: ExportDialog, out: Path) -> None:
    dialog.place.show_path(str(out / "mine.csv"))
    dialog.form.show_order(an_order(format="json"))
    assert dialog.place.path == str(out / "mine.json")
    assert dialog.place.folder == str(out)


def test_while_the_demo_runs_nothing_can_be_exported(dialog: ExportDialog) -> None:
    dialog.close_off("The demo’s figures are invented.")
    assert "The demo’s figures are invented." in texts(dialog)
    assert not dialog.run.isEnabled()
    assert not dialog.schedules.isEnabled()


# -- copying


def test_a_table_is_copied(ledger: None, qtbot: QtBot) -> None:
    buttons = CopyButtons(
        [sys.executable, "-c", NAMED.format("table")], lambda: an_order(detail=Detail.SUMMARY)
    )
    qtbot.addWidget(buttons)
    buttons.show_offers([CSV, Offer("table", "Table", ".tsv")])
    buttons.show()
    assert [name for name, button in buttons.buttons.items() if button.isVisible()] == ["table"]
    press(qtbot, buttons.buttons["table"])
    qtbot.waitUntil(lambda: "Copied." in texts(buttons), timeout=PATIENCE_MS)
    assert QGuiApplication.clipboard().text().startswith("group,")
    buttons.close_child()


def test_an_order_older_than_the_form_is_not_copied(ledger: None, qtbot: QtBot) -> None:
    orders = [an_order(detail=Detail.SUMMARY)]
    buttons = CopyButtons([sys.executable, "-c", NAMED.format("table")], lambda: orders[-1])
    qtbot.addWidget(buttons)
    buttons.show_offers([Offer("table", "Table", ".tsv")])
    buttons.show()
    QGuiApplication.clipboard().setText("before")
    press(qtbot, buttons.buttons["table"])
    orders.append(an_order(detail=Detail.SUMMARY, redact=HASHED))
    buttons.follow()
    assert not buttons._child.is_running
    assert "Copying" not in texts(buttons)
    assert QGuiApplication.clipboard().text() == "before"
    buttons.close_child()


#: The program with the table of commas under another name.
NAMED = """
import sys
from msgspec.structs import replace
from tallylight.exports import csv
from tallylight.ingest import outbox
outbox.EXPORTS = (replace(csv.EXPORT, name="{}"),)
from tallylight.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_formats_that_are_not_there_are_not_offered(qtbot: QtBot) -> None:
    buttons = CopyButtons(command(), an_order)
    qtbot.addWidget(buttons)
    buttons.show_offers([CSV, JSON])
    assert not buttons.isVisibleTo(None)


# -- schedules


def a_schedule(**given: Any) -> Schedule:
    return Schedule(**({"id": "s1", "order": an_order(range="last-week"), "folder": "/reports"} | given))


def test_a_schedule_is_added(dialog: ExportDialog, out: Path, qtbot: QtBot) -> None:
    dialog.show_schedules([], [], [CSV])
    assert "Nothing is scheduled yet." in texts(dialog.schedules)
    add = next(b for b in dialog.schedules.findChildren(QPushButton) if b.text() == "Add schedule")
    with qtbot.waitSignal(dialog.schedules_changed) as told:
        press(qtbot, add)
    assert told.args is not None
    (made,) = told.args[0]
    assert (made.rhythm, made.weekday, made.at, made.folder) == (Rhythm.WEEK, 0, "09:00", str(out))
    assert (made.order.range, made.order.detail, made.since_ms) == ("last-week", Detail.REQUEST, NOW_MS)


def test_a_schedule_says_when_it_comes_and_how_it_went(dialog: ExportDialog) -> None:
    runs = [ScheduledRun(schedule_id="s1", day=date(2026, 11, 16), at_ms=NOW_MS, problem="the disk is full")]
    dialog.show_schedules([a_schedule(), a_schedule(id="s2", rhythm=Rhythm.MONTH)], runs, [CSV])
    QApplication.processEvents()
    said = texts(dialog.schedules)
    assert "Every Monday at 09:00 · Last week by project, as CSV table, in /reports" in said
    assert "failed" in said
    assert "the disk is full" in said
    assert "On the 1st of each month at 09:00" in said
    assert "not run yet" in said


def test_a_schedule_says_what_it_leaves_out_and_hides(dialog: ExportDialog) -> None:
    some = {Private.PATH: Treatment.HASH, Private.TITLE: Treatment.SHORTEN}
    orders = [
        an_order(project="/home/ana/shop", model="claude-opus-4-8", redact=some),
        an_order(redact=HASHED),
        an_order(),
    ]
    said = [words.narrowing(order) for order in orders]
    assert said == [
        "only shop, claude-opus-4-8 · projects and paths hashed, session titles shortened",
        "all names hashed",
        "",
    ]
    dialog.show_schedules([a_schedule(order=orders[0])], [], [CSV])
    QApplication.processEvents()
    assert f"in /reports · {said[0]}" in texts(dialog.schedules)


def test_the_schedule_that_is_changed_is_marked(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.show_schedules([a_schedule(), a_schedule(id="s2", rhythm=Rhythm.MONTH)], [], [CSV])
    dialog.schedules._edit(dialog.schedules._schedules[1])
    QApplication.processEvents()
    first, second = dialog.schedules._lines
    assert "Being changed" not in texts(first)
    assert "Being changed" in texts(second)
    press(qtbot, dialog.schedules._leave)
    assert "Being changed" not in texts(dialog.schedules)


def test_counts_and_days_are_written_as_elsewhere(dialog: ExportDialog) -> None:
    assert words.rows(90_000) == "90,000 rows"
    dialog.form.show_order(an_order(range="2026-11-02..2026-11-22"))
    assert dialog.form._first.text() == "2026-11-02"


def test_a_schedule_is_changed_in_place(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.show_schedules([a_schedule(), a_schedule(id="s2")], [], [CSV])
    buttons = {b.accessibleName() or b.text(): b for b in dialog.schedules.findChildren(QPushButton)}
    press(qtbot, buttons["Change: Every Monday at 09:00"])
    assert dialog.place.path == "/reports"
    save = next(b for b in dialog.schedules.findChildren(QPushButton) if b.text() == "Save schedule")
    dialog.form.show_order(an_order(by="model"))
    with qtbot.waitSignal(dialog.schedules_changed) as told:
        press(qtbot, save)
    assert told.args is not None
    assert sorted(schedule.id for schedule in told.args[0]) == ["s1", "s2"]
    assert sorted(schedule.order.by for schedule in told.args[0]) == ["model", "project"]


def test_a_period_that_a_shell_has_set_is_kept(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.show_schedules([a_schedule(order=an_order(range="last-14-days"))], [], [CSV])
    buttons = {b.accessibleName() or b.text(): b for b in dialog.schedules.findChildren(QPushButton)}
    press(qtbot, buttons["Change: Every Monday at 09:00"])
    assert dialog.form.order.range == "last-14-days"
    with qtbot.waitSignal(dialog.schedules_changed) as told:
        press(qtbot, dialog.schedules._add)
    assert told.args is not None
    assert [schedule.order.range for schedule in told.args[0]] == ["last-14-days"]


def test_a_schedule_is_removed(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.show_schedules([a_schedule()], [], [CSV])
    remove = next(b for b in dialog.schedules.findChildren(QPushButton) if b.text() == "Remove")
    with qtbot.waitSignal(dialog.schedules_changed) as told:
        press(qtbot, remove)
    assert told.args == [()]


# -- for everybody


def test_whatever_takes_the_focus_has_a_name(dialog: ExportDialog) -> None:
    dialog.show_schedules([a_schedule()], [], [CSV])
    assert not nameless_controls(dialog)


@pytest.mark.parametrize("width", [720, 1100])
def test_nothing_is_cut_off(dialog: ExportDialog, width: int, qtbot: QtBot) -> None:
    dialog.show_schedules([a_schedule(folder="/a/folder/with/a/very/long/name/indeed")], [], [CSV])
    dialog.resize(width, 720)
    QApplication.processEvents()
    area = dialog.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0
    for button in dialog.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.minimumSizeHint().width(), button.text()
            assert button.mapTo(dialog, QPoint(button.width(), 0)).x() <= width


def test_a_period_without_any_use_says_so(dialog: ExportDialog, qtbot: QtBot) -> None:
    dialog.form.show_order(an_order(range="2001-01"))
    qtbot.waitUntil(lambda: "No rows" in texts(dialog.preview), timeout=PATIENCE_MS)


def test_filters_stay_whole_when_lines_above_them_come_and_go(dialog: ExportDialog) -> None:
    missing = Offer("xlsx", "Excel workbook", ".xlsx", is_text=False, missing="pip install " + "it " * 60)
    dialog.resize(1000, 820)
    for offers in ([missing], [CSV]):
        dialog.form.show_offers(offers)
        dialog.form.show_order(an_order(skill="review"))
        for _ in range(5):
            QApplication.processEvents()
        boxes = [box for box in dialog.form._filters.values() if box.isVisible()]
        assert len(boxes) == 7  # the usual ones, the tags there are, and the skill
        for box in boxes:
            assert box.parentWidget().rect().contains(box.geometry()), box.accessibleName()


def test_escape_closes_it(dialog: ExportDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_what_arrives_is_told_to_the_dialog_once(
    theme: Theme, jobs: Jobs, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Kept(QObject):
        current = Settings()

    monkeypatch.setattr(exporting.Scheduling, "show_snapshot", lambda *_: None)
    part = exporting.Exporting(theme, jobs, cast(Any, Kept()), cast(Any, None))
    dialog = part._dialog = make(an_order())
    told: list[None] = []
    monkeypatch.setattr(dialog, "show_news", lambda: told.append(None))
    for known in (1, 1, 2):
        part.show_snapshot(Snapshot(sequence=1, at_ms=NOW_MS, requests_known=known))
    assert len(told) == 2
    part._dialog = None
    part.close()
