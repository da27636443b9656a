"""A file that is written whole or not at all, and never over another by accident."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

#: After this time nobody writes a partial file any more: whoever did was killed.
_FORGOTTEN_S = 3600


def write_whole(path: Path, write: Callable[[BinaryIO], None], *, replaces: bool) -> None:
    """Have `write` fill the file at `path`, which appears when it is complete and on the disk.

    Until then it is the owner's alone; then it has the mode of the file it replaces, or that of any new file. With
    `replaces` what a link points to is replaced, and a device or a pipe is written to.
    Raises FileExistsError when there is one and `replaces` is False, OSError when it cannot be written; whatever
    `write` raises passes. In each of these cases nothing is left behind, and what was there stays.
    """
    if not replaces and os.path.lexists(path):
        raise _there_is_one(path)
    if is_stream(path):
        with open(os.open(path, os.O_WRONLY), "wb") as stream:  # noqa: PTH123
            write(stream)
        return
    path = _linked(path)
    _remove_forgotten(path)
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    try:
        with open(handle, "wb") as stream:  # noqa: PTH123
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(partial, _mode_for(path))  # noqa: PTH101
        _put(partial, path, replaces=replaces)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)  # noqa: PTH108
        raise


def free_name(path: Path, ends: Iterable[str] = ("",)) -> Path:
    """`path`, or the first of `name-2`, `name-3`, … that nothing has yet, with none of these ends."""
    beside, number = path, 1
    while any(os.path.lexists(f"{beside}{end}") for end in ends):
        number += 1
        beside = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return beside


def is_stream(path: Path) -> bool:
    """Whether it is there and can only be written to: a device, a pipe."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _there_is_one(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "there is a file of this name", str(path))


def _linked(path: Path) -> Path:
    """What a link leads to, which need not be there. Raises OSError for one that leads to itself."""
    if not path.is_symlink():
        return path
    end = Path(os.path.realpath(path))
    if end.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return end


def _mode_for(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0o077)  # it can only be asked for by setting it
        os.umask(mask)
        return 0o666 & ~mask


def _remove_forgotten(path: Path) -> None:
    """Partial files of `path` whose writer was killed."""
    ours = re.compile(re.escape(f".{path.name}.") + r"[a-z0-9_]{8}\.partial")
    oldest = time.time() - _FORGOTTEN_S
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if (
                ours.fullmatch(entry.name)
                and entry.is_file(follow_symlinks=False)
                and entry.stat(follow_symlinks=False).st_mtime < oldest
            ):
                os.unlink(entry)  # noqa: PTH108


def _put(partial: str, path: Path, *, replaces: bool) -> None:
    if replaces:
        os.replace(partial, path)  # noqa: PTH105
        return
    try:
        os.link(partial, path)  # unlike a rename it never lands on a file that came up meanwhile
    except FileExistsError as e:
        raise _there_is_one(path) from e
    except OSError:  # a file system without links
        os.replace(partial, path)  # noqa: PTH105
        return
    os.unlink(partial)  # noqa: PTH108
