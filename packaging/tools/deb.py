"""Debian packages: the bundle below a prefix of its own, and the one that adds Parquet to it."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from email.utils import formatdate
from pathlib import Path

import bundle
import elf
from checkout import BUILD, BUNDLE, DIST, NAME, PACKAGING, PARQUET, ROOT, epoch, say
from tallylight import __version__

_PREFIX = Path("usr/lib", NAME)
#: The program's version, and the first package of it.
_VERSION = f"{__version__}-1"
_MAINTAINER = "The Tallylight authors <tallylight@localhost>"
#: Not linked to, but asked for while it runs: a keychain and a service for notices, where there are none yet.
_RECOMMENDED = "gnome-keyring | kwalletmanager, notification-daemon"
_ABOUT = """What your coding agents cost and how their context grows
 Tallylight sits in the tray and shows, while a session of a coding agent runs,
 what it costs and how its context grows. It reads the logs that agents write
 on this machine, prices every request at list price, and keeps a ledger.
"""
_ABOUT_PARQUET = """Parquet files for Tallylight
 Lets Tallylight export to Parquet and read what other machines export to a
 shared folder.
"""


def build() -> list[Path]:
    bundle.build()
    architecture = _said("dpkg", "--print-architecture")
    return [_program(architecture), _parquet(architecture)]


def _program(architecture: str) -> Path:
    tree = _fresh(NAME)
    shutil.copytree(BUNDLE, tree / _PREFIX, symlinks=True, ignore=shutil.ignore_patterns("share"))
    shutil.copytree(BUNDLE / "share", tree / "usr/share")
    (tree / "usr/bin").mkdir()
    (tree / "usr/bin" / NAME).symlink_to(Path("..", "lib", NAME, NAME))
    _move_documents(tree / _PREFIX, tree, NAME)
    fields = {
        "Package": NAME,
        "Depends": ", ".join(_dependencies(tree / _PREFIX)),
        "Recommends": _RECOMMENDED,
        "Suggests": f"{NAME}-parquet (= {_VERSION})",
    }
    for script in ("prerm", "postrm"):
        (tree / "DEBIAN" / script).write_text((PACKAGING / "linux" / script).read_text("utf-8"), "utf-8")
    return _packed(tree, architecture, fields, _ABOUT)


def _parquet(architecture: str) -> Path:
    name = f"{NAME}-parquet"
    tree = _fresh(name)
    shutil.copytree(PARQUET, tree / _PREFIX)
    _move_documents(tree / _PREFIX, tree, name)
    needs = ", ".join([f"{NAME} (= {_VERSION})", *_dependencies(tree / _PREFIX)])
    return _packed(tree, architecture, {"Package": name, "Depends": needs}, _ABOUT_PARQUET)


def _fresh(name: str) -> Path:
    tree = BUILD / "deb" / name
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "DEBIAN").mkdir(parents=True)
    return tree


def _move_documents(prefix: Path, tree: Path, name: str) -> None:
    """Licences, changes and the bill of materials to where Debian keeps them."""
    documents = tree / "usr/share/doc" / name
    documents.mkdir(parents=True)
    third_party = prefix / "THIRD-PARTY.txt"
    licence = (ROOT / "LICENSE").read_text("utf-8")
    (documents / "copyright").write_text(f"{licence}\n\n{third_party.read_text('utf-8')}", "utf-8")
    third_party.unlink()
    (prefix / "LICENSE").unlink(missing_ok=True)
    shutil.move(prefix / "sbom.cdx.json", documents)
    entry = f"{name} ({_VERSION}) unstable; urgency=medium\n\n  * For what changed see changelog.gz.\n\n"
    entry += f" -- {_MAINTAINER}  {formatdate(epoch())}\n"
    for file, text in {
        "changelog": (ROOT / "CHANGELOG.md").read_text("utf-8"),
        "changelog.Debian": entry,
    }.items():
        (documents / f"{file}.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _dependencies(prefix: Path) -> list[str]:
    """The packages of the libraries that the bundle leaves to the system, by `libraries.txt`, and the C library."""
    files = [
        path for path in prefix.rglob("*") if path.is_file() and not path.is_symlink() and elf.is_elf(path)
    ]
    own = {path.name for path in (*prefix.rglob("*.so*"), *BUNDLE.rglob("*.so*"))}
    wanted = set().union(*(elf.needed(path) for path in files)) - own
    lines = (PACKAGING / "libraries.txt").read_text("utf-8").splitlines()
    packages = {line.split()[0]: line.split()[1] for line in lines if not line.startswith("#")}
    glibc = ".".join(map(str, max(elf.newest_glibc(path) for path in files)))
    return [f"libc6 (>= {glibc})", *sorted({packages[library] for library in wanted} - {"libc6"})]


def _packed(tree: Path, architecture: str, fields: dict[str, str], about: str) -> Path:
    programs = {tree / _PREFIX / NAME, *(tree / "DEBIAN").iterdir()}
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path in programs else 0o644)
            os.utime(path, (epoch(), epoch()))
    files = sorted(path for path in tree.rglob("*") if path.is_file() and "DEBIAN" not in path.parts)
    kilobytes = sum(path.lstat().st_size for path in files) // 1024
    control = {
        **fields,
        "Version": _VERSION,
        "Architecture": architecture,
        "Maintainer": _MAINTAINER,
        "Installed-Size": str(kilobytes),
        "Section": "devel",
        "Priority": "optional",
        "Description": about.rstrip(),
    }
    text = "".join(f"{name}: {value}\n" for name, value in control.items())
    (tree / "DEBIAN" / "control").write_text(text, "utf-8")
    (tree / "DEBIAN" / "md5sums").write_text(_sums(tree, files), "utf-8")
    made = DIST / f"{fields['Package']}_{_VERSION}_{architecture}.deb"
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch())}
    command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "--build", str(tree), str(made)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return made


def _sums(tree: Path, files: Iterable[Path]) -> str:
    real = (path for path in files if not path.is_symlink())
    lines = (f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(tree)}\n" for path in real)  # noqa: S324
    return "".join(lines)


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.strip()


if __name__ == "__main__":
    if shutil.which("dpkg-deb") is None:
        sys.exit(
            "tallylight: dpkg-deb is missing: packages for Debian are built on Debian, Ubuntu or where dpkg is"
        )
    for path in build():
        say(f"made {path} ({path.stat().st_size // 10**6} MB)")
