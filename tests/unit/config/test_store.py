"""Settings survive being written and read, and whatever else is in their file."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import fields, replace

from tallylight.config.paths import config_dir, data_dir, shown
from tallylight.config.settings_words import ENTRIES
from tallylight.config.store import (
    load_settings,
    prices_text,
    problems,
    read_settings,
    save_settings,
    settings_path,
)
from tallylight.domain.budget import Budget, Period, Unit
from tallylight.domain.columns import Private, Treatment
from tallylight.domain.money import PICO
from tallylight.domain.order import Order
from tallylight.domain.schedule import Schedule
from tallylight.domain.settings import Settings
from tallylight.domain.tag import Tag

CHOSEN = Settings(
    folders=(("claude-code", "/mnt/é"),),
    keep_titles=False,
    theme="dark",
    week_starts_on=6,
    quiet_hours=("19:00", "08:00"),
    plan_fee_picousd=200 * PICO + PICO // 2,
    limits={"alone": {"turns": 3.0}},
    budgets=(
        Budget(id="a", amount=300 * PICO),
        Budget(id="b", amount=5_000_000, unit=Unit.TOKENS, period=Period.DAY, thresholds=(90,)),
    ),
    tags=(Tag(name="client", project="shop-*"), Tag(name="client", branch="feat/*")),
    schedules=(
        Schedule(id="s", order=Order(format="csv", redact={Private.PATH: Treatment.HASH}), folder="~/é"),
    ),
)


def written(text: str) -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text(text)


def test_what_was_saved_is_loaded() -> None:
    assert load_settings() == Settings()
    save_settings(CHOSEN)
    assert load_settings() == CHOSEN
    assert problems() == []
    assert [path.name for path in settings_path().parent.iterdir()] == ["settings.toml"]


def test_what_is_saved_again_changes_no_byte() -> None:
    save_settings(CHOSEN)
    before = settings_path().stat()
    save_settings(CHOSEN)
    assert settings_path().stat().st_mtime_ns == before.st_mtime_ns


def test_only_what_changes_is_rewritten() -> None:
    written(MINE)
    settings = load_settings()
    save_settings(replace(settings, week_starts_on=3, budgets=settings.budgets[1:]))
    assert load_settings() == replace(settings, week_starts_on=3, budgets=settings.budgets[1:])
    text = settings_path().read_text()
    for kept in (
        "# mine, do not touch",
        'theme  =  "dark" # at night',
        "# the large one",
        "amount = 300.00",
        "[limits]",
    ):
        assert kept in text
    assert "id = 'small'" not in text


def test_a_comment_stays_when_what_stood_before_it_goes() -> None:
    written(MINE + "# the end\n")
    save_settings(replace(load_settings(), budgets=()))
    assert load_settings().budgets == ()
    assert "# the large one" in settings_path().read_text()
    assert "# the end" in settings_path().read_text()


MINE = """# mine, do not touch
theme  =  "dark" # at night

[limits]
alone = { turns = 3 }

[[budgets]]
id = 'small'
amount = 1.5

