"""Providers on loopback, and a ledger to read them into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from factories import a_ledger
from provider_server import ProviderServer, a_provider_server
from tallylight.ledger.ledger import Ledger


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with a_provider_server() as made:
        yield made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path) as made:
        yield made
