"""What the user agrees to in the window: the key goes to the keychain, the name into the settings."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import keyring.backends.fail
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from cursor_server import EMAIL, TEAM_KEY, CursorServer, a_cursor_server, local_team
from keychain import InMemory
from tallylight.config.secrets import read_key
from tallylight.domain.consent import Agreement
from tallylight.domain.secret import Secret
from tallylight.gui.jobs import Jobs
from tallylight.ingest import connections
from tallylight.parts.consenting import Consenting
from tallylight.parts.reading import Reading
from tallylight.parts.settings_keeper import SettingsKeeper

TEAM = Agreement(name="cursor-team", is_on=True, key=Secret(TEAM_KEY), whose=EMAIL)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def team(monkeypatch: pytest.MonkeyPatch) -> Iterator[CursorServer]:
    """In place of Cursor's own."""
    with a_cursor_server() as made:
        monkeypatch.setattr(connections, "CursorTeam", local_team(made))
        yield made


@pytest.fixture
def connecting(qtbot: QtBot, jobs: Jobs) -> Iterator[Consenting]:
    settings = SettingsKeeper(jobs)
    reading = Reading(settings, lambda _snapshot: None)
    made = Consenting(jobs, settings, reading)
    made.settings_changed.connect(lambda changes: settings.keep(**changes))
    made.kept = settings  # type: ignore[attr-defined]
    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    yield made
    keyring.set_keyring(before)
    reading.stop()


def test_what_is_agreed_to_is_connected(connecting: Consenting, qtbot: QtBot) -> None:
    with qtbot.waitSignal(connecting.settings_changed) as told:
        connecting.answer(Agreement(name="cursor", is_on=True))
    assert told.args == [{"feeds": ("cursor",)}]


def test_a_key_is_kept_before_anything_is_connected(connecting: Consenting, qtbot: QtBot) -> None:
    with qtbot.waitSignal(connecting.settings_changed) as told:
        connecting.answer(TEAM)
    assert told.args == [{"feeds": ("cursor-team",), "cursor_email": EMAIL}]
    assert read_key("cursor-team") == Secret(TEAM_KEY)


def test_how_the_test_of_a_key_went_is_told(connecting: Consenting, qtbot: QtBot) -> None:
    with qtbot.waitSignal(connecting.connected) as told:
        connecting.answer(TEAM)
    assert told.args == ["the key works"]


def test_a_key_in_the_environment_is_tested_as_well(
    connecting: Consenting, team: CursorServer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with qtbot.waitSignal(connecting.refused) as refused:
        connecting.answer(replace(TEAM, key=None))
    assert refused.args == ["there is no key"]
    monkeypatch.setenv("TALLYLIGHT_CURSOR_TEAM_KEY", TEAM_KEY)
    with qtbot.waitSignal(connecting.connected):
        connecting.answer(replace(TEAM, key=None))
    assert len(team.asked) == 1


def test_a_key_is_not_sent_anywhere_where_it_could_not_be_kept(
    connecting: Consenting, team: CursorServer, qtbot: QtBot
) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    with qtbot.waitSignal(connecting.refused) as told:
        connecting.answer(TEAM)
    assert "install gnome-keyring or KWallet" in told.args[0]
    assert team.asked == []


def test_a_key_that_its_provider_would_refuse_is_not_kept(connecting: Consenting, qtbot: QtBot) -> None:
    with qtbot.waitSignal(connecting.refused) as told:
        connecting.answer(Agreement(name="openai", is_on=True, key=Secret("sk-proj-planted")))
    assert "no Admin key" in told.args[0]
    assert "planted" not in told.args[0]
    assert read_key("openai") is None
    assert connecting.kept.current.feeds == ()  # type: ignore[attr-defined]


def test_without_a_keychain_nothing_is_connected_and_the_way_out_is_said(
    connecting: Consenting, qtbot: QtBot
) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    with qtbot.waitSignal(connecting.refused) as told:
        connecting.answer(TEAM)
    assert "TALLYLIGHT_CURSOR_TEAM_KEY" in told.args[0]
    assert connecting.kept.current.feeds == ()  # type: ignore[attr-defined]


def test_to_disconnect_removes_the_key_and_keeps_the_others(connecting: Consenting, qtbot: QtBot) -> None:
    with qtbot.waitSignal(connecting.settings_changed):
        connecting.answer(TEAM)
    connecting.answer(Agreement(name="cursor", is_on=True))
    with qtbot.waitSignal(connecting.settings_changed) as told:
        connecting.answer(Agreement(name="cursor-team", is_on=False))
    assert told.args == [{"feeds": ("cursor",), "cursor_email": ""}], "nobody's address stays"
    qtbot.waitUntil(lambda: read_key("cursor-team") is None)
