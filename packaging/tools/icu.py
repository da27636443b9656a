"""ICU's data without what Qt never asks it for: 8 of 30 MB.

Qt has names, formats and scripts of its own; of ICU it uses collation. What goes is converters, dictionaries,
transliteration, and the names of units, zones, currencies, languages and regions.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

_FORMAT, _FORMAT_AT = b"CmnD", 12
_UNUSED = re.compile(r"[^/]+/(brkitr|curr|lang|rbnf|region|translit|unit|zone)/|.*\.cnv$")
_ALIGNED = 16


def symbol_of(library: Path) -> str:
    """libicudata.so.73 -> icudt73_dat"""
    return f"icudt{library.name.rpartition('.')[2]}_dat"


def trimmed(library: Path) -> bytes:
    """The data in a library named libicudata.so.NN, with fewer items in it."""
    content = library.read_bytes()
    start = content.index(_FORMAT) - _FORMAT_AT
    head = content[start : start + struct.unpack_from("<H", content, start)[0]]
    return head + _packed(_items(content, start + len(head)))


def _items(content: bytes, table: int) -> dict[bytes, bytes]:
    """By name. All is found from the start of the table: a count, then places of names and of contents."""
    (count,) = struct.unpack_from("<I", content, table)
    places = [struct.unpack_from("<II", content, table + 4 + 8 * number) for number in range(count)]
    ends = [begin for _, begin in places[1:]] + [len(content) - table]  # what follows the last is never read
    found = {}
    for (name_at, begin), end in zip(places, ends, strict=True):
        name = content[table + name_at : content.index(b"\0", table + name_at)]
        if not _UNUSED.match(name.decode()):
            found[name] = content[table + begin : table + end]
    return found


def _packed(items: dict[bytes, bytes]) -> bytes:
    """The table and what it leads to; the order stays, as names are looked up by halves."""
    names_at = 4 + 8 * len(items)
    names = b"".join(name + b"\0" for name in items)
    at = _aligned(names_at + len(names))
    table, body = struct.pack("<I", len(items)), b""
    for name, content in items.items():
        table += struct.pack("<II", names_at, at + len(body))
        names_at += len(name) + 1
        body += content.ljust(_aligned(len(content)), b"\0")
    return (table + names).ljust(at, b"\0") + body


def _aligned(length: int) -> int:
    return -(-length // _ALIGNED) * _ALIGNED
