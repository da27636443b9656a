"""Linux' libraries, as far as a bundle needs to know and change them; binutils does the work."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path


def is_elf(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def needed(path: Path) -> set[str]:
    """The libraries that a file names itself, not those that these need in turn."""
    return set(re.findall(r"NEEDED +(\S+)", _said("objdump", "-p", str(path))))


def newest_glibc(path: Path) -> tuple[int, ...]:
    """The version of the C library that a file asks for, (0,) for none."""
    found = re.findall(rb"GLIBC_(\d+(?:\.\d+)+)\0", path.read_bytes())
    return max((tuple(map(int, version.split(b"."))) for version in found), default=(0,))


def stripped(path: Path, folder: Path) -> Path:
    """A copy without the names that only a debugger reads."""
    copy = folder / path.name
    _said("strip", "--strip-unneeded", "-o", str(copy), str(path))
    return copy


def data_library(name: str, symbol: str, content: bytes, folder: Path) -> Path:
    """A library of that name that holds nothing but data under a symbol."""
    (folder / "content").write_bytes(content)
    source, made, library = folder / "content.s", folder / "content.o", folder / name
    source.write_text(
        f".section .rodata\n.balign 16\n.globl {symbol}\n.type {symbol}, @object\n{symbol}:\n"
        f'.incbin "{folder / "content"}"\n.size {symbol}, . - {symbol}\n.section .note.GNU-stack,"",@progbits\n'
    )
    _said("as", "-o", str(made), str(source))
    _said("ld", "-shared", "-soname", name, "-o", str(library), str(made))
    return library


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", errors="replace").stdout
