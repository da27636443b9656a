"""Notices on a real desktop, with a real notification daemon."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from claude_log import append_answer
from lamp import ICON, WINDOW, Start, write_settings
from msgspec.structs import replace
from xsession import XSession, end, until

from findings import a_notice
from tallylight.config.entries import read_entries
from tallylight.domain.finding import say
from tallylight.domain.notices import Notice
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot

pytestmark = pytest.mark.desktop
PROGRAM = Path(__file__).with_name("notices_program.py")
SESSION: dict[str, Any] = {
    "session_id": "s1",
    "budget_id": "",
    "subject": "alone:s1",
    "title": say("infra-terraform is running without you"),
    "text": say("31 turns in 24 min since your last message; one command failed 9 times. $1.44 so far."),
}
DAYS: dict[str, Any] = {
    "budget_id": "",
    "subject": "drift",
    "since": "2026-11-09",
    "until": "2026-11-16",
    "title": say("More premium model than last week"),
    "text": say("Opus share of spend 38 % → 81 %."),
}


def now_ms() -> int:
    return int(time.time() * 1000)


class Daemon(NamedTuple):
    folder: Path
    process: subprocess.Popen[bytes]


class Program:
    """The shell of the program, fed with notices."""

    def __init__(self, session: XSession, home: Path) -> None:
        self.log = home / f"notices-{os.urandom(3).hex()}.log"
        environment = session.environment | {"HOME": str(home), "TALLYLIGHT_DATA_DIR": str(home / "data")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(PROGRAM)],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.says("ready")

    def says(self, line: str) -> None:
        until(lambda: line in self.log.read_text("utf-8").splitlines(), f"“{line}” in {self.log.read_text()}")

    def show(self, *notices: Notice, told_before: int = 0) -> None:
        assert self.process.stdin is not None
        snapshot = Snapshot(at_ms=now_ms(), requests_known=1, notices=notices, told_before=told_before)
        self.process.stdin.write(msgspec.json.encode(snapshot) + b"\n")
        self.process.stdin.flush()

    def close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        end(self.process)

    def quit(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(10) == 0, self.log.read_text()


@pytest.fixture(scope="module")
def daemon(session: XSession, tmp_path_factory: pytest.TempPathFactory) -> Daemon:
    """The session's daemon, started again with a menu of actions in which the test chooses."""
    folder = tmp_path_factory.mktemp("daemon")
    menu = folder / "menu.sh"
    menu.write_text(f'tee "{folder}/offered" | grep -m1 -F -f "{folder}/wanted"\n', "utf-8")
    (folder / "dunstrc").write_text(f"[global]\ndmenu = /bin/sh {menu}\n", "utf-8")
    for process in session._processes:
        if "dunst" in process.args:
            end(process)
    return Daemon(folder, a_daemon(session, folder))


def a_daemon(session: XSession, folder: Path) -> subprocess.Popen[bytes]:
    """Waited for: who asks for a daemon before has the bus start another one."""
    until(lambda: not has_daemon(session), "the daemon before to go")
    process = session.start("dunst", "-conf", str(folder / "dunstrc"))
    until(lambda: has_daemon(session), "the daemon")
    return process


def has_daemon(session: XSession) -> bool:
    """Asked of the bus itself."""
    bus, question = "org.freedesktop.DBus", "org.freedesktop.DBus.NameHasOwner"
    name = "string:org.freedesktop.Notifications"
    answer = session.ask(
        "dbus-send", "--session", "--print-reply", f"--dest={bus}", "/org/freedesktop/DBus", question, name
    )
    return "boolean true" in answer


@pytest.fixture
def program(session: XSession, home: Path, daemon: Daemon) -> Iterator[Callable[[], Program]]:
    until(lambda: session.ask("dunstctl", "count", "displayed"), "the daemon")
    session.ask("dunstctl", "close-all")
    made: list[Program] = []

    def start() -> Program:
        made.append(Program(session, home))
        return made[-1]

    yield start
    for each in made:
        each.close()
    session.ask("dunstctl", "close-all")


def displayed(session: XSession) -> int:
    return int(session.ask("dunstctl", "count", "displayed") or 0)


def past(session: XSession) -> list[tuple[str, str]]:
    """What has left the screen, newest first, as (title, text)."""
    (shown,) = json.loads(session.ask("dunstctl", "history"))["data"]
    return [(each["summary"]["data"], each["body"]["data"]) for each in shown]


def bubble(session: XSession) -> str:
    """The daemon's window, "" while it shows none."""
    tree = session.ask("xwininfo", "-root", "-tree")
    for line in tree.splitlines():
        if '"Dunst"' in line:
            id_ = line.split()[0]
            return id_ if "IsViewable" in session.ask("xwininfo", "-id", id_) else ""
    return ""


