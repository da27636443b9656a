"""The desktop of the desktop tests, as far as it can be judged without one."""

from __future__ import annotations

from pathlib import Path

import pytest
import xsession


def test_a_set_up_that_fails_names_what_ended_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xsession, "SET_UP_S", 0.0)
    session = xsession.XSession(tmp_path)
    session.start("sh", "-c", "exit 3").wait()
    session.start("sleep", "60")
    try:
        with pytest.raises(AssertionError, match="a window manager; sh ended early with 3; see "):
            session._until(lambda: None, "a window manager")
    finally:
        session.close()
