"""What the window shows, to the eye and to a screen reader."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from claude_log import append_answer
from lamp import ICON, PANEL, WINDOW, Lamp, Place, Start, write_settings
from xsession import until

pytestmark = pytest.mark.desktop
Host = subprocess.Popen[bytes]
#: Generous: that the line arrives is meant here; how soon is the benchmarks' matter.
ARRIVES_S = 5.0
PAGES = ("Live", "History", "Budgets", "Sources")


def choose_theme(home: Path, name: str) -> None:
    write_settings(home, f'theme = "{name}"')


def is_light(lamp: Lamp, place: Place) -> bool:
    pixels = lamp.pixels(place)
    return sum(pixels) / len(pixels) > 128


def test_an_empty_home_is_told_where_was_looked_and_offered_the_demo(
    tray_host: Host, home: Path, start: Start
) -> None:
    lamp = start()
    lamp.shows(WINDOW)
    lamp.reads("Show the demo")
    assert lamp.has_text(f"{home}/.claude") or lamp.has_text("~/.claude")
    assert lamp.accessible("press", "Show the demo")
    lamp.reads("Demo: invented sessions")
    lamp.reads("payments-api")


def test_the_demo_says_so_and_leaves_the_ledger_alone(tray_host: Host, home: Path, start: Start) -> None:
    lamp = start("--demo")
    lamp.shows(WINDOW)
    lamp.reads("Demo: invented sessions")
    assert not list(home.rglob("*.db"))
    assert lamp.accessible("press", "Leave the demo")
    lamp.reads("Show the demo")
    assert not lamp.has_text("Demo: invented sessions")


def test_an_appended_line_reaches_the_pixels(tray_host: Host, home: Path, start: Start) -> None:
    append_answer(home, 1)
    lamp = start()
    lamp.shows(ICON)
    lamp.click(lamp.shows(ICON))
    lamp.reads("orchard")
    place = lamp.shows(PANEL)
    before = lamp.pixels(place)
    append_answer(home, 2)
    until(lambda: lamp.pixels(place) != before, "the panel changes", ARRIVES_S)


@pytest.mark.parametrize("page", PAGES)
def test_everything_that_takes_the_focus_has_a_name(
    tray_host: Host, home: Path, start: Start, page: str
) -> None:
    lamp = start("--demo")
    lamp.shows(WINDOW)
    lamp.reads("Demo: invented sessions")
    assert lamp.accessible("press", page)
    lamp.click(lamp.shows(ICON))
    lamp.shows(PANEL)
    assert "\n".join(lamp.accessible("nameless")) == ""


@pytest.mark.parametrize("scale", ["1", "2"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_shows_in_every_dress(
    tray_host: Host, home: Path, start: Start, theme: str, scale: str
) -> None:
    choose_theme(home, theme)
    lamp = start("--demo", QT_SCALE_FACTOR=scale)
    window = lamp.shows(WINDOW)
    assert window.width == 1100 * int(scale)
    lamp.reads("payments-api")
    for page in PAGES:
        assert lamp.accessible("press", page)
        settle(lamp, window)
        lamp.shoot(f"{page.lower()}-{theme}-{scale}x", window)
        assert is_light(lamp, window) is (theme == "light")
    lamp.click(lamp.shows(ICON))
    panel = lamp.shows(PANEL)
    assert panel.width == 360 * int(scale)
    settle(lamp, panel)
    lamp.shoot(f"panel-{theme}-{scale}x", lamp.shows(PANEL))
    assert is_light(lamp, panel) is (theme == "light")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_welcome_shows_in_every_dress(tray_host: Host, home: Path, start: Start, theme: str) -> None:
    choose_theme(home, theme)
    lamp = start()
    window = lamp.shows(WINDOW)
    lamp.reads("Show the demo")
    lamp.shoot(f"welcome-{theme}-1x", window)
    assert is_light(lamp, window) is (theme == "light")


def settle(lamp: Lamp, place: Place) -> None:
    """Until two looks in a row see the same: the demo pauses for two seconds between its steps."""
    before = [b""]

    def is_still() -> bool:
        now = lamp.pixels(place)
        was, before[0] = before[0], now
        return was == now

    until(is_still, "a picture that holds still")
