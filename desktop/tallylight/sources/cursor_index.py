"""Cursor's lists of chats, of which each era has its own place. Any of them may be empty, stale or gone."""

from __future__ import annotations

from typing import Any

import msgspec

from tallylight.sources.cursor_records import Head, decoded, text

#: In `ItemTable`: of the global database since 3.0, and of each window's before it.
GLOBAL_LIST = "composer.composerHeaders"
WINDOW_LIST = "composer.composerData"
TABS_OF_2024 = "workbench.panel.aichat.view.aichat.chatdata"


class WindowList(msgspec.Struct, frozen=True):
    """What a window knows of its chats: heads of old, or only which of them it showed."""

    heads: tuple[Head, ...] = ()
    shown: frozenset[str] = frozenset()


class _List(msgspec.Struct, rename="camel"):
    all_composers: list[Any] | None = None
    selected_composer_ids: list[Any] = []
    last_focused_composer_ids: list[Any] = []


class _Tab(msgspec.Struct, rename="camel"):
    tab_id: Any = None
    chat_title: Any = None
    last_send_time: Any = None


class _Tabs(msgspec.Struct):
    tabs: list[_Tab] = []


def heads_of_list(value: bytes | None) -> list[Head] | None:
    """The global list; None when it is there in a shape that we do not know."""
    if value is None:
        return []
    read = decoded(value, _List)
    if read is None or read.all_composers is None:
        return None
    return _heads(read.all_composers)


def window_list(value: bytes | None) -> WindowList:
    """What one window's database says of its chats."""
    read = decoded(value, _List)
    if read is None:
        return WindowList()
    shown = [text(item) for item in (*read.selected_composer_ids, *read.last_focused_composer_ids)]
    return WindowList(tuple(_heads(read.all_composers or [])), frozenset(filter(None, shown)))


def heads_of_2024(value: bytes | None) -> list[Head]:
    """The tabs of the first chat panel, as heads."""
    read = decoded(value, _Tabs)
    return [
        Head(
            composer_id=tab.tab_id,
            name=tab.chat_title,
            unified_mode="chat",
            created_at=tab.last_send_time,
            last_updated_at=tab.last_send_time,
        )
        for tab in (read.tabs if read else [])
        if text(tab.tab_id)
    ]


def merged(first: Head | None, second: Head | None) -> Head:
    """Both lists' words on one chat: what the first leaves open the second fills."""
    if first is None or second is None:
        return first or second or Head()
    return Head(
        **{
            name: getattr(first, name) if getattr(first, name) is not None else getattr(second, name)
            for name in Head.__struct_fields__
        }
    )


def _heads(items: list[Any]) -> list[Head]:
    heads = []
    for item in items:
        try:
            head = msgspec.convert(item, Head)
        except msgspec.ValidationError:
            continue
        if text(head.composer_id):
            heads.append(head)
    return heads
