from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.upkeep import Switch, SwitchState
from tallylight.gui.delete_dialog import DeleteDialog
from tallylight.gui.jobs import Jobs
from tallylight.gui.settings_page import SettingsPage
from tallylight.gui.theme import Theme


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, caretaker: Any, jobs: Jobs) -> SettingsPage:
    caretaker.states[Switch.AUTOSTART] = SwitchState(is_on=True)
    made = SettingsPage(caretaker, jobs)
    qtbot.addWidget(made)
    made.resize(900, 900)
    made.show_settings(Settings())
    made.show()
    qtbot.waitUntil(lambda: "~/.config/tallylight/settings.toml" in said(made))
    return made


def said(part: QWidget) -> str:
    return "\n".join(label.text() for label in part.findChildren(QLabel) if label.isVisible())


def press(part: QWidget, text: str) -> None:
    next(button for button in part.findChildren(QPushButton) if button.text() == text).click()


def test_it_says_where_everything_is_and_what_is_wrong(
    qtbot: QtBot, page: SettingsPage, caretaker: Any, a_snapshot: Callable[..., Snapshot]
) -> None:
    page.show_snapshot(a_snapshot())
    text = said(page)
    assert "~/.local/share/tallylight/ledger.sqlite · 4,821 requests · 34.0 MB" in text
    assert "claude-sonnet-4-6: $2.40 in" in text and 'Line 9, entry 2 ("x")' in text
    assert page._rows[Switch.AUTOSTART].check.isChecked()
    caretaker.problems = ("settings.toml, line 3: theme: …",)
    page.show_settings(Settings(theme="dark"))  # the file was saved by an editor
    qtbot.waitUntil(lambda: "line 3" in said(page))


@pytest.mark.parametrize(
    ("link", "name"),
    [("Open Sources", "sources"), ("Quiet hours", "notices"), ("What is watched for", "budgets")],
)
def test_what_other_pages_have_is_a_step_away(qtbot: QtBot, page: SettingsPage, link: str, name: str) -> None:
    with qtbot.waitSignal(page.page_wanted) as told:
        press(page, link)
    assert told.args == [name]


@pytest.mark.parametrize(
    ("text", "path"),
    [("Edit as a file", "/nowhere/settings.toml"), ("Edit your own prices", "/nowhere/prices.json")],
)
def test_the_files_are_opened_for_editing(
    qtbot: QtBot, page: SettingsPage, monkeypatch: pytest.MonkeyPatch, text: str, path: str
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url)))
    press(page, text)
    qtbot.waitUntil(lambda: f"No program here opens {path}." in said(page))
    assert [url.toLocalFile() for url in opened] == [path]


def test_a_backup_is_made_where_the_user_says(
    qtbot: QtBot, page: SettingsPage, caretaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/mnt/b.sqlite", ""))
    press(page, "Back up now…")
    qtbot.waitUntil(lambda: "Backed up to /mnt/b.sqlite." in said(page))
    caretaker.refusal = "the disk is full"
    press(page, "Back up now…")
    qtbot.waitUntil(lambda: "the disk is full" in said(page))


@pytest.mark.parametrize("agrees", [True, False])
def test_keeping_for_a_shorter_time_is_asked_for_once_more(
    qtbot: QtBot, page: SettingsPage, monkeypatch: pytest.MonkeyPatch, agrees: bool
) -> None:
    asked: list[str] = []

    def answer(box: QMessageBox) -> None:
        asked.append(box.text())
        next(b for b in box.buttons() if (b.text() == "Delete them") is agrees).click()

    monkeypatch.setattr(QMessageBox, "exec", answer)
    told: list[object] = []
    page.settings_changed.connect(told.append)
    choice = page._data._keep
    choice.setCurrentIndex(choice.findData(12))
    choice.activated.emit(choice.currentIndex())
    assert asked == ["Delete everything older than 12 months, now and from now on?"]
    assert told == ([{"keep_months": 12}] if agrees else [])
    assert choice.currentData() == (12 if agrees else 0)


def test_keeping_for_longer_asks_nothing(
    qtbot: QtBot, page: SettingsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: pytest.fail("nothing is deleted by this"))
    page.show_settings(Settings(keep_months=7))
    choice = page._data._keep
    assert choice.currentText() == "for 7 months"
    choice.setCurrentIndex(0)
    with qtbot.waitSignal(page.settings_changed) as told:
        choice.activated.emit(0)
    assert told.args == [{"keep_months": 0}]


def test_deletion_says_what_goes_before_it_is_asked_for(
    qtbot: QtBot, theme: Theme, caretaker: Any, jobs: Jobs
) -> None:
    dialog = DeleteDialog(caretaker, jobs)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: "~/ledger.sqlite" in dialog._goes.text())
    assert "~/settings.toml" in dialog._stays.text() and "keychain" in dialog._stays.text()
    dialog._settings.click()
    dialog._keys.click()
    qtbot.waitUntil(lambda: "~/settings.toml" in dialog._goes.text() and "keychain" in dialog._goes.text())
    assert "logs" in dialog._stays.text() and "keychain" not in dialog._stays.text()
    default = next(button for button in dialog.findChildren(QPushButton) if button.isDefault())
    assert default.text() == "Cancel"


def test_deletion_is_told_with_what_was_ticked(
    qtbot: QtBot, page: SettingsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def agree(dialog: DeleteDialog) -> bool:
        dialog._keys.setChecked(True)
        return True

    monkeypatch.setattr(DeleteDialog, "exec", agree)
    with qtbot.waitSignal(page.deletion_wanted) as told:
        press(page, "Delete my data…")
    assert told.args == [False, True]
