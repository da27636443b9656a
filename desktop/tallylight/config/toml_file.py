"""Changing entries of the settings' file and nothing else of it: the one door to tomlkit, loaded when writing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from itertools import takewhile
from typing import cast

import tomlkit
from tomlkit.items import AoT, Array, Float, Item, Table, Trivia

from tallylight.config.entries import LISTS, entry_of, key_of, plain, read_elements
from tallylight.domain.settings import Settings

#: A table as it is written, and what it says without what is default, or nobody's, within it.
Known = tuple[Table, dict[str, object]]


def with_changes(text: str, settings: Settings, names: Iterable[str]) -> str:
    """`text` with these fields as `settings` has them; every other entry and every comment stays."""
    document, said = tomlkit.parse(text), tomllib.loads(text, parse_float=Decimal)
    for name in names:
        key, value = key_of(name), entry_of(name, settings)
        if key in LISTS and isinstance(value, list):
            value = _elements(document, key, said.get(key), value)
        if value is None or value == [] or value == {}:
            document.pop(key, None)
        else:
            document[key] = value if isinstance(value, Item) else _item(value)
    return tomlkit.dumps(document)


def _elements(document: tomlkit.TOMLDocument, key: str, said: object, wanted: list[object]) -> Item | None:
    """The wanted elements, those that are there already as they are written; what cannot be used stays behind them."""
    there = document.get(key)
    written = (
        list(zip(there, cast("list[object]", said), strict=True)) if isinstance(there, AoT | Array) else []
    )
    values, _bad = read_elements(key, [value for _, value in written])
    pairs = list(zip(written, values, strict=True))
    unusable = [item for (item, _), value in pairs if value is None]
    if isinstance(there, Array) or not all(isinstance(value, dict) for value in wanted):
        array = tomlkit.array()
        for element in [*map(_item, wanted), *unusable]:
            array.append(element)
        return array if array else None
    known = [cast("Known", (item, plain(value))) for (item, _), value in pairs if value is not None]
    tables = [*(_table(known, cast("dict[str, object]", value)) for value in wanted), *unusable]
    _keep_comments(document, key, [item for item, _ in written], [table for table, _ in known])
    return AoT(tables) if tables else None


def _table(known: list[Known], wanted: dict[str, object]) -> Table:
    """The table that says this already, or that of the same id with what differs; it is known no more then."""
    found = next((pair for pair in known if pair[1] == wanted), None) or next(
        (pair for pair in known if "id" in wanted and pair[1].get("id") == wanted["id"]), None
    )
    if found is None:
        return cast("Table", _item(wanted, is_table=True))
    known.remove(found)
    table, said = found
    for name in said.keys() - wanted.keys():
        del table[name]
    for name, value in wanted.items():
        if said.get(name) != value:
            table[name] = _item(value)
    return table


def _keep_comments(
    document: tomlkit.TOMLDocument, key: str, written: list[Table], leaving: list[Table]
) -> None:
    """What stands above a table belongs, to the parser, to the one before: it must not leave with that."""
    gone = {id(table) for table in leaving}
    end: list[str] = []
    for at, table in reversed(list(enumerate(written))):
        if id(table) not in gone:
            continue
        lines = reversed(table.as_string().splitlines())
        above = list(takewhile(lambda line: line.lstrip()[:1] in ("", "#"), lines))[::-1]
        comments = [line for line in above if line.strip()]
        after = next((later for later in written[at + 1 :] if id(later) not in gone), None)
        after = after or _table_after(document, key)
        if comments and after is not None:
            after.trivia.indent = "\n".join([*above, after.trivia.indent])
        else:
            end = comments + end
    for line in end:
        document.add(tomlkit.comment(line.lstrip("# ")))


def _table_after(document: tomlkit.TOMLDocument, key: str) -> Table | None:
    """The first table behind all of a list's."""
    keys = [each.key if each is not None else "" for each, _ in document.body]
    behind = [item for _, item in document.body[len(keys) - keys[::-1].index(key) :]]
    tables = (item[0] if isinstance(item, AoT) else item for item in behind)
    return next((table for table in tables if isinstance(table, Table)), None)


def _item(value: object, *, is_table: bool = False) -> Item:
    if isinstance(value, Decimal):
        return Float(float(value), Trivia(), f"{value:f}")
    if not isinstance(value, dict):
        return tomlkit.item(value)
    is_table = is_table or any(isinstance(item, dict) for item in value.values())
    table = tomlkit.table() if is_table else tomlkit.inline_table()
    for name, item in value.items():
        table.append(name, _item(item))
    return table
