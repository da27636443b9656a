"""A file appears whole or not at all, and never over another by accident."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from tallylight.cli.whole_file import free_name, write_whole


def saying(data: bytes) -> Callable[[BinaryIO], None]:
    def write(sink: BinaryIO) -> None:
        sink.write(data)

    return write


def failing(sink: BinaryIO) -> None:
    sink.write(b"half")
    raise ValueError("no more")


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes are those of POSIX")


@posix
@pytest.mark.usefixtures("umask")
def test_a_file_is_its_owners_until_it_is_whole_and_then_as_any_other(tmp_path: Path) -> None:
    meanwhile = []

    def write(sink: BinaryIO) -> None:
        meanwhile.extend(path.stat().st_mode & 0o777 for path in tmp_path.iterdir())
        sink.write(b"whole")

    write_whole(tmp_path / "a.csv", write, replaces=False)
    assert (tmp_path / "a.csv").read_bytes() == b"whole"
    assert (meanwhile, (tmp_path / "a.csv").stat().st_mode & 0o777) == ([0o600], 0o640)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    assert os.umask(0o027) == 0o027


@posix
@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")
    path.chmod(mode)
    write_whole(path, saying(b"after"), replaces=True)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"after", mode)


@posix
@pytest.mark.parametrize("is_there", [True, False])
def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path, is_there: bool) -> None:
    end, link = tmp_path / "far" / "a.csv", tmp_path / "link.csv"
    end.parent.mkdir()
    if is_there:
        end.write_bytes(b"before")
    link.symlink_to("far/a.csv")
    with pytest.raises(FileExistsError):
        write_whole(link, saying(b"after"), replaces=False)
    write_whole(link, saying(b"after"), replaces=True)
    assert link.is_symlink() and end.read_bytes() == b"after"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.csv", "far", "link.csv"]


@posix
def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to("link.csv")
    with pytest.raises(OSError, match="links"):
        write_whole(link, saying(b"after"), replaces=True)
    assert link.is_symlink()


@posix
def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileExistsError):
        write_whole(pipe, saying(b"through"), replaces=False)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, saying(b"through"), replaces=True)
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_what_a_killed_export_left_goes_after_an_hour(tmp_path: Path) -> None:
    names = {name: tmp_path / name for name in (
        ".a.csv.abcd_123.partial", ".a.csv.fresh123.partial", ".b.csv.abcd_123.partial", ".a.csv.mine.partial",
    )}  # fmt: skip
    for path in names.values():
        path.write_bytes(b"half")
        if "fresh" not in path.name:
            os.utime(path, (time.time() - 4000,) * 2)
    write_whole(tmp_path / "a.csv", saying(b"whole"), replaces=False)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*names, "a.csv"} - {".a.csv.abcd_123.partial"}


def test_a_free_name_is_free_with_each_of_its_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert free_name(path) == path
    for name in ("a.csv", "a-2.csv.json"):
        (tmp_path / name).write_bytes(b"")
    assert free_name(path).name == "a-2.csv"
    assert free_name(path, ("", ".json")).name == "a-3.csv"


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
