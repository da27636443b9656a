"""Claude Code's settings with our status line in them and without it. Pure text.

A line of the user's stays: ours runs it with the same input and says it behind its own.
"""

from __future__ import annotations

import re
import shlex

from tallylight.domain.hooks_file import NotOurs, read_object, written

#: However it is started: by its name, by its path, or as a module.
_OURS = re.compile(r"tallylight(?:-tray)?(?:\.\w+)?['\"]?\s+statusline\b", re.IGNORECASE)


def has_line(text: str) -> bool:
    """Whether the client runs ours. What is no settings file does not."""
    try:
        return bool(_OURS.search(_command_of(text)))
    except NotOurs:
        return False


def with_line(text: str, command: str) -> str:
    """The settings with ours; the same text where it is in them."""
    data, theirs = read_object(text), _command_of(text)
    if _OURS.search(theirs):
        return text
    ours = f"{command} --chain {shlex.quote(theirs)}" if theirs else command
    line = data.get("statusLine")
    kept = line if isinstance(line, dict) else {}
    return written({**data, "statusLine": {**kept, "type": "command", "command": ours}})


def without_line(text: str) -> str:
    """The settings with the user's line as it was, "" where nothing else was in them."""
    data, ours = read_object(text), _command_of(text)
    if not _OURS.search(ours):
        return text
    theirs = _chained(ours)
    if theirs:
        data["statusLine"]["command"] = theirs
    else:
        del data["statusLine"]
    return written(data) if data else ""


def _command_of(text: str) -> str:
    line = read_object(text).get("statusLine")
    if line is None:
        return ""
    command = (
        line.get("command") if isinstance(line, dict) and line.get("type", "command") == "command" else None
    )
    if not isinstance(command, str):
        raise NotOurs("its status line is not of a form that we know")
    return command


def _chained(command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError as e:
        raise NotOurs("its status line is not of a form that we know") from e
    return words[words.index("--chain") + 1] if "--chain" in words[:-1] else ""
