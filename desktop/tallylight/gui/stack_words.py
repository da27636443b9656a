"""What stacked bars show, in words: the readout, the legend, and the sentence for a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.summary import Stack
from tallylight.gui.period import slot_title

translate = QCoreApplication.translate


def label(stack: Stack, at: int) -> str:
    """A series as the legend names it."""
    name = stack.labels[at] or stack.series[at]
    return form.short_model(name) if name else translate("HistoryChart", "the rest")


def sum_of(stack: Stack, at: int) -> str:
    """What a slot comes to; a floor is marked, and what has no price at all is not free."""
    slot, amount = stack.slots[at], sum(values[at] for values in stack.values)
    if not amount and slot in stack.unpriced:
        return translate("HistoryChart", "no price")
    return form.at_least(money.show(amount), slot in stack.unpriced or slot in stack.at_least)


def read_out(stack: Stack, at: int) -> str:
    """A slot and what its bar is made of."""
    slot = stack.slots[at]
    if slot in stack.not_recorded:
        return translate("HistoryChart", "{}: not recorded").format(slot_title(slot))
    text = f"{slot_title(slot)}: {sum_of(stack, at)}"
    amounts = [values[at] for values in stack.values]
    parts = [f"{label(stack, i)} {money.show(amount)}" for i, amount in enumerate(amounts) if amount]
    if slot in stack.unpriced and parts:
        parts.append(translate("HistoryChart", "some without a price"))
    return f"{text} · {', '.join(parts)}" if len(parts) > 1 else text


def told(stack: Stack) -> str:
    """The whole of it in one sentence."""
    if not stack.slots:
        return ""
    sums = [sum(values[at] for values in stack.values) for at in range(len(stack.slots))]
    highest = max(range(len(sums)), key=sums.__getitem__)
    total = form.at_least(money.show(sum(sums)), bool(stack.unpriced or stack.at_least))
    text = translate("HistoryChart", "{} in all; most on {}: {}. The table below has every group.")
    return text.format(total, slot_title(stack.slots[highest]), sum_of(stack, highest))
