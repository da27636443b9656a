"""What is to be said besides of a wish, in the user's language."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication

from tallylight.domain import format as form
from tallylight.domain.what_if import Would
from tallylight.gui import wording

translate = QCoreApplication.translate


def caveats(model: str, would: Would) -> Iterator[str]:
    """What a wish for a model leaves out, and how it counts."""
    name = form.short_model(model)
    if would.kept:
        yield translate("WhatIf", "{} too large for {}: counted on the model that did the work.").format(
            wording.turns(would.kept), name
        )
    share = form.percent(abs(would.scale - 100) / 100)
    if would.scale > 100:
        yield translate(
            "WhatIf", "{} makes about {} more tokens of the same text, which is included."
        ).format(name, share)
    elif would.scale < 100:
        yield translate(
            "WhatIf", "{} makes about {} fewer tokens of the same text, which is not counted on."
        ).format(name, share)
