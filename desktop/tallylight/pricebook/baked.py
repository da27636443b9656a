"""Rate cards of the usual models, made beforehand: the price library costs half a second and 27 MB to load.

`resources/prices/cards.json` is written by `python -m tallylight.pricebook.compile --bake`. It counts only while
library and supplement are the ones it was made from; a test makes it again and compares.
"""

from __future__ import annotations

from importlib.resources import files

import msgspec

from tallylight.domain.pricing import RateCard


class Baked(msgspec.Struct, frozen=True):
    """The cards and the price data they were made from."""

    fingerprint: str
    cards: list[RateCard]


def baked_cards(fingerprint: str) -> list[RateCard]:
    """The cards made beforehand from this price data, none if they were made from another."""
    try:
        data = (files("tallylight.resources") / "prices" / "cards.json").read_bytes()
    except FileNotFoundError:
        return []
    baked = msgspec.json.decode(data, type=Baked)
    return baked.cards if baked.fingerprint == fingerprint else []
