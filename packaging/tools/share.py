"""What a desktop and a shell look for below `share`: the same files in every package for Linux."""

from __future__ import annotations

import sys
from pathlib import Path

from artwork import write_icons
from checkout import PACKAGING, filled
from shell import write_completions, write_manual
from tallylight.installed import APP_ID


def write_share(share: Path) -> None:
    for place, template in {
        f"applications/{APP_ID}.desktop": "desktop-entry.in",
        f"metainfo/{APP_ID}.metainfo.xml": "metainfo.xml.in",
    }.items():
        path = share / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(PACKAGING / "linux" / template), "utf-8")
    write_icons(share)
    write_completions(share)
    write_manual(share)


if __name__ == "__main__":
    write_share(Path(sys.argv[1]))
