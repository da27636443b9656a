"""What Cursor is called here, and models as it spells them: one model has many slugs, with effort and speed in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: The source.
NAME = "cursor"
#: What stands before a slug of Cursor's in the ledger: Cursor sells a model at rates of its own.
PREFIX = f"{NAME}/"
#: Whatever model Cursor picks, at one rate.
AUTO = PREFIX + "auto"
#: What the bill calls its own reviews of pull requests, which nobody asks for in a chat.
NO_CHATS = ("github_bugbot",)

_LABEL = re.compile(r"\s*\(([^()]*)\)$")
_VARIANT = re.compile(
    r"-(thinking|minimal|low|medium|high|xhigh|extra|max|none|preview|latest|fast|\d{8}|\d{4}-\d{2}-\d{2})$"
)
_FAMILY = re.compile(r"^(?:opus|sonnet|haiku|fable|mythos)-")


def cursor_model(slug: str) -> tuple[str, str]:
    """A slug or the label of a routed model as (model, speed) of a usage event; ("", "") for none.

    >>> cursor_model("Opus 5 (Auto Balanced)")
    ('cursor/opus-5', '')
    """
    name = slug.strip().lower()
    if label := _LABEL.search(name):  # "opus 5 (auto balanced)", but also "premium (gpt-5.5)"
        is_router = label[1].startswith("auto") or not label[1].strip()
        name = name[: label.start()] if is_router else label[1]
    name = "-".join(name.split()).removeprefix("cursor-").removeprefix(PREFIX)
    if name in ("", "none", "unknown"):
        return "", ""
    if name in ("default", "auto", "auto-cost"):
        return AUTO, ""
    *_, bare = bare_names(name)
    return PREFIX + name, "fast" if "-fast" in name.removeprefix(bare) else ""


def is_routed(slug: str) -> bool:
    """Whether Cursor picked the model, by its label of a bill."""
    label = _LABEL.search(slug.strip().lower())
    return label is not None and label[1].startswith("auto")


def is_alike(slug: str, other: str) -> bool:
    """Whether two bills may mean one model: one of them may say no more than that Cursor picked it, or leave out the
    effort."""
    models = [cursor_model(name)[0] for name in (slug, other)]
    if AUTO in models or models[0] == models[1]:
        return True
    one, two = ([*bare_names(model.removeprefix(PREFIX))][-1] for model in models)
    return one == two


def bare_names(name: str) -> Iterator[str]:
    """A slug, and what is left of it as its variants are taken off one by one: grok-code-fast-1 has none."""
    yield name
    while _VARIANT.search(name):
        name = _VARIANT.sub("", name)
        yield name
    if _FAMILY.match(name):
        yield "claude-" + name
