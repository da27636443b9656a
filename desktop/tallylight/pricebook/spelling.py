"""The ways in which logs spell a model, and what a price list may call it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tallylight.domain.cursor_names import PREFIX, bare_names

#: What gateways and cloud vendors call the providers of the price list.
_PROVIDERS = {
    "bedrock": "aws",
    "amazon-bedrock": "aws",
    "vertex": "google",
    "vertex_ai": "google",
    "vertex-ai": "google",
    "gemini": "google",
    "copilot": "github-copilot",
    "xai": "x-ai",
    "moonshot": "moonshotai",
    "z-ai": "zai",
}
_BRACKETS = re.compile(r"\[[^\]]*\]$")
_BEDROCK = re.compile(r"^(?:arn:aws[^ ]*[:/])?(?:(?:us|us-gov|eu|apac|jp|au|ca|global)\.)?anthropic\.")
_EFFORT = re.compile(r"-(?:thinking|minimal|low|medium|high|xhigh)$")
_FAMILY = "opus|sonnet|haiku|fable|mythos"
_SWAPPED = re.compile(rf"^claude-(\d(?:[.-]\d{{1,2}})?)-({_FAMILY})\b")
_VERSION = re.compile(rf"claude-({_FAMILY})-(\d+)(?:[.-](\d{{1,2}}))?(?!\d)")
_VERSION_FIRST = re.compile(rf"claude-(\d+)(?:[.-](\d{{1,2}}))?-({_FAMILY})\b")

Candidate = tuple[str | None, str]


def plain(model: str) -> str:
    """The id in lower case, without a suffix in brackets: `claude-opus-5-5[1m]` is priced as its model."""
    return _BRACKETS.sub("", model.strip().lower())


def candidates(model: str) -> Iterator[Candidate]:
    """(provider or None, name) pairs under which a price list may know `model`, the most literal first."""
    name = plain(model)
    if name.startswith(PREFIX):
        yield from _sold_by_cursor(name.removeprefix(PREFIX))
        return
    provider = "aws" if _BEDROCK.match(name) else None
    yield provider, name
    if provider and name.startswith("arn:"):  # Bedrock: arn:aws:bedrock:…:foundation-model/anthropic.claude-…
        name = name.rsplit("/", 1)[-1]
        yield provider, name
    if "@" in name:  # Vertex: claude-opus-5-5@20261001
        yield "google", name
        yield provider, name.split("@")[0]
    if "/" in name and provider is None:
        yield from _routed(name)
        name = name.rsplit("/", 1)[1]
        yield None, name
    if " " in name:  # "gpt-5.2 high"
        name = name.split(" ")[0]
        yield provider, name
    while _EFFORT.search(name):  # one at a time: gpt-5.1-codex-max-xhigh, claude-4.5-sonnet-thinking-high
        name = _EFFORT.sub("", name)
        yield provider, name
    yield from _respelled(provider, name)


def _sold_by_cursor(slug: str) -> Iterator[Candidate]:
    """Cursor's own price for it, which our supplement lists under its prefix; else what the maker asks."""
    names = list(bare_names(slug))
    names += [again for _, again in _respelled(None, names[-1])]
    for name in names:
        yield "cursor", PREFIX + name
        yield "cursor", name
    for name in names:
        yield from candidates(name)


def _routed(name: str) -> Iterator[Candidate]:
    """`anthropic/claude-opus-5.5` is the maker's own model for some gateways and a router's for others."""
    head, tail = name.split("/", 1)
    if head == "anthropic":
        # The router passes Anthropic's prices on, but its list has no 1-hour writes: prefer the maker's.
        yield "anthropic", tail
        yield "anthropic", _dashed(tail)
    yield "openrouter", name.removeprefix("openrouter/")
    yield _PROVIDERS.get(head, head), tail


def _respelled(provider: str | None, name: str) -> Iterator[Candidate]:
    if swapped := _SWAPPED.match(name):  # claude-4.5-sonnet
        name = f"claude-{swapped[2]}-{swapped[1].replace('.', '-')}"
        yield "anthropic", name
    if (dashed := _dashed(name)) != name:  # claude-fable-5.2
        yield provider, dashed
    if (dotted := re.sub(r"-(\d)-(\d)(?!\d)", r"-\1.\2", name)) != name:
        yield provider, dotted
    if name.startswith("glm"):
        yield "zai", name
    if name.startswith("qwen"):
        yield "openrouter", "qwen/" + name


def _dashed(name: str) -> str:
    return re.sub(r"(\d)\.(\d)", r"\1-\2", name)


def is_sold_by_cursor(model: str) -> bool:
    return plain(model).startswith(PREFIX)


def claude_version(name: str) -> tuple[str, int, int] | None:
    """("opus", 4, 5) of any spelling of a Claude model; None for others and for names without a version."""
    if found := _VERSION.search(name):
        return found[1], int(found[2]), int(found[3] or 0)
    if found := _VERSION_FIRST.search(name):
        return found[3], int(found[1]), int(found[2] or 0)
    return None
