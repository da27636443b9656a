"""The commands and their options."""

from __future__ import annotations

import argparse
import io
import logging
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import date
from typing import NoReturn

from tallylight import __version__
from tallylight.cli.budget_options import add_budget, add_tag
from tallylight.cli.complaint import sentence
from tallylight.cli.connect_options import add_connect, add_disconnect, add_import, add_providers
from tallylight.cli.order_options import add_order, add_schedule
from tallylight.ledger.connection import LedgerIsNewer

_REPORTS = ("day", "week", "month", "session", "project", "model", "branch", "tag", "account", "host")


def run_command(arguments: list[str]) -> int:
    """Parse and run; errors are one sentence on standard error."""
    _prepare_streams()
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.version:
        sys.stdout.write(f"tallylight {__version__}\n")
        return 0
    if options.quit:
        options.run = _quit
    if options.run is _report and options.since and options.until and options.since > options.until:
        parser.error(f"--since {options.since} is after --until {options.until}")
    if options.run is _export and (problem := _export_problem(options)):
        parser.error(problem)
    if options.run is _import and options.remove is not None and options.file:
        parser.error("--remove takes a bill out, and takes no file")
    if options.run is not _tray:  # the tray's warnings are the session log's; in a shell the sentence is all
        logging.getLogger().addHandler(logging.NullHandler())
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return _flushed(command(options))
    except BrokenPipeError:  # whoever read has gone
        _let_go()
        return 0
    except KeyboardInterrupt:
        return 0 if options.run is _live else 128 + signal.SIGINT  # it is how `live` is left
    except (OSError, sqlite3.Error, ValueError, RecursionError, LedgerIsNewer) as e:
        sys.stderr.write(f"tallylight: {sentence(e)}\n")
        _let_go()
        return 1


