"""The recorder that Cursor's hooks run, and what it leaves for the ledger: one small file per call, read and deleted.

It is a shell script of a few lines: Cursor waits for it at the end of every turn, and an interpreter takes longer to
start than it may take in all. It keeps names of a list and their numbers; no other part of a payload reaches the disk.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from tallylight.ingest.files import read_small
from tallylight.ledger.batch import Batch
from tallylight.sources.cursor_hooks import LISTS, NUMBERS, TEXTS, read_kept, read_payload

#: A name right before its value: within a text of the payload it would stand between escaped quotes.
_KEPT = (
    rf'"({"|".join(TEXTS)})" *: *("[^"\\]*"|\{{ *"id" *: *"[^"\\]*")|"({"|".join(NUMBERS)})" *: *[0-9]+'
    rf'|"({"|".join(LISTS)})" *: *\[ *"[^"\\]*"'
)
#: Where nobody reads them, so many are kept.
_MOST = 2000
#: A hook is to answer with an empty object; what a status line says is shown to the user.
_SCRIPT = """#!/bin/sh
# Tallylight's recorder for Cursor's hooks and status line. `tallylight disconnect cursor-hooks` takes it out again.
umask 077
say='{{}}'
if cd {folder} 2>/dev/null; then
  set -- *.kept
  if [ $# -le {most} ] && tr -d '\\n\\r' | grep -oE {kept} >".$$" 2>/dev/null; then
    grep -q '"total_input_tokens"' ".$$" && say=
    mv ".$$" "$$-$(date +%s).kept" 2>/dev/null
  fi
  rm -f ".$$"
fi
[ -z "$say" ] || echo "$say"
exit 0
"""


class CursorSpool:
    """The folder of the recorder's files, below Tallylight's own."""

    def __init__(self, data: Path) -> None:
        self.folder = data / "cursor-hooks"
        self.script = data / "cursor-recorder"

    def write_script(self) -> None:
        """Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = _SCRIPT.format(folder=shlex.quote(str(self.folder)), kept=shlex.quote(_KEPT), most=_MOST)
        partial = self.script.with_suffix(".partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o700), "wb") as stream:
            stream.write(os.fsencode(text))
        partial.replace(self.script)

    def remove_script(self) -> None:
        self.script.unlink(missing_ok=True)

    def batches(self) -> Iterator[Batch]:
        """What was recorded, a file at a time; each is deleted once the next is asked for, as then it was written."""
        for path in self._files():
            try:
                data, at_ms = read_small(path), path.stat().st_mtime_ns // 1_000_000
            except OSError:
                continue
            hooked = read_payload(read_kept(data), at_ms)
            yield Batch(chats=[*hooked.chats], events=[*hooked.events], gauges=[*hooked.gauges])
            with contextlib.suppress(OSError):
                path.unlink()

    def _files(self) -> Iterator[Path]:
        with contextlib.suppress(OSError):
            yield from sorted(self.folder.glob("*.kept"), key=_written)


def _written(path: Path) -> tuple[int, str]:
    """In the order in which they were recorded: their names begin with the number of a process."""
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:
        return 0, path.name
