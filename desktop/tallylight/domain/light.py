"""Which turns a smaller model would do as well, by what the log says of them."""

from __future__ import annotations

from collections.abc import Sequence

from tallylight.domain.cursor_names import PREFIX
from tallylight.domain.session import Turn

#: Short answers, hardly any thinking, few kinds of tools. Tokens.
MOST_OUTPUT, MOST_REASONING, MOST_TOOLS = 700, 200, 2
#: Whoever asks for this much thought wants it.
_HEAVY_EFFORTS = frozenset({"xhigh", "max"})
#: Tools that set others to work: what is asked of them may be anything.
_DELEGATING = frozenset({"Task", "Agent", "Workflow"})


def is_light(turn: Turn) -> bool:
    """Whether a turn was light work. An output count that is a floor says nothing."""
    return (
        turn.kind == "message"
        and not turn.is_at_least
        and 0 < turn.output <= MOST_OUTPUT
        and turn.reasoning <= MOST_REASONING
        and allows(turn.model, turn.tools, turn.effort)
    )


def allows(model: str, tools: Sequence[str], effort: str) -> bool:
    """Whether a turn on this model with these tools and this effort may have been light. What Cursor sells is never
    known to have been: its bill names neither tools nor thought, and its hooks no more than that."""
    if model.startswith(PREFIX):
        return False
    is_simple = len(tools) <= MOST_TOOLS and not _DELEGATING.intersection(tools)
    return is_simple and effort not in _HEAVY_EFFORTS
