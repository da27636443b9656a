"""Without a key nobody is asked anything: not by the tray application with every page open, not by any command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from factories import a_line, write_log

#: Notes every attempt of the process to reach anybody, or to learn an address; sockets of the machine's own are none.
WATCH = """
import json, sys
reached = []
def note(event, arguments):
    if event == "socket.getaddrinfo" or event == "socket.connect" and isinstance(arguments[1], tuple):
        reached.append(str(arguments[-1] if event == "socket.connect" else arguments[0]))
sys.addaudithook(note)
"""
#: The tray application as it is started, led through its pages once it has read all.
TRAY = """
from PySide6.QtCore import QTimer
from tallylight import app
class Led(app.Shell):
    def start(self):
        super().start()
        self.pages = ["live", "history", "budgets", "advice", "notices", "sources", ""]
        self.steps = QTimer(self, interval=50)
        self.steps.timeout.connect(self.step)
        self.steps.start()
    def step(self):
        if self._snapshot is None or not self._snapshot.requests_known:
            return
        page = self.pages.pop(0)
        if not page:
            self.quit()
            return
        self.raise_window()
        self._window.open_page(page)
app.Shell = Led
app.run()
"""
COMMANDS = """
from tallylight.cli import main
for line in ("scan", "report day", "report session --json", "doctor", "prices", "providers", "providers test",
             "reconcile", "export --format json", "advice", "findings", "budget list", "tag list", "schedule list",
             "statusline"):
    main(line.split())
"""
SCAN = """
from tallylight.cli import main
main(["scan"])
"""
TELL = """
print("\\nreached", json.dumps(reached), flush=True)
"""


def reached(home: Path, script: str, **environment: str) -> list[str]:
    """Whom a process of its own tried to reach."""
    own = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TALLYLIGHT_DATA_DIR": str(home / "data"),
        "XDG_RUNTIME_DIR": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "QT_QPA_PLATFORM": "offscreen",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        [sys.executable, "-c", WATCH + script + TELL],
        env=own | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
        encoding="utf-8",
    )
    (told,) = [line for line in done.stdout.splitlines() if line.startswith("reached ")]
    return list(json.loads(told.removeprefix("reached ")))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_log(tmp_path / ".claude", "p/s-1.jsonl", a_line())
    return tmp_path


@pytest.mark.parametrize("script", [TRAY, COMMANDS], ids=["tray", "commands"])
def test_without_a_key_nobody_is_reached(home: Path, script: str) -> None:
    assert reached(home, script) == []


@pytest.mark.parametrize("script", [TRAY, COMMANDS], ids=["tray", "commands"])
def test_a_key_alone_is_no_consent(home: Path, script: str) -> None:
    assert reached(home, script, TALLYLIGHT_DEEPSEEK_KEY="sk-planted") == []


def test_what_is_connected_is_noticed_by_this_very_test(home: Path) -> None:
    """Its way out is barred: nothing listens where it is sent."""
    settings = home / "data" / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"feeds": ["deepseek"]}', "utf-8")
    barred = {"TALLYLIGHT_DEEPSEEK_KEY": "sk-planted", "HTTPS_PROXY": "http://127.0.0.1:9"}
    assert any("127.0.0.1" in where for where in reached(home, SCAN, **barred))
