"""What a page is written with: sizes, weights, and the colours that the window has on white."""

from __future__ import annotations

import msgspec

BORDER, NEAR, OVER, SAVED, MUTED = "#dfe2e8", "#9c5e18", "#b93a2e", "#177a54", "#5d6471"
SERIES = ("#1f6feb", "#7c4ddb", "#1f8f60", "#c77a12", "#0d8fa0", "#c23b7a", "#8a6d1c")


class Style(msgspec.Struct, frozen=True):
    """How a text looks: its size in points, its colour, whether it is bold."""

    size: float
    colour: str = "#15171c"
    is_bold: bool = False


TITLE, HEADING, FIGURE = Style(20, is_bold=True), Style(9.5, is_bold=True), Style(15, is_bold=True)
LEAD, TEXT, CAPTION = Style(11), Style(9), Style(8, MUTED)
DETAIL, DETAIL_HEAD = Style(7), Style(7, MUTED)
FOOT = Style(7.5, MUTED)


def colour_of(series: int | None) -> str:
    """None is grey: what is left over."""
    return MUTED if series is None else SERIES[series % len(SERIES)]
