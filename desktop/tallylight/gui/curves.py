"""The figures behind the two curves: context and cost of each turn, on one axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from tallylight.domain.session import SessionDetail, SessionMark, Turn

PICO = 10**12

#: Marks that the curves leave out.
_UNSHOWN = frozenset({"prompt", "failure"})


@dataclass(frozen=True, slots=True)
class Point:
    """One turn of the conversation's path. Dollars are for drawing only."""

    key: str
    number: int
    time_s: float
    cached: int
    context: int
    own_usd: float
    #: Spent beside the path between this turn and the next: subagents, and turns that were rewound.
    beside_usd: float
    total_usd: float
    is_inherited: bool
    is_priced: bool

    @property
    def new(self) -> int:
        return self.context - self.cached


@dataclass(frozen=True, slots=True)
class CurveMark:
    """Something that happened before the point of that index."""

    at: int
    kind: str
    label: str = ""
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Curves:
    """What the two charts draw. `breaks` are indices at which the context starts anew."""

    points: Sequence[Point] = ()
    marks: Sequence[CurveMark] = ()
    breaks: frozenset[int] = frozenset()
    window: int = 0
    compact_at: int = 0
    compact_is_learned: bool = False
    #: Whether the points are a gauge's: what the cache served of them is not known.
    are_gauged: bool = False

    @property
    def has_costs(self) -> bool:
        """Whether there is anything to draw of what it cost."""
        return not self.are_gauged or any(point.is_priced for point in self.points)


def curves_of(detail: SessionDetail) -> Curves:
    """The curves of one session."""
    path = [turn for turn in detail.turns if turn.is_on_path and not turn.agent_id]
    are_gauged = any(turn.is_gauge for turn in path)
    asides = [turn for turn in detail.turns if turn.agent_id or not are_gauged]
    beside = _booked(path, asides)
    points = list(_points(path, beside))
    if are_gauged:
        points = list(_gauged(points, path, [turn for turn in detail.turns if not turn.agent_id]))
    times = [turn.time_ms for turn in path]
    marks = tuple(_placed(mark, times) for mark in detail.marks if mark.kind not in _UNSHOWN and times)
    return Curves(
        points=points,
        marks=marks,
        breaks=frozenset(mark.at for mark in marks if mark.kind in ("compaction", "rewind")),
        window=detail.view.context_window,
        compact_at=detail.view.compact_at,
        compact_is_learned=detail.view.compact_is_learned,
        are_gauged=are_gauged,
    )


def _gauged(points: Sequence[Point], path: Sequence[Turn], turns: Sequence[Turn]) -> Iterator[Point]:
    """Points of a gauge, and requests between them, with what was spent until the next one."""
    own = _booked(path, turns)
    counted = _counted(path, turns)
    total = 0.0
    for point, cost, is_counted in zip(points, own, counted, strict=True):
        spent = point.own_usd + cost / PICO
        total += spent + point.beside_usd
        yield replace(point, own_usd=spent, total_usd=total, is_priced=is_counted)


def _counted(path: Sequence[Turn], turns: Sequence[Turn]) -> list[bool]:
    """Whether a request with a price lies between each point and the next."""
    times = [turn.time_ms for turn in turns if turn.cost_picousd is not None]
    ends = [*(turn.time_ms for turn in path[1:]), 1 << 62]
    return [any(turn.time_ms <= at < end for at in times) for turn, end in zip(path, ends, strict=True)]


def _booked(path: Sequence[Turn], turns: Iterable[Turn]) -> list[int]:
    """What requests off the path cost, booked to the newest turn of the path before each."""
    on_path = {turn.key for turn in path}
    sums = [0] * len(path)
    at = 0
    for turn in sorted(turns, key=lambda turn: turn.time_ms):
        while at + 1 < len(path) and path[at + 1].time_ms <= turn.time_ms:
            at += 1
        if path and turn.key not in on_path and not turn.is_inherited:
            sums[at] += turn.cost_picousd or 0
    return sums


def _points(path: Sequence[Turn], beside: Sequence[int]) -> Iterator[Point]:
    own = [0 if turn.is_inherited else turn.cost_picousd or 0 for turn in path]
    totals = accumulate(map(sum, zip(own, beside, strict=True)))
    for turn, cost, aside, total in zip(path, own, beside, totals, strict=True):
        yield Point(
            key=turn.key,
            number=turn.number,
            time_s=turn.time_ms / 1000,
            cached=min(turn.cache_read, turn.context),
            context=turn.context,
            own_usd=cost / PICO,
            beside_usd=aside / PICO,
            total_usd=total / PICO,
            is_inherited=turn.is_inherited,
            is_priced=turn.is_inherited or turn.cost_picousd is not None,
        )


def _placed(mark: SessionMark, times: Sequence[int]) -> CurveMark:
    after = next((at for at, time_ms in enumerate(times) if time_ms >= mark.time_ms), len(times))
    return CurveMark(after, mark.kind, mark.label, mark.value, mark.other)


def scale_of_bars(points: Sequence[Point]) -> int:
    """How much taller than the running total's scale single turns are drawn, so that they can be seen."""
    tallest = max((point.own_usd + point.beside_usd for point in points), default=0.0)
    total = points[-1].total_usd if points else 0.0
    if tallest <= 0 or total <= 0:
        return 1
    room = total / (2 * tallest)
    return max((step for step in STEPS if step <= room), default=1)


STEPS = (1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 400, 500, 1000)
