"""Real clients' logs, kept outside the repository: `TALLYLIGHT_SAMPLES` names their folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from factories import an_event, read_all
from tallylight.cli.statusline import _context, _keep
from tallylight.domain.session import SessionDetail
from tallylight.ingest.assembly import Prices
from tallylight.ingest.projects import project_of
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.sessions import Sessions
from tallylight.pricebook.windows import context_window

FOLDER = Path(os.environ.get("TALLYLIGHT_SAMPLES") or "/nonexistent")
SAMPLES = sorted(path.parent for path in FOLDER.glob("claude-code-*/expected.json"))
#: (session, model, class) -> how much of the answer never reached its log: see the samples' README.
NEVER_LOGGED = {("03aae903-de5e-4d52-b4bc-5cfb82c06bae", "claude-opus-4-8", "output"): 861 - 2}
COLUMNS = {
    "requests": "count(*)",
    "input": "sum(input)",
    "output": "sum(output)",
    "cache_write_5m": "sum(cache_write_5m)",
    "cache_write_1h": "sum(cache_write_1h)",
    "cache_read": "sum(cache_read)",
    "web_searches": "sum(web_searches)",
}

pytestmark = pytest.mark.skipif(not SAMPLES, reason="TALLYLIGHT_SAMPLES names no folder with samples")


@pytest.fixture(params=SAMPLES or [FOLDER], ids=lambda path: path.name)
def sample(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


@pytest.fixture
def ledger(sample: Path, tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite", project_of) as made:
        prices = Prices(made, tmp_path)
        read_all(made, sample / "home" / ".claude")
        prices.provide(made.models())
        yield made


def test_every_session_is_exact_to_the_token(sample: Path, ledger: Ledger) -> None:
    expected = json.loads((sample / "expected.json").read_text())["sessions"]
    rows = ledger._connection.execute(
        f"SELECT session_id, model, {', '.join(COLUMNS.values())} FROM usage_event GROUP BY 1, 2"  # noqa: S608
    )
    found = {(row[0], row[1]): dict(zip(COLUMNS, row[2:], strict=True)) for row in rows}
    wanted: dict[tuple[str, str], dict[str, int]] = {}
    for session, truth in expected.items():
        for model, counts in truth["by_model_in_logs"].items():
            if counts["requests"]:
                wanted[session, model] = {name: counts[name] for name in COLUMNS}
    for (session, model, name), missing in NEVER_LOGGED.items():
        if (session, model) in wanted:
            wanted[session, model][name] -= missing
    assert found == wanted
    assert not ledger._connection.execute("SELECT reason, count FROM rejection").fetchall()


def test_every_answer_has_a_price(ledger: Ledger) -> None:
    unpriced = "SELECT DISTINCT model FROM usage_event WHERE cost_picousd IS NULL"
    assert not ledger._connection.execute(unpriced).fetchall()


def details(ledger: Ledger) -> dict[str, SessionDetail]:
    sessions = Sessions(ledger._connection, ledger.prices.card_for, context_window)
    ids = [s for (s,) in ledger._connection.execute("SELECT DISTINCT session_id FROM usage_event")]
    found = {session: sessions.detail(session, 0) for session in ids}
    return {session: detail for session, detail in found.items() if detail is not None}


def test_the_clients_own_total_is_what_the_log_says_and_what_it_leaves_out(
    sample: Path, ledger: Ledger
) -> None:
    """The client counts what the server answered, its side requests included; the log lacks those."""
    expected = json.loads((sample / "expected.json").read_text())["sessions"]
    seen = 0
    for session, detail in details(ledger).items():
        difference = detail.view.not_itemised
        if difference is None:
            continue
        seen += 1
        missing = _picousd(ledger, expected[session]["by_model"]) - _picousd(
            ledger, expected[session]["by_model_in_logs"]
        )
        assert abs(difference.picousd - missing) < 10**7, session
    assert seen or "2.1.197" in sample.name


def _picousd(ledger: Ledger, by_model: dict[str, dict[str, int]]) -> int:
    total = 0
    for model, counts in by_model.items():
        event = an_event(
            model=model,
            input=counts["input"],
            output=counts["output"],
            cache_read=counts["cache_read"],
            cache_write=counts["cache_write_5m"] + counts["cache_write_1h"],
            cache_write_5m_stated=counts["cache_write_5m"],
            cache_write_1h=counts["cache_write_1h"],
            web_searches=counts["web_searches"],
        )
        total += ledger.prices.cost_of(event) or 0
    return total


def test_the_context_is_what_the_status_line_says(sample: Path, ledger: Ledger) -> None:
    stated: dict[str, tuple[int, int]] = {}
    for line in (sample / "capture" / "statusline.jsonl").read_text().splitlines():
        payload = json.loads(line)["stdin"]
        window = payload["context_window"]
        context = _context(window)
        if context:
            stated[payload["session_id"]] = (context, window["context_window_size"])
    checked = 0
    for session, detail in details(ledger).items():
        if session in stated:
            assert stated[session][0] in {turn.context for turn in detail.turns}, session
            assert detail.view.context_window == stated[session][1]
            checked += 1
    assert checked or "330" in sample.name  # there, the two were captured in different runs


def test_every_payload_of_the_status_line_can_be_kept(sample: Path, tmp_path: Path) -> None:
    for line in (sample / "capture" / "statusline.jsonl").read_text().splitlines():
        _keep(json.loads(line)["stdin"], "")
    assert list((tmp_path / "data" / "statusline").glob("*.json"))


def test_no_word_of_a_conversation_is_kept(sample: Path, ledger: Ledger, tmp_path: Path) -> None:
    ledger._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = (tmp_path / "ledger.sqlite").read_bytes()
    texts: set[str] = set()
    for path in (sample / "home" / ".claude" / "projects").rglob("*.jsonl"):
        for line in path.read_text(errors="replace").splitlines():
            record = json.loads(line)
            content = (
                (record.get("message") or {}).get("content")
                if record.get("type") in ("user", "assistant")
                else None
            )
            parts = (
                [content]
                if isinstance(content, str)
                else [b.get("text") for b in content or [] if isinstance(b, dict)]
            )
            texts.update(part.strip()[:60] for part in parts if part and len(part.strip()) >= 40)
    assert len(texts) > 10
    assert not [text for text in texts if text.encode() in held]
