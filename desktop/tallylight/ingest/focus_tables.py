"""Tables at and below paths: plain, compressed, in archives, in folders. Never a whole file at once."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from tallylight.config.paths import shown
from tallylight.focus.columns import layout_of
from tallylight.focus.reader import Reader
from tallylight.ingest.shared import can_read
from tallylight.installed import how_to_add

#: A line of a bill has some kilobytes; tags may make it longer.
_LONGEST_LINE = 1 << 20
#: What unpacks to more than so many times its size is no bill, but a trap. Small ones are let be.
_MOST_TIMES, _ALWAYS_BYTES = 300, 256 << 20
_MOST_MEMBERS = 10_000
_READ = 1 << 18
_TABLES = (".csv", ".csv.gz", ".parquet")
_ARCHIVE = ".zip"
#: Bytes that are not of the encoding, as `surrogateescape` leaves them.
_ESCAPED = re.compile("[\udc80-\udcff]")
_UNPACKING = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class Table(NamedTuple):
    """One file, or one within an archive."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """What it is called, without its folder."""
        return f"{self.path.name}:{PurePosixPath(self.member).name}" if self.member else self.path.name

    @property
    def place(self) -> str:
        """Folder and name, as parts of one export share them."""
        return f"{self.path}/{self.member}" if self.member else str(self.path)

    @property
    def is_parquet(self) -> bool:
        return (self.member or self.path.name).lower().endswith(".parquet")


def tables_in(path: Path) -> list[Table]:
    """All tables at or below a path, in order; manifests and the like are passed over. Raises OSError, and ValueError
    with a sentence for a folder or an archive without any."""
    if path.is_dir():
        below = sorted(Path(at, name) for at, _, names in os.walk(path) for name in names)
        files = [
            each for each in below if each.name.lower().endswith((*_TABLES, _ARCHIVE)) and each.is_file()
        ]
        found = [table for each in files for table in _in_file(each)]
    elif path.exists() and not path.is_file():  # a pipe may never end
        raise ValueError(f"{shown(path)}: neither a file nor a folder")
    else:
        found = _in_file(path)
    if not found:
        raise ValueError(f"{shown(path)}: there is no table in it (.csv, .csv.gz, .parquet, .zip)")
    return found


def _in_file(path: Path) -> list[Table]:
    if not path.name.lower().endswith(_ARCHIVE):
        return [Table(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each.filename for each in archive.infolist() if not each.is_dir()]
    except _UNPACKING as e:
        raise ValueError(f"{shown(path)}: cannot be unpacked: {e}") from e
    if len(members) > _MOST_MEMBERS:
        raise ValueError(f"{shown(path)}: holds {len(members):,} files, more than any bill")
    hidden = ("__MACOSX/", ".")
    return [
        Table(path, m) for m in sorted(members) if m.lower().endswith(_TABLES) and not m.startswith(hidden)
    ]


class _Bounded(io.RawIOBase):
    """An unpacked stream that ends with ValueError where it grows beyond all reason."""

    def __init__(self, stream: BinaryIO, packed_bytes: int) -> None:
        self._stream = stream
        self._left = max(_ALWAYS_BYTES, packed_bytes * _MOST_TIMES)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise ValueError(f"unpacks to more than {_MOST_TIMES} times its size: it is not read")
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _opened(table: Table) -> Iterator[BinaryIO]:
    """The bytes of a table, unpacked as they are read."""
    with table.path.open("rb") as file:
        if not table.member:
            with _unpacked(file, table.path.name, table.path.stat().st_size) as stream:
                yield stream
            return
        with zipfile.ZipFile(file) as archive, archive.open(table.member) as packed:
            size = archive.getinfo(table.member).compress_size
            with (
                io.BufferedReader(_Bounded(packed, size), _READ) as member,  # type: ignore[arg-type]
                _unpacked(member, table.member, size) as stream,
            ):
                yield stream


@contextmanager
def _unpacked(stream: BinaryIO, name: str, packed_bytes: int) -> Iterator[BinaryIO]:
    if not name.lower().endswith(".gz"):
        yield stream
        return
    with gzip.open(stream) as plain:
        yield io.BufferedReader(_Bounded(plain, packed_bytes), _READ)  # type: ignore[arg-type]


def read_table(table: Table) -> Reader | None:
    """What a table holds; None for a table that is no FOCUS.

    Raises OSError, and ValueError with a sentence: also for one that holds a part of a bill only.
    """
    try:
        return _read_whole(table)
    except ValueError as e:
        raise ValueError(f"{shown(table.path)}{f' ({table.member})' if table.member else ''} {e}") from e
    except (*_UNPACKING, csv.Error) as e:
        raise ValueError(f"{shown(table.path)} is damaged: {e or 'it ends too early'}") from e


def _read_whole(table: Table) -> Reader | None:
    """Twice where only the file as a whole shows that it has a comma before decimals."""
    reader = _read(table, ".")
    if reader is not None and reader.marks.decided == ",":
        reader = _read(table, ",")
    if reader is not None and reader.rejected:
        line, column = reader.first_rejected
        raise ValueError(
            f"has a charge for AI in line {line:,} whose {column} cannot be read: none of it is taken"
        )
    return reader


def _read(table: Table, mark: str) -> Reader | None:
    if table.is_parquet:
        return _read_parquet(table, mark)
    with _opened(table) as stream:
        return _read_csv(stream, mark)


# -- CSV


def _read_csv(stream: BinaryIO, mark: str) -> Reader | None:
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream, _READ)  # type: ignore[type-var]
    begins = buffered.peek(4)[:4]
    is_wide = begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_wide else "utf-8-sig"
    errors = "replace" if is_wide else "surrogateescape"
    with io.TextIOWrapper(buffered, encoding, errors=errors, newline="") as text:
        lines = _Lines(text)
        reader = _read_lines(lines, mark)
    if reader is not None and begins.startswith(codecs.BOM_UTF8):
        reader.note(1, "byte order mark")
    if reader is not None and (is_wide or lines.first_odd):
        reader.note(lines.first_odd or 1, "encoding")
    return reader


def _read_lines(lines: _Lines, mark: str) -> Reader | None:
    head = next(lines, "")
    between = max(",;\t", key=head.count)
    layout = layout_of(next(csv.reader([head], delimiter=between), []))
    if layout is None:
        return None
    reader = Reader(layout, mark=mark, usual_mark="," if between == ";" else "")
    if between != ",":
        reader.note(1, "separator", "a tab" if between == "\t" else between)
    reader.take_all(_rows(lines, between, layout.width))
    return reader


def _rows(lines: _Lines, between: str, width: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Raises ValueError with the end of a sentence at the end of a file that broke off within a row."""
    rows = csv.reader(lines, delimiter=between)
    row: list[str] = []
    for row in rows:
        yield rows.line_num + 1, row
    is_within_cell = bool(row) and row[-1].endswith(("\n", "\r"))
    if 0 < len(row) < width and (is_within_cell or not lines.is_ended):
        raise ValueError(f"ends in the middle of line {rows.line_num + 1:,}: none of it is taken")


