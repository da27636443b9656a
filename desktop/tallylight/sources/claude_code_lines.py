"""The lines of a Claude Code transcript as bytes: what can be told of one without decoding it.

Whatever is decided here must be certain from the bytes alone; in doubt a line is decoded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR = rb"(?:" + _STRING + rb"|null|true|false|-?[\d.eE+-]++)"
_FLAT = rb'\{(?:"[^"\\]*+":' + _SCALAR + rb",?)*+\}"
#: The scalar keys a record opens with, up to the first of these three.
HEAD = re.compile(
    rb'\{(?:"(?!type"|message"|attachment")\w++":(?:' + _SCALAR + rb"|" + _FLAT + rb"),)*+"
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

#: What differs between the lines of one response, between its usage and the request's id.
_BETWEEN = re.compile(rb'(?:"toolInputStreamMs":\d+,)?"apiBlockIndex":\d+,|"toolInputStreamMs":\d+,')
_LONGEST_BETWEEN = 70
#: How long `"timestamp":"…"` is.
_STAMP = 38


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
        return buffer.rfind(_FAILED, start, end) >= 0
    middle = (start + end) // 2
    return (
        buffer.find(_FAILED, middle - _TAIL, middle + _TAIL) >= 0
        or buffer.find(_FAILED, end - _TAIL, end) >= 0
    )


def may_end_in_an_answer(buffer: bytearray, start: int, end: int) -> bool:
    """Whether the end of a line looks like an answer's, as when a crash tore the line and one was put behind it."""
    # `rfind` needs two thirds of the time of `find`, whether there is one or not.
    return buffer.rfind(b'"output_tokens":', end - _TAIL if end - start > _TAIL else start, end) >= 0


class Statement(NamedTuple):
    """What a line says of its response, as bytes: all but the content, the block's number and the record's own id."""

    #: From `isSidechain` to the response's id; `message` stands so far behind its start.
    opening: bytes
    message: int
    #: The stop reason and all of the usage.
    usage: bytes
    #: From the request's id to the record's own, which is so long.
    request: bytes
    own: int
    closing: bytes
    stamp: bytes


def statement_of(line: bytes, message: int, ident: bytes) -> Statement | None:
    """The statement of a line about the response `ident`, whose message begins at `message`; None where the line is
    not laid out as the client does today, which decides nothing."""
    opening = line.find(b'"isSidechain"', 0, message)
    at = line.find(b'"id":"' + ident + b'"', message, message + 160)
    usage = line.find(_USAGE, message)
    stop = line.rfind(b'"stop_reason":', usage - 120, usage)
    rest = line.find(b'"requestId":"', usage)
    own = line.find(b'"uuid":"', rest) + 8
    stamp = line.find(b'"timestamp":"', own)
    # A second one: a tool's input, given as JSON, looks like usage.
    if min(usage, stop, rest, own - 8, stamp, opening, at) < 0 or line.find(_USAGE, usage + 8) >= 0:
        return None
    between = _BETWEEN.search(line, max(usage, rest - _LONGEST_BETWEEN), rest)
    return Statement(
        line[opening : at + len(ident) + 7],
        message - opening,
        line[stop : between.start() if between else rest],
        line[rest:own],
        stamp - own,
        line[stamp + _STAMP :],
        line[stamp : stamp + _STAMP],
    )


def repeats(statement: Statement, buffer: bytearray, message: int, end: int) -> bytes | bytearray:
    """The time of a line, if it states the same of the same response and is later; b"" where that is not certain."""
    stamp = end - len(statement.closing) - _STAMP
    rest = stamp - statement.own - len(statement.request)
    if (
        rest < message
        or not buffer.startswith(statement.opening, message - statement.message)
        or not buffer.startswith(statement.request, rest)
        or not buffer.startswith(statement.closing, stamp + _STAMP)
    ):
        return b""
    usage = buffer.rfind(statement.usage, max(message, rest - len(statement.usage) - _LONGEST_BETWEEN), rest)
    between = usage + len(statement.usage)
    if usage < 0 or (between < rest and not _BETWEEN.fullmatch(buffer, between, rest)):
        return b""
    later = buffer[stamp : stamp + _STAMP]
    return later[13:-1] if later > statement.stamp and later.startswith(b'"timestamp":"') else b""
