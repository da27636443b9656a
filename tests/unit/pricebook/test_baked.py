"""The rate cards that ship with the program are those that its price data make."""

from __future__ import annotations

from importlib.resources import files

import msgspec

from tallylight.pricebook.baked import Baked, baked_cards
from tallylight.pricebook.book import USUAL, fingerprint, load


def test_the_shipped_cards_are_what_the_price_data_make() -> None:
    data = (files("tallylight.resources") / "prices" / "cards.json").read_bytes()
    shipped = msgspec.json.decode(data, type=Baked)
    made, problems = load(USUAL)
    assert not problems
    assert shipped.cards == made, (
        "python -m tallylight.pricebook.compile --bake > resources/prices/cards.json"
    )
    assert shipped.fingerprint == fingerprint(), "the same"


def test_cards_made_from_other_price_data_do_not_count() -> None:
    assert baked_cards(fingerprint())
    assert not baked_cards(fingerprint('{"version": 1, "entries": []}'))
    assert not baked_cards("another library")
