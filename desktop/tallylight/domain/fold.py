"""From a session's requests and marks to what is shown of it. Pure: the ledger replayed equals the live state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from tallylight.domain.chat import Chat
from tallylight.domain.numbering import numbered, silent_prompts
from tallylight.domain.pricing import RateCard
from tallylight.domain.session import (
    ANSWERS,
    Activity,
    Difference,
    NextTurn,
    SessionDetail,
    SessionMark,
    SessionView,
    Subagent,
    Turn,
)

#: Tokens that the client keeps free below the window before it compacts by itself (observed, claude-code #86863).
_COMPACT_RESERVE = 33_000
_ASSUMED_WINDOW = 200_000
_LARGE_WINDOW = 1_000_000
_POINTS = 120
_GROWTH_TURNS = 10
_BURN_MS = 15 * 60_000
#: One request is no rate: a session that just began is taken to be as old as this.
_LEAST_BURN_MS = 5 * 60_000
_TTL_5M_MS = 300_000
_TTL_1H_MS = 3_600_000
_RECENT_MS = 30 * 60_000
#: A cache was built anew when this much was written at once and little was read.
_REBUILD_FLOOR = 10_000
#: The client adds up floats: less than this between its total and ours is no difference.
NO_DIFFERENCE_PICOUSD = 10_000_000

#: What an agent says of itself holds for this long after it was seen: one that was killed never takes it back.
_STATED_MS = 3 * 60_000

CardFor = Callable[[str, int, str], RateCard | None]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What the client's status line said last: its own total, the window, the cache. 0 is unknown."""

    at_ms: int = 0
    total_picousd: int = -1
    context_window: int = 0
    context: int = 0
    cache_expires_ms: int = 0
    cache_ttl: str = ""
    model: str = ""
    #: Limits of the subscription: per cent used, and when it starts anew in seconds since the epoch, by name.
    rate_limits: Mapping[str, tuple[float, float]] = {}


