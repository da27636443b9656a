"""A scratch folder that goes with its process, or with the next one when that was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

#: Locked as long as its process lives, however that ends; not there before it is locked.
_LOCK = "in-use"


class Scratch:
    """One folder below the system's temporary folder, named after `prefix`."""

    def __init__(self, prefix: str) -> None:
        _sweep(prefix)
        self.path = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock = _locked_anew(self.path)

    def close(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _locked_anew(folder: Path) -> int | None:
    """The lock of a folder that is ours; None where there are no such locks, and nothing is ever swept."""
    if sys.platform == "win32":
        return None
    import fcntl

    partial = folder / f"{_LOCK}.partial"
    lock = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:  # a file system without locks
        os.close(lock)
        return None
    partial.rename(folder / _LOCK)
    return lock


def _sweep(prefix: str) -> None:
    """Remove what killed processes left. A lock tells them where a process id may be another container's."""
    for folder in _folders(prefix):
        with contextlib.suppress(OSError), _locked(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _folders(prefix: str) -> list[Path]:
    """Folders of that name that are the user's own, without links: anybody may write beside them."""
    if sys.platform == "win32":
        return []
    try:
        with os.scandir(tempfile.gettempdir()) as entries:
            named = [entry for entry in entries if entry.name.startswith(prefix)]
            return [
                Path(entry.path)
                for entry in named
                if entry.is_dir(follow_symlinks=False)
                and entry.stat(follow_symlinks=False).st_uid == os.getuid()
            ]
    except OSError:
        return []


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Raises OSError when the folder is in use, or says nothing about that."""
    if sys.platform != "win32":
        import fcntl

        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(lock)
