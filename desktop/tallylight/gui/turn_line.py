"""What the turn table says about each request: what it did, and why it cost what it did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median_low

from PySide6.QtCore import QCoreApplication

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.session import SessionDetail, SessionMark, Subagent, Turn
from tallylight.gui import wording

translate = QCoreApplication.translate

#: A turn is dear from this multiple of the session's median turn on.
DEAR_FACTOR = 3
#: The shorter of the two lives of a cache: a pause below it explains no rebuild.
SHORTEST_CACHE_MS = 5 * 60_000


@dataclass(frozen=True, slots=True)
class TurnLine:
    """One row: a request, or, when `agent` is set, everything that one subagent sent."""

    key: str
    time_ms: int
    label: str
    model: str
    context: int
    new: int
    output: int
    fare: str
    picousd: int
    tint: str = ""
    why: str = ""
    turn: Turn | None = None
    agent: Subagent | None = None


def session_lines(detail: SessionDetail, *, is_live: bool) -> list[TurnLine]:
    """The main thread and, where each began, its subagents; newest first."""
    main = [turn for turn in detail.turns if not turn.agent_id]
    rebuilt = rebuilt_keys(main, detail.marks)
    dear = dear_from(main)
    newest = main[-1].key if main and is_live else ""
    lines = [
        request_line(turn, _number(turn), turn.key in rebuilt, dear, is_newest=turn.key == newest)
        for turn in main
    ]
    lines += agent_lines(detail)
    return sorted(lines, key=lambda line: (line.time_ms, line.agent is None), reverse=True)


def agent_request_lines(detail: SessionDetail, agent_id: str) -> list[TurnLine]:
    """The requests of one subagent, newest first."""
    turns = [turn for turn in detail.turns if turn.agent_id == agent_id]
    return [
        request_line(turn, f"{at} · ", is_rebuilt=False, dear_picousd=dear_from(turns))
        for at, turn in reversed(list(enumerate(turns, start=1)))
    ]


def request_lines(turns: Sequence[Turn]) -> list[TurnLine]:
    """Requests out of their session, known by their time; newest first."""
    dear = dear_from(turns)
    ordered = sorted(turns, key=lambda turn: turn.time_ms, reverse=True)
    is_one_day = len({wording.day_of(turn.time_ms) for turn in turns}) == 1
    write = form.clock if is_one_day else wording.moment
    return [request_line(turn, f"{write(turn.time_ms)} · ", False, dear) for turn in ordered]


def rebuilt_keys(turns: Sequence[Turn], marks: Iterable[SessionMark]) -> set[str]:
    """The turns that wrote the whole context to the cache anew."""
    times = sorted(mark.time_ms for mark in marks if mark.kind == "rebuild")
    found: set[str] = set()
    for turn in turns:
        while times and turn.time_ms >= times[0]:
            found.add(turn.key)
            times.pop(0)
    return found


def dear_from(turns: Iterable[Turn]) -> int:
    """The amount from which a turn stands out, 0 while there are too few to say."""
    costs = [turn.cost_picousd for turn in turns if turn.cost_picousd and not turn.is_inherited]
    return DEAR_FACTOR * median_low(costs) if len(costs) > 4 else 0


def request_line(
    turn: Turn, prefix: str, is_rebuilt: bool, dear_picousd: int, *, is_newest: bool = False
) -> TurnLine:
    cost = turn.cost_picousd or 0
    is_dear = is_rebuilt or bool(dear_picousd and cost >= dear_picousd)
    return TurnLine(
        key=turn.key,
        time_ms=turn.time_ms,
        label=prefix + _label(turn, is_rebuilt, is_newest),
        model=form.short_model(turn.model),
        context=turn.context,
        new=turn.new_tokens,
        output=turn.output,
        fare=_fare(turn),
        picousd=cost,
        tint="over" if is_dear and not turn.is_inherited else _quiet_tint(turn),
        why=_why(turn, is_rebuilt, is_dear, dear_picousd),
        turn=turn,
    )


def _number(turn: Turn) -> str:
    """Before its label; a request beside the path of the gauge has none."""
    return f"{turn.number} · " if turn.number or not turn.is_provisional else ""


def _fare(turn: Turn) -> str:
    if turn.is_gauge:
        return "–"
    if turn.is_inherited:
        return "$0"
    if turn.cost_picousd is None:
        return translate("TurnLine", "no price")
    return form.at_least(money.show(turn.cost_picousd), turn.is_at_least)


def _quiet_tint(turn: Turn) -> str:
    is_left_behind = turn.is_inherited or turn.has_left_path
    is_unpriced = turn.cost_picousd is None and not turn.is_gauge
    return "muted" if is_left_behind or is_unpriced else ""


def _label(turn: Turn, is_rebuilt: bool, is_newest: bool) -> str:
    if turn.is_inherited:
        return translate("TurnLine", "inherited context")
    words = [translate("TurnLine", "now")] if is_newest else []
    if turn.kind == "compaction":
        words.append(translate("TurnLine", "compaction"))
    if is_rebuilt:
        words.append(_rebuild(turn))
    if turn.has_left_path:
        words.append(translate("TurnLine", "rewound"))
    words += [", ".join(turn.tools)] if turn.tools else []
    if turn.is_gauge:
        words.append(translate("TurnLine", "context"))
    return " · ".join(words) or translate("TurnLine", "answer")


def _rebuild(turn: Turn) -> str:
    if turn.pause_ms >= SHORTEST_CACHE_MS:
        return translate("TurnLine", "after {} pause").format(form.duration_s(turn.pause_ms / 1000))
    return translate("TurnLine", "cache rebuilt")


def _why(turn: Turn, is_rebuilt: bool, is_dear: bool, dear_picousd: int) -> str:
    if turn.is_inherited:
        return translate("TurnLine", "Inherited context, $0: paid in the session this one was forked from.")
    if turn.is_gauge:
        return translate(
            "TurnLine", "How full the context was by the agent’s own gauge. It tells no tokens of the turn."
        )
    if turn.cost_picousd is None:
        return translate(
            "TurnLine", "No price is known for {}: its tokens are counted, its cost is not."
        ).format(turn.model)
    if is_rebuilt:
        text = translate("TurnLine", "The cache was rebuilt: {} tokens were sent anew.")
        return text.format(form.exact(turn.new_tokens))
    if is_dear:
        multiple = DEAR_FACTOR * turn.cost_picousd / dear_picousd
        return translate("TurnLine", "{} times a typical turn of this session.").format(f"{multiple:.0f}")
    if turn.is_provisional:
        return translate("TurnLine", "Counted as the turn ended. The bill may say otherwise.")
    if turn.is_at_least:
        return translate("TurnLine", "At least: the log lacks the end of this answer.")
    return ""


def agent_lines(detail: SessionDetail) -> list[TurnLine]:
    """One line for each subagent."""
    sums: dict[str, list[int]] = {}
    for turn in detail.turns:
        if turn.agent_id:
            new_and_output = sums.setdefault(turn.agent_id, [0, 0])
            new_and_output[0] += turn.new_tokens
            new_and_output[1] += turn.output
    return [_agent_line(agent, *sums.get(agent.agent_id, (0, 0))) for agent in detail.view.subagents]


def _agent_line(agent: Subagent, new: int, output: int) -> TurnLine:
    name = agent_name(agent)
    return TurnLine(
        key=f"agent:{agent.agent_id}",
        time_ms=agent.first_ms,
        label=" · ".join(
            filter(None, (f"↳ {name}", wording.requests(agent.requests) if agent.requests else ""))
        ),
        model=form.short_model(agent.model),
        context=agent.context,
        new=new,
        output=output,
        fare=wording.agent_fare(agent),
        picousd=agent.cost_picousd,
        why=translate("TurnLine", "Open to see its requests."),
        agent=agent,
    )


def agent_name(agent: Subagent) -> str:
    kind = agent.type or translate("TurnLine", "subagent")
    return f"{kind}: {agent.description}" if agent.description else kind
