"""The sdist, and the wheel that is made of it; the same bytes whenever and wherever they are made."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from checkout import DIST, ROOT, epoch, say

#: What a wheel is made of. `PKG-INFO` is there in an unpacked sdist alone, and is written anew.
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "desktop", "resources")
_BUILD = "import setuptools.build_meta as b, sys; print(getattr(b, 'build_' + sys.argv[1])(sys.argv[2]))"


def build(out: Path, root: Path = ROOT) -> tuple[Path, Path]:
    """The sdist and the wheel of a checkout, or of an unpacked sdist, in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        copy_sources(root, tree)
        sdist = _made("sdist", tree, out)
        _settle(sdist)
        wheel = _made("wheel", unpacked(sdist, Path(folder)), out)
    return sdist, wheel


def unpacked(sdist: Path, folder: Path) -> Path:
    """What is in an sdist of ours. Debian 12's Python has no filter yet, which others warn without."""
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder)  # noqa: S202 - we made it
    return folder / sdist.name.removesuffix(".tar.gz")


def copy_sources(root: Path, tree: Path) -> None:
    """Without what running the program has left in it, and with modes that do not depend on who copies."""
    tree.mkdir()
    for name in SOURCES:
        if (root / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(root / name, tree / name, ignore=ignored)
        else:
            shutil.copy(root / name, tree / name)
    for path in tree.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _made(kind: str, tree: Path, out: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, kind, str(out)],
        cwd=tree,
        env=os.environ | {"SOURCE_DATE_EPOCH": str(epoch())},
        umask=0o022,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"tallylight: the {kind} could not be made\n{done.stderr}")
    return out / done.stdout.splitlines()[-1]


def _settle(sdist: Path) -> None:
    """Take out of the archive who made it, when, and in which order its files were found."""
    packed = io.BytesIO()
    with tarfile.open(sdist) as old, tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            plain = tarfile.TarInfo(member.name)
            plain.type, plain.size, plain.mtime = member.type, member.size, epoch()
            plain.mode = 0o755 if member.isdir() else 0o644
            new.addfile(plain, old.extractfile(member) if member.isfile() else None)
    with sdist.open("wb") as stream, gzip.GzipFile("", "wb", 9, stream, mtime=epoch()) as archive:
        archive.write(packed.getvalue())


if __name__ == "__main__":
    for path in build(Path(sys.argv[1]) if sys.argv[1:] else DIST):
        say(f"made {path}")