class _Lines:
    """The lines of a stream, none so long that it fills the memory."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._count = 0
        #: The first line with bytes that are not of its encoding.
        self.first_odd = 0
        #: Whether the last one was a whole line.
        self.is_ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) >= _LONGEST_LINE:
            raise ValueError(f"has a line of more than {_LONGEST_LINE:,} characters: it is no bill")
        self._count += 1
        self.is_ended = line.endswith(("\n", "\r"))
        if not line.isascii():
            line = self._decoded(line)
        return line.replace("\0", "") if "\0" in line else line

    def _decoded(self, line: str) -> str:
        """What is not UTF-8 was written by a spreadsheet on Windows."""
        is_odd = bool(_ESCAPED.search(line))
        if is_odd:
            line = line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
        if not self.first_odd and (is_odd or "\ufffd" in line):
            self.first_odd = self._count
        return line


# -- Parquet


def _read_parquet(table: Table, mark: str) -> Reader | None:
    if not can_read():
        raise ValueError(f"cannot be read yet; add what reads Parquet with: {how_to_add('parquet')}")
    from tallylight.ingest.focus_parquet import read_parquet

    if not table.member:
        return read_parquet(str(table.path), mark)
    with _opened(table) as stream, tempfile.TemporaryFile() as copy:  # Parquet is read from its end
        while data := stream.read(_READ):
            copy.write(data)
        copy.seek(0)
        return read_parquet(copy, mark)
