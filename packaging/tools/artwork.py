"""The icons that a desktop looks for: drawn for each size by what draws the lamp in the tray."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from checkout import PACKAGING
from tallylight.installed import APP_ID

#: What the freedesktop icon theme calls usual, and what docks and stores ask for.
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
_SCALABLE = 128


def write_icons(share: Path) -> None:
    """`icons/hicolor` below `share`: every size, one that scales, and one in the panel's own colour."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    from tallylight.gui.icons import SIGN, draw

    application = QGuiApplication.instance() or QGuiApplication([])
    theme = share / "icons" / "hicolor"
    for size in SIZES:
        draw(SIGN, size).save(str(_place(theme, f"{size}x{size}", ".png")))
    _write_scalable(_place(theme, "scalable", ".svg"))
    shutil.copyfile(PACKAGING / "linux" / "symbolic.svg", _place(theme, "symbolic", "-symbolic.svg"))
    del application


def _place(theme: Path, size: str, end: str) -> Path:
    folder = theme / size / "apps"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{APP_ID}{end}"


def _write_scalable(path: Path) -> None:
    from PySide6.QtCore import QRect, QSize
    from PySide6.QtGui import QPainter
    from PySide6.QtSvg import QSvgGenerator

    from tallylight.gui.icons import SIGN, paint

    paper = QSvgGenerator()
    paper.setFileName(str(path))
    paper.setTitle("Tallylight")
    paper.setSize(QSize(_SCALABLE, _SCALABLE))
    paper.setViewBox(QRect(0, 0, _SCALABLE, _SCALABLE))
    paper.setResolution(96)
    painter = QPainter(paper)
    paint(painter, SIGN, _SCALABLE)
    painter.end()
