"""The demo's three sessions, as the lines Claude Code would write. Pure: the same moment gives the same lines."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from tallylight.domain.digest import hex_digest
from tallylight.domain.format import iso

Record = dict[str, object]
#: Of one turn, in tokens.
_MOST_GROWTH = 14_000


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """One session's story. Tokens per turn, seconds between turns."""

    name: str
    folder: str
    branch: str
    model: str
    title: str
    start_context: int
    growth: int
    #: What each turn adds beyond the one before: ever longer files and outputs.
    quickening: int = 0
    output: int
    seconds: int
    #: Turns that lie in the past when the demo starts.
    past: int
    #: A message of the user's before every n-th turn; 0: only before the first.
    prompt_every: int
    is_failing: bool = False
    compacts_at: int = 0
    tools: tuple[str, ...] = ("Read", "Edit", "Bash")


PLOTS = (
    Plot(
        name="bloat",
        folder="/home/you/payments-api",
        branch="feat/refunds",
        model="claude-opus-4-8",
        title="Refund flow, end to end",
        start_context=18_000,
        growth=600,
        quickening=420,
        output=380,
        seconds=100,
        past=22,
        prompt_every=6,
        compacts_at=967_000,
    ),
    Plot(
        name="loop",
        folder="/home/you/infra-terraform",
        branch="main",
        model="claude-sonnet-4-6",
        title="Fix the plan on staging",
        start_context=24_000,
        growth=1_700,
        output=420,
        seconds=46,
        past=31,
        prompt_every=0,
        is_failing=True,
        tools=("Bash",),
    ),
    Plot(
        name="healthy",
        folder="/home/you/docs-site",
        branch="main",
        model="claude-haiku-4-5-20251001",
        title="Release notes",
        start_context=19_000,
        growth=650,
        output=520,
        seconds=75,
        past=14,
        prompt_every=2,
    ),
)


#: Sessions of the two days before, which say how one begins where the context now bloats, and how many hours ago each
#: began. On more days than two there would be a typical day, beside which the demo's own looks alarming.
EARLIER = tuple(
    (replace(PLOTS[0], name=f"earlier {hours}", title=title, growth=1_400, quickening=0, past=turns), hours)
    for hours, title, turns in (
        (22, "Round amounts to the cent", 12),
        (26, "Retry webhooks", 15),
        (46, "Sandbox keys", 9),
        (50, "Currency table", 14),
    )
)


def session_id(plot: Plot) -> str:
    """An id of the usual shape, the same every time."""
    h = hex_digest(f"demo {plot.name}", 16)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-8{h[17:20]}-{h[20:32]}"


def told_before(now_ms: int) -> Iterator[tuple[Plot, int]]:
    """Every session with the moment at which it began, when the demo starts now."""
    for plot, hours in EARLIER:
        yield plot, now_ms - hours * 3_600_000
    for plot in PLOTS:
        yield plot, now_ms - plot.past * plot.seconds * 1000


def turn(plot: Plot, number: int, at_ms: int) -> Iterator[Record]:
    """All records of one turn (from 0): the prompt if one is due, the answer in two lines, the tool's result."""
    if number == 0:
        yield {"type": "ai-title", "aiTitle": plot.title, "sessionId": session_id(plot)}
    context, new, compacted = _context(plot, number)
    if compacted:
        yield _compaction(plot, number, at_ms - 900, compacted)
    if number == 0 or (plot.prompt_every and number % plot.prompt_every == 0):
        yield _user(plot, number, at_ms - 600, "prompt", "(demo)", {"origin": {"kind": "human"}})
    tool = plot.tools[number % len(plot.tools)]
    yield _answer(plot, number, at_ms, (context, new), {"type": "text", "text": "(demo)"}, "text")
    use: Record = {"type": "tool_use", "id": _id(plot, number, "toolu_"), "name": tool, "input": {}}
    yield _answer(plot, number, at_ms + 40, (context, new), use, "tool")
    result = {
        "type": "tool_result",
        "tool_use_id": use["id"],
        "is_error": plot.is_failing,
        "content": "(demo)",
    }
    yield _user(plot, number, at_ms + 300, "result", [result], {"toolUseResult": {}})


def subagent(plot: Plot, at_ms: int) -> Iterator[Record]:
    """Three requests of an agent that looks around for the first session."""
    for number in range(3):
        context = 9_000 + 6_500 * number
        answer = _answer(
            plot,
            number,
            at_ms + number * 9_000,
            (context, 6_500 if number else context),
            {"type": "text", "text": "(demo)"},
            "agent",
        )
        message = answer["message"]
        if isinstance(message, dict):
            message |= {"model": "claude-haiku-4-5-20251001", "id": _id(plot, number, "msg_agent_")}
        yield answer | {"isSidechain": True, "agentId": "demo0explore", "attributionAgent": "Explore"}


def _context(plot: Plot, number: int) -> tuple[int, int, int]:
    """The context a turn sends, what of it is new, and what it was just compacted from (0: it was not)."""
    context, new, compacted, age = plot.start_context, plot.start_context, 0, 0
    for _ in range(number):
        age += 1
        new, compacted = min(plot.growth + plot.quickening * age, _MOST_GROWTH), 0
        context += new
        if plot.compacts_at and context >= plot.compacts_at:
            context, new, compacted, age = plot.start_context, plot.start_context, plot.compacts_at, 0
    return context, new, compacted


def _answer(plot: Plot, number: int, at_ms: int, sent: tuple[int, int], block: Record, part: str) -> Record:
    """`sent` is the context, and what of it is new."""
    context, new = sent
    usage = {
        "input_tokens": 6,
        "cache_creation_input_tokens": new - 6,
        "cache_read_input_tokens": context - new,
        "cache_creation": {"ephemeral_5m_input_tokens": new - 6, "ephemeral_1h_input_tokens": 0},
        "output_tokens": plot.output + 37 * (number % 7),
        "service_tier": "standard",
    }
    message = {
        "id": _id(plot, number, "msg_"),
        "type": "message",
        "role": "assistant",
        "model": plot.model,
        "content": [block],
        "stop_reason": "tool_use",
        "usage": usage,
    }
    return _base(plot, number, at_ms, f"answer {part}") | {
        "message": message,
        "requestId": _id(plot, number, "req_"),
        "type": "assistant",
    }


def _user(plot: Plot, number: int, at_ms: int, part: str, content: object, more: Record) -> Record:
    message = {"role": "user", "content": content}
    return _base(plot, number, at_ms, part) | {"type": "user", "message": message} | more


def _compaction(plot: Plot, number: int, at_ms: int, before: int) -> Record:
    compact = {"trigger": "auto", "preTokens": before, "postTokens": plot.start_context}
    return _base(plot, number, at_ms, "compaction") | {
        "type": "system",
        "subtype": "compact_boundary",
        "compactMetadata": compact,
    }


def _base(plot: Plot, number: int, at_ms: int, part: str) -> Record:
    return {
        "parentUuid": _id(plot, number - 1, "node "),
        "isSidechain": False,
        "uuid": _id(plot, number, part),
        "timestamp": iso(at_ms),
        "sessionId": session_id(plot),
        "cwd": plot.folder,
        "gitBranch": plot.branch,
        "version": "demo",
        "userType": "external",
        "entrypoint": "cli",
    }


def _id(plot: Plot, number: int, prefix: str) -> str:
    digest = hex_digest(f"{plot.name} {number} {prefix}")
    return f"{prefix}{digest}" if prefix.endswith("_") else digest