def shoot(session: XSession, name: str) -> None:
    folder = os.environ.get("TALLYLIGHT_SCREENSHOTS")
    if folder and (id_ := bubble(session)):
        Path(folder).mkdir(parents=True, exist_ok=True)
        session.ask("import", "-silent", "-window", id_, str(Path(folder, f"{name}.png")))


def test_a_notice_is_visible_with_title_and_text(session: XSession, program: Callable[[], Program]) -> None:
    shown = program()
    shown.show(a_notice(told_ms=now_ms()))
    until(lambda: displayed(session) == 1, "one notice")
    assert until(lambda: bubble(session), "the daemon's window")
    shoot(session, "notice")
    session.ask("dunstctl", "close-all")
    assert until(lambda: past(session), "the notice in the daemon's history")[0] == (
        "80 % of November’s budget used",
        "$240.10 of $300 with 11 days left",
    )


@pytest.mark.parametrize(("finding", "page"), [({}, "budgets"), (SESSION, "live"), (DAYS, "history")])
def test_opening_leads_to_its_place(
    session: XSession, program: Callable[[], Program], finding: dict[str, Any], page: str
) -> None:
    shown = program()
    shown.show(a_notice("a:b:1", finding, told_ms=now_ms()))
    until(lambda: displayed(session) == 1, "one notice")
    session.ask("dunstctl", "action", "0")
    shown.says("answered a:b:1 opened")
    shown.says(f"page {page}")
    until(lambda: displayed(session) == 0, "the notice has left")


@pytest.mark.parametrize(
    ("finding", "offered"),
    [
        (
            {},
            {
                "Open budgets": "opened",
                "Snooze today": "snoozed:today",
                "Not this period": "snoozed:period",
            },
        ),
        (SESSION, {"Show session": "opened", "Snooze 1 h": "snoozed:1h", "Not this session": "muted"}),
        (DAYS, {"Show these days": "opened", "Snooze today": "snoozed:today", "Dismiss": "dismissed"}),
    ],
)
def test_each_action_reaches_the_program(
    session: XSession,
    program: Callable[[], Program],
    daemon: Daemon,
    finding: dict[str, Any],
    offered: dict[str, str],
) -> None:
    shown = program()
    for number, (words, action) in enumerate(offered.items()):
        key = f"a:{number}:1"
        shown.show(a_notice(key, finding | {"subject": f"a:{number}"}, told_ms=now_ms()))
        until(lambda: displayed(session) == 1, "one notice")
        choose(session, daemon, words)
        shown.says(f"answered {key} {action}")
        until(lambda: displayed(session) == 0, "the notice has left")


def choose(session: XSession, daemon: Daemon, words: str) -> None:
    """Pick the action with this text from the daemon's own menu."""
    (daemon.folder / "wanted").write_text(words, "utf-8")
    session.ask("dunstctl", "context")


def test_growth_replaces_in_place(session: XSession, program: Callable[[], Program]) -> None:
    shown = program()
    half = a_notice("budget:b1:50", {"title": say("50 % of November’s budget used")}, told_ms=now_ms())
    shown.show(half)
    until(lambda: displayed(session) == 1, "one notice")
    shown.show(a_notice("budget:b1:80", told_ms=now_ms()), half)
    time.sleep(0.5)
    assert displayed(session) == 1
    session.ask("dunstctl", "close-all")
    until(lambda: displayed(session) == 0, "the notice has left")
    titles = [title for title, _ in past(session)]
    assert titles[0] == "80 % of November’s budget used"
    assert "50 % of November’s budget used" not in titles


def test_what_is_over_is_withdrawn(session: XSession, program: Callable[[], Program]) -> None:
    shown = program()
    notice = a_notice("a:b:1", SESSION, told_ms=now_ms())
    shown.show(notice)
    until(lambda: displayed(session) == 1, "one notice")
    shown.show(replace(notice, ended_ms=now_ms()))
    until(lambda: displayed(session) == 0, "the notice has left")
    assert "answered" not in shown.log.read_text("utf-8")


def test_a_restart_does_not_repeat_it(session: XSession, program: Callable[[], Program]) -> None:
    first = program()
    notice = a_notice(told_ms=now_ms())
    first.show(notice)
    until(lambda: displayed(session) == 1, "one notice")
    first.quit()
    until(lambda: displayed(session) == 0, "what nobody could answer has left")
    second = program()
    second.show(notice, told_before=notice.telling)
    time.sleep(1)
    assert displayed(session) == 0
    second.show(a_notice("a:b:1", SESSION, telling=notice.telling + 1), notice, told_before=notice.telling)
    until(lambda: displayed(session) == 1, "a new notice")
    session.ask("dunstctl", "close-all")
    until(lambda: past(session)[0][0] == str(SESSION["title"]), "the new one, and only it")


