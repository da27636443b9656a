"""Which colour and which pattern stand for a group, the same in every period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt

from tallylight.gui.legend import PATTERNS
from tallylight.gui.palette import Palette

#: What is left over is grey, with a pattern that comes late in the order of the others.
REST_PATTERN = Qt.BrushStyle.CrossPattern


@dataclass(frozen=True, slots=True)
class Look:
    """`colour` counts in the palette's series, None is the grey of what is left over."""

    colour: int | None
    pattern: Qt.BrushStyle

    def colour_in(self, palette: Palette) -> str:
        return palette.muted if self.colour is None else palette.series[self.colour]


class SeriesLooks:
    """Remembers who looks how: a model that was blue in October is blue in November, whatever it cost.

    The palette has fewer colours than a year has projects. A newcomer gets one that none of its neighbours
    has; two that came in different periods may share a colour, never a pattern too.
    """

    def __init__(self, colours: int) -> None:
        self._colours = colours
        self._numbers: dict[str, dict[str, int]] = {}

    def of(self, kind: str, keys: Sequence[str]) -> list[Look]:
        """The looks of groups shown together. Who comes first, the largest, chooses first; "" is the rest."""
        known = self._numbers.setdefault(kind, {})
        for key in keys:
            if key and key not in known:
                known[key] = self._free(known, {known[other] for other in keys if other in known})
        return [self._look(known[key]) if key else Look(None, REST_PATTERN) for key in keys]

    def _free(self, known: Mapping[str, int], beside: set[int]) -> int:
        """The first number nobody has, of a colour that nothing beside it has where there is one."""
        taken, near = set(known.values()), {number % self._colours for number in beside}
        free = [number for number in range((len(known) + 1) * self._colours) if number not in taken]
        return next((number for number in free if number % self._colours not in near), free[0])

    def _look(self, number: int) -> Look:
        turn, colour = divmod(number, self._colours)
        return Look(colour, PATTERNS[(colour + turn) % len(PATTERNS)])
