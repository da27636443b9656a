"""`tallylight backup` and `tallylight delete-data`: the ledger kept elsewhere, and everything gone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tallylight.config.paths import shown
from tallylight.ingest.assembly import ledger_path
from tallylight.ledger.connection import back_up
from tallylight.system.instance import ask_to_end
from tallylight.system.removal import Deletion


def run_backup(options: argparse.Namespace) -> int:
    """While the tray application runs, too."""
    path = Path(options.path).expanduser()
    if path.is_dir():
        path /= ledger_path().name
    if not ledger_path().exists():
        raise ValueError("there is no ledger yet: nothing to back up")
    if path.exists() and not options.force:
        raise ValueError(f"{shown(path)} is there already: use --force to replace it")
    back_up(ledger_path(), path)
    sys.stdout.write(
        f"Backed up to {shown(path)}. To restore it: tallylight --quit, then copy it to {shown(ledger_path())};\n"
        f"or add it to what is there: tallylight merge {shown(path)}\n"
    )
    return 0


def run_delete(options: argparse.Namespace) -> int:
    deletion = Deletion(has_settings=options.settings, has_keys=options.keys)
    sys.stdout.write(_told(deletion))
    if options.dry_run:
        return 0
    if not options.yes and not _agrees():
        return 0
    if ask_to_end():
        sys.stdout.write("The Tallylight that ran has ended.\n")
    problems = deletion.make()
    sys.stderr.write("".join(f"tallylight: {problem}\n" for problem in problems))
    sys.stdout.write("" if problems else "Deleted.\n")
    return 1 if problems else 0


def _told(deletion: Deletion) -> str:
    lines = ["To be deleted for good:", *(f"  {shown(path)}" for path in deletion.files())]
    lines += ["  the providers' keys in the keychain"] if deletion.has_keys else []
    lines += ["What stays:", *(f"  {shown(path)}" for path in deletion.staying())]
    lines += [] if deletion.has_keys else ["  the providers' keys in the keychain, if there are any"]
    lines += ["  the start at login, the status line and Cursor's hooks, as they are"]
    lines += ["  the agents' own logs, which the next start reads anew", "  your exports and backups", ""]
    return "\n".join(lines)


def _agrees() -> bool:
    if not sys.stdin.isatty():
        raise ValueError("nobody is there to ask: use --yes once you have seen with --dry-run what goes")
    sys.stdout.write("Delete it? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
