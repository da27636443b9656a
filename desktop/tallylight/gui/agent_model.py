"""The table of a session's subagents, each under the one that started it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject

from tallylight.domain import format as form
from tallylight.domain.session import Subagent
from tallylight.gui import wording
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.theme import Theme
from tallylight.gui.turn_line import agent_name

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class AgentLine:
    """A subagent and how deep it sits below the main thread."""

    agent: Subagent
    depth: int


def agent_lines(agents: Sequence[Subagent]) -> list[AgentLine]:
    """Parents before their children, otherwise in the order they began."""
    known = {agent.agent_id for agent in agents}
    children: dict[str, list[Subagent]] = {}
    for agent in sorted(agents, key=lambda agent: agent.first_ms):
        parent = agent.parent_agent_id
        children.setdefault(parent if parent in known and parent != agent.agent_id else "", []).append(agent)
    lines = list(_below("", 0, children))
    # Agents that name each other as parents hang below none of the above.
    seen = {line.agent.agent_id for line in lines}
    return lines + [AgentLine(agent, 0) for agent in agents if agent.agent_id not in seen]


def _below(parent: str, depth: int, children: dict[str, list[Subagent]]) -> Iterator[AgentLine]:
    for agent in children.get(parent, ()):
        yield AgentLine(agent, depth)
        yield from _below(agent.agent_id, depth + 1, children)


def agent_model(theme: Theme, parent: QObject | None = None) -> RowModel[AgentLine]:
    return RowModel(
        [
            Column(
                translate("AgentModel", "Subagent"),
                lambda line: "   " * line.depth + "↳ " + agent_name(line.agent),
                tip=lambda line: agent_name(line.agent),
            ),
            Column(translate("AgentModel", "Model"), lambda line: form.short_model(line.agent.model)),
            Column(
                translate("AgentModel", "Requests"),
                lambda line: form.exact(line.agent.requests) if line.agent.requests else "–",
                is_number=True,
            ),
            Column(
                translate("AgentModel", "Cost"),
                lambda line: wording.agent_fare(line.agent),
                is_number=True,
            ),
        ],
        lambda line: line.agent.agent_id,
        theme,
        parent,
    )
