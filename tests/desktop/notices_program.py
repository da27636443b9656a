"""The program's own shell with snapshots of the test's: they come in on lines of JSON, what it does goes out.

Run it in a session; nothing is read from any log, and nothing is kept.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import msgspec
from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from tallylight.app import Shell
from tallylight.domain.snapshot import Snapshot


def say(*words: object) -> None:
    print(*words, flush=True)


def main() -> int:
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    shell: Any = Shell(application, False)
    shell._reading.submit = lambda _work: None
    shell._tray.show()
    shell._notifier.answered.connect(lambda key, action: say("answered", key, action))
    shell._notifier.place_wanted.connect(lambda _finding: QTimer.singleShot(0, lambda: say_page(shell)))
    shell._notifier.undelivered.connect(lambda title, _text: say("undelivered", title))
    lines = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    lines.activated.connect(lambda: take(shell, application))
    say("ready")
    application.exec()
    shell._jobs.close()
    shell._notifier.close()
    return 0


def say_page(shell: Any) -> None:
    say("page", shell._window._page_name)


def take(shell: Any, application: QApplication) -> None:
    line = sys.stdin.buffer.readline()
    if not line:
        application.quit()
        return
    snapshot = msgspec.json.decode(line, type=Snapshot)
    start = time.monotonic()
    shell._show(snapshot)
    say("took", round((time.monotonic() - start) * 1000))


if __name__ == "__main__":
    sys.exit(main())
