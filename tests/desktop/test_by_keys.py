"""The first run, settings and an export by the keyboard alone, with pictures for people to look at."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from claude_log import append_answer
from lamp import EXPORT, WINDOW, Lamp, Start
from test_window import Host, is_light
from xsession import until

from tallylight.installed import APP_ID

pytestmark = pytest.mark.desktop
LINE, LOGIN = "Show the fare in Claude Code’s status line", "Start when I log in, without a window"


def newcomer(home: Path, theme: str) -> Path:
    """Somebody with a log and without Tallylight; where the settings will be."""
    append_answer(home, 1)
    (home / "Documents").mkdir()
    settings = home / "data" / "config" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'# mine\ntheme = "{theme}"\n', "utf-8")
    return settings


def kept(settings: Path, key: str) -> object:
    return tomllib.loads(settings.read_text("utf-8")).get(key)


def agree(lamp: Lamp, row: str, shows: str) -> None:
    """Switch a row whose change is shown first; the focus is on the agreement then, and back on the row after."""
    lamp.tab_to(row, "shift+Tab")
    lamp.press("space")
    until(lambda: lamp.accessible("focused") == "Make this change", f"the change is shown: {shows}")
    lamp.press("space")
    until(lambda: lamp.accessible("focused") == row, "the change is made")


@pytest.mark.parametrize(("theme", "scale"), [("light", "1"), ("dark", "1"), ("light", "2"), ("dark", "2")])
def test_a_newcomer_needs_no_mouse(tray_host: Host, home: Path, start: Start, theme: str, scale: str) -> None:
    settings = newcomer(home, theme)
    dress = f"{theme}-{scale}x"
    entry = home / ".config" / "autostart" / f"{APP_ID}.desktop"
    client = home / ".claude" / "settings.json"
    lamp = start(QT_SCALE_FACTOR=scale)
    window = lamp.shows(WINDOW)
    lamp.reads("Found: Claude Code 1 session")
    lamp.reads("All of this can be changed on the page Settings.")
    assert is_light(lamp, window) is (theme == "light")
    lamp.shoot(f"first-run-{dress}", window)
    until(lambda: lamp.accessible("focused") == "Start the meter", "the focus is on what comes next")
    agree(lamp, LOGIN, "the entry")
    assert "run --background" in entry.read_text("utf-8")
    lamp.tab_to(LINE, "shift+Tab")
    lamp.press("space")
    until(lambda: lamp.accessible("focused") == "Make this change", "the change is shown")
    lamp.shoot(f"first-run-change-{dress}", window)
    lamp.press("space")
    until(
        lambda: client.exists() and "statusline" in json.loads(client.read_text())["statusLine"]["command"],
        "the line",
    )
    lamp.tab_to("Start the meter")
    lamp.press("space")
    lamp.reads("orchard")
    until(lambda: kept(settings, "is_introduced") is True, "it is over for good")
    assert settings.read_text("utf-8").startswith("# mine\n")

    lamp.press("ctrl+7")
    lamp.reads("Everything here applies at once")
    lamp.tab_to("Keep the titles that agents give their sessions")
    lamp.press("space")
    lamp.reads("Delete the titles of all sessions")
    lamp.tab_to("Delete them")
    lamp.press("space")
    until(lambda: kept(settings, "keep_titles") is False, "what was agreed to is done at once")
    lamp.shoot(f"settings-{dress}", window)
    agree(lamp, LOGIN, "its removal")
    assert not entry.exists()

    lamp.press("ctrl+e")
    dialog = lamp.shows(EXPORT)
    lamp.reads("Projects and paths, session titles, branches, session ids, machine names leave as they are.")
    lamp.tab_to("Export")
    lamp.shoot(f"export-by-keys-{dress}", dialog)
    lamp.press("space")
    lamp.reads("Saved to ~/Documents")
    assert len(list((home / "Documents").iterdir())) == 1
    lamp.press("Escape")
    lamp.hides(EXPORT)
    assert "\n".join(lamp.accessible("nameless")) == ""


def test_an_autostarted_one_opens_no_window(tray_host: Host, home: Path, start: Start) -> None:
    newcomer(home, "light")
    lamp = start("run", "--background")
    lamp.shows("icon")
    until(lambda: (home / "data" / "ledger.sqlite").exists(), "it reads")
    assert WINDOW not in lamp.places()
    start().process.wait(10)
    lamp.shows(WINDOW)
    lamp.reads("Here is what your agents cost")


def test_who_has_a_ledger_is_no_newcomer(tray_host: Host, home: Path, start: Start) -> None:
    newcomer(home, "light")
    assert start("scan").process.wait(20) == 0
    lamp = start()
    lamp.shows("icon")
    start().process.wait(10)
    lamp.shows(WINDOW)
    lamp.reads("orchard")
    assert not lamp.has_text("Here is what your agents cost")


def test_it_is_ended_from_a_shell(tray_host: Host, home: Path, start: Start) -> None:
    append_answer(home, 1)
    lamp = start()
    lamp.shows("icon")
    assert start("--quit").process.wait(20) == 0
    assert lamp.process.wait(1) == 0


def test_all_data_is_deleted_from_settings(tray_host: Host, home: Path, start: Start) -> None:
    append_answer(home, 1)
    lamp = start()
    lamp.shows("icon")
    start().process.wait(10)
    window = lamp.shows(WINDOW)
    lamp.reads("orchard")
    ledger = home / "data" / "ledger.sqlite"
    assert ledger.exists()
    lamp.press("ctrl+7")
    lamp.reads("Everything here applies at once")
    lamp.tab_to("Delete my data…")
    lamp.press("space")
    lamp.reads("Delete the ledger for good?")
    lamp.reads("~/data/ledger.sqlite")
    lamp.shoot("delete-my-data", window)
    lamp.tab_to("Delete and quit")
    lamp.press("space")
    assert lamp.process.wait(15) == 0, lamp.said()
    assert [path.name for path in (home / "data").iterdir()] == ["config"], "nothing but the settings is left"
