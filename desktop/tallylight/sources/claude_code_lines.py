"""The lines of a Claude Code transcript as bytes: what can be told of one without decoding it.

Whatever is decided here must be certain from the bytes alone; in doubt a line is decoded.
"""

from __future__ import annotations

import re

_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_SCALAR = rb"(?:" + _STRING + rb"|null|true|false|-?[\d.eE+-]+)"
_FLAT = rb'\{(?:"[^"\\]*":' + _SCALAR + rb",?)*\}"
#: The scalar keys a record opens with, up to the first of these three.
HEAD = re.compile(
    rb'\{(?:"(?!type"|message"|attachment")\w+":(?:' + _SCALAR + rb"|" + _FLAT + rb"),)*"
    rb'"(?:type":"([\w-]*)"|(message|attachment)":\{)'
)
TOOL_RESULT = re.compile(
    rb',"message":\{"role":"user","content":\[\{(?:"tool_use_id":' + _STRING + rb',)?"type":"tool_result"'
    rb'|,"message":\{"role":"user","content":\[\{"tool_use_id"'
)
TOOL = b'"type":"tool_use"'
_USAGE = b'"usage":{'
_FAILED = b'"is_error":true'
#: Up to here all of a line is looked through.
_SHORT = 8 << 10
#: Where an answer's usage stands, in bytes from its end: about a thousand, more with many passes.
_TAIL = 2500
#: Records that hold neither usage nor anything this product shows.
IGNORED = frozenset(
    b"agent-color agent-name agent-setting api-request api-request-blob api-request-shape artifact-comment"
    b" atis-latch attachment attribution-snapshot bridge-session content-replacement continued-in ended-by-model"
    b" file-history-delta file-history-snapshot fork-context-ref frame-link isolation-latch last-prompt mode"
    b" permission-mode pr-link progress queue-operation relocated started result tag tools-used"
    b" worktree-state".split()
)
#: The first bytes of the commonest of these, by which most lines are passed over at once.
IGNORED_OPENINGS = frozenset(
    b'{"type":"' + name[:12]
    for name in IGNORED
    if len(name) >= 12 and not b"attachment".startswith(name[:12])
)

#: See `shape_of`.
Shape = tuple[bytes | bytearray, ...]


def is_skippable(buffer: bytearray, start: int, end: int) -> bool:
    """Whether the line that begins so, and may be cut off at `end`, holds nothing to keep."""
    head = HEAD.match(buffer, start, end)
    return head is not None and holds_nothing(head, buffer, end)


def holds_nothing(head: re.Match[bytes], buffer: bytearray, end: int) -> bool:
    """Whether a line with this head holds nothing to keep."""
    name = head[1]
    if name is None:
        return bool(head[2] == b"attachment")
    return name in IGNORED or (name == b"user" and TOOL_RESULT.match(buffer, head.end(), end) is not None)


def is_tool_result(head: re.Match[bytes]) -> bool:
    """Whether a line that holds nothing to keep, by `holds_nothing`, is the result of a tool."""
    return head[1] == b"user"


def may_tell_of_failure(buffer: bytearray, start: int, end: int) -> bool:
    """Whether a tool's result may say that the call failed.

    The client states twice what a failed call printed, before and after the flag: in a long line that is in the
    middle, or at the end where it was stated once.
    """
    if end - start <= _SHORT:
        return buffer.find(_FAILED, start, end) >= 0
    middle = (start + end) // 2
    return (
        buffer.find(_FAILED, middle - _TAIL, middle + _TAIL) >= 0
        or buffer.find(_FAILED, end - _TAIL, end) >= 0
    )


def may_end_in_an_answer(buffer: bytearray, start: int, end: int) -> bool:
    """Whether the end of a line looks like an answer's, as when a crash tore the line and one was put behind it."""
    return buffer.find(b'"output_tokens":', max(start, end - _TAIL), end) >= 0


def shape_of(buffer: bytes | bytearray, start: int, message: int, end: int) -> Shape | None:
    """What a line says of its response, as bytes: opening keys, id, all of the usage with the stop reason, closing
    keys; and when. None where the line is not laid out as the client does today, which decides nothing."""
    usage = buffer.find(_USAGE, message, end)
    stop = buffer.rfind(b'"stop_reason":', usage - 120, usage)
    rest = buffer.find(b'"requestId":"', usage, end)
    stamp = buffer.find(b'"timestamp":"', rest, end)
    opening = buffer.find(b'"isSidechain"', start, message)
    at = buffer.find(b'"id":"', message, message + 160)
    # A second one: a tool's input, given as JSON, looks like usage.
    if min(usage, stop, rest, stamp, opening, at) < 0 or buffer.find(_USAGE, usage + 8, end) >= 0:
        return None
    index = buffer.find(b'"apiBlockIndex":', usage, rest)
    return (
        buffer[opening:message],
        buffer[at : buffer.find(b'"', at + 6, at + 100)],
        buffer[stop : rest if index < 0 else index],
        buffer[stamp + 37 : end],
        buffer[stamp : stamp + 37],
    )
