"""Where the benchmarks' files are: a cache outside the repository for what is slow to make, and scratch homes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from whole_process import environment, run, tallylight

HERE = Path(__file__).parent
SEEDS = {"20M": 1, "300M": 2, "2G": 3}


@dataclass(frozen=True)
class Corpus:
    """A generated configuration folder of Claude Code, and what a reader must find in it."""

    path: Path
    name: str

    @cached_property
    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / "truth.json").read_text())
        return found

    @property
    def megabytes(self) -> float:
        return int(self.truth["bytes"]) / 1e6

    def warm(self) -> None:
        """Read every byte once, so that no program pays for the disk in another's place."""
        buffer = bytearray(1 << 20)
        for path in self.path.rglob("*.jsonl"):
            with path.open("rb", buffering=0) as log:
                while log.readinto(buffer):
                    pass


def cache_folder() -> Path:
    folder = Path(tempfile.gettempdir(), f"tallylight-benchmarks-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def corpus(size: str, shape: str = "usual") -> Corpus:
    """Made once for each version of the generator, by a process of its own."""
    name = f"{shape}-{size}-{_fingerprint()}"
    path = cache_folder() / name
    if not path.exists():
        tell(f"generating {size} of logs, shape {shape}")
        for outdated in cache_folder().glob(f"{shape}-{size}-*"):
            shutil.rmtree(outdated)
        partial = path.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        options = ["--size", size, "--seed", str(SEEDS.get(size, 1)), "--shape", shape]
        subprocess.run(
            [sys.executable, str(HERE / "corpus.py"), str(partial), *options],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        partial.rename(path)
    return Corpus(path, name)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("corpus*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


@contextlib.contextmanager
def scratch_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(
        dir=cache_folder(), prefix="home-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@contextlib.contextmanager
def home_that_knows(logs: Corpus) -> Iterator[Path]:
    """A home whose ledger has read all of `logs`."""
    with scratch_home() as home:
        run(tallylight("scan"), environment(home, CLAUDE_CONFIG_DIR=str(logs.path)))
        yield home


def tell(what: str) -> None:
    """Progress, beside the table."""
    sys.stderr.write(f"… {what}\n")
    sys.stderr.flush()
