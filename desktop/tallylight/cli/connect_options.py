"""Options of the commands that let Tallylight know more: of a provider's bill, of an agent's hooks, of a file."""

from __future__ import annotations

import argparse

#: Providers that are asked with a key, and for what.
_REPORTS = {
    "anthropic": "Anthropic for your organization's tokens and charges",
    "openai": "OpenAI for your organization's tokens and charges",
    "openrouter": "OpenRouter for your activity and credit",
    "github": "GitHub for the bill of your Copilot plan",
    "github-org": "GitHub for the Copilot bill of your organization",
    "deepseek": "DeepSeek for your balance",
    "xai": "xAI for your team's charges and credit (experimental)",
    "huggingface": "Hugging Face for your month so far (experimental)",
}


def add_providers(parser: argparse.ArgumentParser) -> None:
    """What `tallylight providers` does."""
    parser.add_argument(
        "action", nargs="?", choices=("test",), help="test: whether a key still opens its reports"
    )
    parser.add_argument("name", nargs="?", choices=("cursor-team", *_REPORTS), help="only this provider")


def add_connect(parser: argparse.ArgumentParser) -> None:
    """What `tallylight connect` can connect."""
    kinds = parser.add_subparsers(title="what", metavar="WHAT", required=True, dest="what")
    account = kinds.add_parser(
        "cursor", help="ask Cursor for your own usage, with the sign-in of this machine"
    )
    team = kinds.add_parser("cursor-team", help="ask the Admin API of your team for one member's usage")
    team.add_argument(
        "--email", metavar="ADDRESS", default="", help="the member of the team whose usage is asked for"
    )
    reports = {name: kinds.add_parser(name, help=f"ask {who}") for name, who in _REPORTS.items()}
    reports["github-org"].add_argument(
        "--organization", metavar="NAME", default="", help="the organization, as in github.com/NAME"
    )
    hooks = kinds.add_parser(
        "cursor-hooks", help="count the tokens of Cursor's turns, by a recorder in its hooks"
    )
    _dry_run(hooks)
    line = kinds.add_parser("claude-status-line", help="show the fare in Claude Code's status line")
    _dry_run(line)
    for kind in (account, team, *reports.values(), hooks, line):
        kind.add_argument("--yes", action="store_true", help="do not ask")


def add_disconnect(parser: argparse.ArgumentParser) -> None:
    """What `tallylight disconnect` takes back."""
    kinds = parser.add_subparsers(title="what", metavar="WHAT", required=True, dest="what")
    kinds.add_parser("cursor", help="ask Cursor no more")
    kinds.add_parser("cursor-team", help="ask the team's Admin API no more, and remove its key")
    for name, who in _REPORTS.items():
        kinds.add_parser(name, help=f"no longer ask {who}, and remove the key")
    hooks = kinds.add_parser("cursor-hooks", help="take the recorder out of Cursor's hooks again")
    line = kinds.add_parser("claude-status-line", help="put Claude Code's status line back as it was")
    for kind in (hooks, line):
        _dry_run(kind)
        kind.add_argument("--yes", action="store_true", help="do not ask")


def _dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only show the change")


def add_import(parser: argparse.ArgumentParser) -> None:
    """Which files `tallylight import` takes."""
    parser.add_argument(
        "file",
        nargs="*",
        help="a FOCUS export of a cloud, a folder of one, or the usage file of Cursor's dashboard",
    )
    parser.add_argument(
        "--remove", metavar="N", type=int, help="take the imported bill of this number out again"
    )
