"""How full a context is, judged once for panel, meter and window."""

from __future__ import annotations

from tallylight.domain.session import SessionView

#: Shares of the room there is: up to auto-compact where the agent does that, else up to the model's limit.
NEAR, FULL = 0.75, 0.95


def fullness(view: SessionView) -> str:
    """ "near" or "over" for a context that is worth a colour of the palette, else ""."""
    room = view.compact_at or view.context_window
    if not room or view.context < room * NEAR:
        return ""
    return "near" if view.context < room * FULL else "over"


def share_colour(share: float) -> str:
    """The colour of a bar for any other share of what there is."""
    return "over" if share >= FULL else "near" if share >= NEAR else "accent"


def fill_colour(view: SessionView) -> str:
    """The colour of a bar that shows it."""
    return fullness(view) or "accent"
