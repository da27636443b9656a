"""A process of its own: an order on stdin, rate cards on stdout, memory given back.

`python -m tallylight.pricebook.compile --bake` writes the cards of the usual models instead, for
`resources/prices/cards.json`.
"""

from __future__ import annotations

import sys

import msgspec

from tallylight.pricebook.baked import Baked
from tallylight.pricebook.book import USUAL, Order, fingerprint, load


def bake() -> bytes:
    """The usual models' cards as the resource holds them."""
    cards, _problems = load(USUAL)
    baked = Baked(fingerprint(), [card for card in cards if card.model in USUAL])
    return msgspec.json.format(msgspec.json.encode(baked), indent=1) + b"\n"


def main() -> None:
    if "--bake" in sys.argv:
        sys.stdout.buffer.write(bake())
        return
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(load(order.models, order.overrides)))


if __name__ == "__main__":
    main()
