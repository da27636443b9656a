"""Look at a part of the screen and say when it changes: `watch_pixels.py X Y WIDTH HEIGHT`. The benchmarks'
eyes, in a process of their own: each line is the monotonic nanoseconds at which the pixels were fetched."""

from __future__ import annotations

import sys
import time

from PySide6.QtGui import QGuiApplication

_EVERY_S = 0.004


def main() -> None:
    application = QGuiApplication(sys.argv[:1])
    x, y, width, height = (int(figure) for figure in sys.argv[1:])
    screen = application.primaryScreen()
    before = screen.grabWindow(0, x, y, width, height).toImage()
    print("ready", flush=True)
    while True:
        now = screen.grabWindow(0, x, y, width, height).toImage()
        if now != before:
            print(time.monotonic_ns(), flush=True)
            before = now
        time.sleep(_EVERY_S)


if __name__ == "__main__":
    main()
