"""How much a model can be sent at once."""

from __future__ import annotations

import re

from tallylight.pricebook.spelling import candidates, claude_version, plain
from tallylight.pricebook.supplement import load

_LARGE, _USUAL = 1_000_000, 200_000


def context_window(model: str) -> int | None:
    """Tokens, or None for models we know nothing of. What a session's own log states is the better answer.

    `[1m]` asks for the large window and gets it. Without it the client stays at 200,000 tokens behind
    gateways and on cloud vendors, whatever the model could take.
    """
    if model.strip().lower().endswith("[1m]"):
        return _LARGE
    known = _known_window(model)
    if known is None or _is_first_party(model):
        return known
    return min(known, _USUAL)


def _known_window(model: str) -> int | None:
    windows = load().windows
    version = claude_version(plain(model))
    if version is not None:
        return next((w.tokens for w in windows if claude_version(w.model) == version), None)
    names = [name for _, name in candidates(model)]
    return next((w.tokens for w in windows for name in names if _is_release_of(name, w.model)), None)


def _is_release_of(name: str, model: str) -> bool:
    rest = name.removeprefix(model)
    return name.startswith(model) and re.fullmatch(r"(?:[-@](?:\d{4,8}|latest).*)?", rest) is not None


def _is_first_party(model: str) -> bool:
    name = plain(model)
    return not any(mark in name for mark in ("/", "@", "anthropic."))
