"""The self-contained program: frozen from the installed wheel, with what it ships named beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import contents
import share
import wheel
from checkout import APPLICATION, BUILD, BUNDLE, DIST, NAME, PACKAGING, PARQUET, ROOT, say

_WORK = BUILD / "bundle"
_ENVIRONMENT = _WORK / "venv"
#: Where a wheel's commands go.
_BIN = _ENVIRONMENT / ("Scripts" if sys.platform == "win32" else "bin")


def build() -> None:
    _, made = wheel.build(DIST)
    _install(made)
    share_folder = _WORK / "share"
    shutil.rmtree(share_folder, ignore_errors=True)
    share.write_share(share_folder)
    work = _WORK / "bundle"  # PyInstaller calls it like its recipe
    work.mkdir(exist_ok=True)
    shutil.copyfile(next(share_folder.rglob("256x256/apps/*.png")), work / "icon.png")
    _run("-m", "PyInstaller", "--noconfirm", "--log-level=ERROR", f"--distpath={DIST}", f"--workpath={_WORK}",
         str(PACKAGING / "bundle.spec"))  # fmt: skip
    files = json.loads((work / "files.json").read_text())
    if sys.platform == "linux":
        shutil.copytree(share_folder, BUNDLE / "share")
        _write_parquet(files["parquet"])
        contents.write(PARQUET, PARQUET.name, _python(), ["pyarrow"])
        say(f"made {PARQUET} ({_megabytes(PARQUET)} MB), to be put over the following")
    made = APPLICATION if sys.platform == "darwin" else BUNDLE
    documents = made / "Contents" / "Resources" if sys.platform == "darwin" else made
    shutil.copy(ROOT / "LICENSE", documents)
    contents.write(
        documents, NAME, _python(), files["packages"], [Path(source) for _, source in files["files"]]
    )
    say(f"made {made} ({_megabytes(made)} MB)")


def _install(made: Path) -> None:
    """The wheel with all of its parts, in an environment that nothing else is in but what freezes it."""
    if not _python().exists():
        venv.create(_ENVIRONMENT, with_pip=True, symlinks=os.name == "posix")
    freezers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["bundle"]
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    _run(*pip, f"{made}[parquet,xlsx]", *freezers)
    _run(*pip, "--force-reinstall", "--no-deps", str(made))  # of the same version, but newer


def _python() -> Path:
    return _BIN / ("python.exe" if sys.platform == "win32" else "python")


def _run(*arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(_python()), *arguments], env=environment, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def _write_parquet(entries: list[tuple[str, str]]) -> None:
    shutil.rmtree(PARQUET, ignore_errors=True)
    for place, source in entries:
        path = PARQUET / "_internal" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)


def _megabytes(folder: Path) -> int:
    return (
        sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        // 10**6
    )


if __name__ == "__main__":
    build()
