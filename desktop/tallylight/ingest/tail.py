"""Reading the part of a growing file that was not read before."""

from __future__ import annotations

import os

import msgspec

from tallylight.domain.digest import digest
from tallylight.ledger.batch import LogPosition
from tallylight.sources.base import Found, LineParser, LogFile, LogSource

_BUFFER = 1 << 20
#: A line beyond this is counted and passed over; usage lines are far smaller, and memory is finite.
_LONGEST_LINE = 512 << 20
#: How much of the end of a line that was skipped is looked at: more than an answer without long content takes.
_SEEN_END = 256 << 10
_HEAD = 4096
_TAIL = 256
_HOW = os.O_RDONLY | getattr(os, "O_BINARY", 0)


class Reading(msgspec.Struct, frozen=True):
    """A stretch of one file, and where it ends. `is_restarted`: it is not the file that was read before."""

    found: Found
    position: LogPosition
    bytes_read: int
    is_restarted: bool
    is_complete: bool


class _Stretch(msgspec.Struct):
    """Whole lines as they were read, and where in the file they stand."""

    start: int = 0
    data: bytes = b""

    def piece(self, stream: int, start: int, length: int) -> bytes:
        """A part of the file, out of these lines where it is among them."""
        at = start - self.start
        if at >= 0 and at + length <= len(self.data):
            return self.data[at : at + length]
        os.lseek(stream, start, os.SEEK_SET)
        return os.read(stream, length)


def read_on(
    source: LogSource, file: LogFile, root: str, path: str, known: LogPosition | None, budget: int
) -> Reading | None:
    """What is new in `path`, up to about `budget` bytes; None when nothing is. Raises OSError."""
    stream = os.open(path, _HOW)
    try:
        status = os.fstat(stream)
        if known is not None and _is_unchanged(known, status):
            return None
        offset, state = _resume(stream, known, status)
        is_restarted = known is not None and offset == 0 and known.offset > 0
        parser = source.parser(file, state)
        last = _Stretch()
        end, is_complete = _feed(stream, parser, offset, status.st_size, budget, last)
        position = LogPosition(
            path=file.path,
            source=source.name,
            root=root,
            device=status.st_dev,
            inode=status.st_ino,
            size=status.st_size if is_complete else -1,
            modified_ns=status.st_mtime_ns,
            offset=end,
            head_size=min(_HEAD, end),
            head_hash=digest(last.piece(stream, 0, min(_HEAD, end))),
            tail_hash=digest(last.piece(stream, max(0, end - _TAIL), min(_TAIL, end))),
            state=parser.state,
        )
    finally:
        os.close(stream)
    return Reading(parser.take(), position, end - offset, is_restarted, is_complete)


def _feed(
    stream: int, parser: LineParser, offset: int, size: int, budget: int, last: _Stretch
) -> tuple[int, bool]:
    """Hand whole lines to the parser; the offset after the last of them, and whether the file ended there."""
    start = offset
    data = b""
    os.lseek(stream, offset, os.SEEK_SET)
    read = 0
    while read < budget or offset == start:
        got = os.read(stream, min(max(_BUFFER, len(data)), size - offset - len(data)))
        if not got:
            return offset, True
        read += len(got)
        at = got.rfind(b"\n")
        data = data + got if data else got
        if at >= 0:
            at += len(data) - len(got)
            _each_line(data, at, parser)
            last.start, last.data = offset, data
            offset += at + 1
            data = data[at + 1 :]
        elif len(data) >= _LONGEST_LINE or (len(data) >= _BUFFER and parser.is_skippable(data, 0, len(data))):
            if len(data) >= _LONGEST_LINE:
                parser.reject("line too long")
            skipped = _skip_line(stream)
            if skipped < 0:
                return offset, True
            offset += len(data) + skipped
            data = b""
            _show_end(stream, offset, parser)
            read += skipped
            os.lseek(stream, offset, os.SEEK_SET)
    return offset, False


def _each_line(data: bytes, last: int, parser: LineParser) -> None:
    find, feed = data.find, parser.feed
    start = 0
    while start <= last:
        end = find(b"\n", start)
        feed(data, start, end)
        start = end + 1


def _skip_line(stream: int) -> int:
    """Bytes up to and including the next newline, -1 when the line is not finished yet."""
    passed = 0
    while True:
        got = os.read(stream, _BUFFER)
        if not got:
            return -1
        at = got.find(b"\n")
        if at >= 0:
            return passed + at + 1
        passed += len(got)


def _show_end(stream: int, offset: int, parser: LineParser) -> None:
    """Let the parser see the end of the line that was skipped, up to the newline before `offset`."""
    length = _SEEN_END  # never more than what was skipped, which is longer than the buffer
    os.lseek(stream, offset - 1 - length, os.SEEK_SET)
    end = os.read(stream, length)
    parser.feed_end(end, 0, len(end))


def _is_unchanged(known: LogPosition, status: os.stat_result) -> bool:
    return (
        known.size == status.st_size
        and known.modified_ns == status.st_mtime_ns
        and known.inode == status.st_ino
        and known.device == status.st_dev
    )


def _resume(stream: int, known: LogPosition | None, status: os.stat_result) -> tuple[int, str]:
    """Where to go on and with what state: at the start unless file, head and the bytes before the offset are the
    same."""
    if known is None or not known.offset or status.st_size < known.offset:
        return 0, ""
    if (status.st_ino, status.st_dev) != (known.inode, known.device):
        return 0, ""  # replaced: any line may have changed
    if status.st_size == known.size and status.st_mtime_ns != known.modified_ns:
        return 0, ""  # same length, written again: so here
    if _hash(stream, 0, known.head_size) != known.head_hash:
        return 0, ""
    start = max(0, known.offset - _TAIL)
    if _hash(stream, start, known.offset - start) != known.tail_hash:
        return 0, ""
    return known.offset, known.state


def _hash(stream: int, start: int, length: int) -> bytes:
    os.lseek(stream, start, os.SEEK_SET)
    return digest(os.read(stream, length))
