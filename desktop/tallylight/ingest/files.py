"""Reading small files that others write, whatever they turn out to be."""

from __future__ import annotations

import os
import stat
from pathlib import Path

#: None of them comes near this.
_LIMIT = 1 << 20


def read_small(path: Path | str) -> bytes:
    """A file's content, at most a megabyte of it. Raises OSError, also for what is no plain file: a pipe would
    keep its reader waiting for ever."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is not a file")
        return stream.read(_LIMIT)


def storable(path: str) -> str:
    """A path as text that every database takes: bytes of a name that are not UTF-8 are spelled out."""
    return path if path.isascii() else path.encode("utf-8", "backslashreplace").decode()
