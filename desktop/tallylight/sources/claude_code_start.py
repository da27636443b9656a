"""How large what fills a session's context before its first prompt is. Sizes alone are taken: texts stay undecoded."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

#: The attachments that are measured, by how they open.
SIZED = re.compile(
    rb'"type":"(?:prompt_snapshot|skill_listing|agent_listing_delta|deferred_tools_delta|session_context)"'
)
_OF_A_SERVER = "mcp__"


class _Attachment(msgspec.Struct, rename="camel"):
    type: str = ""
    system_prompt: msgspec.Raw = msgspec.Raw()
    tools: list[msgspec.Raw] = []
    content: msgspec.Raw = msgspec.Raw()
    added_lines: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()


class _Line(msgspec.Struct):
    attachment: _Attachment


class _Named(msgspec.Struct):
    name: str = ""


def sizes_of(line: bytes) -> dict[str, int]:
    """Bytes of each part that a line states, by the part's name; none of a line of another form."""
    sizes: dict[str, int] = {}
    try:
        for part, raw in _parts(msgspec.json.decode(line, type=_Line).attachment):
            sizes[part] = sizes.get(part, 0) + len(bytes(raw))
    except (msgspec.MsgspecError, RecursionError):
        return {}
    return {part: size for part, size in sizes.items() if size > len(b"[]")}


def _parts(of: _Attachment) -> Iterator[tuple[str, msgspec.Raw]]:
    if of.type == "prompt_snapshot":
        yield "system", of.system_prompt
        for tool in of.tools:
            is_of_server = msgspec.json.decode(tool, type=_Named).name.startswith(_OF_A_SERVER)
            yield "mcp" if is_of_server else "tools", tool
    elif of.type == "skill_listing":
        yield "skills", of.content
    elif of.type == "agent_listing_delta":
        yield "agents", of.added_lines
    elif of.type == "deferred_tools_delta":
        yield "deferred", of.added_lines
    elif of.type == "session_context":
        yield "instructions", of.context
