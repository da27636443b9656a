"""Providers on loopback, and a keychain that forgets."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from keychain import InMemory
from provider_server import KEYS, NOW_MS, ProviderServer, a_provider_server
from tallylight.cli import main
from tallylight.ingest import connections


@pytest.fixture
def providers(chain: InMemory, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderServer]:
    """In place of the providers' own: they are known by its address."""
    with a_provider_server() as made:
        local = tuple(replace(provider, base=made.base) for provider in connections.PROVIDERS)
        monkeypatch.setattr(connections, "PROVIDERS", local)
        for module in ("scan", "consent", "providers", "reconcile"):
            monkeypatch.setattr(f"tallylight.cli.{module}.now_ms", lambda: NOW_MS)
        yield made


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Type a key for a provider."""

    def typed(name: str = "anthropic", key: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO((key or KEYS[name]) + "\n"))
        whose = ["--organization", "acme"] if name == "github-org" else []
        return main(["connect", name, *whose, "--yes"])

    return typed
