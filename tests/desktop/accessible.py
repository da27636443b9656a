"""Asks the accessibility bus about one process. Run by the system's Python, whose package `pyatspi` is.

`accessible.py PID names`       the names of everything that is showing
`accessible.py PID nameless`    what can take the focus and has no name
`accessible.py PID press NAME`  presses the button of that name
`accessible.py PID focused`     the name of what has the focus, "" for nothing
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pyatspi

Node = Any
DEPTH = 40


def below(node: Node, depth: int = 0) -> Iterator[Node]:
    yield node
    if depth < DEPTH:
        for child in node:
            if child is not None:
                yield from below(child, depth + 1)


def nodes(process: int) -> Iterator[Node]:
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.get_process_id() == process:
            yield from below(application)


def has(node: Node, state: int) -> bool:
    return bool(node.getState().contains(state))


def names(process: int) -> list[str]:
    return [node.name for node in nodes(process) if node.name and has(node, pyatspi.STATE_SHOWING)]


def nameless(process: int) -> list[str]:
    """Hidden pages count as well: they are one click away. A box's own list is read with the box's name."""
    return [
        " > ".join(reversed([f"{n.getRoleName()} '{n.name}'" for n in lineage(node)]))
        for node in nodes(process)
        if not node.name.strip() and has(node, pyatspi.STATE_FOCUSABLE) and not is_list_of_a_box(node)
    ]


def is_list_of_a_box(node: Node) -> bool:
    return node.getRole() == pyatspi.ROLE_LIST and node.parent.getRole() == pyatspi.ROLE_COMBO_BOX


def lineage(node: Node) -> Iterator[Node]:
    while node is not None and node.getRoleName() != "application":
        yield node
        node = node.parent


def press(process: int, name: str) -> bool:
    for node in nodes(process):
        if (
            node.name == name
            and "Action" in pyatspi.listInterfaces(node)
            and has(node, pyatspi.STATE_SHOWING)
        ):
            action = node.queryAction()
            wanted = [i for i in range(action.nActions) if action.getName(i) == "Press"]
            if wanted:
                return bool(action.doAction(wanted[0]))
    return False


def focused(process: int) -> str:
    """Never an item of a list: one that is chosen says that it is focused wherever the focus is."""
    items = (pyatspi.ROLE_LIST_ITEM, pyatspi.ROLE_TABLE_CELL)
    holders = (n for n in nodes(process) if has(n, pyatspi.STATE_FOCUSED) and n.getRole() not in items)
    return next((node.name for node in holders if node.name), "")


QUESTIONS = {"names": names, "nameless": nameless, "press": press, "focused": focused}
print(json.dumps(QUESTIONS[sys.argv[2]](int(sys.argv[1]), *sys.argv[3:])))
