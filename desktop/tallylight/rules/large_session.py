"""A session that has come to a large amount of money or of tokens."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.money import PICO, show, show_round
from tallylight.domain.session import SessionDetail, SessionView, session_name
from tallylight.rules.base import Evidence, Limits, Rule, doublings

_MEGA = 1_000_000
#: Tokens of a session that cost less than this are no reason to speak.
_FLOOR = PICO


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Needs no history. Told at the amount, and again each time it has doubled; tokens only where money is silent."""
    for detail in evidence.sessions:
        view, tokens = detail.view, _tokens(detail)
        name = session_name(view)
        by_money = doublings(view.cost_picousd, limits["dollars"] * PICO)
        by_tokens = doublings(tokens, limits["tokens"] * _MEGA)
        if by_money is not None:
            amount = show_round(round(limits["dollars"] * by_money * PICO))
            title = say("{name} passed {amount}", name=name, amount=amount)
            yield _finding(detail, tokens, f"{limits['dollars'] * by_money:g} usd", title)
        elif by_tokens is not None and view.cost_picousd >= _FLOOR:
            amount = f"{limits['tokens'] * by_tokens:g}M"
            title = say("{name} passed {amount} tokens", name=name, amount=amount)
            yield _finding(detail, tokens, f"{limits['tokens'] * by_tokens:g} M", title)


def _tokens(detail: SessionDetail) -> int:
    return sum(
        turn.new_tokens + turn.cache_read + turn.output for turn in detail.turns if not turn.is_inherited
    )


def _finding(detail: SessionDetail, tokens: int, threshold: str, title: Sentence) -> Finding:
    view = detail.view
    return Finding(
        key=f"large_session:{view.session_id}:{threshold}",
        rule="large_session",
        subject=f"large_session:{view.session_id}",
        severity=Severity.WARNING,
        title=title,
        text=_text(view, tokens),
        session_id=view.session_id,
        project=view.project_path,
        picousd=view.cost_picousd,
    )


def _text(view: SessionView, tokens: int) -> Sentence:
    """What it is and came to; a context that no turn of the main thread told of is not none."""
    values = {
        "model": form.short_model(view.model),
        "spent": form.at_least(show(view.cost_picousd), view.unpriced or view.at_least),
        "tokens": form.tokens(tokens),
    }
    template = "{model}"
    if view.turns:
        template += " · one turn" if view.turns == 1 else " · {turns} turns"
        values |= {"turns": form.exact(view.turns)} if view.turns > 1 else {}
    if view.context:
        template += " · context {context}"
        values["context"] = form.tokens(view.context)
    return say(template + ". {spent} and {tokens} tokens in all.", **values)


RULE = Rule(
    name="large_session",
    label="Large session",
    limits={"dollars": 10, "tokens": 30},
    limit_labels={"dollars": "Cost of a session ($)", "tokens": "Tokens of a session (millions)"},
    check=check,
)
