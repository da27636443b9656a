"""What PyInstaller collects and nobody loads, left out of the bundle: two fifths of its size."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path, PurePath
from typing import Any

import elf
import icu

#: Where in the bundle a file goes, where it is from, and its kind.
Entry = tuple[str, str, str]
#: Of Qt: its translations (there are none of ours), screens that are no desktop's, GTK's look, which brings all of GTK,
#: and pictures and connections that we never open.
_UNUSED = re.compile(
    r"""PySide6/(Qt/)?(
        translations/ | plugins/(
            egldeviceintegrations | generic | networkinformation | tls | xcbglintegrations
            | imageformats/(lib)?q(?!svg|ico) | platformthemes/libqgtk3
            | platforms/libq(eglfs|linuxfb|minimalegl|vkkhrdisplay|vnc)
        )
    )""",
    re.VERBOSE,
)
#: Of pyarrow: what compiles against it, what tests it, other formats, and files that are not on a disk.
_NEVER_READ = re.compile(
    r"pyarrow/(include|src|tests)/|pyarrow/.*\.(h|pxd|pxi|pyi|pyx)$"
    r"|pyarrow/_(azurefs|cuda|dataset_orc|flight|gcsfs|hdfs|orc|s3fs)\."
)
#: Every desktop has these, with files that go with them; a copy would rather do harm.
_SYSTEM = re.compile(
    r"lib(X11(-xcb)?|dbus-1|expat|fontconfig|freetype|gcc_s|glib-2\.0|gssapi_krb5|gthread-2\.0|stdc\+\+|wayland-.*|xcb|z)\.so"
)


def split_off(analysis: Any, package: str) -> list[Entry]:  # noqa: ANN401 PyInstaller has no types
    """Take a package's files out of the analysis; they are to be a folder beside the bundle."""
    everything = (*analysis.binaries, *analysis.datas)
    found = [
        e
        for e in everything
        if _package(e[0]) == package and not _NEVER_READ.match(PurePath(e[0]).as_posix())
    ]
    for part in ("binaries", "datas"):
        rest = [e for e in getattr(analysis, part) if package not in (_package(e[0]), _package(e[1]))]
        setattr(analysis, part, rest)
    return _reached(found)


def trim(analysis: Any, work: Path) -> None:  # noqa: ANN401
    """Leave out what nobody loads; on Linux also what is in the files that stay. `work` is for those."""
    for part in ("binaries", "datas"):
        rest = [e for e in getattr(analysis, part) if not _UNUSED.match(PurePath(e[0]).as_posix())]
        setattr(analysis, part, rest)
    if sys.platform == "linux":
        binaries = [e for e in analysis.binaries if not _SYSTEM.match(e[0])]
        analysis.binaries = [_smaller(entry, work) for entry in _reached(binaries)]
        kept = {PurePath(entry[0]).name for entry in analysis.binaries}
        analysis.datas = [e for e in analysis.datas if e[2] != "SYMLINK" or PurePath(e[1]).name in kept]


def write_down(path: Path, analysis: Any, parquet: list[Entry]) -> None:  # noqa: ANN401
    """Which files and packages are where, for what names their licences and what makes the second folder."""
    files = [entry[:2] for entry in (*analysis.binaries, *analysis.datas)]
    packages = {name.partition(".")[0] for name, *_ in analysis.pure} | {
        _package(place) for place, _ in files
    }
    parts = {"files": files, "packages": sorted(packages), "parquet": [entry[:2] for entry in parquet]}
    path.write_text(json.dumps(parts))


def _package(place: str) -> str:
    return PurePath(place).parts[0]


def _reached(entries: list[Entry]) -> list[Entry]:
    """Without the libraries that only those need which were left out: modules and plugins are loaded first."""
    libraries = {PurePath(entry[0]).name: entry for entry in entries if _is_library(entry)}
    todo = [entry for entry in entries if not _is_library(entry) and entry[2] in ("EXTENSION", "BINARY")]
    reached = {name for name in libraries if name.startswith("libpython")}
    while todo:
        names = (elf.needed(Path(todo.pop()[1])) & libraries.keys()) - reached
        reached |= names
        todo += [libraries[name] for name in names]
    return [entry for entry in entries if not _is_library(entry) or PurePath(entry[0]).name in reached]


def _is_library(entry: Entry) -> bool:
    place = PurePath(entry[0])
    return (
        re.match(r"lib\w", place.name) is not None and "plugins" not in place.parts
    )  # pyarrow has a module `lib`


def _smaller(entry: Entry, work: Path) -> Entry:
    """Python's own files, where its builder left debugging names in them, and ICU's data."""
    place, source, kind = entry
    path = Path(source)
    if path.name.startswith("libicudata."):
        return place, str(elf.data_library(path.name, icu.symbol_of(path), icu.trimmed(path), work)), kind
    if path.name.startswith("libpython") or "lib-dynload" in path.parts:
        return place, str(elf.stripped(path, work)), kind
    return entry