# the large one
[[budgets]]
id = 'large'
amount = 300.00
"""


@pytest.mark.parametrize(
    ("line", "text", "words"),
    [
        (2, 'is_quiet = true\ntheme = "drak"\n', "theme: Invalid enum value 'drak'"),
        (1, 'week_starts_on = "monday"\n', "week_starts_on"),
        (1, "week_starts_on = 7\n", "week_starts_on"),
        (3, "\n# so\nthme = 1\n", "thme: is no setting (did you mean theme?)"),
        (1, 'quiet_hours = ["25:00", "08:00"]\n', "quiet_hours: Expected a time as 19:00"),
        (1, 'feeds = ["openai", "nonsense"]\n', "feeds: nonsense is no provider"),
        (2, '\n[[tags]]\nname = "a"\nbogus = 1\n', "tags: bogus is nothing that it has"),
        (5, '[[budgets]]\nid = "a"\namount = 3\n\n[[budgets]]\nid = "b"\n', "missing required field amount"),
        (1, '[[budgets]]\nid = "a"\namount = -3\n', "-3 is no amount"),
        (1, "plan_fee_usd = nan\n", "plan_fee_usd"),
        (1, "budgets = 3\n", "budgets"),
        (2, "\n[limits]\nalone = 3\n", "limits"),
        (1, 'folders = [["claude-code"]]\n', "folders"),
    ],
)
def test_a_bad_entry_is_named_by_its_line_and_stays(line: int, text: str, words: str) -> None:
    written(text)
    (problem,) = problems()
    assert f"settings.toml, line {line}: " in problem and words in problem
    settings = load_settings()
    save_settings(replace(settings, keep_titles=False))
    assert load_settings() == replace(settings, keep_titles=False)
    for kept in text.split("\n"):
        assert kept in settings_path().read_text()
    assert len(problems()) == 1


@pytest.mark.parametrize(
    "data", [b"theme = ", b"{}", b"\xff", b'theme = "a"\ntheme = "b"', b"a = " + b"[" * 99_999]
)
def test_a_file_that_cannot_be_understood_is_neither_used_nor_written(data: bytes) -> None:
    written("")
    settings_path().write_bytes(data)
    assert read_settings() is None
    assert load_settings() == Settings()
    (problem,) = problems()
    assert "left as it is" in problem
    with pytest.raises(ValueError, match=r"."):
        save_settings(CHOSEN)
    assert settings_path().read_bytes() == data


def test_a_file_that_is_being_written_is_read_when_it_is_whole() -> None:
    save_settings(Settings(theme="dark"))
    whole = settings_path().read_bytes()
    settings_path().write_bytes(b"")
    assert read_settings() is None
    assert problems() == []
    writer = threading.Timer(0.05, settings_path().write_bytes, [whole])
    writer.start()
    assert load_settings() == Settings(theme="dark")
    writer.join()


def test_an_empty_file_is_filled() -> None:
    written("")
    save_settings(Settings(theme="dark"))
    assert load_settings() == Settings(theme="dark")


def test_what_an_older_version_kept_is_taken_over_once_and_not_lost() -> None:
    older = settings_path().with_name("settings.json")
    older.parent.mkdir(parents=True)
    text = '{"version": 1, "theme": "dark", "budgets": [{"id": "b", "amount": 5000000000000}], "plan_fee_picousd": 7}'
    older.write_text(text)
    taken = Settings(
        theme="dark", budgets=(Budget(id="b", amount=5 * PICO),), plan_fee_picousd=7, is_introduced=True
    )
    assert load_settings() == taken
    save_settings(replace(taken, is_quiet=True))
    assert load_settings() == replace(taken, is_quiet=True)
    assert not older.exists()
    assert older.with_name("settings.old.json").read_text() == text


def test_an_older_file_that_cannot_be_read_is_left() -> None:
    older = settings_path().with_name("settings.json")
    older.parent.mkdir(parents=True)
    older.write_text("{")
    save_settings(Settings(theme="dark"))
    assert load_settings() == Settings(theme="dark")
    assert older.read_text() == "{"


def test_a_link_to_the_file_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("# linked\n")
    settings_path().parent.mkdir(parents=True)
    settings_path().symlink_to(real)
    save_settings(Settings(theme="dark"))
    assert settings_path().is_symlink()
    assert "# linked" in real.read_text() and 'theme = "dark"' in real.read_text()


def test_every_setting_is_explained_in_a_new_file() -> None:
    assert {entry.field for entry in ENTRIES} == {field.name for field in fields(Settings)}
    save_settings(Settings(theme="dark"))
    text = settings_path().read_text()
    assert [entry.key for entry in ENTRIES if f"# {entry.key}: {entry.says}" not in text] == []


def test_a_file_that_may_not_be_read_is_not_written(closed: Callable[..., None]) -> None:
    written("theme = 'dark'")
    closed(settings_path(), 0o200)
    assert load_settings() == Settings()
    with pytest.raises(PermissionError):
        save_settings(CHOSEN)


def test_settings_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        save_settings(Settings())
    finally:
        os.umask(before)
    places = (tmp_path / "data", settings_path().parent, settings_path())
    assert [oct(place.stat().st_mode & 0o777) for place in places] == ["0o700", "0o700", "0o600"]


def test_prices_that_are_not_text_are_a_problem_and_no_crash() -> None:
    assert prices_text() == ""
    config_dir().mkdir(parents=True)
    (config_dir() / "prices.json").write_bytes(b'{"x":"\xff"}')
    assert prices_text().startswith('{"x"')


def test_one_variable_moves_all_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(tmp_path / "elsewhere"))
    assert data_dir() == tmp_path / "elsewhere"
    assert config_dir() == tmp_path / "elsewhere" / "config"
    monkeypatch.delenv("TALLYLIGHT_DATA_DIR")
    assert str(data_dir()).startswith(str(tmp_path)) and str(config_dir()).startswith(str(tmp_path))


def test_home_is_shown_as_the_tilde(private_machine: Path) -> None:
    assert shown(private_machine / ".claude") == "~/.claude"
    assert shown(private_machine) == "~"
    assert shown(f"{private_machine}-other/x") == f"{private_machine}-other/x"


def test_an_older_file_is_taken_over_entry_by_entry() -> None:
    older = settings_path().with_name("settings.json")
    older.parent.mkdir(parents=True)
    text = '{"theme": "purple", "budgets": [{"id": "q", "amount": 5000000000000}, {"id": 3}], "week_starts_on": 3}'
    older.write_text(text)
    taken = Settings(week_starts_on=3, budgets=(Budget(id="q", amount=5 * PICO),), is_introduced=True)
    for empty in (False, True):
        if empty:
            written("")
        assert load_settings() == taken
        assert sorted(problem.split(": ")[1] for problem in problems()) == ["budgets", "theme"]
    save_settings(replace(taken, is_quiet=True))
    assert load_settings() == replace(taken, is_quiet=True) and problems() == []
    assert older.with_name("settings.old.json").read_text() == text


def test_a_list_of_names_is_read_name_by_name() -> None:
    written('feeds = ["anthropic", 3]\n')
    assert load_settings().feeds == ("anthropic",)
    (problem,) = problems()
    assert "line 1: feeds" in problem
    save_settings(replace(load_settings(), feeds=("anthropic", "openai")))
    assert load_settings().feeds == ("anthropic", "openai")
    assert 'feeds = ["anthropic", "openai", 3]' in settings_path().read_text() and len(problems()) == 1


def test_a_byte_order_mark_is_read_over_and_stays() -> None:
    written("\ufefftheme = 'purple' # mine\r\n")
    (problem,) = problems()
    assert "line 1: theme" in problem
    save_settings(Settings(week_starts_on=3))
    assert load_settings().week_starts_on == 3
    assert settings_path().read_bytes().startswith(b"\xef\xbb\xbftheme = 'purple' # mine\r\n")


def test_a_table_keeps_what_is_written_in_it_but_for_what_changes() -> None:
    text = """[[budgets]]
