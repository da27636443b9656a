"""`tallylight --quit`: have the tray application end, as its menu does."""

from __future__ import annotations

import sys

from tallylight.system.instance import ask_to_end


def run() -> int:
    says = "Tallylight has ended." if ask_to_end() else "Tallylight does not run."
    sys.stdout.write(f"{says}\n")
    return 0
