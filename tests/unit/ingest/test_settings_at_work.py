"""What is chosen while everything runs holds at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from factories import a_line, packed, write_log
from tallylight.config.store import save_settings, settings_path
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.ingest.assembly import now_ms, open_meter
from tallylight.ingest.meter import Meter
from tallylight.ingest.roots import Root

DAY_MS = 86_400_000
TITLE = packed({"type": "ai-title", "aiTitle": "Refund flow", "sessionId": "s-1"})


@pytest.fixture
def meter(tmp_path: Path) -> Iterator[Meter]:
    """With a session of now that has a title, and a request of last year."""
    root = tmp_path / "claude"
    write_log(root, "-home/s-1.jsonl", TITLE, a_line(at=now_ms(), session="s-1"))
    write_log(
        root, "-home/s-0.jsonl", a_line(id="msg_0", uuid="u-0", at=now_ms() - 400 * DAY_MS, session="s-0")
    )
    made = open_meter(Settings(), [Root("claude-code", str(root))], tmp_path / "data", has_alerts=True)
    made.discover()
    while not made.is_idle:
        made.step()
    yield made
    made.close()


def shown(meter: Meter) -> Snapshot:
    snapshot = meter.snapshot()
    assert snapshot is not None
    return snapshot


def choose(meter: Meter, settings: Settings) -> Snapshot:
    """As an editor does: in the file."""
    save_settings(settings)
    meter.touch([str(settings_path())])
    return shown(meter)


def test_titles_go_and_are_kept_again(meter: Meter) -> None:
    assert [view.title for view in shown(meter).sessions] == ["Refund flow"]
    assert [view.title for view in choose(meter, Settings(keep_titles=False)).sessions] == [""]
    assert [view.title for view in choose(meter, Settings()).sessions] == [""], (
        "what was deleted does not come back"
    )


def test_what_is_too_old_goes(meter: Meter) -> None:
    assert shown(meter).requests_known == 2
    assert choose(meter, Settings(keep_months=12)).requests_known == 1
