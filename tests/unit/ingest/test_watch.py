"""Notifications survive what happens to folders: links, and being deleted and made again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

import pytest

from tallylight.ingest.watch import Watch

Told = Callable[[Path], bool]


@pytest.fixture
def queue() -> SimpleQueue[str]:
    return SimpleQueue()


@pytest.fixture
def watch(queue: SimpleQueue[str]) -> Iterator[Watch]:
    made = Watch(queue.put)
    made.start()
    yield made
    made.stop()


def is_told(queue: SimpleQueue[str], path: Path, seconds: float = 5.0) -> bool:
    deadline = monotonic() + seconds
    while (left := deadline - monotonic()) > 0:
        try:
            if queue.get(timeout=left) == str(path):
                return True
        except Empty:
            break
    return False


def test_a_linked_folder_is_heard_under_the_name_it_is_known_by(
    watch: Watch, queue: SimpleQueue[str], tmp_path: Path
) -> None:
    elsewhere, projects = tmp_path / "elsewhere", tmp_path / "root" / "projects"
    elsewhere.mkdir()
    projects.mkdir(parents=True)
    (projects / "linked").symlink_to(elsewhere)
    watch.add([projects])
    (elsewhere / "a.jsonl").write_text("x")
    assert is_told(queue, projects / "linked" / "a.jsonl")


def test_a_folder_made_again_is_heard_again(watch: Watch, queue: SimpleQueue[str], tmp_path: Path) -> None:
    projects = tmp_path / "root" / "projects"
    for n in range(3):
        projects.mkdir(parents=True)
        if n:
            assert is_told(queue, tmp_path / "root")
        watch.add([projects])
        (projects / f"{n}.jsonl").write_text("x")
        assert is_told(queue, projects / f"{n}.jsonl")
        shutil.rmtree(tmp_path / "root")
        assert is_told(queue, projects)


def test_a_folder_that_comes_later_is_announced(
    watch: Watch, queue: SimpleQueue[str], tmp_path: Path
) -> None:
    watch.add([tmp_path / "root" / "projects"])
    (tmp_path / "root").mkdir()
    assert is_told(queue, tmp_path / "root")
