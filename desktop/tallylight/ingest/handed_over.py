"""What processes leave for each other: figures that `tallylight statusline` needs without opening the ledger, and word
that the ledger changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tallylight.domain.advice import Advice, in_short
from tallylight.domain.pricing import PriceList

logger = logging.getLogger(__name__)

#: In the folder that a running tray application watches: touched when another process changed more than today.
MARK_NAME = "ledger-changed"
#: Advice that nobody renewed for so long is about another moment.
_HOLDS_MS = 30 * 60_000


def write_rates(folder: Path, prices: PriceList, now_ms: int) -> None:
    """By model, the rates of cache reads and writes for each size of prompt."""
    rates = {}
    for model in prices.models:
        card = prices.card_for(model, now_ms)
        if card is not None:
            rates[model] = [[tier.above, tier.rates.cache_read, tier.rates.cache_write_5m, tier.rates.cache_write_1h]
                            for tier in card.tiers]  # fmt: skip
    _write(folder / "rates.json", rates)


def write_advice(folder: Path, advice: Mapping[str, Advice], now_ms: int) -> None:
    """By session, the words and until when (ms) they hold, the key, and the model and context they are about."""
    left = {
        session_id: [
            in_short(one),
            min(one.best_before_ms or now_ms + _HOLDS_MS, now_ms + _HOLDS_MS),
            one.key,
            one.basis.model,
            one.basis.context,
        ]
        for session_id, one in advice.items()
    }
    _write(folder / "advice.json", left)


def _write(path: Path, value: object) -> None:
    """Whole or not at all, for its owner's eyes; the status line does without what cannot be written."""
    partial = path.with_suffix(".partial")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:  # noqa: PTH123
            stream.write(msgspec.json.encode(value))
        partial.replace(path)
    except OSError as e:
        logger.warning("%s for the status line could not be written: %s", path.name, e)


def tell_running(spool: Path) -> None:
    """Let a tray application that holds the ledger open look at all of it again."""
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = spool / MARK_NAME
    mark.unlink(missing_ok=True)  # a new file is noticed everywhere, a touched one is not
    mark.touch(mode=0o600)
