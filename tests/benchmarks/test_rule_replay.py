"""The replay's command on one history, its clean part looked at by the hour: that the bars hold and are told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("rule_replay.py")


def test_every_planted_case_is_found_and_clean_weeks_are_quiet() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--seeds", "2", "--step", "60"],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "planted cases found in 1 min" in done.stdout
    assert "false notices per clean week" in done.stdout
    assert " NOT" not in done.stdout
