"""How capable a model is beside others of its provider, and how its tokenizer counts, by its name."""

from __future__ import annotations

from tallylight.domain.habits import ModelFacts
from tallylight.domain.pricing import RateCard
from tallylight.pricebook.spelling import claude_version, plain
from tallylight.pricebook.windows import context_window

#: Families of one provider, the lesser first. Of others we do not know which stands in for which.
_RANKS = {"haiku": 1, "sonnet": 2, "opus": 3, "fable": 4, "mythos": 4}
#: From this version on a text makes about 30 % more tokens.
_DENSE, _DENSITY, _USUAL = (4, 7), 130, 100
_ASSUMED_WINDOW = 200_000


def facts_of(model: str, card: RateCard | None) -> ModelFacts | None:
    """None for a model without a price: nothing can be said of what it would cost."""
    if card is None:
        return None
    version = claude_version(plain(model))
    is_dense = version is not None and version[1:] >= _DENSE
    return ModelFacts(
        provider=card.provider,
        window=context_window(model) or _ASSUMED_WINDOW,
        rank=_RANKS.get(version[0], 0) if version is not None else 0,
        density=_DENSITY if is_dense else _USUAL,
    )