id = "a"
amount = 5 # dollars
unit = "usd" # why
bogus = 1

[[budgets]]
id = "b"
amount = 300.00
period = "month" # as the bill
"""
    written(text)
    there = load_settings()
    changed = replace(there.budgets[0], amount=7 * PICO, period=Period.WEEK)
    save_settings(replace(there, budgets=(changed, there.budgets[1])))
    assert load_settings().budgets == (changed, there.budgets[1])
    lines = settings_path().read_text().splitlines()
    assert [line for line in text.splitlines() if line not in lines] == ["amount = 5 # dollars"]
    assert "amount = 7 # dollars" in lines and 'period = "week"' in lines


def test_a_tag_keeps_what_nobody_knows_of_it() -> None:
    written('[[tags]]\nname = "billing" # ours\nbranch = ""\nbogus = 1\n')
    there = load_settings()
    save_settings(replace(there, tags=(*there.tags, Tag(name="foo", project="x"))))
    assert 'name = "billing" # ours\nbranch = ""\nbogus = 1\n' in settings_path().read_text()
    assert [tag.name for tag in load_settings().tags] == ["billing", "foo"]


@pytest.mark.parametrize("gone", ["b1", "b2"])
def test_a_comment_stays_above_what_it_is_about(gone: str) -> None:
    parts = {
        "b1": '# about one\n[[budgets]]\nid = "b1"\namount = 50\n\n',
        "b2": '# about two\n[[budgets]]\nid = "b2"\namount = 3\n\n',
        "tag": '# about the tag\n[[tags]]\nname = "billing"\n# end\n',
    }
    written("".join(parts.values()))
    there = load_settings()
    save_settings(replace(there, budgets=tuple(each for each in there.budgets if each.id != gone)))
    text = settings_path().read_text()
    for name, part in parts.items():
        assert (part in text) is (name != gone)


def test_no_problem_speaks_in_patterns_or_paths() -> None:
    written(
        'quiet_hours = ["25:00", "08:00"]\nfolders = [["a"], [1, 2]]\nfeeds = [3]\nlimits = {a = {b = "c"}}\n'
    )
    said = problems()
    assert len(said) == 5
    assert not any(mark in problem for problem in said for mark in "$^[`")
