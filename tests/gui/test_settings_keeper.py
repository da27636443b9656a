"""The settings of a running window: kept, and followed whoever changes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from tallylight.config.store import load_settings, save_settings, settings_path
from tallylight.domain.budget import Budget
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.jobs import Jobs
from tallylight.parts.settings_keeper import SettingsKeeper

BUDGET = Budget(id="b1", amount=10**12)


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


@pytest.mark.parametrize(
    "change",
    [
        {"plan_fee_picousd": 100 * 10**12},
        {"quiet_hours": ("19:00", "08:00")},
        {"limits": {"alone": {"turns": 3.0}}},
        {"silenced_rules": ("alone",)},
        {"is_quiet": True},
        {"theme": "dark"},
        {"budgets": (BUDGET,)},
    ],
)
def test_what_somebody_else_changed_is_followed(qtbot: QtBot, jobs: Jobs, change: dict[str, Any]) -> None:
    keeper = SettingsKeeper(jobs)
    others = replace(Settings(), **change)
    save_settings(others)
    with qtbot.waitSignal(keeper.followed) as told:
        keeper.follow(Snapshot(settings=others))
    assert told.args == [others, Settings()]
    assert keeper.current == others


def test_a_demo_and_what_is_known_already_are_not_followed(qtbot: QtBot, jobs: Jobs) -> None:
    keeper = SettingsKeeper(jobs)
    save_settings(Settings(theme="dark"))
    with qtbot.assertNotEmitted(keeper.followed, wait=100):
        keeper.follow(Snapshot())
        keeper.follow(Snapshot(settings=Settings()))
        keeper.follow(Snapshot(settings=Settings(theme="dark"), is_demo=True))


def test_what_was_just_chosen_here_is_not_taken_back(qtbot: QtBot, jobs: Jobs) -> None:
    save_settings(Settings(plan_fee_picousd=1))
    keeper = SettingsKeeper(jobs)
    others = Settings(plan_fee_picousd=2)
    save_settings(others)
    with qtbot.waitSignal(keeper.followed) as told:
        keeper.keep(theme="dark")
        keeper.follow(Snapshot(settings=others))
        assert keeper.current.theme == "dark"
    assert told.args is not None
    assert load_settings() == keeper.current == told.args[0] == Settings(plan_fee_picousd=2, theme="dark")


def test_a_file_that_cannot_be_understood_is_said_until_it_is_mended(qtbot: QtBot, jobs: Jobs) -> None:
    save_settings(Settings())
    settings_path().write_text("theme = \n")
    keeper = SettingsKeeper(jobs)
    assert "settings.toml" in keeper.problem and "line 1" in keeper.problem
    with qtbot.waitSignal(keeper.unkept) as told:
        keeper.keep(theme="dark")
    assert "line 1" in (told.args or [""])[0]
    assert settings_path().read_text() == "theme = \n" and keeper.current.theme == "dark"
    settings_path().write_text('theme = "light"\n')
    with qtbot.waitSignal(keeper.followed):
        keeper.follow(Snapshot(settings=Settings(theme="light")))
    assert keeper.problem == ""
