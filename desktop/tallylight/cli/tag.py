"""`tallylight tag`: names that the user gives to projects and branches; a running tray application follows."""

from __future__ import annotations

import argparse
import sys

import msgspec
from msgspec.structs import replace

from tallylight.cli.report import project_given
from tallylight.cli.table import printable, table
from tallylight.config.paths import data_dir
from tallylight.config.store import load_settings, save_settings
from tallylight.domain import format as form
from tallylight.domain.settings import Settings
from tallylight.domain.summary import Filter
from tallylight.domain.tag import Tag
from tallylight.ingest.assembly import ledger_path, open_ledger
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.queries import Queries


def run(options: argparse.Namespace) -> int:
    act = {"list": _list, "set": _set, "remove": _remove}[options.action]
    return act(options, load_settings())


def _list(options: argparse.Namespace, settings: Settings) -> int:
    borne = _borne()
    if options.json:
        rows = [msgspec.to_builtins(tag) | {"requests": borne.get(tag.name, 0)} for tag in settings.tags]
        sys.stdout.write(msgspec.json.encode({"tags": rows}).decode() + "\n")
        return 0
    if not settings.tags:
        sys.stdout.write("There is no tag. For example: tallylight tag set client-a --project 'shop-*'\n")
        return 0
    lines = [
        [printable(tag.name), printable(tag.project) or "any", printable(tag.branch) or "any",
         f"{borne.get(tag.name, 0):,}"]
        for tag in settings.tags
    ]  # fmt: skip
    sys.stdout.write(table(["tag", "projects", "branches", "requests"], lines))
    return 0


def _set(options: argparse.Namespace, settings: Settings) -> int:
    tag = Tag(name=options.tag.strip(), project=project_given(options.project), branch=options.branch)
    if not tag.name:
        raise ValueError("a tag needs a name")
    if not (tag.project or tag.branch):
        raise ValueError("say which requests bear it: --project, --branch or both")
    if tag not in settings.tags:
        _keep(settings, (*settings.tags, tag))
    borne = _borne().get(tag.name, 0)
    sys.stdout.write(f"{printable(tag.name)}: {form.counted(borne, 'request')} so far bear it.\n")
    return 0


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    left = tuple(tag for tag in settings.tags if tag.name != options.tag)
    if left == settings.tags:
        raise ValueError(f"there is no tag {printable(options.tag)}; `tallylight tag list` names them")
    _keep(settings, left)
    return 0


def _keep(settings: Settings, tags: tuple[Tag, ...]) -> None:
    settings = replace(settings, tags=tags)
    save_settings(settings)
    if ledger_path().exists():
        open_ledger(data_dir(), settings).close()  # which names anew what is there


def _borne() -> dict[str, int]:
    """How many requests bear each tag."""
    if not ledger_path().exists():
        return {}
    connection = open_for_reading(ledger_path())
    try:
        rows = Queries(connection).groups("tag", Filter()).rows
    finally:
        connection.close()
    return {row.key: row.totals.requests for row in rows}
