"""Money as an exact integer: pico-dollars (1e-12 USD), in which every list rate per token is whole."""

from __future__ import annotations

from decimal import Decimal

PICO = 10**12


def to_decimal(picousd: int) -> Decimal:
    """Dollars, exactly."""
    return Decimal(picousd).scaleb(-12)


def to_string(picousd: int) -> str:
    """Dollars as a plain decimal string, no exponent and no trailing zeros, for JSON and exports."""
    whole, part = divmod(abs(picousd), PICO)
    text = f"{'-' if picousd < 0 else ''}{whole}.{part:012}".rstrip("0")
    return text + "00" if text.endswith(".") else text


def from_dollars(text: str | float | Decimal) -> int:
    """pico-USD from a figure a source states; a float goes through its shortest decimal spelling."""
    return int(Decimal(str(text)).scaleb(12).to_integral_value())


def from_cents(cents: str | float | Decimal) -> int:
    """pico-USD from a figure in cents; a hundred times less than the same figure in dollars."""
    return int(Decimal(str(cents)).scaleb(10).to_integral_value())


def from_nano_dollars(nano: str | float | Decimal) -> int:
    """pico-USD from a figure in nano-dollars (1e-9 USD)."""
    return int(Decimal(str(nano)).scaleb(3).to_integral_value())


def show(picousd: int) -> str:
    """Dollars for people: cents from ten cents on, finer below, thousands separated."""
    cents = round(picousd / 10**10)
    if abs(cents) >= 10 or picousd == 0:
        sign = "-" if cents < 0 else ""
        whole, part = divmod(abs(cents), 100)
        return f"{sign}${whole:,}.{part:02d}"
    sign = "-" if picousd < 0 else ""
    return f"{sign}${to_decimal(abs(picousd)):.4f}" if abs(picousd) >= 10**8 else "<$0.0001"


def show_round(picousd: int) -> str:
    """Dollars in running text: no cents from $100 on, nor where there are none. Never more than there is."""
    whole = picousd // PICO
    return f"${whole:,}" if whole >= 100 or (whole > 0 and picousd == whole * PICO) else show(picousd)
