"""The Debian package from its installation to its removal, on a desktop; for root, as packages are."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from lamp import ICON, WINDOW, Lamp, running
from users import Built, Person
from xsession import XSession

from tallylight import __version__
from tallylight.installed import APP_ID
from tallylight.ledger.connection import SCHEMA_VERSION

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root installs packages"),
]
PROGRAM = "/usr/bin/tallylight"
#: What a package may touch. Homes are the business of the program, and looked at below.
SYSTEM = ("/usr", "/etc", "/opt", "/var/lib")
#: The package manager's own notes; caches that it has others make of all packages' files (icons, types of files,
#: manuals); and what Python compiles of the system's own modules when a test first runs them.
OF_OTHERS = re.compile(
    r"/var/lib/(dpkg|apt)/|.*/(icon-theme\.cache|mimeinfo\.cache)$|.*/__pycache__(/|$)|/usr/share/mime/"
)
NEXT = "99.0.0"
#: Data and settings are where they are by themselves.
USUAL = {"TALLYLIGHT_DATA_DIR": ""}


def files() -> dict[str, tuple[int, int, str]]:
    """Everything on the system by its path: mode, size or 0, where a link leads."""
    found = {}
    for root in SYSTEM:
        for folder, folders, names in os.walk(root):
            for name in (*folders, *names):
                path = os.path.join(folder, name)  # noqa: PTH118 300,000 of them
                if not OF_OTHERS.match(path):
                    of = os.lstat(path)
                    is_link = (of.st_mode & 0o170000) == 0o120000
                    is_file = (of.st_mode & 0o170000) == 0o100000
                    leads = os.readlink(path) if is_link else ""  # noqa: PTH115
                    found[path] = (of.st_mode, of.st_size if is_file else 0, leads)
    return found


def dpkg(*arguments: str | Path) -> str:
    """Small systems are told to leave documents out; these want to see them."""
    done = subprocess.run(
        ["dpkg", "--path-include=/*", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Change:
    """What the system was before the package came."""

    def __init__(self) -> None:
        self.before = files()


@pytest.fixture(scope="module")
def installed(built: Built) -> Iterator[Change]:
    if Path(PROGRAM).exists():
        assert not os.environ.get("CI"), f"{PROGRAM} is there already"
        pytest.skip(f"{PROGRAM} is somebody's, and stays")
    change = Change()
    dpkg("--install", built.deb)
    yield change
    subprocess.run(["dpkg", "--purge", "tallylight-parquet", "tallylight"], check=False, capture_output=True)


@pytest.fixture
def lamp(
    installed: Change, session: XSession, person: Person, started_as: Callable[..., None]
) -> Iterator[Lamp]:
    started_as(PROGRAM)
    person.works(requests=2)
    with running(session, person.home, **USUAL) as lamp:
        lamp.shows(ICON)
        yield lamp


def raise_window(lamp: Lamp) -> None:
    """By a second start, of whatever is started now."""
    assert WINDOW not in lamp.places()
    with running(lamp.session, lamp.home, **USUAL) as second:
        assert second.process.wait(10) == 0, second.said()
    lamp.shows(WINDOW)


def property_of(lamp: Lamp, name: str) -> str:
    return lamp.session.ask("xprop", "-id", lamp.shows(WINDOW).id, name).partition(" = ")[2].strip()


# -- what is in it


def test_what_is_installed_is_whole(installed: Change) -> None:
    assert subprocess.run(["dpkg", "--verify", "tallylight"], capture_output=True, check=True).stdout == b""
    new = files().keys() - installed.before.keys()
    outside = {path for path in new if not path.startswith("/usr/lib/tallylight")}
    owned = set(dpkg("--listfiles", "tallylight").splitlines())
    assert outside <= owned
    assert {PROGRAM, "/usr/lib/tallylight"} <= new


@pytest.mark.parametrize("part", ["deb", "parquet_deb"])
def test_each_package_names_those_of_the_libraries_that_it_leaves_out(built: Built, part: str) -> None:
    needs = field(getattr(built, part), "Depends")
    assert re.search(r"libc6 \(>= 2\.\d+\)", needs)
    assert {"libstdc++6", "libgcc-s1"} <= set(needs.split(", "))
    if part == "deb":
        assert {"libegl1", "libgl1", "libfontconfig1", "libdbus-1-3"} <= set(needs.split(", "))
    else:
        assert f"tallylight (= {__version__}-1)" in needs


def field(deb: Path, name: str) -> str:
    said = subprocess.run(["dpkg-deb", "--field", str(deb), name], capture_output=True, check=True)
    return said.stdout.decode().strip()


def test_changes_licences_and_the_manual_are_where_debian_keeps_them(
    installed: Change, person: Person
) -> None:
    documents = Path("/usr/share/doc/tallylight")
    assert {path.name for path in documents.iterdir()} == {
        "changelog.Debian.gz",
        "changelog.gz",
        "copyright",
        "sbom.cdx.json",
    }
    assert "Tallylight authors" in (documents / "copyright").read_text("utf-8")
    assert Path("/usr/share/man/man1/tallylight.1.gz").exists()


# -- on the desktop


def test_it_starts_and_reads(lamp: Lamp, person: Person) -> None:
    lamp.click(lamp.shows(ICON))
    lamp.reads("orchard")
    assert person.reads_json(PROGRAM, "report", "day", "--json")["totals"]["requests"] == 2


def test_windows_entry_and_icon_have_one_name(lamp: Lamp) -> None:
    raise_window(lamp)
    entry = dict(
        line.split("=", 1)
        for line in Path(f"/usr/share/applications/{APP_ID}.desktop").read_text("utf-8").splitlines()
        if "=" in line
    )
    assert entry["Icon"] == APP_ID
    assert f'"{entry["StartupWMClass"]}"' in property_of(lamp, "WM_CLASS")
    assert property_of(lamp, "_KDE_NET_WM_DESKTOP_FILE") == f'"{APP_ID}"'
    assert "Icon (" in lamp.session.ask("xprop", "-id", lamp.shows(WINDOW).id, "_NET_WM_ICON")
    assert Path(f"/usr/share/icons/hicolor/scalable/apps/{APP_ID}.svg").exists()


def test_another_installation_raises_it_and_ends(lamp: Lamp, started_as: Callable[..., None]) -> None:

    started_as(sys.executable, "-m", "tallylight")
    raise_window(lamp)


# -- updates


@pytest.fixture
def next_deb(built: Built, tmp_path: Path) -> Path:
    """The same under a higher version."""
    tree = tmp_path / "next"
    subprocess.run(["dpkg-deb", "--raw-extract", str(built.deb), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(
        control.read_text("utf-8").replace(f"Version: {__version__}", f"Version: {NEXT}"), "utf-8"
    )
    made = tmp_path / "next.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made


def test_an_update_ends_the_old_one_and_keeps_what_is_kept(
    lamp: Lamp, person: Person, built: Built, next_deb: Path
) -> None:
    person.types(PROGRAM, "budget", "set", "25")
    budgets = person.types(PROGRAM, "budget", "list")
    dpkg("--install", next_deb)
    assert lamp.process.wait(10) == 0, lamp.said()
    assert person.types(PROGRAM, "budget", "list") == budgets
    assert person.reads_json(PROGRAM, "report", "day", "--no-scan", "--json")["totals"]["requests"] == 2
    dpkg("--install", built.deb)


def test_after_going_back_a_newer_ledger_is_shown_and_left_alone(
    installed: Change, session: XSession, person: Person, started_as: Callable[..., None]
) -> None:
    person.works(requests=2)
    person.types(PROGRAM, "scan")
    ledger = person.data / "ledger.sqlite"
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = ledger.read_bytes()
    person.works(requests=3)
    said = person.types(PROGRAM, "scan", code=1)
    assert said.count("\n") == 1
    assert "written by a newer Tallylight" in said
    assert "update Tallylight" in said
    assert "nothing new is read" in person.types(PROGRAM, "report", "day")
    started_as(PROGRAM)
    with running(session, person.home, **USUAL) as lamp:
        lamp.shows(ICON)
        raise_window(lamp)
        lamp.reads("A newer Tallylight wrote this ledger")
    assert ledger.read_bytes() == before


# -- the end


def test_what_start_at_login_writes_starts_it(
    installed: Change, session: XSession, person: Person, started_as: Callable[..., None]
) -> None:
    if "autostart" not in person.types(PROGRAM, "--help"):
        pytest.skip("this version cannot be started at login yet")
    person.types(PROGRAM, "autostart", "on")
    (entry,) = (person.home / ".config" / "autostart").glob("*.desktop")
    fields = dict(line.split("=", 1) for line in entry.read_text("utf-8").splitlines() if "=" in line)
    assert fields["Exec"].split()[0] in ("tallylight", PROGRAM)
    started_as(*fields["Exec"].split())
    with running(session, person.home, **USUAL) as lamp:
        lamp.shows(ICON)


def test_removed_it_leaves_the_ledger_and_says_where_that_is(
    installed: Change, built: Built, person: Person, session: XSession, started_as: Callable[..., None]
) -> None:
    """The last of these tests: after it the package is gone."""
    dpkg("--install", built.parquet_deb)
    started_as(PROGRAM)
    person.works(requests=1)
    with running(session, person.home, **USUAL) as lamp:
        lamp.shows(ICON)
        said = dpkg("--remove", "tallylight-parquet", "tallylight")
        assert lamp.process.wait(10) == 0, lamp.said()
    assert "~/.local/share/tallylight" in said
    assert "~/.config/tallylight" in said
    assert files() == installed.before
    assert (person.data / "ledger.sqlite").exists()
    assert left_in(person.home) <= {".claude", ".local/share/tallylight", ".config/tallylight", ".cache"}


def left_in(home: Path) -> set[str]:
    """Folders in a home that hold something. `.cache` is Qt's and fontconfig's, of any program."""
    found = {path.relative_to(home) for path in home.rglob("*") if path.is_file() and path.suffix != ".log"}
    whole = {Path(".local/share/tallylight"), Path(".config/tallylight")}
    return {str(next((w for w in whole if path.is_relative_to(w)), path.parts[0])) for path in found}
