"""What a period or a session would have cost otherwise, read session by session."""

from __future__ import annotations

import sqlite3
from datetime import date

from tallylight.domain.pricing import PriceList
from tallylight.domain.repricing import NOTHING
from tallylight.domain.session import Turn
from tallylight.domain.summary import Filter
from tallylight.domain.what_if import WhatIf, WhatIfQuestion, added, total, would_cost
from tallylight.ledger.conditions import conditions
from tallylight.ledger.days import start_of
from tallylight.ledger.habits import habits_of
from tallylight.ledger.known import Known
from tallylight.ledger.sessions import Sessions


def what_if_of(
    connection: sqlite3.Connection, folds: Sessions, prices: PriceList, question: WhatIfQuestion, now_ms: int
) -> WhatIf:
    """All sessions with a request in question, one after the other."""
    wanted = _filter(question)
    where, values = conditions(wanted)
    rows = connection.execute(
        f"SELECT session_id, max(project) FROM usage_event WHERE {where} GROUP BY 1", values
    ).fetchall()
    starts = habits_of(connection, now_ms, lambda _model: None).starts

    def counts(turn: Turn) -> bool:
        since, until = wanted.since_ms or 0, wanted.until_ms
        return since <= turn.time_ms and (until is None or turn.time_ms < until)

    was, would = NOTHING, dict.fromkeys(question.wishes, NOTHING)
    requests = unpriced = 0
    for session_id, project in rows:
        turns = [turn for turn in folds.turns(session_id) if not turn.is_inherited]
        within = [turn for turn in turns if counts(turn)]
        requests += len(within)
        unpriced += sum(turn.cost_picousd is None for turn in within)
        was = added(was, total(within))
        for wish in would:
            costs = would_cost(turns, wish, prices.card_for, starts.get(project), counts)
            would[wish] = added(would[wish], costs)
    return WhatIf(
        question=question,
        was=was,
        would=tuple(would[wish] for wish in question.wishes),
        requests=requests,
        unpriced=unpriced,
        models=_models(connection, prices, now_ms),
    )


def _filter(question: WhatIfQuestion) -> Filter:
    since, until = (
        start_of(date.fromisoformat(day)) if day else None for day in (question.since, question.until)
    )
    return Filter(since_ms=since, until_ms=until, session_id=question.session_id)


def _models(connection: sqlite3.Connection, prices: PriceList, now_ms: int) -> tuple[str, ...]:
    priced = []
    for model in Known(connection).models():
        card = prices.card_for(model, now_ms)
        if card is not None:
            priced.append((card.tiers[-1].rates.output, model))
    return tuple(model for _, model in sorted(priced))
