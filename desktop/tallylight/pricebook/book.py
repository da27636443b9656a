"""The price book: the library's list, our supplement and the user's prices, made into one set of cards."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from tallylight.domain.digest import hex_digest
from tallylight.domain.pricing import RateCard, Tier
from tallylight.installed import NO_WINDOW, child_command
from tallylight.pricebook.cards import compile_cards
from tallylight.pricebook.chains import lay_over
from tallylight.pricebook.library import origin, us_percent
from tallylight.pricebook.overrides import Entry, read_overrides
from tallylight.pricebook.spelling import plain
from tallylight.pricebook.supplement import digest

#: Ids as the logs of Claude Code spell them.
USUAL = (
    "claude-fable-5-2", "claude-fable-5-1", "claude-fable-5", "claude-mythos-5-2", "claude-mythos-5-1",
    "claude-mythos-5", "claude-opus-5-5", "claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6",
    "claude-opus-4-5-20251101", "claude-opus-4-1-20250805", "claude-opus-4-20250514", "claude-sonnet-5-5",
    "claude-sonnet-5", "claude-sonnet-4-6", "claude-sonnet-4-5-20250929", "claude-sonnet-4-20250514",
    "claude-3-7-sonnet-20250219", "claude-haiku-5-5", "claude-haiku-4-5-20251001", "claude-3-5-haiku-20241022",
)  # fmt: skip

YOURS = "yours"
#: Raise it when cards come out differently from the same prices, so that cached ones are made again.
_MAKE = 1
_TIMEOUT_S = 60.0

Book = tuple[list[RateCard], list[str]]


class CompileError(RuntimeError):
    """The price book could not be made; the message says why in one sentence."""


class Order(msgspec.Struct, frozen=True):
    """What the child process is asked for."""

    models: list[str]
    overrides: str


def load(models: Iterable[str], overrides_text: str = "") -> Book:
    """The cards of `models`, and what is wrong with the user's prices. Imports the price library."""
    wanted = list(dict.fromkeys(models))
    entries, problems = read_overrides(overrides_text)
    cards = compile_cards(wanted)
    for model in wanted:
        cards = lay_over(cards, [_card(model, entry, cards) for entry in _for_model(model, entries, cards)])
    return cards, problems


def run_compile(models: Iterable[str], overrides_text: str = "", timeout_s: float = _TIMEOUT_S) -> Book:
    """`load` in a process of its own, so that the caller never holds the library's 27 MB."""
    wanted = list(dict.fromkeys(models))
    import subprocess

    order = msgspec.json.encode(Order(wanted, overrides_text))
    try:
        done = subprocess.run(  # noqa: S603 - our own module, nothing of the user's on the command line
            child_command("prices"),
            input=order,
            capture_output=True,
            timeout=timeout_s,
            check=False,
            creationflags=NO_WINDOW,
        )
    except subprocess.TimeoutExpired:
        raise CompileError(f"Prices were not ready after {timeout_s:g} seconds.") from None
    except OSError as e:
        raise CompileError(f"Prices could not be read: {e}.") from e
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise CompileError(f"Prices could not be read (exit code {done.returncode}): {said[-1]}")
    try:
        book: Book = msgspec.json.decode(done.stdout, type=Book)
    except msgspec.MsgspecError as e:
        raise CompileError(f"Prices came back unreadable: {e}.") from e
    return book


def fingerprint(overrides_text: str = "") -> str:
    """Changes whenever the same models could get other cards. Cheap: the library is not imported."""
    yours = "none"
    if overrides_text.strip():
        yours = hex_digest(overrides_text, 6)
    return f"{origin()}; supplement {digest()}; yours {yours}; make {_MAKE}"


def _for_model(model: str, entries: list[Entry], cards: list[RateCard]) -> list[Entry]:
    """The user's entries for a model, those that spell it as the log does last, so that they win."""
    listed = {card.name.lower() for card in cards if card.model == model}
    by_name = [entry for entry in entries if plain(entry.model) in {plain(model), *listed}]
    return sorted(by_name, key=lambda entry: entry.model.lower() == model.lower())


def _card(model: str, entry: Entry, cards: list[RateCard]) -> RateCard:
    listed = next((card for card in cards if card.model == model), None)
    name, provider = (listed.name, listed.provider) if listed else (entry.model, "")
    tiers = entry.tiers
    if listed and not entry.has_web_search:
        search = listed.tiers[-1].rates.web_search
        tiers = tuple(Tier(tier.above, replace(tier.rates, web_search=search)) for tier in tiers)
    return RateCard(
        model=model,
        name=name,
        provider=provider,
        tiers=tiers,
        speed=entry.speed,
        service=entry.service,
        from_ms=entry.from_ms,
        until_ms=entry.until_ms,
        us_percent=us_percent(name, provider),
        origin=YOURS,
    )
