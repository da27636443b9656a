"""The generator's truth against a slow reader written apart from it and from the program's own."""

import filecmp
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("corpus.py")
Row = tuple[tuple[bool, bool, int], str, str, str, list[int]]


def generated(out: Path, seed: int = 5, shape: str = "usual") -> Path:
    command = [sys.executable, str(SCRIPT), str(out), "--size", "6M", "--seed", str(seed), "--shape", shape]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return out


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(tmp_path_factory.mktemp("corpus") / "logs")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def statements(root: Path) -> Iterator[tuple[str, Row]]:
    """(key, (rank, time, session, model, counts)) of every answered line."""
    for path in sorted((root / "projects").rglob("*.jsonl")):
        started, has_queue = 0, False
        for line in path.read_bytes().split(b"\n")[:-1]:
            try:
                record = json.loads(line.decode(errors="replace"))
            except ValueError:
                continue
            if not started and "timestamp" in record:
                started, has_queue = ms(record["timestamp"]), record["type"] == "queue-operation"
            if record["type"] != "assistant" or record.get("isApiErrorMessage"):
                continue
            time = record["timestamp"]
            is_copy = (
                "forkedFrom" in record
                or record.get("requestSessionId", record["sessionId"]) != record["sessionId"]
                or (has_queue and ms(time) < started)
            )
            message = record["message"]
            key = message.get("id") or record.get("requestId") or record["uuid"]
            rank = (is_copy, record["isSidechain"], started)
            yield key, (rank, time, record["sessionId"], message["model"], counts(message["usage"]))


def counts(usage: dict[str, object]) -> list[int]:
    split = usage.get("cache_creation") or {}
    five = split.get("ephemeral_5m_input_tokens", 0)  # type: ignore[attr-defined]
    hour = split.get("ephemeral_1h_input_tokens", 0)  # type: ignore[attr-defined]
    five += max(0, usage["cache_creation_input_tokens"] - five - hour)  # type: ignore[operator]
    plain = [usage[f"{name}_tokens"] for name in ("input", "output", "cache_read_input")]
    searches = usage["server_tool_use"]["web_search_requests"]  # type: ignore[index]
    return [1, *plain, five, hour, searches]  # type: ignore[list-item]


def read(root: Path) -> dict[str, dict[str, dict[str, int]]]:
    rows: dict[str, Row] = {}
    for key, (rank, time, session, model, found) in statements(root):
        known = rows.get(key)
        if known:
            found = [max(pair) for pair in zip(found, known[4], strict=True)]
            time = min(time, known[1])
            if known[0] <= rank:
                rank, _, session, model, _ = known
        rows[key] = (rank, time, session, model, found)
    groups: dict[str, dict[str, list[int]]] = {name: defaultdict(lambda: [0] * 7) for name in GROUPS}
    for _, time, session, model, found in rows.values():
        for group, key in zip(GROUPS, (time[:10], model, session, "all"), strict=True):
            groups[group][key] = [a + b for a, b in zip(groups[group][key], found, strict=True)]
    return {
        name: {key: dict(zip(FIELDS, row, strict=True)) for key, row in group.items()}
        for name, group in groups.items()
    }


GROUPS = ("by_day", "by_model", "by_session", "totals")
FIELDS = (
    "requests", "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_searches",
)  # fmt: skip


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(tmp_path_factory.mktemp("dense") / "logs", shape="dense")


@pytest.mark.parametrize("shape", ["corpus", "dense"])
def test_the_truth_is_what_the_counting_rule_finds(shape: str, request: pytest.FixtureRequest) -> None:
    logs: Path = request.getfixturevalue(shape)
    truth = json.loads((logs / "truth.json").read_text())
    found = read(logs)
    assert found["totals"]["all"] == truth["totals"]
    for group in GROUPS[:3]:
        assert found[group] == truth[group]


def test_adding_lines_up_is_wrong_on_it(corpus: Path) -> None:
    truth = json.loads((corpus / "truth.json").read_text())
    total = sum(row[4][3] for _, row in statements(corpus))
    assert total > 1.4 * truth["totals"]["cache_read"]


def test_size_and_shape_are_as_asked(corpus: Path) -> None:
    truth = json.loads((corpus / "truth.json").read_text())
    paths = [path for path in (corpus / "projects").rglob("*.jsonl") if path.name != "journal.jsonl"]
    assert len(paths) == truth["files"]
    sizes = [path.stat().st_size for path in paths]
    assert sum(sizes) == truth["bytes"]
    assert 5.5e6 < sum(sizes) < 7e6
    assert max(sizes) > 0.06 * sum(sizes)
    assert {"subagent", "response with growing lines"} <= set(truth["oddities"])


def test_a_dense_corpus_is_many_small_files(corpus: Path, dense: Path) -> None:
    usual, small = ([path.stat().st_size for path in logs.rglob("*.jsonl")] for logs in (corpus, dense))
    assert len(small) > 1.5 * len(usual)
    assert max(small) < 0.06 * sum(small)


def test_the_same_seed_gives_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    again, other = generated(tmp_path / "again"), generated(tmp_path / "other", seed=6)
    names = [str(path.relative_to(corpus)) for path in corpus.rglob("*") if path.is_file()]
    _, differing, missing = filecmp.cmpfiles(corpus, again, names, shallow=False)
    assert not differing and not missing
    assert (other / "truth.json").read_bytes() != (corpus / "truth.json").read_bytes()


def test_a_folder_in_use_is_left_alone(corpus: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(corpus)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "is not empty" in done.stderr
