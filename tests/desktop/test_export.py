"""The Export dialog as its user has it: opened by a key, filled by a child process, writing a file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from claude_log import append_answer
from lamp import EXPORT, ICON, WINDOW, Lamp, Start, write_settings
from test_window import Host, choose_theme, is_light
from xsession import until

pytestmark = pytest.mark.desktop


def open_dialog(home: Path, start: Start, **environment: str) -> Lamp:
    append_answer(home, 1)
    lamp = start(**environment)
    lamp.shows(ICON)
    lamp.click(lamp.shows(ICON), button=2)
    lamp.shows(WINDOW)
    lamp.reads("orchard")
    assert lamp.accessible("press", "History")
    lamp.reads("Export this period")
    lamp.press("ctrl+e")
    lamp.shows(EXPORT)
    lamp.reads("Projects and paths, session titles, branches, session ids, machine names leave as they are.")
    return lamp


def test_an_export_is_previewed_written_and_found(tray_host: Host, home: Path, start: Start) -> None:
    (home / "Documents").mkdir()
    lamp = open_dialog(home, start)
    assert lamp.accessible("press", "Export")
    lamp.reads("Saved to ~/Documents")
    (path,) = (home / "Documents").iterdir()
    assert path.suffix == ".md"
    assert children_of(lamp) == []
    assert "\n".join(lamp.accessible("nameless")) == ""


def test_it_closes_with_escape_and_leaves_no_process(tray_host: Host, home: Path, start: Start) -> None:
    lamp = open_dialog(home, start)
    lamp.press("Escape")
    lamp.hides(EXPORT)
    until(lambda: children_of(lamp) == [], "no child is left")


@pytest.mark.parametrize("scale", ["1", "2"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialog_shows_in_every_dress(
    tray_host: Host, home: Path, start: Start, theme: str, scale: str
) -> None:
    choose_theme(home, theme)
    lamp = open_dialog(home, start, QT_SCALE_FACTOR=scale)
    place = lamp.shows(EXPORT)
    lamp.shoot(f"export-{theme}-{scale}x", place)
    assert is_light(lamp, place) is (theme == "light")


def test_what_is_due_is_written_and_told(tray_host: Host, home: Path, start: Start) -> None:
    append_answer(home, 1)
    reports = home / "Reports"
    reports.mkdir()
    schedules = (
        f"""[[schedules]]
        id = "s{day}"
        order = {{ format = "csv", range = "2026-10" }}
        folder = "~/Reports"
        weekday = {day}
        at = "00:00"
        """
        for day in range(7)
    )
    write_settings(home, *schedules)
    lamp = start()
    until(lambda: len(list(reports.glob("*.csv"))) == 7, "each is written", 60)
    until(lambda: children_of(lamp) == [], "the child has ended")
    lamp.click(lamp.shows(ICON), button=2)
    lamp.shows(WINDOW)
    lamp.press("ctrl+5")
    lamp.reads("The summary of October 2026 is in ~/Reports")
    lamp.press("ctrl+e")
    lamp.shows(EXPORT)
    lamp.reads("last written")
    assert len(list(reports.iterdir())) == 7


def children_of(lamp: Lamp) -> list[str]:
    done = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(lamp.process.pid)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return [line for line in done.stdout.splitlines() if " export " in line]