def _prepare_streams() -> None:
    """Names come from anywhere: what the terminal's encoding lacks becomes a question mark."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller, or a program without a console
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _let_go() -> None:
    """Python would complain again when it closes a stream at exit that cannot be written."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _flushed(code: int) -> int:
    sys.stdout.flush()
    return code


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"tallylight: {message}\n")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 1970 <= day.year < date.max.year:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day; write it as 2026-11-30")
    return day


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tallylight", description="What your coding agents cost and how their context grows, live."
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    parser.add_argument(
        "--demo", action="store_true", help="start with invented sessions, apart from your own"
    )
    parser.add_argument(
        "--quit", action="store_true", help="end the Tallylight that runs, and wait until it has"
    )
    parser.set_defaults(run=_tray, background=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    start = commands.add_parser("run", help="start the tray application (the same as no command)")
    start.add_argument(
        "--demo", action="store_true", help="start with invented sessions, apart from your own"
    )
    start.add_argument("--background", action="store_true", help="open no window by itself, as at login")
    start.set_defaults(run=_tray)
    _add_report(commands)
    _add_export(commands)
    scan = commands.add_parser("scan", help="read what is new in the logs")
    _json(scan)
    scan.set_defaults(run=_scan)
    merge = commands.add_parser("merge", help="take in what other machines recorded, no request twice")
    merge.add_argument("other", nargs="+", help="another machine's ledger, or the folder that holds it")
    merge.add_argument(
        "--host", metavar="NAME", default="", help="what the machine is called, where its ledger does not say"
    )
    merge.add_argument("--dry-run", action="store_true", help="only say what it would bring")
    _json(merge)
    merge.set_defaults(run=_merge)
    imports = commands.add_parser(
        "import",
        help="take in files from a provider, nothing twice; without a file, list the bills so far",
    )
    add_import(imports)
    _json(imports)
    imports.set_defaults(run=_import)
    live = commands.add_parser("live", help="follow the running sessions, one line per change")
    _json(live)
    live.add_argument("--demo", action="store_true", help="follow the demo's invented sessions")
    live.set_defaults(run=_live)
    connect = commands.add_parser(
        "connect", help="let Tallylight know more, of a bill or of an agent's hooks"
    )
    add_connect(connect)
    connect.set_defaults(run=_connect)
    disconnect = commands.add_parser("disconnect", help="take back what was connected")
    add_disconnect(disconnect)
    disconnect.set_defaults(run=_disconnect)
    providers = commands.add_parser("providers", help="which providers are asked, and how that goes")
    add_providers(providers)
    _json(providers)
    providers.set_defaults(run=_providers)
    reconcile = commands.add_parser(
        "reconcile", help="the meter beside the bill, and what explains the difference"
    )
    reconcile.add_argument(
        "--since", metavar="D", type=_day, help="first day, as 2026-11-01 (default the first of this month)"
    )
    _json(reconcile)
    reconcile.set_defaults(run=_reconcile)
    prices = commands.add_parser("prices", help="list the prices in force and where each comes from")
    prices.add_argument("--all", action="store_true", help="past and future prices too")
    prices.add_argument("--reprice", action="store_true", help="price all of history anew with these prices")
    _json(prices)
    prices.set_defaults(run=_prices)
    budget = commands.add_parser(
        "budget", help="list, set and remove soft budgets: they warn, and never stop"
    )
    add_budget(budget)
    budget.set_defaults(run=_budget)
    tag = commands.add_parser("tag", help="list, set and remove names that you give to projects and branches")
    add_tag(tag)
    tag.set_defaults(run=_tag)
    schedule = commands.add_parser("schedule", help="list, set and remove exports that come again")
    actions = schedule.add_subparsers(title="actions", metavar="ACTION", required=True)
    add_schedule(actions)
    _json(actions.choices["list"])
    schedule.set_defaults(run=_schedule)
    findings = commands.add_parser("findings", help="what stands out now, and what was told before")
    _json(findings)
    findings.set_defaults(run=_findings)
    advice = commands.add_parser(
        "advice", help="what would make the running sessions cheaper, and by how much"
    )
    advice.add_argument(
        "--session",
        metavar="S",
        default="",
        help="only this session, by its id or the start of it, worked out",
    )
    _json(advice)
    advice.set_defaults(run=_advice)
    start_at_login = commands.add_parser("autostart", help="start Tallylight when you log in, or no more")
    start_at_login.add_argument("what", choices=("on", "off", "status"))
    start_at_login.add_argument("--dry-run", action="store_true", help="only show what it would change")
    _json(start_at_login)
    start_at_login.set_defaults(run=_autostart)
    backup = commands.add_parser("backup", help="copy the ledger, also while it is being written")
    backup.add_argument("path", help="a file, or a folder that is there")
    backup.add_argument("--force", action="store_true", help="replace a file that is there")
    backup.set_defaults(run=_backup)
    delete = commands.add_parser("delete-data", help="delete the ledger and all that belongs to it, for good")
    delete.add_argument("--settings", action="store_true", help="the settings and your own prices too")
    delete.add_argument("--keys", action="store_true", help="the providers' keys in the keychain too")
    delete.add_argument("--dry-run", action="store_true", help="only say what goes and what stays")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    delete.set_defaults(run=_delete)
    doctor = commands.add_parser("doctor", help="check folders, ledger, tray, notices, keychain")
    _json(doctor)
    doctor.set_defaults(run=_doctor)
    line = commands.add_parser(
        "statusline", help="the line for Claude Code's prompt (reads JSON on standard input)"
    )
    line.add_argument(
        "--chain", metavar="COMMAND", help="your own status line command, run with the same input"
    )
    return parser


def _add_report(commands: argparse._SubParsersAction[_Parser]) -> None:
    report = commands.add_parser(
        "report",
        help="what was spent, by day, week, month, session, project, model, branch, tag, account, machine (host)",
    )
    report.add_argument("by", choices=_REPORTS)
    report.add_argument("--since", metavar="D", type=_day, help="first day, as 2026-11-01")
    report.add_argument("--until", metavar="D", type=_day, help="last day, as 2026-11-30")
    report.add_argument("--source", metavar="S", default="", help="only this source, as claude-code")
    report.add_argument("--project", metavar="P", default="", help="only this project, by name or path")
    report.add_argument("--no-scan", action="store_true", help="do not read what is new first")
    _json(report)
    report.set_defaults(run=_report)


def _add_export(commands: argparse._SubParsersAction[_Parser]) -> None:
    export = commands.add_parser("export", help="a usage summary as a file, for yourself or to share")
    export.add_argument(
        "--format",
        metavar="F",
        default="",
        help="markdown, html, pdf, csv, json, xlsx, parquet, focus, focus-parquet, focus-1.4, focus-1.4-parquet,"
        " standup or table",
    )
    add_order(export)
    export.add_argument(
        "--output",
        metavar="PATH",
        default="-",
        help="a file, or a folder with / at its end; - is standard output",
    )
    export.add_argument(
        "--partition",
        metavar="K",
        choices=("day,host",),
        help="day,host: a folder that several machines write to",
    )
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    export.add_argument(
        "--keep-both", action="store_true", help="write beside a file that is there, under a numbered name"
    )
    export.add_argument(
        "--as-of", metavar="D", type=_day, help="the day that --range is seen from (default today)"
    )
    export.add_argument("--preview", metavar="N", type=_count, help="end after so many rows")
    export.add_argument(
        "--due", action="store_true", help="write the scheduled summaries that are due, each once (for cron)"
    )
    export.add_argument("--no-scan", action="store_true", help="do not read what is new first")
    export.add_argument("--progress", action="store_true", help="say on standard error how far it is")
    export.set_defaults(run=_export, own=())


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of rows")
    return int(text)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def _tray(options: argparse.Namespace) -> int:
    from tallylight.cli.tray import run

    return run(options)


def _quit(_options: argparse.Namespace) -> int:
    from tallylight.cli.quit import run

    return run()


def _backup(options: argparse.Namespace) -> int:
    from tallylight.cli.data import run_backup

    return run_backup(options)


def _delete(options: argparse.Namespace) -> int:
    from tallylight.cli.data import run_delete

    return run_delete(options)


def _autostart(options: argparse.Namespace) -> int:
    from tallylight.cli.autostart import run

    return run(options)


def _report(options: argparse.Namespace) -> int:
    from tallylight.cli.report import run

    return run(options)


def _export(options: argparse.Namespace) -> int:
    if options.due:
        from tallylight.cli.due import run as run_due

        return run_due(options)
    from tallylight.cli.export import run

    return run(options)


def _export_problem(options: argparse.Namespace) -> str:
    from tallylight.cli.export import problem_of

    return problem_of(options)


def _connect(options: argparse.Namespace) -> int:
    if options.what == "cursor-hooks":
        from tallylight.cli.hooks import connect_hooks

        return connect_hooks(options)
    if options.what == "claude-status-line":
        from tallylight.cli.hooks import switch_line

        return switch_line(options, is_on=True)
    from tallylight.cli.consent import connect

    return connect(options)


def _disconnect(options: argparse.Namespace) -> int:
    if options.what == "cursor-hooks":
        from tallylight.cli.hooks import disconnect_hooks

        return disconnect_hooks(options)
    if options.what == "claude-status-line":
        from tallylight.cli.hooks import switch_line

        return switch_line(options, is_on=False)
    from tallylight.cli.consent import disconnect

    return disconnect(options)


def _providers(options: argparse.Namespace) -> int:
    from tallylight.cli.providers import run

    return run(options)


def _reconcile(options: argparse.Namespace) -> int:
    from tallylight.cli.reconcile import run

    return run(options)


def _scan(options: argparse.Namespace) -> int:
    from tallylight.cli.scan import run

    return run(options)


def _merge(options: argparse.Namespace) -> int:
    from tallylight.cli.merge import run

    return run(options)


def _import(options: argparse.Namespace) -> int:
    from tallylight.cli.importing import run

    return run(options)


def _live(options: argparse.Namespace) -> int:
    from tallylight.cli.live import run

    return run(options)


def _prices(options: argparse.Namespace) -> int:
    from tallylight.cli.prices import run

    return run(options)


def _tag(options: argparse.Namespace) -> int:
    from tallylight.cli.tag import run

    return run(options)


def _budget(options: argparse.Namespace) -> int:
    from tallylight.cli.budget import run

    return run(options)


def _schedule(options: argparse.Namespace) -> int:
    from tallylight.cli.schedule import run

    return run(options)


def _findings(options: argparse.Namespace) -> int:
    from tallylight.cli.findings import run

    return run(options)


def _advice(options: argparse.Namespace) -> int:
    from tallylight.cli.advice import run

    return run(options)


def _doctor(options: argparse.Namespace) -> int:
    from tallylight.cli.doctor import run

    return run(options)
