"""What advice is given to look at: a session that has gone on long enough, at one moment, and the user's habits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

import msgspec
from msgspec.structs import replace

from tallylight.domain.carry import Beginning, Pace, beginning, compaction_cost, going_on
from tallylight.domain.habits import Habits, ModelFacts
from tallylight.domain.pricing import RateCard
from tallylight.domain.repricing import is_cheaper, surcharge_of, surcharged
from tallylight.domain.session import Activity, SessionDetail, SessionView, Turn, session_name

#: So many turns to come a saving is stated for.
AHEAD = 10
#: The newest turns that speak for those to come; with fewer there is no advice.
RECENT, FEWEST = 10, 5
#: Sessions of a project, compactions, light turns on another model: with fewer there is no history to speak of.
FEWEST_BEGINNINGS = 3
#: Where nothing says what the agent does, a session rests that made no request for so long.
REST_MS = 120_000


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that advice may look at, at one moment."""

    now_ms: int
    habits: Habits
    card_for: Callable[[str, int, str], RateCard | None]

    def card(self, turn: Turn) -> RateCard | None:
        return self.card_for(turn.model, turn.time_ms, turn.speed)

    def beginning(self, view: SessionView) -> Beginning | None:
        """How sessions of this agent begin in this project; None without enough of them."""
        return enough(self.habits.starts.get((view.source, view.project_path)))

    def compaction(self, view: SessionView) -> Beginning | None:
        """What compacting leaves with this agent; None where it was not seen often enough."""
        return enough(self.habits.compacted.get(view.source))

    def scale(self, own: str, other: str) -> int:
        """Per cent of tokens that the other model's tokenizer makes of the same text; fewer are not counted on."""
        models = self.habits.models
        return max(100, models[other].density * 100 // models[own].density)

    def _is_cheaper(self, one: str, other: str) -> bool:
        cards = self.card_for(one, self.now_ms, ""), self.card_for(other, self.now_ms, "")
        return cards[0] is not None and cards[1] is not None and is_cheaper(cards[0], cards[1])

    def candidates(self, model: str, tokens: int, used: Callable[[ModelFacts], int]) -> list[str]:
        """Models of the same provider, of a lesser family or cheaper ones of the same, and large enough, which the
        user has used for such work at least `FEWEST` times."""
        facts = self.habits.models.get(model)
        if facts is None or not facts.rank:
            return []
        return [
            name
            for name, other in self.habits.models.items()
            if other.provider == facts.provider
            and 0 < other.rank <= facts.rank
            and (other.rank < facts.rank or self._is_cheaper(name, model))
            and other.window >= tokens
            and used(other) >= FEWEST
        ]


def path_of(detail: SessionDetail) -> list[Turn]:
    """The priced turns of the main thread since the last compaction; none of a fork's inherited ones."""
    since = compacted_ms(detail)
    return [
        turn
        for turn in detail.turns
        if turn.is_on_path
        and not turn.is_inherited
        and turn.cost_picousd is not None
        and turn.time_ms >= since
    ]


def compacted_ms(detail: SessionDetail) -> int:
    """When the session was compacted last, 0 for never."""
    return max((mark.time_ms for mark in detail.marks if mark.kind == "compaction"), default=0)


def enough(start: Beginning | None) -> Beginning | None:
    """What there is enough history of."""
    return start if start is not None and start.count >= FEWEST_BEGINNINGS else None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A session that has gone on long enough to say how it will: its path, its pace, its prices."""

    detail: SessionDetail
    path: Sequence[Turn]
    #: At what the session pays, and how much that is beside list prices, in per cent.
    card: RateCard
    surcharge: int
    pace: Pace
    #: What the client is taken to leave when it compacts by itself, None where nothing is known.
    compacted: Beginning | None = None

    @property
    def view(self) -> SessionView:
        return self.detail.view

    @property
    def last(self) -> Turn:
        return self.path[-1]

    @property
    def recent(self) -> Sequence[Turn]:
        """The newest turns, which speak for those to come."""
        return self.path[-RECENT:]

    @property
    def name(self) -> str:
        return session_name(self.view)

    def going_on(self, *, cached: int | None = None) -> list[int]:
        """The turns to come as things are. Ends where the client compacts by itself."""
        view = self.view
        return going_on(self.card, view.context, self.pace, AHEAD, cached=cached, until=view.compact_at)

    def carrying(self, *, cached: int | None = None) -> list[int]:
        """The same with what the client's own compaction costs and saves, beside which a smaller context is to be
        judged."""
        view = self.view
        return going_on(
            self.card,
            view.context,
            self.pace,
            AHEAD,
            cached=cached,
            until=view.compact_at,
            compacted=self.compacted,
        )

    def paid(self, card: RateCard) -> RateCard:
        """Another card at what this session pays beside list prices."""
        return surcharged(card, self.surcharge)

    def beginning(self, start: Beginning, turns: int) -> list[int]:
        """As many turns after a fresh start or a compaction."""
        return beginning(self.card, start, self.pace, turns)

    def compacting(self, after: Beginning, turns: int) -> list[int]:
        """The same with what the compaction itself costs."""
        costs = self.beginning(after, turns)
        price = compaction_cost(self.card, self.view.context, after, is_1h=self.pace.is_1h)
        return [cost + price * (not at) for at, cost in enumerate(costs)]


def course_of(evidence: Evidence, detail: SessionDetail) -> Course | None:
    """None with fewer than five turns, and while it is on a model without a price."""
    path = path_of(detail)
    card = evidence.card(path[-1]) if len(path) >= FEWEST else None
    if card is None or _is_unpriced(detail):
        return None
    output = round(fmean(turn.output for turn in path[-RECENT:]))
    pace = Pace(detail.view.growth_per_turn, output, is_1h(path))
    surcharge = surcharge_of(path[-1], card)
    return Course(
        detail=detail,
        path=path,
        card=surcharged(card, surcharge),
        surcharge=surcharge,
        pace=pace,
        compacted=_left(evidence.compaction(detail.view), evidence.beginning(detail.view)),
    )


def _left(compacted: Beginning | None, start: Beginning | None) -> Beginning | None:
    """What a compaction leaves: where nothing is known of one no more than a fresh start sends, and it grows on as
    after a start."""
    if compacted is None or start is None:
        return compacted or start
    return replace(compacted, growth=max(compacted.growth, start.growth))


def _is_unpriced(detail: SessionDetail) -> bool:
    """Whether nobody knows what the newest request of the main thread cost."""
    requests = (turn for turn in reversed(detail.turns) if turn.is_on_path and not turn.is_gauge)
    newest = next(requests, None)
    return newest is not None and newest.cost_picousd is None and not newest.is_inherited


def is_1h(path: Sequence[Turn]) -> bool:
    """Whether the newest cache writes live an hour."""
    written = [turn for turn in path if turn.cache_write_1h or turn.cache_write_5m]
    return bool(written and written[-1].cache_write_1h)


def rests(evidence: Evidence, course: Course) -> bool:
    """Whether the agent waits for its user."""
    view = course.view
    if view.activity is Activity.RECENT:
        return evidence.now_ms - view.last_ms >= REST_MS
    return view.activity in (Activity.IDLE, Activity.WAITING)


def is_warm(evidence: Evidence, course: Course) -> bool:
    """Whether the cache still holds the context."""
    following = course.view.next_turn
    return following is not None and evidence.now_ms < following.expires_ms
