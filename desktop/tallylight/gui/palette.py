"""The two palettes: few colours, each with a meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #rrggbb. All but `border`, `track`, `selection` and the washes are
    readable as text on window and card."""

    window: str
    sidebar: str
    card: str
    border: str
    text: str
    muted: str
    accent: str
    near: str
    over: str
    saved: str
    track: str
    selection: str
    #: Behind a sentence that is coloured `near` or `accent` at its edge.
    near_wash: str
    accent_wash: str
    #: One for each of several groups. None is grey: `muted` stands for what is left over.
    series: tuple[str, ...]
    is_dark: bool


LIGHT = Palette(
    window="#f6f7f9",
    sidebar="#ffffff",
    card="#ffffff",
    border="#dfe2e8",
    text="#15171c",
    muted="#5d6471",
    accent="#2563c4",
    near="#9c5e18",
    over="#b93a2e",
    saved="#177a54",
    track="#e2e5ea",
    selection="#dbe8fc",
    near_wash="#f7f0e5",
    accent_wash="#e8f0fd",
    series=("#1f6feb", "#7c4ddb", "#1f8f60", "#c77a12", "#0d8fa0", "#c23b7a", "#8a6d1c"),
    is_dark=False,
)

DARK = Palette(
    window="#16181d",
    sidebar="#1d2027",
    card="#1d2027",
    border="#2f343e",
    text="#f1f2f5",
    muted="#9aa1ae",
    accent="#5b9ff0",
    near="#d8a963",
    over="#ea7a6e",
    saved="#4fba87",
    track="#2f343e",
    selection="#273349",
    near_wash="#322e29",
    accent_wash="#212b3b",
    series=("#5b9ff0", "#a585ee", "#4fba87", "#dfa052", "#46b8c4", "#e47dad", "#b5c24f"),
    is_dark=True,
)
