"""What a period or a session would have cost otherwise, read session by session."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from tallylight.domain.habits import ModelFacts
from tallylight.domain.pricing import PriceList, RateCard
from tallylight.domain.repricing import NOTHING
from tallylight.domain.session import Turn
from tallylight.domain.summary import Filter
from tallylight.domain.what_if import WhatIf, WhatIfQuestion, Would, added, total, would_cost
from tallylight.ledger.chats import untold_within
from tallylight.ledger.conditions import conditions
from tallylight.ledger.days import start_of
from tallylight.ledger.habits import habits_of
from tallylight.ledger.known import Known
from tallylight.ledger.sessions import Sessions

#: What is known of a model, by its name and price.
FactsOf = Callable[[str, RateCard | None], ModelFacts | None]


def what_if_of(
    connection: sqlite3.Connection,
    folds: Sessions,
    prices: PriceList,
    facts_of: FactsOf,
    question: WhatIfQuestion,
    now_ms: int,
) -> WhatIf:
    """All sessions with a request in question, one after the other."""
    wanted = _filter(question)
    where, values = conditions(wanted)
    rows = connection.execute(
        f"SELECT session_id, max(source), max(project) FROM usage_event WHERE {where} GROUP BY 1", values
    ).fetchall()
    starts, known = habits_of(connection, now_ms, lambda _model: None).starts, Known(connection)
    facts = _facts(known.models(), prices, facts_of, now_ms)

    def counts(turn: Turn) -> bool:
        since, until = wanted.since_ms or 0, wanted.until_ms
        return since <= turn.time_ms and (until is None or turn.time_ms < until)

    was, would = NOTHING, dict.fromkeys(question.wishes, Would())
    requests = unpriced = 0
    for session_id, source, project in rows:
        turns = [turn for turn in folds.turns(session_id) if not turn.is_inherited]
        within = [turn for turn in turns if counts(turn)]
        requests += len(within)
        unpriced += sum(turn.cost_picousd is None for turn in within)
        was = added(was, total(within))
        for wish in would:
            found = would_cost(turns, wish, prices.card_for, starts.get((source, project)), counts, facts)
            would[wish] = would[wish].plus(found)
    return WhatIf(
        question=question,
        was=was,
        would=tuple(would[wish] for wish in question.wishes),
        requests=requests,
        unpriced=unpriced,
        untold=len(untold_within(connection, wanted)),
        models=_models(known.models(), prices, now_ms),
        first_day=str(known.first_day() or ""),
    )


def _filter(question: WhatIfQuestion) -> Filter:
    since, until = (
        start_of(date.fromisoformat(day)) if day else None for day in (question.since, question.until)
    )
    return Filter(since_ms=since, until_ms=until, session_id=question.session_id)


def _facts(
    models: Iterable[str], prices: PriceList, facts_of: FactsOf, now_ms: int
) -> Mapping[str, ModelFacts]:
    found = {model: facts_of(model, prices.card_for(model, now_ms)) for model in models}
    return {model: facts for model, facts in found.items() if facts is not None}


def _models(models: Iterable[str], prices: PriceList, now_ms: int) -> tuple[str, ...]:
    cards = {model: prices.card_for(model, now_ms) for model in models}
    priced = [(card.tiers[-1].rates.output, model) for model, card in cards.items() if card is not None]
    return tuple(model for _, model in sorted(priced))
