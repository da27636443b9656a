"""The demo shows what it promises: a context that bloats, a loop nobody watches, and a session with nothing to say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from tallylight.domain.settings import Settings
from tallylight.ingest import assembly
from tallylight.ingest.demo_script import PLOTS, Plot, Record, session_id, told_before, turn
from tallylight.ingest.roots import Root

NOON_MS = 1_795_348_800_000
#: What each session is there to show, by rule.
CASES = {"bloat": {"context_bloat", "advice: reset"}, "loop": {"retry_loop", "unattended"}, "healthy": set()}
#: So many turns of each are written while somebody looks on for some two minutes.
WATCHED = 15


def write(root: Path, plot: Plot, records: Iterable[Record]) -> None:
    path = root / "projects" / plot.folder.replace("/", "-") / f"{session_id(plot)}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        stream.writelines(msgspec.json.encode(record) + b"\n" for record in records)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    """By session and rule: the turn at whose end it was first found."""
    folder = tmp_path_factory.mktemp("demo")
    root, now = folder / "claude", NOON_MS
    first: dict[str, dict[str, int]] = {plot.name: {} for plot in PLOTS}
    names = {session_id(plot): plot.name for plot in PLOTS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "now_ms", lambda: now)
        (root / "projects").mkdir(parents=True)
        meter = assembly.open_meter(
            Settings(),
            [Root("claude-code", str(root), str(root))],
            folder / "data",
            is_demo=True,
            has_alerts=True,
        )
        try:
            for plot, began_ms in told_before(NOON_MS):
                if plot not in PLOTS:
                    for number in range(plot.past):
                        write(root, plot, turn(plot, number, began_ms + number * plot.seconds * 1000))
            for plot in PLOTS:
                for number in range(plot.past + WATCHED):
                    now = NOON_MS - (plot.past - number) * plot.seconds * 1000
                    write(root, plot, turn(plot, number, now - 350))
                    meter.discover()
                    while not meter.is_idle:
                        meter.step()
                    for finding in meter.findings()[0]:
                        if finding.session_id in names:
                            first[names[finding.session_id]].setdefault(finding.rule, number)
                    for advice in meter.advise():
                        first[names[advice.session_id]].setdefault(f"advice: {advice.kind}", number)
        finally:
            meter.close()
    return first


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
def test_each_session_shows_its_case_while_one_watches(plot: Plot, found: dict[str, dict[str, int]]) -> None:
    assert found[plot.name].keys() >= CASES[plot.name]


def test_the_healthy_session_is_nothing_to_speak_of(found: dict[str, dict[str, int]]) -> None:
    assert found["healthy"] == {}


def test_the_context_bloats_before_the_eyes(found: dict[str, dict[str, int]]) -> None:
    bloat = next(plot for plot in PLOTS if plot.name == "bloat")
    assert bloat.past <= found["bloat"]["context_bloat"]