def test_several_at_once_are_one_that_opens_the_list(
    session: XSession, program: Callable[[], Program]
) -> None:
    shown = program()
    told_ms = now_ms()
    shown.show(
        a_notice(told_ms=told_ms, is_gathered=True),
        a_notice("a:b:1", SESSION, told_ms=told_ms, is_gathered=True),
    )
    until(lambda: displayed(session) == 1, "one notice")
    shoot(session, "notices-gathered")
    session.ask("dunstctl", "action", "0")
    shown.says("page notices")
    shown.says("answered a:b:1 opened")
    shown.says("answered budget:b1:80 opened")


def test_a_daemon_that_hangs_does_not_hold_the_window_up(
    session: XSession, program: Callable[[], Program], daemon: Daemon
) -> None:
    shown = program()
    shown.show(a_notice(told_ms=now_ms()))
    until(lambda: displayed(session) == 1, "one notice")
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        shown.show(a_notice("a:b:1", SESSION, told_ms=now_ms()))
        shown.says("undelivered infra-terraform is running without you")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    took = [int(line.split()[1]) for line in shown.log.read_text().splitlines() if line.startswith("took")]
    assert max(took[1:]) < 50, took


def test_the_whole_program_tells_of_a_budget_once(
    session: XSession, daemon: Daemon, tray_host: subprocess.Popen[bytes], home: Path, start: Start
) -> None:
    """From a line in a log to the daemon, to the click, to the pages; and not again after a restart."""
    write_settings(
        home, "[[budgets]]", 'id = "b1"', "amount = 0.01", 'period = "day"', "tells_forecast = false"
    )
    append_answer(home, 1)
    session.ask("dunstctl", "close-all")
    lamp = start()
    until(lambda: displayed(session) == 1, f"one notice; it said: {lamp.said()}", 20)
    session.ask("dunstctl", "action", "0")
    window = lamp.shows(WINDOW)
    lamp.reads("Add budget")
    lamp.accessible("press", "Notices")
    lamp.reads("opened")
    lamp.shoot("budgets-of-the-program", window)
    lamp.process.terminate()
    assert lamp.process.wait(10) == 0, lamp.said()
    again = start()
    again.shows(ICON)
    append_answer(home, 2)
    time.sleep(4)
    assert displayed(session) == 0
    assert not again.said()


def test_a_budget_set_in_a_shell_is_followed_and_not_written_over(
    session: XSession, daemon: Daemon, tray_host: subprocess.Popen[bytes], home: Path, start: Start
) -> None:
    append_answer(home, 1)
    path = write_settings(home)
    lamp = start()
    lamp.shows(ICON)
    start().process.wait(10)
    lamp.shows(WINDOW)
    lamp.accessible("press", "Budgets")
    lamp.reads("No budget yet")
    environment = session.environment | {"HOME": str(home), "TALLYLIGHT_DATA_DIR": str(home / "data")}
    command = [sys.executable, "-m", "tallylight", "budget", "set", "300"]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=30)
    lamp.reads("tells at 50 · 80 · 100 % and when the forecast passes $300")
    lamp.accessible("press", "Notices")
    lamp.reads("Change when notices are shown")
    lamp.accessible("press", "Change when notices are shown")
    lamp.reads("Pause all notices")
    lamp.accessible("press", "Pause all notices")
    kept = until(lambda: _kept(path, is_quiet=True), "the settings with notices paused")
    assert [budget.amount for budget in kept.budgets] == [300 * 10**12]


def _kept(path: Path, *, is_quiet: bool) -> Settings | None:
    settings, _bad = read_entries(tomllib.loads(path.read_text("utf-8")))
    return settings if settings.is_quiet is is_quiet else None


def test_a_daemon_that_ends_and_comes_again_tells_what_is_new(
    session: XSession, program: Callable[[], Program], daemon: Daemon
) -> None:
    """The last of the file: the others' daemon is gone after it."""
    shown = program()
    first = a_notice(told_ms=now_ms())
    shown.show(first)
    until(lambda: displayed(session) == 1, "one notice")
    end(daemon.process)
    a_daemon(session, daemon.folder)
    assert displayed(session) == 0
    shown.show(a_notice("a:b:1", SESSION, told_ms=now_ms(), telling=first.telling + 1), first)
    until(lambda: displayed(session) == 1, "the new notice")
    session.ask("dunstctl", "close-all")
    assert until(lambda: past(session), "its history")[0][0] == str(SESSION["title"])
