"""Killed while a bill is imported, the ledger holds the old one or the new one, never a part of either."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from focus_bills import a_bill, aws
from tallylight.cli import main
from tallylight.ledger.cloud_bills import imported
from tallylight.ledger.connection import open_for_reading

ROUNDS = 8
#: Says when it begins to write, and writes slowly.
IMPORTER = """
import sys, time
from tallylight.ledger import cloud_bills
from tallylight.cli import main
values = cloud_bills._values
def slowly(of):
    print("writing", flush=True) if not slowly.has_begun else None
    slowly.has_begun = True
    time.sleep(0.0005)
    return values(of)
slowly.has_begun = False
cloud_bills._values = slowly
sys.exit(main(["import", sys.argv[1]]))
"""


def held(folder: Path) -> Decimal:
    with closing(open_for_reading(folder / "ledger.sqlite")) as connection:
        (bill,) = imported(connection)
    return bill.billed["USD"]


def test_the_bill_there_is_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(tmp_path / "data"))
    old = a_bill(tmp_path / "old.csv", *(aws(RegionId=f"r{n}") for n in range(300)))
    new = a_bill(tmp_path / "new.csv", *(aws(RegionId=f"s{n}", BilledCost="2") for n in range(300)))
    assert main(["import", str(old)]) == 0
    chance = random.Random(7)
    found = set()
    for _ in range(ROUNDS):
        child = subprocess.Popen([sys.executable, "-c", IMPORTER, str(new)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        with child.stdout:
            assert child.stdout.readline() == b"writing\n"
            time.sleep(chance.uniform(0, 0.3))
            child.send_signal(signal.SIGKILL)
        child.wait(timeout=30)
        found.add(held(tmp_path / "data"))
    assert found <= {Decimal(300), Decimal(600)}
    assert Decimal(300) in found
    assert main(["import", str(new)]) == 0
    assert held(tmp_path / "data") == 600
    capsys.readouterr()
