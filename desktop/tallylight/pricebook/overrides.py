"""The user's own prices: a file of theirs, read entry by entry, a sentence for each that cannot be used.

`prices.json` in the configuration folder:

    {
      "version": 1,
      "prices": [
        { "model": "claude-opus-5-5", "from": "2026-10-01", "until": "2027-01-01",
          "input": "3.20", "output": "16", "cache_read": "0.16",
          "cache_write_5m": "4", "cache_write_1h": "6.4", "web_search": "10",
          "above": { "prompt_tokens": 200000, "input": "6.40", "output": "24" } }
      ]
    }

Prices are USD per million tokens, `web_search` per thousand searches, as numbers or strings in quotes.
`model`, `input` and `output` are required. A cache class that is left out costs what `input` costs, because
no factor holds for every provider; searches that are left out cost what they cost on the list.

`model` is the name as the log spells it or as `tallylight prices` lists it. An entry without dates always
holds; `until` is the first day (UTC) on which it no longer does. `above` has the prices of requests whose
whole prompt is larger. `speed` ("fast") and `service` ("batch", "priority", "flex") make an entry the price
of that variant; without them it is the standard price, and the other variants keep theirs. Of two entries
for the same model and day the later one holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec

from tallylight.domain.pricing import VARIANTS, Rates, Tier
from tallylight.pricebook.chains import midnight_ms, per_search, per_token

_TOKEN_PRICES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
_PRICES = (*_TOKEN_PRICES, "web_search")
_FIELDS = ("model", "from", "until", *_PRICES, "above", "speed", "service")
_ABOVE_FIELDS = ("prompt_tokens", *_TOKEN_PRICES)
_TOP_FIELDS = ("version", "prices")
_VERSION = 1
#: With so many decimals per million tokens, a token's price is still a whole number of pico-USD.
_DECIMALS = 6
_LARGEST = Decimal(1_000_000)

_BETWEEN = re.compile(r"[\s,]*")
_Json = Mapping[str, object]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One price of the user's, checked."""

    model: str
    tiers: tuple[Tier, ...]
    has_web_search: bool = False
    speed: str = "standard"
    service: str = "standard"
    from_ms: int = 0
    until_ms: int | None = None


def read_overrides(text: str) -> tuple[list[Entry], list[str]]:
    """The usable entries, and one sentence for everything that is not: a typo must not pass in silence."""
    if not text.strip():
        return [], []
    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=Decimal)
    except json.JSONDecodeError as e:
        return [], [f"The prices file is not valid JSON: {e.msg} at line {e.lineno}, column {e.colno}."]
    except (RecursionError, ValueError):  # a number of thousands of digits is one of the latter
        return [], ["The prices file cannot be read: it is nested too deeply or holds an endless number."]
    rows, problems = _rows(document)
    entries = []
    for number, row in enumerate(rows, 1):
        try:
            entries.append(_entry(row))
        except ValueError as e:
            problems.append(f"Line {_line_of(text, number)}, {_title(number, row)}: {e}.")
    return entries, problems


def _rows(document: object) -> tuple[list[object], list[str]]:
    if not isinstance(document, dict):
        return [], ['The prices file must be an object with "version" and "prices".']
    version, rows = document.get("version"), document.get("prices")
    if isinstance(version, bool) or version != _VERSION:
        return [], [f'The prices file must have "version": {_VERSION}; it has {_shown(version)}.']
    if not isinstance(rows, list):
        return [], ['"prices" in the prices file must be a list of entries.']
    unknown = [name for name in document if name not in _TOP_FIELDS]
    return rows, [f"The prices file: {_unknown(name, _TOP_FIELDS)}." for name in unknown]


def _title(number: int, row: object) -> str:
    model = row.get("model") if isinstance(row, dict) else None
    return f'entry {number} ("{model[:80]}")' if isinstance(model, str) and model else f"entry {number}"


