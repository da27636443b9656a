"""Asks the accessibility bus about one process. Run by the system's Python, whose package `pyatspi` is.

`accessible.py PID names`     the names of everything that is showing
`accessible.py PID nameless`  what can take the focus and has no name
`accessible.py PID press NAME`  presses the button of that name
"""

import json
import sys

import pyatspi

DEPTH = 40


def below(node, depth=0):
    yield node
    if depth < DEPTH:
        for child in node:
            if child is not None:
                yield from below(child, depth + 1)


def nodes(process):
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.get_process_id() == process:
            yield from below(application)


def has(node, state):
    return node.getState().contains(state)


def names(process):
    return [node.name for node in nodes(process) if node.name and has(node, pyatspi.STATE_SHOWING)]


def nameless(process):
    """Hidden pages count as well: they are one click away."""
    return [
        " > ".join(reversed([f"{n.getRoleName()} '{n.name}'" for n in lineage(node)]))
        for node in nodes(process)
        if not node.name.strip() and has(node, pyatspi.STATE_FOCUSABLE)
    ]


def lineage(node):
    while node is not None and node.getRoleName() != "application":
        yield node
        node = node.parent


def press(process, name):
    for node in nodes(process):
        if node.name == name and "Action" in pyatspi.listInterfaces(node) and has(node, pyatspi.STATE_SHOWING):
            action = node.queryAction()
            wanted = [i for i in range(action.nActions) if action.getName(i) == "Press"]
            if wanted:
                return action.doAction(wanted[0])
    return False


QUESTIONS = {"names": names, "nameless": nameless, "press": press}
print(json.dumps(QUESTIONS[sys.argv[2]](int(sys.argv[1]), *sys.argv[3:])))
