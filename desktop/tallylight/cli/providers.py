"""`tallylight providers`: which are asked and how that goes; with `test` whether their keys still do."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

import msgspec

from tallylight.cli.table import printable
from tallylight.config.secrets import given_keys
from tallylight.config.store import load_settings
from tallylight.domain.consent import OFFERS
from tallylight.domain.feed import FeedState, FeedStatus, Trouble, words
from tallylight.domain.format import iso
from tallylight.ingest.assembly import ledger_path, now_ms
from tallylight.ingest.connections import key_of, owner_of, test_key
from tallylight.ledger.bills import statuses
from tallylight.ledger.connection import open_for_reading


def run(options: argparse.Namespace) -> int:
    found = _tested(options.name) if options.action else _known(options.name)
    labels = {offered.name: offered.label for offered in OFFERS}
    if options.json:
        rows = [row(status, labels[status.name]) for status in found]
        sys.stdout.write(msgspec.json.encode({"providers": rows}).decode() + "\n")
    else:
        width = max((len(labels[status.name]) for status in found), default=0)
        for status in found:
            sys.stdout.write(printable(f"{labels[status.name].ljust(width)}  {_line(status)}", 1000) + "\n")
        if options.action and not found:
            sys.stdout.write("No provider with a key is connected.\n")
    is_bad = options.action and any(status.state is not FeedState.READY for status in found)
    return 1 if is_bad else 0


def row(status: FeedStatus, label: str) -> dict[str, object]:
    """The documented answer for one provider."""
    return {
        "name": status.name,
        "label": label,
        "state": status.state,
        "says": words(status),
        "read_at": iso(status.read_ms) if status.read_ms else None,
        "key_variable": given_keys().get(status.name),
        "balance": status.plan.says if status.plan is not None and status.plan.says else None,
    }


def _line(status: FeedStatus) -> str:
    read = f" · read {iso(status.read_ms)}" if status.read_ms else ""
    left = f" · {status.plan.says}" if status.plan is not None and status.plan.says else ""
    given = given_keys().get(status.name)
    key = f" · key in {given}" if given else ""
    return f"{words(status)}{left}{read}{key}"


def _known(name: str | None) -> list[FeedStatus]:
    """How each stood when it was last asked."""
    on = load_settings().feeds
    known: dict[str, FeedStatus] = {}
    if ledger_path().exists():
        with closing(open_for_reading(ledger_path())) as connection:
            known = statuses(connection)
    return [
        known.get(offered.name, FeedStatus(name=offered.name, state=FeedState.WAITING))
        if offered.name in on
        else FeedStatus(name=offered.name)
        for offered in OFFERS
        if name in (None, offered.name)
    ]


def _tested(name: str | None) -> list[FeedStatus]:
    """Asked now, with what is connected; a provider that is named is asked even if it is not."""
    on = load_settings().feeds
    names = [o.name for o in OFFERS if o.key and (o.name == name if name else o.name in on)]
    return [_test(tested) for tested in names]


def _test(name: str) -> FeedStatus:
    key = key_of(name)
    if isinstance(key, Trouble):
        return FeedStatus(name=name, state=key.state, says=key.says)
    return test_key(name, key, now_ms(), owner_of(name, load_settings()))