class Attributes(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a session besides its requests."""

    session_id: str
    source: str
    account: str = ""
    host: str = ""
    project: str = ""
    project_path: str = ""
    branch: str = ""
    title: str = ""
    version: str = ""
    activity: Activity | None = None
    waiting_for: str = ""
    #: The client's own running total on disk, -1 for none, and the window it names.
    cost_state_picousd: int = -1
    cost_state_window: int = 0
    #: The same difference in the session this one was forked from: already counted there.
    parent_difference_picousd: int = 0
    status: Status | None = None
    #: agent id -> (type, description, parent agent id)
    agents: Mapping[str, tuple[str, str, str]] = {}
    #: The threshold the user set for automatic compaction, 0 for none.
    compact_at: int = 0
    compacts_by_itself: bool = True
    #: Of an agent that keeps a database: what it says of the conversation and of its newest context.
    chat: Chat | None = None
    context_parts: tuple[tuple[str, int], ...] = ()


def detail_of(
    known: Attributes,
    turns: Sequence[Turn],
    marks: Sequence[SessionMark],
    card_for: CardFor,
    window_of: Callable[[str], int | None],
    now_ms: int,
) -> SessionDetail:
    """A session as the Live page shows it. `turns` in order of time, inherited ones included."""
    prompts = [mark.time_ms for mark in marks if mark.kind == "prompt"]
    silent = silent_prompts(turns, prompts) if known.chat else []
    turns = numbered(turns, marks, prompts, silent)
    path = [turn for turn in turns if turn.is_on_path]
    marks = sorted([*marks, *_derived(path, marks)], key=lambda mark: mark.time_ms)
    view = _view(known, turns, path, marks, card_for, window_of, now_ms)
    return SessionDetail(
        view=replace(view, turns=view.turns + len(silent)) if silent else view, turns=turns, marks=marks
    )


def _derived(path: Sequence[Turn], marks: Sequence[SessionMark]) -> list[SessionMark]:
    """Marks that the figures themselves show: a cache written anew, another model."""
    derived: list[SessionMark] = []
    compactions = [mark.time_ms for mark in marks if mark.kind == "compaction"]
    sent = [turn for turn in path if turn.is_sent]
    for before, turn in pairwise(sent or path):
        if turn.model != before.model:
            derived.append(SessionMark("model", turn.time_ms, turn.model))
        written = turn.cache_write_5m + turn.cache_write_1h
        is_compacted = any(before.time_ms < at <= turn.time_ms for at in compactions)
        is_cold = (
            written >= _REBUILD_FLOOR and written > turn.context // 2 and before.context > _REBUILD_FLOOR
        )
        if is_cold and not is_compacted and turn.cache_read < before.context // 2:
            derived.append(SessionMark("rebuild", turn.time_ms, turn.cache_miss, written))
    return derived


def _view(
    known: Attributes,
    turns: Sequence[Turn],
    path: Sequence[Turn],
    marks: Sequence[SessionMark],
    card_for: CardFor,
    window_of: Callable[[str], int | None],
    now_ms: int,
) -> SessionView:
    own = [turn for turn in turns if not turn.is_inherited and not turn.is_gauge]
    cost = sum(turn.cost_picousd or 0 for turn in own)
    last = path[-1] if path else None
    prompts = [mark.time_ms for mark in marks if mark.kind == "prompt"]
    since = [turn for turn in own if turn.time_ms >= prompts[-1]] if prompts else []
    context = _context(path, marks)
    window, window_source = _window(known, turns, last, window_of)
    compact_at, is_learned = _compact_at(known, path, marks, window)
    growth = growth_of(path, marks)
    prompt_tokens = sum(turn.cache_read + turn.new_tokens for turn in own)
    last_ms = _last_moved(known, turns)
    return SessionView(
        session_id=known.session_id,
        source=known.source,
        account=known.account,
        host=known.host,
        project=known.project,
        project_path=known.project_path,
        branch=known.branch,
        title=known.title,
        model=last.model if last else (own[-1].model if own else _selected(known)),
        version=known.version,
        activity=known.activity or _activity(known.chat, last_ms, now_ms),
        waiting_for=known.waiting_for,
        started_ms=_started(known, turns),
        last_ms=last_ms,
        cost_picousd=cost,
        unpriced=sum(turn.cost_picousd is None for turn in own),
        at_least=sum(turn.is_at_least for turn in own),
        requests=len(own),
        turns=sum(1 for turn in turns if turn.number and not turn.is_inherited),
        output=sum(turn.output for turn in own),
        last_turn_picousd=_last_turn_cost(own),
        next_turn=_next_turn(known, path, prompts, context, card_for),
        context=context,
        context_window=window,
        window_source=window_source,
        compact_at=compact_at,
        compact_is_learned=is_learned,
        growth_per_turn=growth,
        turns_until_compact=_turns_left(context, compact_at, growth),
        cache_share=sum(turn.cache_read for turn in own) / prompt_tokens if prompt_tokens else 0.0,
        burn_picousd_per_h=burn(own, now_ms),
        turns_since_prompt=_turns_since(turns, prompts),
        last_prompt_ms=prompts[-1] if prompts else 0,
        spent_since_prompt_picousd=sum(turn.cost_picousd or 0 for turn in since),
        points=tuple((turn.time_ms, turn.context, turn.cost_picousd or 0) for turn in path[-_POINTS:]),
        subagents=_subagents(known, [turn for turn in turns if not turn.is_inherited]),
        not_itemised=_difference(known, cost, turns),
        chat=known.chat,
        context_parts=known.context_parts,
        untold=_untold(known, own, prompts),
    )


def _last_moved(known: Attributes, turns: Sequence[Turn]) -> int:
    newest = max((turn.time_ms for turn in turns if not turn.is_inherited), default=0)
    return max(newest, known.chat.moved_ms) if known.chat else newest


def _started(known: Attributes, turns: Sequence[Turn]) -> int:
    first = next((turn.time_ms for turn in turns if not turn.is_inherited), 0)
    return (known.chat.created_ms or first) if known.chat else first


def _selected(known: Attributes) -> str:
    return known.chat.model if known.chat else ""


def _activity(chat: Chat | None, last_ms: int, now_ms: int) -> Activity:
    """What a chat says it does, unless that is old; else how long ago it moved."""
    is_recent = abs(now_ms - last_ms) < _RECENT_MS  # a date far ahead is of a clock that was wrong
    if chat is not None and now_ms - chat.seen_ms < _STATED_MS and is_recent:
        stated = {"generating": Activity.BUSY, "waiting": Activity.WAITING}.get(chat.status)
        if stated is not None:
            return stated
    return Activity.RECENT if is_recent else Activity.ENDED


def _turns_since(turns: Sequence[Turn], prompts: Sequence[int]) -> int:
    return sum(1 for turn in turns if turn.number and turn.time_ms >= prompts[-1]) if prompts else 0


def _untold(known: Attributes, own: Sequence[Turn], prompts: Sequence[int]) -> int:
    """Prompts that no request with tokens answers, of an agent whose own files count none."""
    if known.chat is None:
        return 0
    if not prompts:
        return 0 if own else 1
    ends = [*prompts[1:], 1 << 62]
    return sum(
        not any(start <= turn.time_ms < end for turn in own) for start, end in zip(prompts, ends, strict=True)
    )


def burn(turns: Sequence[Turn], now_ms: int) -> int:
    """pico-USD per hour over the last quarter of an hour, or over the session's life when that is shorter."""
    recent = [turn for turn in turns if now_ms - _BURN_MS < turn.time_ms]
    if not recent:
        return 0
    span = min(_BURN_MS, max(_LEAST_BURN_MS, now_ms - turns[0].time_ms))
    return sum(turn.cost_picousd or 0 for turn in recent) * 3_600_000 // span


def _context(path: Sequence[Turn], marks: Sequence[SessionMark]) -> int:
    last = path[-1] if path else None
    compactions = [mark for mark in marks if mark.kind == "compaction" and mark.other]
    if compactions and (last is None or compactions[-1].time_ms > last.time_ms):
        return compactions[-1].other
    return last.context if last else 0


def _window(
    known: Attributes, turns: Sequence[Turn], last: Turn | None, window_of: Callable[[str], int | None]
) -> tuple[int, str]:
    """The model's limit, from the surest source that names it and is not refuted by what was sent."""
    model = last.model if last else ""
    largest = max((turn.context for turn in turns if turn.is_on_path and turn.model == model), default=0)
    for stated in (known.status.context_window if known.status else 0, known.cost_state_window):
        if stated and stated >= largest:
            return stated, "client"
    window = window_of(model) if last else None
    if window and window >= largest:
        return window, "price list"
    if largest > _ASSUMED_WINDOW:
        return _LARGE_WINDOW, "learned"
    return window or _ASSUMED_WINDOW, "assumed"


def _compact_at(
    known: Attributes, path: Sequence[Turn], marks: Sequence[SessionMark], window: int
) -> tuple[int, bool]:
    """Where the client compacts by itself: as seen in this session, else as the user set it, else as usual."""
    if not known.compacts_by_itself:
        return 0, False
    automatic = [m for m in marks if m.kind == "compaction" and m.label == "auto" and 0 < m.value <= window]
    if automatic:
        seen = automatic[-1]
        # A context that grew past it since says that it no longer holds: another model, another setting.
        if all(turn.context <= seen.value for turn in path if turn.time_ms > seen.time_ms):
            return seen.value, True
    if known.chat is not None:  # where these compact is not known before it was seen
        return 0, False
    if known.compact_at:
        return min(known.compact_at, window), False
    usual = max(0, window - _COMPACT_RESERVE)
    compacted = max((mark.time_ms for mark in marks if mark.kind == "compaction"), default=0)
    if any(turn.context > usual for turn in path[:-1] if turn.time_ms > compacted):
        return 0, False  # it was passed and the next turn came: this client compacts elsewhere, or not at all
    return usual, False


def growth_of(path: Sequence[Turn], marks: Sequence[SessionMark]) -> int:
    """Tokens that a turn adds to the context: the mean of the last turns since the last compaction."""
    compacted = max((mark.time_ms for mark in marks if mark.kind == "compaction"), default=0)
    recent = [turn for turn in path if turn.number and turn.time_ms >= compacted][-_GROWTH_TURNS - 1 :]
    if len(recent) < 2:
        return 0
    first, last = recent[0], recent[-1]
    # A gauge may have stood still over some turns: those are between its points all the same.
    steps = last.number - first.number if last.is_gauge else len(recent) - 1
    return max(0, (last.context - first.context) // steps)


def _turns_left(context: int, compact_at: int, growth: int) -> int | None:
    if not growth or not compact_at:
        return None
    return max(0, -(-(compact_at - context) // growth))


def _last_turn_cost(own: Sequence[Turn]) -> int | None:
    main = [turn for turn in own if not turn.agent_id and turn.kind in ANSWERS]
    return main[-1].cost_picousd if main else None


def _next_turn(
    known: Attributes, path: Sequence[Turn], prompts: Sequence[int], context: int, card_for: CardFor
) -> NextTurn | None:
    """What sending this context again costs, from the cache and without it."""
    last = next((turn for turn in reversed(path) if turn.is_sent), None)
    if last is None or not context:  # of a gauge alone it is not known how much the cache would serve
        return None
    card = card_for(last.model, last.time_ms, last.speed)
    if card is None:
        return None
    rates = card.rates_at(context)
    writes = [turn for turn in path if turn.cache_write_1h or turn.cache_write_5m]
    is_1h = bool(writes and writes[-1].cache_write_1h)
    status = known.status
    if status is not None and status.cache_ttl:
        is_1h = status.cache_ttl == "1h"
    sent_ms = last.time_ms
    if known.chat is not None:  # a bill lags: what moves without a request on it yet was sent all the same
        sent_ms = max(sent_ms, path[-1].time_ms, *prompts[-1:])
    expires = sent_ms + (_TTL_1H_MS if is_1h else _TTL_5M_MS)
    if status is not None and status.cache_expires_ms and status.at_ms >= last.time_ms:
        expires = status.cache_expires_ms
    if not writes and not any(turn.cache_read for turn in path):
        return NextTurn(context * rates.input, context * rates.input, expires)
    cold = rates.cache_write_1h if is_1h else rates.cache_write_5m
    if _is_other(context, last, path[-1]):  # compacted since: what is left was never sent, so no cache has it
        return NextTurn(context * cold, context * cold, last.time_ms)
    return NextTurn(
        context * rates.cache_read, context * cold, expires, is_assumed=known.chat is not None and not is_1h
    )


def _is_other(context: int, last: Turn, newest: Turn) -> bool:
    """Whether the context is no longer the one that was sent. A gauge counts it in its own way: it has to fall."""
    return context * 2 < last.context if newest.is_gauge else context != last.context


def _subagents(known: Attributes, own: Sequence[Turn]) -> tuple[Subagent, ...]:
    agents: dict[str, Subagent] = {}
    for turn in own:
        if not turn.agent_id:
            continue
        agent = agents.get(turn.agent_id)
        if agent is None:
            kind, description, parent = known.agents.get(turn.agent_id, ("", "", ""))
            agent = Subagent(
                agent_id=turn.agent_id,
                type=kind,
                description=description,
                parent_agent_id=parent,
                first_ms=turn.time_ms,
            )
        is_request = not turn.is_gauge
        agents[turn.agent_id] = replace(
            agent,
            model=turn.model,
            cost_picousd=agent.cost_picousd + (turn.cost_picousd or 0),
            unpriced=agent.unpriced + (is_request and turn.cost_picousd is None),
            requests=agent.requests + is_request,
            last_ms=turn.time_ms,
            context=turn.context or agent.context,
        )
    return tuple(agents.values())


def _difference(known: Attributes, cost: int, turns: Sequence[Turn]) -> Difference | None:
    """The client's own total against the log's; a fork's total starts with its parent's."""
    itemised = cost + sum(turn.cost_picousd or 0 for turn in turns if turn.is_inherited)
    status_total = known.status.total_picousd if known.status is not None else -1
    reference, name = max((known.cost_state_picousd, "cost-state"), (status_total, "status line"))
    if reference < 0:
        return None
    difference = reference - itemised
    if difference > 0:
        difference = max(0, difference - known.parent_difference_picousd)
    if abs(difference) < NO_DIFFERENCE_PICOUSD:
        difference = 0
    return Difference(difference, name, reference, itemised)
