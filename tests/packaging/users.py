"""Those who get what is built here, and what that is."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from claude_log import append_answer


class Built(NamedTuple):
    wheel: Path
    sdist: Path
    bundle: Path
    #: The bundle with what reads and writes Parquet.
    whole: Path
    deb: Path
    parquet_deb: Path


class Person:
    """Somebody with a home, who types commands; nothing of this machine's user is in their environment."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / ".local" / "share" / "tallylight"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }

    def types(self, program: str | Path, *arguments: str, code: int = 0, stdin: bytes = b"") -> str:
        """What it says, both streams."""
        done = subprocess.run(
            [str(program), *arguments],
            env=self.environment,
            cwd=self.home,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        said = done.stdout.decode()
        assert done.returncode == code, said
        return said

    def reads_json(self, program: str | Path, *arguments: str) -> Any:
        return json.loads(self.types(program, *arguments))

    def works(self, requests: int) -> None:
        """With an agent, which leaves its log; and has met Tallylight."""
        settings = self.home / ".config" / "tallylight" / "settings.toml"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("is_introduced = true\n", "utf-8")
        for number in range(1, requests + 1):
            append_answer(self.home, number)
