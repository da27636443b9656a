"""`python -m tallylight.pricebook.compile`: an order on stdin, rate cards on stdout, memory given back."""

from __future__ import annotations

import sys

import msgspec

from tallylight.pricebook.book import Order, load


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(load(order.models, order.overrides)))


if __name__ == "__main__":
    main()