def _line_of(text: str, number: int) -> int:
    """The line on which an entry begins; the parser does not say, so those before it are read once more."""
    at = re.search(r'"prices"\s*:\s*\[', text)
    end = at.end() if at else 0
    try:
        for _ in range(number - 1):
            end = json.JSONDecoder().raw_decode(text, _BETWEEN.match(text, end).end())[1]  # type: ignore[union-attr]
    except ValueError:
        return 1  # a "prices" within some other text
    return text.count("\n", 0, _BETWEEN.match(text, end).end()) + 1  # type: ignore[union-attr]


def _entry(row: object) -> Entry:
    if not isinstance(row, dict):
        raise ValueError("it must be an object with a model and its prices")  # noqa: TRY004 - one kind of refusal
    _refuse_unknown(row, _FIELDS)
    model = row.get("model")
    if not isinstance(model, str) or not model.strip():
        raise ValueError('"model" must name a model')
    start, end = _day(row, "from"), _day(row, "until")
    if start and end and end <= start:
        raise ValueError('"until" must be a later day than "from"')
    return Entry(
        model=model.strip(),
        tiers=_tiers(row),
        has_web_search="web_search" in row,
        speed=_choice(row, "speed", ("standard", "fast")),
        service=_choice(row, "service", ("standard", *sorted(VARIANTS))),
        from_ms=midnight_ms(start) or 0,
        until_ms=midnight_ms(end),
    )


def _tiers(row: _Json) -> tuple[Tier, ...]:
    web_search = per_search(_price(row, "web_search", Decimal(0)))
    base = Tier(-1, _rates(row, web_search))
    above = row.get("above")
    if above is None:
        return (base,)
    if not isinstance(above, dict):
        raise ValueError('"above" must be an object with "prompt_tokens" and prices')  # noqa: TRY004 - see _entry
    try:
        _refuse_unknown(above, _ABOVE_FIELDS)
        return Tier(_threshold(above), _rates(above, web_search)), base
    except ValueError as e:
        raise ValueError(f'in "above", {e}') from None


def _threshold(above: _Json) -> int:
    tokens = above.get("prompt_tokens")
    if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 1:
        raise ValueError(f'"prompt_tokens" must be a whole number of tokens, not {_shown(tokens)}')
    return tokens


def _rates(row: _Json, web_search: int) -> Rates:
    input_ = _price(row, "input")
    return Rates(
        input=per_token(input_),
        output=per_token(_price(row, "output")),
        cache_read=per_token(_price(row, "cache_read", input_)),
        cache_write_5m=per_token(_price(row, "cache_write_5m", input_)),
        cache_write_1h=per_token(_price(row, "cache_write_1h", input_)),
        web_search=web_search,
    )


def _price(row: _Json, name: str, default: Decimal | None = None) -> Decimal:
    value = row.get(name)
    if value is None and name not in row:
        if default is None:
            raise ValueError(f'"{name}" is missing')
        return default
    price = _number(value)
    if price is None:
        raise ValueError(f'"{name}" must be a price in USD, not {_shown(value)}')
    if not price.is_finite() or not 0 <= price <= _LARGEST:
        raise ValueError(f'"{name}" must be between 0 and {_LARGEST:,} USD, not {_shown(value)}')
    if price != round(price, _DECIMALS):
        raise ValueError(f'"{name}" has more than {_DECIMALS} decimals')
    return price


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _day(row: _Json, name: str) -> date | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or day.year < 1970:
        raise ValueError(f'"{name}" must be a day like "2026-10-01", not {_shown(value)}')
    return day


def _choice(row: _Json, name: str, known: tuple[str, ...]) -> str:
    value = row.get(name, known[0])
    if value not in known:
        raise ValueError(f'"{name}" must be one of {", ".join(known)}, not {_shown(value)}')
    return str(value)


def _refuse_unknown(row: _Json, known: tuple[str, ...]) -> None:
    for name in row:
        if name not in known:
            raise ValueError(_unknown(name, known))


def _unknown(name: str, known: tuple[str, ...]) -> str:
    import difflib  # loaded for a mistake alone

    near = difflib.get_close_matches(name, known, 1)
    hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}"
    return f'"{name[:80]}" is not a field ({hint})'


def _shown(value: object) -> str:
    """The offending value as the file has it, cut short."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"
