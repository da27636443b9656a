"""Cursor's own files for hooks and for its shell's settings, with our recorder in them and without it. Pure text."""

from __future__ import annotations

from typing import Any

import msgspec

#: When Cursor runs it: a turn ended, the context is about to be compacted, a subagent ended.
EVENTS = ("stop", "preCompact", "subagentStop")
_PATIENCE_S = 5


class NotOurs(ValueError):  # noqa: N818
    """Why a file is left alone, in a sentence."""


def with_hooks(text: str, command: str) -> str:
    """`hooks.json` with the recorder behind whatever is in it; the same text where it is in it already."""
    data = read_object(text) or {"version": 1}
    hooks = data.setdefault("hooks", {})
    if not isinstance(hooks, dict):
        raise NotOurs("its hooks are not of a form that we know")
    has_changed = False
    for event in EVENTS:
        entries = hooks.setdefault(event, [])
        if not isinstance(entries, list):
            raise NotOurs(f"its hooks for {event} are not of a form that we know")
        if not any(_is_ours(entry, command) for entry in entries):
            entries.append({"command": command, "timeout": _PATIENCE_S})
            has_changed = True
    return written(data) if has_changed else text


def without_hooks(text: str, command: str) -> str:
    """`hooks.json` without the recorder, "" where nothing else was in it; the same text where it was not."""
    data = read_object(text)
    hooks = data.get("hooks")
    if not isinstance(hooks, dict) or command not in text:
        return text
    for event in EVENTS:
        entries = hooks.get(event)
        if isinstance(entries, list):
            hooks[event] = [entry for entry in entries if not _is_ours(entry, command)]
            if not hooks[event]:
                del hooks[event]
    return "" if not hooks and data.keys() <= {"version", "hooks"} else written(data)


def with_status_line(text: str, command: str) -> str:
    """`cli-config.json` with the recorder as its status line, unless there is one: that is the user's."""
    data = read_object(text)
    if "statusLine" in data:
        return text
    return written({**data, "statusLine": {"type": "command", "command": command}})


def without_status_line(text: str, command: str) -> str:
    data = read_object(text)
    if not _is_ours(data.get("statusLine"), command):
        return text
    del data["statusLine"]
    return written(data) if data else ""


def _is_ours(entry: object, command: str) -> bool:
    return isinstance(entry, dict) and entry.get("command") == command


def read_object(text: str) -> dict[str, Any]:
    """A file of somebody's settings; raises NotOurs where it is more than JSON."""
    if not text.strip():
        return {}
    try:
        data: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as e:
        raise NotOurs("it is not plain JSON, so it can only be changed by hand") from e
    return data


def written(data: dict[str, Any]) -> str:
    """Such a file, as its programs write it."""
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"
