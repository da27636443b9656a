"""The shell: the same answers without a screen. Commands are imported when asked for, and none imports Qt."""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """The `tallylight` command. Exit codes: 0 fine, 2 usage, 1 the rest."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ["statusline"]:  # runs at every prompt: nothing else may be loaded
        from tallylight.cli.statusline import run

        return run(arguments[1:])
    if arguments[:1] == ["--child"]:  # a process of our own, which loads only what it is for
        from tallylight.installed import be_child

        be_child(*arguments[1:])
        return 0
    from tallylight.lean import without

    with without("typing_extensions"):  # msgspec prefers it to what Python has had since 3.11: 10 ms and 1 MB
        from tallylight.cli.commands import run_command

    return run_command(arguments)


def tray() -> int:
    """The `tallylight-tray` command: the same without a console."""
    return main(sys.argv[1:])
