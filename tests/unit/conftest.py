"""Folders that are closed to the program, also where the tests run as root; and a keychain that forgets."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest

from keychain import InMemory

#: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: by them root passes every mode.
_PASSES = 1 << 1 | 1 << 2
_VERSION_3 = 0x20080522
_PR_CAPBSET_DROP = 24


@pytest.fixture
def chain() -> Iterator[InMemory]:
    before, made = keyring.get_keyring(), InMemory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def closed() -> Iterator[Callable[[Path], None]]:
    """`closed(path, mode)` takes all rights (but those of `mode`) from everybody until the test ends."""
    if os.name != "posix":
        pytest.skip("modes are those of POSIX")
    before = _without_passing() if os.geteuid() == 0 else None
    changed: list[tuple[Path, int]] = []

    def close(path: Path, mode: int = 0) -> None:
        changed.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield close
    for path, mode in reversed(changed):
        path.chmod(mode)
    if before is not None:
        _capabilities("capset", before)


@pytest.fixture
def as_anybody() -> Callable[[], None]:
    """For `preexec_fn`: a program of root's that passes no mode."""
    library = ctypes.CDLL(None)

    def drop() -> None:
        for capability in (1, 2) if os.geteuid() == 0 else ():
            library.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)

    return drop


def _without_passing() -> list[int]:
    before = _capabilities("capget", [0] * 6)
    _capabilities("capset", [before[0] & ~_PASSES, *before[1:]])
    return before


def _capabilities(call: str, sets: list[int]) -> list[int]:
    """Effective, permitted and inheritable ones of this thread, low words before high ones."""
    header, values = (ctypes.c_uint32 * 2)(_VERSION_3, 0), (ctypes.c_uint32 * 6)(*sets)
    if getattr(ctypes.CDLL(None, use_errno=True), call)(header, values):
        pytest.skip("root's rights cannot be laid down here")
    return list(values)
