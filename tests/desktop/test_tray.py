"""The lamp in a tray, as the hand and the eye meet it."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from claude_log import append_answer
from lamp import ICON, MENU, PANEL, WINDOW, Lamp, Start
from xsession import SCREEN_SIZE, XSession, until

pytestmark = pytest.mark.desktop
Host = subprocess.Popen[bytes]
#: Four seconds are given to a host that starts late, before the window opens in its place.
NO_HOST_S = 12.0


@pytest.fixture
def lamp(tray_host: Host, home: Path, start: Start) -> Lamp:
    """Running, with one session to show."""
    append_answer(home, 1)
    lamp = start()
    lamp.shows(ICON)
    return lamp


def left_behind(lamp: Lamp) -> list[Path]:
    """Sockets, temporary folders, and journals of a ledger that was not closed."""
    environment = lamp.session.environment
    journals = [*(lamp.home / "data").glob("*-wal"), *(lamp.home / "data").glob("*-shm")]
    folders = [Path(environment[name]) for name in ("XDG_RUNTIME_DIR", "TMPDIR")]
    return journals + [path for folder in folders for path in folder.rglob("tallylight*")]


def test_the_icon_is_drawn_in_the_hosts_window(lamp: Lamp) -> None:
    place = lamp.shows(ICON)
    tree = lamp.session.ask("xwininfo", "-id", place.id, "-tree")
    assert "Parent window id: 0x" in tree
    assert "(the root window)" not in tree.split("Parent window id:")[1].splitlines()[0]
    drawn = until(lambda: colours(lamp) > 8, "more than an empty square")
    assert drawn


def colours(lamp: Lamp) -> int:
    pixels = lamp.pixels(lamp.shows(ICON))
    return len({pixels[at : at + 3] for at in range(0, len(pixels), 3)})


def test_a_click_opens_the_panel_beside_the_icon_and_the_next_closes_it(lamp: Lamp) -> None:
    icon = lamp.shows(ICON)
    lamp.click(icon)
    panel = lamp.shows(PANEL)
    assert panel.width == 360
    assert 0 <= panel.y - (icon.y + icon.height) <= 20
    assert panel.x <= icon.x <= panel.x + panel.width
    lamp.reads("orchard")
    lamp.click(icon)
    lamp.hides(PANEL)
    lamp.click(icon)
    lamp.shows(PANEL)


def test_escape_closes_the_panel(lamp: Lamp) -> None:
    lamp.click(lamp.shows(ICON))
    lamp.shows(PANEL)
    lamp.press("Escape")
    lamp.hides(PANEL)


def test_the_menu_is_whole_on_the_screen(lamp: Lamp) -> None:
    lamp.click(lamp.shows(ICON), button=3)
    menu = lamp.shows(MENU)
    assert menu.x >= 0
    assert menu.x + menu.width <= SCREEN_SIZE[0]
    assert menu.y + menu.height <= SCREEN_SIZE[1]


def test_quit_in_the_menu_ends_it_and_leaves_nothing(lamp: Lamp) -> None:
    lamp.click(lamp.shows(ICON), button=3)
    lamp.shows(MENU)
    lamp.press("Up", "Return")
    assert lamp.process.wait(10) == 0, lamp.said()
    assert left_behind(lamp) == []
    assert not lamp.said()


def test_sigterm_ends_it_as_quit_does(lamp: Lamp) -> None:
    lamp.process.send_signal(signal.SIGTERM)
    assert lamp.process.wait(10) == 0, lamp.said()
    assert left_behind(lamp) == []
    assert not lamp.said()


def test_the_demo_leaves_nothing_either(tray_host: Host, start: Start) -> None:
    lamp = start("--demo")
    lamp.shows(WINDOW)
    lamp.process.terminate()
    assert lamp.process.wait(10) == 0, lamp.said()
    assert left_behind(lamp) == []


def test_a_second_start_raises_the_first_and_ends(lamp: Lamp, start: Start) -> None:
    assert WINDOW not in lamp.places()
    second = start()
    assert second.process.wait(10) == 0, second.said()
    lamp.shows(WINDOW)


def test_after_a_kill_it_starts_again(lamp: Lamp, start: Start) -> None:
    lamp.process.kill()
    lamp.process.wait(5)
    start().shows(ICON)


def test_closing_the_window_keeps_the_lamp(lamp: Lamp, start: Start) -> None:
    start().process.wait(10)
    lamp.shows(WINDOW)
    lamp.close_window()
    lamp.hides(WINDOW)
    assert lamp.process.poll() is None
    lamp.shows(ICON)


def test_without_a_host_the_window_opens_and_the_icon_comes_with_the_host(
    session: XSession, home: Path, start: Start
) -> None:
    append_answer(home, 1)
    lamp = start()
    lamp.shows(WINDOW, NO_HOST_S)
    assert ICON not in lamp.places()
    with session.tray_host():
        lamp.shows(ICON)


def test_a_host_that_starts_anew_gets_the_icon_back(session: XSession, home: Path, start: Start) -> None:
    append_answer(home, 1)
    with session.tray_host():
        lamp = start()
        lamp.shows(ICON)
    with session.tray_host():
        lamp.shows(ICON)
