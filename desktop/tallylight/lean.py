"""Keeping the process small where its libraries would not: what they load and never use, and what is freed and kept."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from types import ModuleType

#: From glibc's malloc.h.
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
#: Bytes: where glibc itself begins to tell large from small.
_LARGE = 128 << 10


@contextlib.contextmanager
def without(*modules: str) -> Iterator[None]:
    """While a library is imported that goes on without these, have it do so. Those that are loaded stay."""
    hidden = [name for name in modules if name not in sys.modules]
    known: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]  # None: not to be had
    for name in hidden:
        known[name] = None
    try:
        yield
    finally:
        for name in hidden:
            del known[name]


def keep_heap_small() -> None:
    """Have glibc's threads share a heap: one each is made to go faster side by side, which Python never does, and
    costs 3 MB. And have what was large be given back as soon as it is freed: it learns to keep it, which costs 1 MB.
    """
    _ask_glibc("mallopt", _M_ARENA_MAX, 1)
    _ask_glibc("mallopt", _M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Return what is free in the midst of the heap to the system: 1 MB after a large library was loaded."""
    _ask_glibc("malloc_trim", 0)


def _ask_glibc(function: str, *arguments: int) -> None:
    """Other systems' libraries have no such thing."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            getattr(ctypes.CDLL(None), function)(*arguments)
