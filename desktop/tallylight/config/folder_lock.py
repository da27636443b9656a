"""A lock on the data folder that ends with its process, however that ends."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl

logger = logging.getLogger(__name__)


class FolderLock:
    """Held at `path`; the file says where its holder can be reached. On Windows the name of a pipe does the same."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1

    def take(self) -> bool:
        """Whether nobody else holds it; a folder in which nothing can be locked is everybody's."""
        if sys.platform == "win32" or self._file >= 0:
            return True
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        except OSError as error:  # a folder that is read only, a file system without locks
            logger.info("%s cannot be locked: %s", self._path, error)
            self.release()
        return True

    def write(self, address: str) -> None:
        """Let others know where the holder listens."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, os.fsencode(address), 0)

    def read(self) -> str:
        """Where the holder listens, "" while it does not say."""
        try:
            return os.fsdecode(self._path.read_bytes())
        except OSError:
            return ""

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
