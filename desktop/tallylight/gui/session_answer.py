"""A session made ready to be shown, in the job that read it: the GUI thread only puts it in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tallylight.domain.session import Activity, SessionDetail
from tallylight.gui.curves import Curves, curves_of
from tallylight.gui.turn_line import TurnLine, session_lines


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """What the ledger knows of a session, with the rows of its table and the figures of its curves."""

    detail: SessionDetail
    lines: Sequence[TurnLine]
    curves: Curves


def prepared(detail: SessionDetail | None) -> SessionAnswer | None:
    """None stays None: the ledger does not know the session."""
    if detail is None:
        return None
    is_live = detail.view.activity is not Activity.ENDED
    return SessionAnswer(detail, session_lines(detail, is_live=is_live), curves_of(detail))
