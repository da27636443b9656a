"""The two of the client's own settings that move the threshold of automatic compaction; nothing else is read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tallylight.ingest.files import read_small


class _Settings(msgspec.Struct):
    autoCompactWindow: int | str | None = None  # noqa: N815
    autoCompactEnabled: bool | None = None  # noqa: N815


class ClientSettings:
    """By account: (threshold in tokens or 0, whether the client compacts by itself)."""

    def __init__(self) -> None:
        self._by_account: dict[str, tuple[int, bool]] = {}

    def read(self, account: str, root: Path) -> None:
        try:
            read = msgspec.json.decode(read_small(root / "settings.json"), type=_Settings)
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
            return
        window = read.autoCompactWindow if isinstance(read.autoCompactWindow, int) else 0
        self._by_account[account] = (max(0, window), read.autoCompactEnabled is not False)

    def __call__(self, account: str) -> tuple[int, bool]:
        return self._by_account.get(account, (0, True))
