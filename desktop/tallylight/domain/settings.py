"""What the user chose."""

from __future__ import annotations

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The user's choices; every field has a default that suits a first start."""

    version: int = 1
    #: Folders to read besides those that are found by themselves: (source, path) pairs.
    folders: tuple[tuple[str, str], ...] = ()
    keep_titles: bool = True
    #: "auto", "light" or "dark".
    theme: str = "auto"
    #: 0 Monday … 6 Sunday.
    week_starts_on: int = 0
    is_meter_pinned: bool = False
