"""Reading what is kept about sessions as a whole: see `domain.usage.SessionFact`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tallylight.domain.billing import short_name
from tallylight.domain.fold import Status
from tallylight.domain.money import from_dollars


def label_of(session_id: str, facts: Mapping[str, str]) -> str:
    """What a list calls a session."""
    return title_of(facts) or short_name(session_id)


def title_of(facts: Mapping[str, str]) -> str:
    """The session's name: the user's, else the client's, else none. Never the text of a prompt."""
    for kind in ("custom-title", "ai-title", "summary"):
        if facts.get(f"title:{kind}"):
            return facts[f"title:{kind}"]
    return ""


def cost_state(facts: Mapping[str, str], model: str) -> tuple[int, int]:
    """The client's own total in pico-USD (-1 for none) and the window it names for `model` (0 for none).

    A resumed session goes on from its old total, so of several totals the largest holds; they never add up.
    """
    total, window = -1, 0
    for name, value in facts.items():
        if not name.startswith("cost_state:"):
            continue
        state = msgspec.json.decode(value)
        stated = from_dollars(state.get("total_usd") or 0)
        if stated > total:
            total = stated
            models = (state.get("models") or {}).items()
            windows = [
                m.get("contextWindow") or 0 for spelled, m in models if spelled.partition("[")[0] == model
            ]
            window = max(windows, default=0)
    return total, window


def status_of(value: str) -> Status | None:
    return msgspec.json.decode(value, type=Status) if value else None


def agents_of(facts: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    agents: dict[str, tuple[str, str, str]] = {}
    for name, value in facts.items():
        if name.startswith("agent:"):
            meta = msgspec.json.decode(value)
            agents[name.removeprefix("agent:")] = (meta["type"], meta["description"], meta["parent"])
    return agents
