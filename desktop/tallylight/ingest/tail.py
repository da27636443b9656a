"""Reading the part of a growing file that was not read before."""

from __future__ import annotations

import os
from typing import BinaryIO

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


class Reading(msgspec.Struct, frozen=True):
    """A stretch of one file, and where it ends. `is_restarted`: it is not the file that was read before."""

    found: Found
    position: LogPosition
    bytes_read: int
    is_restarted: bool
    is_complete: bool


class Tail:
    """Reads files through one buffer, which it keeps."""

    def __init__(self) -> None:
        self._buffer = bytearray(_BUFFER)

    def read(
        self, source: LogSource, file: LogFile, root: str, path: str, known: LogPosition | None, budget: int
    ) -> Reading | None:
        """What is new in `path`, up to about `budget` bytes; None when nothing is. Raises OSError."""
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 thousands of files, see Pipeline
            status = os.fstat(stream.fileno())
            if known is not None and _is_unchanged(known, status):
                return None
            offset, state = _resume(stream, known, status)
            is_restarted = known is not None and offset == 0 and known.offset > 0
            parser = source.parser(file, state)
            end, is_complete = self._feed(stream, parser, offset, budget)
            position = _position(stream, status, end, parser.state, source.name, root, path)
        if len(self._buffer) > 8 * _BUFFER:
            self._buffer = bytearray(_BUFFER)
        if not is_complete:
            position = msgspec.structs.replace(position, size=-1)
        return Reading(parser.take(), position, end - offset, is_restarted, is_complete)

    def _feed(self, stream: BinaryIO, parser: LineParser, offset: int, budget: int) -> tuple[int, bool]:
        """Hand whole lines to the parser; the offset after the last of them, and whether the file ended there."""
        buffer = self._buffer
        stream.seek(offset)
        start = offset
        held = read = 0
        while read < budget or offset == start:
            if held == len(buffer):
                if parser.is_skippable(buffer, 0, held) or held >= _LONGEST_LINE:
                    if held >= _LONGEST_LINE:
                        parser.reject("line too long")
                    skipped = _skip_line(stream, buffer)
                    if skipped < 0:
                        return offset, True
                    offset += held + skipped
                    _show_end(stream, buffer, offset, parser)
                    read += skipped
                    stream.seek(offset)
                    held = 0
                    continue
                buffer.extend(bytes(len(buffer)))
            with memoryview(buffer) as view, view[held:] as free:
                got = stream.readinto(free)  # type: ignore[attr-defined]
            if not got:
                return offset, True
            read += got
            end = held + got
            last = buffer.rfind(b"\n", held, end)
            if last < 0:
                held = end
                continue
            _each_line(buffer, last, parser)
            offset += last + 1
            held = end - last - 1
            buffer[:held] = buffer[last + 1 : end]
        return offset, False


def _each_line(buffer: bytearray, last: int, parser: LineParser) -> None:
    find, feed = buffer.find, parser.feed
    start = 0
    while start <= last:
        end = find(b"\n", start, last + 1)
        feed(buffer, start, end)
        start = end + 1


def _skip_line(stream: BinaryIO, buffer: bytearray) -> int:
    """Bytes up to and including the next newline, -1 when the line is not finished yet."""
    passed = 0
    while True:
        got = stream.readinto(buffer)  # type: ignore[attr-defined]
        if not got:
            return -1
        at = buffer.find(b"\n", 0, got)
        if at >= 0:
            return passed + at + 1
        passed += got


def _show_end(stream: BinaryIO, buffer: bytearray, offset: int, parser: LineParser) -> None:
    """Let the parser see the end of the line that was skipped, up to the newline before `offset`."""
    length = _SEEN_END  # never more than what was skipped, which is longer than the buffer
    stream.seek(offset - 1 - length)
    with memoryview(buffer) as view, view[:length] as part:
        got = stream.readinto(part)  # type: ignore[attr-defined]
    parser.feed_end(buffer, 0, got)


def _is_unchanged(known: LogPosition, status: os.stat_result) -> bool:
    return (
        known.size == status.st_size
        and known.modified_ns == status.st_mtime_ns
        and known.inode == status.st_ino
        and known.device == status.st_dev
    )


def _resume(stream: BinaryIO, known: LogPosition | None, status: os.stat_result) -> tuple[int, str]:
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


def _position(
    stream: BinaryIO,
    status: os.stat_result,
    offset: int,
    state: str,
    source: str,
    root: str,
    path: str,
) -> LogPosition:
    head = min(_HEAD, offset)
    start = max(0, offset - _TAIL)
    return LogPosition(
        path=path,
        source=source,
        root=root,
        device=status.st_dev,
        inode=status.st_ino,
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
        offset=offset,
        head_size=head,
        head_hash=_hash(stream, 0, head),
        tail_hash=_hash(stream, start, offset - start),
        state=state,
    )


def _hash(stream: BinaryIO, start: int, length: int) -> bytes:
    stream.seek(start)
    return digest(stream.read(length))
