"""A file that is written whole or not at all, and never over another by accident."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], None], *, replaces: bool) -> None:
    """Have `write` fill the file at `path`, which appears when it is complete and on the disk.

    Raises FileExistsError when there is one and `replaces` is False, OSError when it cannot be written; whatever
    `write` raises passes. In each of these cases nothing is left behind, and what was there stays.
    """
    if not replaces and path.exists():
        raise FileExistsError(17, "there is a file of this name", str(path))
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    try:
        with open(handle, "wb") as stream:  # noqa: PTH123
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        _put(partial, path, replaces=replaces)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)  # noqa: PTH108
        raise


def free_name(path: Path) -> Path:
    """The first of `name-2`, `name-3`, … that nothing has yet."""
    number = 2
    while (beside := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return beside


def _put(partial: str, path: Path, *, replaces: bool) -> None:
    if replaces:
        os.replace(partial, path)  # noqa: PTH105
        return
    try:
        os.link(partial, path)  # unlike a rename it never lands on a file that came up meanwhile
    except FileExistsError as e:
        raise FileExistsError(17, "there is a file of this name", str(path)) from e
    except OSError:  # a file system without links
        os.replace(partial, path)  # noqa: PTH105
        return
    os.unlink(partial)  # noqa: PTH108
