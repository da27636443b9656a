"""`tallylight connect cursor` and the like: what a provider may be asked, agreed to in a shell."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass
from textwrap import fill

from msgspec.structs import replace

from tallylight.config.secrets import NoKeychain, check_keychain, given_keys, keep_key, read_key, remove_key
from tallylight.config.store import load_settings, save_settings
from tallylight.domain.consent import Agreement, Offer, changes_of, offer
from tallylight.domain.secret import Secret
from tallylight.ingest.assembly import now_ms
from tallylight.ingest.connections import accepted


def connect(options: argparse.Namespace) -> int:
    offered = offer(options.what)
    settings = load_settings()
    whose = ""
    if offered.whose is not None:
        whose = getattr(options, offered.whose.option) or getattr(settings, offered.whose.setting)
        if not whose:
            raise ValueError(f"name whose usage is asked for with --{offered.whose.option}")
    sys.stdout.write(_terms(offered))
    if not (options.yes or _agrees()):
        sys.stdout.write("Nothing was connected.\n")
        return 1
    said = _take_key(offered, whose, is_anew=offered.name in settings.feeds) if offered.key else ""
    agreed = Agreement(name=offered.name, is_on=True, whose=whose)
    save_settings(replace(settings, **changes_of(settings, agreed)))
    sys.stdout.write(
        f"{offered.label}: connected{said and f', {said}'}. It is read while the tray application runs, and by scan.\n"
    )
    return 0


def disconnect(options: argparse.Namespace) -> int:
    """Nothing is asked any more; what was read stays."""
    offered = offer(options.what)
    settings = load_settings()
    save_settings(replace(settings, **changes_of(settings, Agreement(name=offered.name, is_on=False))))
    if offered.key:
        try:
            remove_key(offered.name)
        except NoKeychain as e:
            raise ValueError(f"it is asked no more, but its key could not be removed: {e}") from None
    stays = f" The key in {offered.variable} stays there." if offered.name in given_keys() else ""
    sys.stdout.write(f"{offered.label}: disconnected. What was read stays in the history.{stays}\n")
    return 0


def _terms(offered: Offer) -> str:
    parts = (
        ("Reads", offered.reads),
        ("Sends", offered.sends),
        ("Keeps", offered.keeps),
        ("Note", offered.warns),
    )
    lines = [fill(f"{name + ':':<7}{text}", 96, subsequent_indent=" " * 7) for name, text in parts]
    return "\n".join([offered.label, *lines]) + "\n"


def _agrees() -> bool:
    if not sys.stdin.isatty():
        raise ValueError("nobody is here to agree: add --yes")
    sys.stdout.write("Connect it? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _take_key(offered: Offer, whose: str, *, is_anew: bool) -> str:
    """From the environment, where it then stays, or typed, which goes into the keychain once it was tested. Where it is
    connected already, whoever types nothing keeps the key there is."""
    try:
        known = read_key(offered.name)
    except NoKeychain as e:
        raise ValueError(str(e)) from None
    is_kept = not is_anew or offered.name in given_keys() or not sys.stdin.isatty()
    if known is not None and is_kept:
        return accepted(offered.name, known, now_ms(), whose)
    sys.stdout.write(fill(offered.key, 96) + "\n")
    typed = getpass("Key (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    if known is not None and not typed.strip():
        return accepted(offered.name, known, now_ms(), whose)
    if not typed.strip():
        raise ValueError(f"no key was given: type it, or set {offered.variable}")
    key = Secret(typed.strip())
    try:
        check_keychain(offered.name)
        said = accepted(offered.name, key, now_ms(), whose)
        keep_key(offered.name, key)
    except NoKeychain as e:
        raise ValueError(str(e)) from None
    return said
