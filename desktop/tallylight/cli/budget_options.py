"""Options of the commands that set budgets, and tags that budgets may be for."""

from __future__ import annotations

import argparse


def add_budget(parser: argparse.ArgumentParser) -> None:
    """The actions of `tallylight budget`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    shown = actions.add_parser("list", help="where each budget stands")
    shown.add_argument("--no-scan", action="store_true", help="do not read what is new first")
    shown.add_argument("--json", action="store_true", help="JSON instead of a table")
    change = actions.add_parser("set", help="set a budget; one of the same scope and period is replaced")
    change.add_argument("amount", help="dollars, as 300 or 4.50; with --tokens as 40M")
    change.add_argument("--tokens", action="store_true", help="the amount is in tokens")
    change.add_argument(
        "--period",
        choices=("month", "week", "day", "session"),
        default="month",
        help="how long it is for (default month)",
    )
    change.add_argument(
        "--starts-on", type=_month_day, default=1, metavar="DAY", help="first day of a billing month"
    )
    change.add_argument("--source", metavar="S", default="", help="only this source, as claude-code")
    change.add_argument("--project", metavar="P", default="", help="only this project, by name or path")
    change.add_argument("--tag", metavar="T", default="", help="only what bears this tag")
    change.add_argument("--branch", metavar="B", default="", help="only this branch")
    change.add_argument("--model", metavar="M", default="", help="only this model, as the log spells it")
    change.add_argument(
        "--session", metavar="ID", default="", help="only this session, by its id or the start of it"
    )
    change.add_argument(
        "--thresholds", type=_per_cents, metavar="P,P", help="per cent at which it tells (default 50,80,100)"
    )
    change.add_argument(
        "--no-forecast", action="store_true", help="do not tell that the forecast is above it"
    )
    remove = actions.add_parser("remove", help="remove a budget")
    remove.add_argument("id", help="as `tallylight budget list` names it")
    for name, action in actions.choices.items():
        action.set_defaults(action=name)


def add_tag(parser: argparse.ArgumentParser) -> None:
    """The actions of `tallylight tag`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    shown = actions.add_parser("list", help="each rule, and how many requests bear its tag")
    shown.add_argument("--json", action="store_true", help="JSON instead of a table")
    change = actions.add_parser(
        "set", help="give a tag to projects, branches or both; the first rule that fits holds"
    )
    change.add_argument("tag", help="the name, as client-a")
    change.add_argument(
        "--project", metavar="P", default="", help="projects, by name or path; * stands for anything"
    )
    change.add_argument("--branch", metavar="B", default="", help="branches, as feat/*")
    remove = actions.add_parser("remove", help="remove all rules that give a tag")
    remove.add_argument("tag", help="as `tallylight tag list` names it")
    for name, action in actions.choices.items():
        action.set_defaults(action=name)


def _month_day(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 31:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day of a month, 1 to 31")
    return int(text)


def _per_cents(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.replace("%", "").split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= 1000 for part in parts):
        raise argparse.ArgumentTypeError(f"'{text}' is no list of per cent; write it as 50,80,100")
    return tuple(sorted({int(part) for part in parts}))
