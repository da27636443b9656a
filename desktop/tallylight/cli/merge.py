"""`tallylight merge`: other machines' ledgers into this one, no request twice."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tallylight.cli.table import printable
from tallylight.config.paths import data_dir, shown
from tallylight.config.store import load_settings
from tallylight.domain.format import counted
from tallylight.ingest.assembly import Prices, ledger_path, open_ledger
from tallylight.ingest.handed_over import tell_running
from tallylight.ingest.merging import OfMachine, name_machine, take_in
from tallylight.ledger.connection import copy_ledger
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.other import OtherLedger, ledger_in

#: What one ledger brought, by machine.
Brought = tuple[Path, dict[str, OfMachine]]


def run(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="tallylight-")))
        ledger, prices = stack.enter_context(_own(folder, options.dry_run))
        others = [
            _other(stack, _given(text), options.host, ledger.machine, folder / str(number))
            for number, text in enumerate(options.other)
        ]  # all are looked at before anything is written
        brought = [(other.path, take_in(ledger, other, prices.provide)) for other in others]
        machine = ledger.machine
    if not options.dry_run:
        tell_running(data_dir() / "statusline")
    sys.stdout.write(_json(brought, options.dry_run) if options.json else _text(brought, machine))
    return 0


@contextmanager
def _own(folder: Path, is_dry: bool) -> Iterator[tuple[Ledger, Prices]]:
    """This machine's ledger; for a dry run a copy of it."""
    home = data_dir()
    if is_dry:
        home = folder / "own"
        home.mkdir()
        if ledger_path().exists():
            copy_ledger(ledger_path(), ledger_path(home))
    with open_ledger(home, load_settings()) as ledger:
        yield ledger, Prices(ledger, home)


def _given(text: str) -> Path:
    path = ledger_in(Path(text).expanduser())
    if ledger_path().exists() and path.samefile(ledger_path()):
        raise ValueError(f"{shown(path)} is this machine's own ledger: name another machine's")
    return path


def _other(stack: ExitStack, path: Path, host: str, own: str, folder: Path) -> OtherLedger:
    folder.mkdir()
    other = OtherLedger(path, folder)
    stack.callback(other.close)
    name_machine(other, host, own)
    return other


def _json(brought: list[Brought], is_dry: bool) -> str:
    ledgers = [
        {
            "path": str(path),
            "machines": [
                {"host": host, "requests": of.requests, "new": of.new, "known": of.known}
                for host, of in machines.items()
            ],
        }
        for path, machines in brought
    ]
    new = sum(of.new for _, machines in brought for of in machines.values())
    return msgspec.json.encode({"dry_run": is_dry, "new": new, "ledgers": ledgers}).decode() + "\n"


def _text(brought: list[Brought], own: str) -> str:
    lines = []
    for path, machines in brought:
        if not machines:
            lines.append(f"{shown(path)}: no requests")
        for host, of in machines.items():
            whose = f"{printable(host)} (this machine)" if host == own else printable(host)
            lines.append(
                f"{shown(path)}: {whose}: {counted(of.new, 'new request')}, {of.known:,} known already"
            )
    return "\n".join(lines) + "\n"
