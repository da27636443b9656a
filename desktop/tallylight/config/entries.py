"""Settings as the entries of their file, and back: each for itself, so that one bad entry costs nothing but itself.

The file has dollars where Settings have pico-dollars: `plan_fee_usd` for `plan_fee_picousd`, and the amount of a
budget that counts dollars.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

import msgspec
from msgspec.structs import fields, replace

from tallylight.domain.budget import Budget, Unit
from tallylight.domain.money import PICO
from tallylight.domain.schedule import Schedule
from tallylight.domain.settings import Settings
from tallylight.domain.tag import Tag

_OURS, _THEIRS = "_picousd", "_usd"
#: Lists of which each element stands for itself.
LISTS = ("budgets", "schedules", "tags", "folders", "feeds", "silenced_rules", "silenced_advice")
#: What each element of a list may have.
_PARTS = {
    "budgets": frozenset(Budget.__struct_fields__),
    "schedules": frozenset(Schedule.__struct_fields__),
    "tags": frozenset(Tag.__struct_fields__),
}
_FIELDS = {field.name: field for field in fields(Settings)}


class Bad(msgspec.Struct, frozen=True):
    """An entry that cannot be used: its key, which element of a list it is, and why."""

    key: str
    at: int | None
    says: str


def key_of(name: str) -> str:
    """What a field of Settings is called in the file."""
    return name.removesuffix(_OURS) + _THEIRS if name.endswith(_OURS) else name


KEYS = {key_of(name): name for name in _FIELDS}


def read_entries(document: Mapping[str, object]) -> tuple[Settings, list[Bad]]:
    """What can be used; the default stands in for what cannot."""
    read: dict[str, object] = {}
    bad: list[Bad] = []
    for key, value in document.items():
        name = KEYS.get(key)
        if name is None:
            bad.append(Bad(key, None, "is no setting"))
        elif key in LISTS and isinstance(value, list):
            elements, worse = read_elements(key, value)
            read[name] = tuple(element for element in elements if element is not None)
            bad += worse
        else:
            try:
                read[name] = _value(name, value)
            except (msgspec.ValidationError, ArithmeticError) as e:
                bad.append(Bad(key, None, _why(e)))
    return replace(Settings(), **read), bad


def read_elements(key: str, values: list[object]) -> tuple[list[object | None], list[Bad]]:
    """Each element of a list, None for one that cannot be used."""
    read: list[object | None] = []
    bad: list[Bad] = []
    for at, value in enumerate(values):
        try:
            read.extend(cast("tuple[object, ...]", _value(KEYS[key], [value])))
            unknown = sorted(value.keys() - _PARTS[key]) if isinstance(value, dict) and key in _PARTS else []
            bad += [Bad(key, at, f"{name} is nothing that it has") for name in unknown]
            if key == "feeds" and not _is_feed(value):
                bad.append(Bad(key, at, f"{value} is no provider"))
        except (msgspec.ValidationError, ArithmeticError) as e:
            read.append(None)
            bad.append(Bad(key, at, _why(e)))
    return read, bad


def read_older(document: Mapping[str, object]) -> tuple[Settings, list[Bad]]:
    """What versions before 0.2 kept: fields as Settings has them, amounts in pico-dollars."""
    read: dict[str, object] = {}
    bad: list[Bad] = []
    for name in _FIELDS.keys() & document.keys():
        value, kind = document[name], _FIELDS[name].type
        parts = [[part] for part in value] if name in LISTS and isinstance(value, list) else [value]
        taken = []
        for at, part in enumerate(parts):
            try:
                taken.append(msgspec.convert(part, kind))
            except msgspec.ValidationError as e:
                bad.append(Bad(name, at if parts != [value] else None, _why(e)))
        if name in LISTS:
            read[name] = tuple(element for each in taken for element in each)
        elif taken:
            read[name] = taken[0]
    return replace(Settings(), **read), bad


def _is_feed(name: object) -> bool:
    from tallylight.domain.consent import OFFERS

    return any(made.name == name for made in OFFERS)


def entry_of(name: str, settings: Settings) -> object:
    """The value of one entry, without what is default within it; None where there is none to write."""
    value = getattr(settings, name)
    if name.endswith(_OURS):
        return _dollars(value)
    return plain(value)


def _value(name: str, value: object) -> object:
    if name.endswith(_OURS):
        return msgspec.convert(_pico(value), int)
    if name == "budgets" and isinstance(value, list):
        value = [_with_pico(budget) for budget in value]
    return msgspec.convert(_floats(value), _FIELDS[name].type)


def _with_pico(budget: object) -> object:
    if isinstance(budget, dict) and "amount" in budget and budget.get("unit", Unit.USD) == Unit.USD:
        return {**budget, "amount": _pico(budget["amount"])}
    return budget


def _pico(value: object) -> object:
    """Whatever is no amount is left for the check to refuse."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int) or not Decimal(value).is_finite():
        return value
    amount = Decimal(value) * PICO
    if not 0 <= amount <= 2**63:
        raise msgspec.ValidationError(f"{value} is no amount")
    return round(amount)


def _floats(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _floats(item) for key, item in value.items()}
    return [_floats(item) for item in value] if isinstance(value, list) else value


def _dollars(pico: int) -> Decimal | int:
    amount = Decimal(pico) / PICO
    return int(amount) if amount == int(amount) else amount


def plain(value: object) -> object:
    """A value as the file would have it, without what is default within it."""
    if isinstance(value, msgspec.Struct):
        return _parts(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def _parts(struct: msgspec.Struct) -> dict[str, object]:
    parts = {
        field.name: plain(value)
        for field in fields(struct)
        if (value := getattr(struct, field.name)) != field.default and value not in (None, {})
    }
    if isinstance(struct, Budget) and struct.unit is Unit.USD:
        parts["amount"] = _dollars(struct.amount)
    return parts


def _why(error: Exception) -> str:
    """msgspec's words without its marks: "Expected int, got str - at budgets[0].amount"."""
    words = str(error).replace("`", "").replace("$[0].", "").replace("$.", "")
    words = re.sub(r"str matching regex .*?(?= - at|$)", "a time as 19:00", words)
    return re.sub(r" - at (key in )?\$\S*", "", words) or "cannot be used"
