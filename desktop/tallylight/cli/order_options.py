"""Options that say what is exported, for one export and for those that come again."""

from __future__ import annotations

import argparse
from typing import Any

from tallylight.domain.columns import Detail, Private, Treatment

GROUPS = (
    "day", "week", "month", "session", "project", "model", "tag", "branch", "agent", "subagent_type", "skill",
    "mcp_server", "account", "host",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def add_order(parser: argparse.ArgumentParser) -> None:
    """All of an order but its format."""
    parser.add_argument(
        "--range",
        metavar="R",
        default="this-month",
        help="last-month, billing-month, 2026-10, 2026-W40, 2026-10-01..2026-10-15 (default this-month)",
    )
    parser.add_argument("--by", choices=GROUPS, default="project", help="how the period is split")
    parser.add_argument(
        "--detail", choices=[d.value for d in Detail], help="how fine the rows are (default summary)"
    )
    parser.add_argument("--source", metavar="S", default="", help="only this source, as claude-code")
    parser.add_argument("--project", metavar="P", default="", help="only this project, by name or path")
    parser.add_argument("--tag", metavar="T", default="", help="only what bears this tag")
    parser.add_argument("--branch", metavar="B", default="", help="only this branch")
    parser.add_argument("--model", metavar="M", default="", help="only this model, as the log spells it")
    parser.add_argument("--session", metavar="ID", dest="session_id", default="", help="only this session")
    for name, text in (
        ("subagent-type", "subagents of this type"),
        ("skill", "this skill"),
        ("mcp-server", "this MCP server"),
    ):
        parser.add_argument(f"--{name}", metavar="NAME", default="", help=f"only {text}")
    parser.add_argument(
        "--account", metavar="DIR", default="", help="only this account, by the folder of its files"
    )
    parser.add_argument(
        "--redact",
        metavar="WHAT",
        type=redaction,
        default={},
        help="names to hash: all, or paths,titles,branches,sessions,machines; paths=short shortens",
    )


def add_schedule(actions: argparse._SubParsersAction[Any]) -> None:
    """The actions of `tallylight schedule`."""
    actions.add_parser("list", help="each with its next time and what became of it")
    change = actions.add_parser("set", help="add an export that comes again; with --id one is changed")
    change.add_argument("folder", help="where it is written; the folder has to be there")
    change.add_argument("--format", metavar="F", required=True, help="as `tallylight export` has it")
    change.add_argument(
        "--every",
        choices=(*WEEKDAYS, "month"),
        default="monday",
        help="the day of the week, or the first of each month (default monday)",
    )
    change.add_argument("--at", type=_clock, metavar="T", default="09:00", help="local time (default 09:00)")
    change.add_argument("--replace", action="store_true", help="replace its own older file of the same name")
    change.add_argument("--id", default="", help="change this one, as `tallylight schedule list` names it")
    add_order(change)
    change.set_defaults(range="")
    remove = actions.add_parser("remove", help="remove one")
    remove.add_argument("id", help="as `tallylight schedule list` names it")
    for name, action in actions.choices.items():
        action.set_defaults(action=name)


def _clock(text: str) -> str:
    hours, _, minutes = text.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise argparse.ArgumentTypeError(f"'{text}' is not a time; write it as 09:00")
    return f"{int(hours):02}:{int(minutes):02}"


def redaction(text: str) -> dict[Private, Treatment]:
    wanted: dict[Private, Treatment] = {}
    for part in text.split(","):
        name, _, how = part.strip().partition("=")
        try:
            treatment = Treatment(how or "hash")
            kinds = list(Private) if name == "all" else [Private(name)]
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"'{part}' is not known; write it as all, titles, or paths=short,branches=hash,sessions=keep"
            ) from None
        wanted |= dict.fromkeys(kinds, treatment)
    return wanted
