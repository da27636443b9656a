"""The documents say what the program does."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tallylight import __version__
from tallylight.cli import commands, doctor, live, main, providers, reconcile, report
from tallylight.config import paths
from tallylight.config.settings_words import ENTRIES
from tallylight.domain import cursor_names
from tallylight.domain.feed import FeedState, FeedStatus
from tallylight.domain.reconciliation import Cause, Day, Part, Reconciliation, Sums
from tallylight.domain.session import Activity, SessionView
from tallylight.domain.summary import Summary, SummaryRow, Totals, Unpriced
from tallylight.ingest.assembly import SOURCES
from tallylight.pricebook import overrides

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text("utf-8")


def section(title: str) -> str:
    """The text below a heading, up to the next of its rank or higher."""
    rank = title.split(" ")[0]
    body = README.split(f"\n{title}\n")[1]
    return re.split(rf"\n#{{2,{len(rank)}}} ", body)[0]


def examples(title: str) -> list[Any]:
    """The JSON in a section, in its order."""
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", section(title), re.DOTALL)]


def shapes(value: Any) -> Any:
    """A JSON value without its figures: names and nesting."""
    if isinstance(value, dict):
        return {name: shapes(item) for name, item in value.items()}
    return [shapes(item) for item in value[:1]] if isinstance(value, list) else None


# -- commands


def all_parsers() -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Every command: its heading, the sentence about it, its parser."""
    parser = commands._parser()
    yield "### `tallylight`", "", parser
    yield from below(parser, "tallylight")


def below(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    for choices in (a for a in parser._actions if isinstance(a, argparse._SubParsersAction)):
        sentences = {choice.dest: choice.help or "" for choice in choices._choices_actions}
        for name, command in choices.choices.items():
            if any(isinstance(a, argparse._SubParsersAction) for a in command._actions):
                yield from below(command, f"{path} {name}")
                continue
            wanted = "".join(
                f" {'|'.join(map(str, a.choices or [a.dest]))}"
                for a in command._actions
                if not a.option_strings
            )
            yield f"### `{path} {name}{wanted}`", sentences[name], command


PARSERS = list(all_parsers())


def option_lines(parser: argparse.ArgumentParser) -> set[str]:
    lines = set()
    for action in parser._actions:
        if action.option_strings and action.dest != "help":
            wanted = f" {action.metavar}" if action.metavar else ""
            lines.add(f"- `{action.option_strings[-1]}{wanted}`: {action.help}")
    return lines


@pytest.mark.parametrize(("heading", "sentence", "parser"), PARSERS, ids=lambda value: str(value)[:40])
def test_each_command_is_described_with_its_options(
    heading: str, sentence: str, parser: argparse.ArgumentParser
) -> None:
    text = section(heading)
    assert sentence in text
    assert {line for line in text.splitlines() if line.startswith("- `--")} == option_lines(parser)


def test_no_command_is_described_that_is_not_there() -> None:
    assert re.findall(r"^### `tallylight.*`$", README, re.MULTILINE) == [h for h, _, _ in PARSERS]


# -- JSON


def test_the_report_looks_as_documented() -> None:
    totals = Totals(requests=1)
    row = SummaryRow(key="s", label="s", totals=totals, models=("m",))
    made = json.loads(report.as_json(Summary(by="session", rows=[row], totals=totals)))
    assert shapes(made) == shapes(examples("## JSON")[0])


def test_what_differs_by_grouping_is_documented() -> None:
    row = SummaryRow(key="k", label="l", totals=Totals())
    unpriced = [Unpriced("m", Totals())]
    made = json.loads(report.as_json(Summary(by="project", rows=[row], totals=Totals(), unpriced=unpriced)))
    figures = set(made["totals"])
    assert set(made["rows"][0]) - figures == {"key", "project", "path", "models"}
    assert set(made["unpriced"][0]) - figures == {"model", "has_tokens"}
    made = json.loads(report.as_json(Summary(by="day", rows=[row], totals=Totals())))
    assert set(made["rows"][0]) - figures == {"key"}


def test_a_line_of_live_looks_as_documented() -> None:
    made = json.loads(live.as_json(0, SessionView(session_id="s", source="claude-code")))
    assert shapes(made) == shapes(examples("## JSON")[1])
    assert all(f"`{state.value}`" in section("## JSON") for state in Activity)


def test_scan_and_doctor_list_their_fields(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--json"]) == 0
    scanned = json.loads(capsys.readouterr().out)
    text = section("## JSON")
    assert [
        name for name in (*scanned, *doctor.Check.__struct_fields__, "ok") if f"`{name}`" not in text
    ] == []


def test_providers_and_reconcile_list_their_fields_and_words() -> None:
    part = Part(Cause.KEY, Sums(1, 1), "ci-runner")
    day = Day(date(2026, 11, 20), Sums(), Sums(1, 1), [part])
    compared = reconcile.row(Reconciliation(provider="anthropic", days=[day]))
    stated = providers.row(FeedStatus(name="openai"), "OpenAI")
    text = section("## JSON")
    names = [*compared, *compared["by_day"][0], *compared["parts"][0], *stated, *Cause, *FeedState]  # type: ignore[index]
    assert [name for name in names if f"`{name}`" not in text] == []


# -- sources, prices, places


def test_the_table_of_sources_is_the_list_of_sources() -> None:
    rows = [line.split("|") for line in section("## What it reads").splitlines() if line.startswith("| ")]
    assert [row[2].strip(" `") for row in rows[1:]] == [
        *(source.name for source in SOURCES),
        cursor_names.NAME,
    ]


def test_the_table_of_settings_is_what_the_file_explains() -> None:
    rows = [f"| `{e.key}` | {e.kind} | `{e.usual}` | {e.says} |" for e in ENTRIES]
    assert [line for line in section("## Settings").splitlines() if line.startswith("| `")] == rows


def test_the_prices_of_the_example_can_be_used() -> None:
    text = section("## Prices of your own")
    entries, problems = overrides.read_overrides(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0])
    assert len(entries) == 1
    assert problems == []
    assert [name for name in overrides._FIELDS if f'"{name}"' not in text and f"`{name}`" not in text] == []


def test_the_places_are_the_ones_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name != "posix" or not Path("/proc").exists():
        pytest.skip("the table's first column is Linux")
    for name in ("TALLYLIGHT_DATA_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert f"`{paths.shown(paths.data_dir())}`" in README
    assert f"`{paths.shown(paths.config_dir())}`" in README


def test_what_the_documents_name_is_there() -> None:
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (CHECKOUT / document).read_text("utf-8")
        named = set(re.findall(r"\]\((?!https:)([^)#]+)\)", text)) | set(
            re.findall(r"sh (packaging/\w+)", text)
        )
        assert [name for name in named if not (CHECKOUT / name).exists()] == []


def test_the_changelog_knows_this_version() -> None:
    changes = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    assert f"## [{__version__}]" in changes or "## [Unreleased]\n" in changes
