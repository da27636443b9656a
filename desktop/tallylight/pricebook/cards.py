"""Models as logs spell them, made into rate cards."""

from __future__ import annotations

from collections.abc import Iterable

from tallylight.domain.pricing import RateCard
from tallylight.domain.usage import SYNTHETIC_MODEL
from tallylight.pricebook.library import library_cards
from tallylight.pricebook.supplement import with_supplement


def compile_cards(models: Iterable[str]) -> list[RateCard]:
    """Every dated card of every model, our supplement laid over the library's list.

    A model that neither knows gets no card, never a relative's: unpriced is a fact worth seeing. Cards of one
    model, speed and service tier follow each other without gaps or overlaps.
    """
    wanted = dict.fromkeys(model for model in models if model and model != SYNTHETIC_MODEL)
    return [card for model in wanted for card in with_supplement(model, library_cards(model))]
