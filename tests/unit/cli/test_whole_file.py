"""A file appears whole or not at all, and never over another by accident."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from tallylight.cli.whole_file import write_whole


def saying(data: bytes) -> Callable[[BinaryIO], None]:
    def write(sink: BinaryIO) -> None:
        sink.write(data)

    return write


def failing(sink: BinaryIO) -> None:
    sink.write(b"half")
    raise ValueError("no more")


def test_a_new_file_is_its_owners(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.csv", saying(b"whole"), replaces=False)
    assert (tmp_path / "a.csv").read_bytes() == b"whole"
    assert (tmp_path / "a.csv").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("replaces", [True, False])
def test_what_fails_half_way_leaves_all_as_it_was(tmp_path: Path, replaces: bool) -> None:
    if replaces:
        (tmp_path / "a.csv").write_bytes(b"before")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ValueError, match="no more"):
        write_whole(tmp_path / "a.csv", failing, replaces=replaces)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")
    with pytest.raises(FileExistsError):
        write_whole(path, saying(b"after"), replaces=False)
    assert path.read_bytes() == b"before"
    write_whole(path, saying(b"after"), replaces=True)
    assert path.read_bytes() == b"after"


def test_a_file_that_comes_up_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    def slow(sink: BinaryIO) -> None:
        path.write_bytes(b"another's")
        sink.write(b"ours")

    with pytest.raises(FileExistsError):
        write_whole(path, slow, replaces=False)
    assert path.read_bytes() == b"another's"
    assert [found.name for found in tmp_path.iterdir()] == ["a.csv"]
