"""What is said of conversations that an agent keeps in a database, and of the parts it keeps."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.chat import Chat
from tallylight.domain.snapshot import Part

translate = QCoreApplication.translate

_CENT = 10**10


def facts(chat: Chat) -> Iterator[str]:
    """What the agent's own database adds to a session's facts."""
    if chat.is_stray:
        yield translate("ChatWords", "subagent of a chat that is not known")
    if chat.mode:
        yield translate("ChatWords", "mode {}").format(chat.mode)
    if chat.is_archived:
        yield translate("ChatWords", "archived")
    if chat.wrote:
        models = ", ".join(form.short_model(model) for model in chat.wrote.split(","))
        yield translate("ChatWords", "code by {}").format(models)
    if chat.old_input or chat.old_output:
        text = translate("ChatWords", "{} in, {} out (counted on disk, partial)")
        yield text.format(form.tokens(chat.old_input), form.tokens(chat.old_output))
    if chat.old_requests:
        text = translate("ChatWords", "{} requests, {} (request accounting of 2025)")
        yield text.format(form.exact(chat.old_requests), money.show(chat.old_cents * _CENT))


def category(name: str) -> str:
    """A part of the context as people say it; one we do not know as the agent spells it."""
    known = {
        "system_prompt": translate("ChatWords", "System prompt"),
        "tools": translate("ChatWords", "Tools"),
        "rules": translate("ChatWords", "Rules"),
        "skills": translate("ChatWords", "Skills"),
        "mcp": translate("ChatWords", "MCP servers"),
        "subagents": translate("ChatWords", "Subagents"),
        "summarized_conversation": translate("ChatWords", "Summary"),
        "conversation": translate("ChatWords", "Conversation"),
    }
    return known.get(name) or name.replace("_", " ")


def parts(all_parts: tuple[Part, ...]) -> str:
    """Which parts of a source are there, in one line; what we cannot read comes first."""
    order = {"unreadable": 0, "changed": 1, "absent": 2, "present": 3}
    states = {
        "unreadable": translate("ChatWords", "{} cannot be read ({})"),
        "changed": translate("ChatWords", "{} has another shape"),
        "absent": translate("ChatWords", "no {}"),
        "present": translate("ChatWords", "{} ✓"),
    }
    ordered = sorted(all_parts, key=lambda part: order[part.state])
    return " · ".join(states[part.state].format(_part(part.name), part.says) for part in ordered)


def _part(name: str) -> str:
    return {
        "chats": translate("ChatWords", "chats"),
        "list of chats": translate("ChatWords", "list of chats"),
        "context": translate("ChatWords", "context"),
        "what fills the context": translate("ChatWords", "what fills the context"),
        "shell chats": translate("ChatWords", "chats of the command line"),
        "which model wrote code": translate("ChatWords", "which model wrote code"),
        "hooks": translate("ChatWords", "recorder in its hooks"),
    }.get(name, name)
