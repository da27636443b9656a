"""The README's pictures, taken of the demo at a moment that is always the same: no figure of anybody's is in them.

`pictures.py FOLDER` writes them, `pictures.py --check FOLDER` says which of those there look otherwise now.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: 2026-11-20T13:40:00Z
NOW_MS = 1_795_182_000_000
_WINDOW = (1100, 720)
#: Letters may fall a little otherwise with another version of what draws them: compared is what remains when small.
_SMALL, _ALIKE = (110, 72), 40
_PATIENCE_S = 30.0


def settle_environment(home: str) -> None:
    """Before Qt is loaded: a home of nobody's, no screen, and one time zone."""
    for name in [name for name in os.environ if name.startswith(("XDG_", "TALLYLIGHT_", "CLAUDE_"))]:
        del os.environ[name]
    os.environ |= {
        "HOME": home,
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": "1",
    }
    time.tzset()


@contextmanager
def demo_at(now_ms: int) -> Iterator[tuple[object, object]]:
    """The demo's snapshot and library, as they are at that moment."""
    from tallylight.domain.settings import Settings
    from tallylight.ingest import assembly, demo
    from tallylight.ledger.library import LedgerLibrary
    from tallylight.pricebook.families import facts_of
    from tallylight.pricebook.windows import context_window

    assembly.now_ms = demo.now_ms = lambda: now_ms
    with demo.Demo(beat_s=3600) as played:
        meter = played.open_meter()
        try:
            meter.take_settings(Settings())
            meter.discover()
            while not meter.is_idle:
                meter.step()
            snapshot = meter.snapshot("")
            yield (
                snapshot,
                LedgerLibrary(played.ledger_path, context_window, lambda: now_ms, facts_of=facts_of),
            )
        finally:
            meter.close()


def take(folder: Path) -> None:
    """Write every picture into `folder`."""
    from PySide6.QtWidgets import QApplication

    from tallylight.gui.jobs import Jobs
    from tallylight.gui.main_window import MainWindow
    from tallylight.gui.panel import Panel
    from tallylight.gui.theme import Theme
    from tallylight.parts.caretaking import Caretaking

    application = QApplication([])
    theme, jobs = Theme(), Jobs()
    theme.choose("light")
    theme.apply(application)
    with demo_at(NOW_MS) as (snapshot, library):
        window = MainWindow(theme, library, jobs, Caretaking())
        window.resize(*_WINDOW)
        window.show()
        window.show_snapshot(snapshot)
        window.setFocus()
        keep(window, folder / "live.png")
        panel = Panel(theme)
        panel.now_ms = lambda: NOW_MS
        panel.show()
        panel.show_snapshot(snapshot)
        keep(panel, folder / "panel.png")
        jobs.close()


def keep(widget: object, path: Path) -> None:
    """The widget's picture, once it has stopped changing: pages and charts are loaded when they are shown."""
    shots: list[object] = []
    until(lambda: shots.append(widget.grab().toImage()) or (len(shots) > 5 and shots[-1] == shots[-5]))  # type: ignore[attr-defined]
    shots[-1].save(str(path))  # type: ignore[attr-defined]


def until(look: Callable[[], object]) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    end = time.monotonic() + _PATIENCE_S
    while True:
        turn = QEventLoop()
        QTimer.singleShot(150, turn.quit)
        turn.exec()
        if look():
            return
        if time.monotonic() > end:
            raise TimeoutError("the picture did not come to rest")


def differing(kept: Path, taken: Path) -> list[str]:
    """The names of pictures that look otherwise, or that only one folder has."""
    from PySide6.QtGui import QImage

    def small(path: Path) -> bytes:
        image = QImage(str(path)).convertToFormat(QImage.Format.Format_Grayscale8)
        return bytes(image.scaled(*_SMALL).constBits())

    names = {path.name for folder in (kept, taken) for path in folder.glob("*.png")}
    return sorted(
        name
        for name in names
        if not ((kept / name).exists() and (taken / name).exists())
        or max(abs(a - b) for a, b in zip(small(kept / name), small(taken / name), strict=True)) > _ALIKE
    )


def main(arguments: list[str]) -> int:
    is_check, folder = "--check" in arguments, Path(arguments[-1])
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as fresh:
        settle_environment(home)
        take(Path(fresh) if is_check else folder)
        stale = differing(folder, Path(fresh)) if is_check else []
    for name in stale:
        sys.stderr.write(f"{folder / name} looks otherwise now: sh packaging/shoot\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
