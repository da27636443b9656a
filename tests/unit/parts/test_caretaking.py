"""The program's own files and switches, as the window asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from factories import a_ledger, an_event
from tallylight.config.paths import autostart_dir, config_dir, data_dir
from tallylight.config.store import load_settings, save_settings
from tallylight.domain.settings import Settings
from tallylight.domain.upkeep import Switch
from tallylight.installed import APP_ID
from tallylight.ledger.batch import Batch
from tallylight.parts.caretaking import Caretaking


@pytest.fixture
def caretaking(private_machine: Path) -> Caretaking:
    (private_machine / ".claude" / "projects").mkdir(parents=True)
    return Caretaking()


def test_a_fresh_machine_is_told_as_it_is(caretaking: Caretaking) -> None:
    upkeep = caretaking.upkeep()
    assert upkeep.settings_problems == upkeep.prices == upkeep.price_problems == ()
    assert upkeep.ledger_bytes == 0 and upkeep.settings_file.endswith("settings.toml")
    assert [(state.is_on, state.is_possible, state.says) for state in upkeep.switches.values()] == [
        (False, True, "")
    ] * 2


def test_prices_and_problems_are_told_in_lines(caretaking: Caretaking) -> None:
    save_settings(Settings(theme="dark"))
    with (config_dir() / "settings.toml").open("a") as file:
        file.write("thme = 1\n")
    (config_dir() / "prices.json").write_text(
        '{"version": 1, "prices": [\n{"model": "m", "from": "2026-10-01", "speed": "fast", "input": 2.4,'
        ' "output": 12},\n'
        '{"model": "x"}]}'
    )
    upkeep = caretaking.upkeep()
    assert upkeep.prices == ("m, fast, from 2026-10-01: $2.40 in, $12.00 out",)
    assert upkeep.price_problems == ('Line 3, entry 2 ("x"): "input" is missing.',)
    assert "did you mean theme" in upkeep.settings_problems[0]


@pytest.mark.parametrize("switch", list(Switch))
def test_what_was_shown_is_made_and_taken_back(caretaking: Caretaking, switch: Switch) -> None:
    shown = caretaking.plan(switch, True)
    assert shown and not caretaking.upkeep().switches[switch].is_on
    caretaking.make(switch, True, shown)
    assert caretaking.upkeep().switches[switch].is_on and caretaking.plan(switch, True) == ""
    caretaking.make(switch, False, caretaking.plan(switch, False))
    assert not caretaking.upkeep().switches[switch].is_on


def test_nothing_else_is_made_than_what_was_shown(caretaking: Caretaking) -> None:
    shown = caretaking.plan(Switch.AUTOSTART, True)
    autostart_dir().mkdir(parents=True)
    (autostart_dir() / f"{APP_ID}.desktop").write_text("[Desktop Entry]\nHidden=true\n")
    with pytest.raises(OSError, match="changed meanwhile"):
        caretaking.make(Switch.AUTOSTART, True, shown)
    assert "switched it off" in caretaking.upkeep().switches[Switch.AUTOSTART].says


def test_files_to_edit_are_there_and_explain_themselves(caretaking: Caretaking) -> None:
    path = Path(caretaking.settings_file())
    assert "# theme:" in path.read_text() and load_settings() == Settings()
    path.write_text("theme = 'dark'\n")
    assert Path(caretaking.settings_file()).read_text() == "theme = 'dark'\n"
    caretaking.prices_file()
    assert caretaking.upkeep().price_problems == ()


def test_the_ledger_is_backed_up_and_what_would_go_is_told(caretaking: Caretaking, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no ledger yet"):
        caretaking.back_up(str(tmp_path / "b"))
    data_dir().mkdir()
    with a_ledger(data_dir()) as ledger:
        ledger.write(Batch(events=[an_event()]))
    assert "tallylight merge" in caretaking.back_up(str(tmp_path / "b.sqlite"))
    assert (tmp_path / "b.sqlite").exists() and caretaking.upkeep().ledger_bytes > 1000
    save_settings(Settings(theme="dark"))
    assert any("settings.toml" in path for path in caretaking.leaving(has_settings=False).stays)
    assert any("settings.toml" in path for path in caretaking.leaving(has_settings=True).goes)
