"""Reaching the Tallylight that runs, without Qt: where it listens, and asking it to end."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from tallylight.config.folder_lock import FolderLock
from tallylight.config.paths import data_dir
from tallylight.domain.digest import hex_digest

#: What a guest says who wants the program to end; who says nothing wants its window.
END = b"end"
#: Longer names of sockets are refused by the system.
_SOCKET_PATH = 100
_LOOK_S = 0.05


def instance_lock() -> FolderLock:
    return FolderLock(data_dir() / "instance.lock")


def instance_name() -> str:
    """One instance per ledger and user: a socket in a folder of the user's own, a pipe's name on Windows."""
    name = "tallylight-" + hex_digest(str(data_dir()), 8)
    if os.name != "posix":
        return name
    folder = os.environ.get("XDG_RUNTIME_DIR")
    path = os.path.join(folder, name) if folder and os.path.isdir(folder) else str(data_dir() / "instance")  # noqa: PTH112, PTH118
    return path if len(path) < _SOCKET_PATH else name


def ask_to_end(patience_s: float = 30.0) -> bool:
    """Have the one that runs end, and wait until it has; False where none runs. Raises TimeoutError."""
    address = instance_lock().read() or instance_name()
    if not _tell(address):
        return False
    until = time.monotonic() + patience_s
    while _is_there(address):
        if time.monotonic() > until:
            raise TimeoutError(f"Tallylight was asked to end and has not within {patience_s:g} seconds")
        time.sleep(_LOOK_S)
    return True


def _tell(address: str) -> bool:
    """Whether somebody listens, who has been told."""
    if sys.platform == "win32":
        try:
            Path(rf"\\.\pipe\{Path(address).name}").write_bytes(END)
        except OSError:
            return False
        return True
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(_path_of(address))
            connection.sendall(END)
        except OSError:
            return False
    return True


def _is_there(address: str) -> bool:
    """Whether it holds its lock or its socket; the lock goes with the process, however that ends."""
    if sys.platform == "win32":
        return Path(rf"\\.\pipe\{Path(address).name}").exists()
    lock = instance_lock()
    is_free = lock.take()
    lock.release()
    return not is_free or os.path.exists(_path_of(address))  # noqa: PTH110


def _path_of(address: str) -> str:
    """Where Qt puts a socket that is called by a name alone."""
    import tempfile

    return address if os.path.isabs(address) else os.path.join(tempfile.gettempdir(), address)  # noqa: PTH117, PTH118
