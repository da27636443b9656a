"""`tallylight prices`: what is in force and where each figure comes from."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from tallylight.cli.table import printable, table
from tallylight.config.store import load_settings, prices_text
from tallylight.domain.format import counted
from tallylight.domain.pricing import RateCard, Rates
from tallylight.ingest.assembly import find_roots, known_cards, now_ms, open_line
from tallylight.pricebook.overrides import read_overrides

_COLUMNS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


def run(options: argparse.Namespace) -> int:
    """Prints the list; 1 when an entry of the user's own prices is wrong."""
    if options.reprice:
        settings = load_settings()
        ledger, _line = open_line(settings, find_roots(settings))
        with ledger:
            sys.stdout.write(f"{counted(ledger.reprice(), 'request')} priced anew.\n")
        return 0
    _entries, problems = read_overrides(prices_text())
    cards, unpriced = known_cards()
    moment = now_ms()
    shown = [
        c
        for c in cards
        if options.all or (c.from_ms <= moment and (c.until_ms is None or moment < c.until_ms))
    ]
    shown.sort(key=lambda card: (card.model, card.speed, card.service, card.from_ms))
    sys.stdout.write(_json(shown, unpriced) if options.json else _text(shown, unpriced))
    for problem in problems:
        sys.stderr.write(f"tallylight: {problem}\n")
    return 1 if problems else 0


def _json(cards: list[RateCard], unpriced: list[str]) -> str:
    rows = [
        {
            "model": card.model,
            "priced_as": card.name,
            "provider": card.provider,
            "speed": card.speed,
            "service": card.service,
            "from": _day(card.from_ms),
            "until": _day(card.until_ms),
            "origin": card.origin,
            "is_estimate": card.is_estimate,
            "tiers": [
                {
                    "above_prompt_tokens": max(0, tier.above),
                    **{name: _per_million(getattr(tier.rates, name)) for name in _COLUMNS},
                    "web_search_per_1000": _plain(Decimal(tier.rates.web_search).scaleb(-9)),
                }
                for tier in card.tiers
            ],
        }
        for card in cards
    ]
    out = {"currency": "USD", "unit": "per million tokens", "prices": rows, "unpriced_models": unpriced}
    return msgspec.json.encode(out).decode() + "\n"


def _text(cards: list[RateCard], unpriced: list[str]) -> str:
    head = ("Model", "Input", "Cache read", "Write 5 m", "Write 1 h", "Output", "Since", "From")
    rows = [_cells(card, above, rates) for card in cards for above, rates in _tiers(card)]
    text = table(head, rows) if rows else "No prices known yet.\n"
    text += "USD per million tokens, list price.\n"
    if unpriced:
        text += f"No price: {', '.join(map(printable, unpriced))}. Add it to prices.json, see the README.\n"
    return text


def _tiers(card: RateCard) -> list[tuple[int, Rates]]:
    return [(tier.above, tier.rates) for tier in reversed(card.tiers)]


def _cells(card: RateCard, above: int, rates: Rates) -> tuple[str, ...]:
    variant = "".join(f" {name}" for name in (card.speed, card.service) if name != "standard")
    size = f" > {above:,}" if above > 0 else ""
    origin = card.origin + (", estimate" if card.is_estimate else "")
    return (
        f"{card.model}{variant}{size}",
        *(_per_million(getattr(rates, name)) for name in _COLUMNS),
        _day(card.from_ms) or "always",
        origin,
    )


def _per_million(rate: int) -> str:
    """A rate in pico-USD per token is the same number of dollars per million, times 1e-6."""
    return _plain(Decimal(rate).scaleb(-6))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(time_ms: int | None) -> str | None:
    return datetime.fromtimestamp(time_ms / 1000, UTC).date().isoformat() if time_ms else None
