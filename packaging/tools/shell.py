"""What shells and `man` know of the commands, made from the program's own parser."""

from __future__ import annotations

import gzip
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import shtab
from argparse_manpage.manpage import Manpage

from checkout import NAME, epoch
from tallylight import __version__
from tallylight.cli import commands

#: By shell, where its completions are looked for below `share`.
COMPLETIONS = {
    "bash": f"bash-completion/completions/{NAME}",
    "zsh": f"zsh/vendor-completions/_{NAME}",
    "fish": f"fish/vendor_completions.d/{NAME}.fish",
}
MANUAL = f"man/man1/{NAME}.1.gz"
_FILES = """.SH FILES
.TP
.I ~/.local/share/tallylight
the ledger and all other state; TALLYLIGHT_DATA_DIR moves it
.TP
.I ~/.config/tallylight
settings and prices of your own
.SH EXIT STATUS
0 for fine, 2 for wrong usage, 130 when interrupted, 1 for everything else.
"""


def write_completions(share: Path) -> None:
    for shell, place in COMPLETIONS.items():
        path = _place(share, place)
        path.write_text(shtab.complete(commands._parser(), shell), "utf-8")


def write_manual(share: Path) -> None:
    os.environ["COLUMNS"] = "80"  # usage is laid out for the terminal that this runs in
    page = Manpage(commands._parser())
    page.date = datetime.fromtimestamp(epoch(), UTC).date().isoformat()
    page.source, page.manual = f"{NAME} {__version__}", "User commands"
    named = str(page).replace(
        f".SH NAME\n{NAME}\n", f".SH NAME\n{NAME} \\- the cost of coding agents, live\n", 1
    )
    laid_out = re.sub(r"^(usage: .*?)\n\n", r".nf\n\1\n.fi\n\n", named, flags=re.MULTILINE | re.DOTALL)
    content = f"{laid_out.rstrip()}\n{_FILES}"
    _place(share, MANUAL).write_bytes(gzip.compress(content.encode(), 9, mtime=0))


def _place(share: Path, place: str) -> Path:
    path = share / place
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
