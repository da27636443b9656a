"""`tallylight connect cursor` and the like: what a provider may be asked, agreed to in a shell."""

from __future__ import annotations

import argparse
import os
import sys
from getpass import getpass
from textwrap import fill

from msgspec.structs import replace

from tallylight.config.secrets import NoKeychain, keep_key, read_key, remove_key, variable
from tallylight.config.store import load_settings, save_settings
from tallylight.domain.consent import Offer, offer
from tallylight.domain.secret import Secret


def connect(options: argparse.Namespace) -> int:
    offered = offer(options.what)
    settings = load_settings()
    email = getattr(options, "email", "") or settings.cursor_email
    if offered.key and not email:
        raise ValueError("name the member whose usage is asked for with --email ADDRESS")
    sys.stdout.write(_terms(offered))
    if not (options.yes or _agrees()):
        sys.stdout.write("Nothing was connected.\n")
        return 1
    if offered.key:
        _take_key(offered, is_anew=offered.name in settings.feeds)
    save_settings(
        replace(
            settings,
            feeds=tuple(dict.fromkeys((*settings.feeds, offered.name))),
            cursor_email=email,
        )
    )
    sys.stdout.write(
        f"{offered.label}: connected. It is read while the tray application runs, and by scan.\n"
    )
    return 0


def disconnect(options: argparse.Namespace) -> int:
    """Nothing is asked any more; what was read stays."""
    offered = offer(options.what)
    settings = load_settings()
    feeds = tuple(name for name in settings.feeds if name != offered.name)
    email = "" if offered.key else settings.cursor_email
    save_settings(replace(settings, feeds=feeds, cursor_email=email))
    if offered.key:
        try:
            remove_key(offered.name)
        except NoKeychain as e:
            raise ValueError(f"it is asked no more, but its key could not be removed: {e}") from None
    sys.stdout.write(f"{offered.label}: disconnected. What was read stays in the history.\n")
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


def _take_key(offered: Offer, *, is_anew: bool) -> None:
    """From the environment, where it then stays, or typed, which goes into the keychain. Where it is connected already,
    whoever types nothing keeps the key there is."""
    try:
        is_there = read_key(offered.name) is not None
        if is_there and (not is_anew or variable(offered.name) in os.environ or not sys.stdin.isatty()):
            return
    except NoKeychain as e:
        raise ValueError(str(e)) from None
    sys.stdout.write(fill(offered.key, 96) + "\n")
    typed = getpass("Key (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
    if is_there and not typed.strip():
        return
    if not typed.strip():
        raise ValueError(f"no key was given: type it, or set {variable(offered.name)}")
    try:
        keep_key(offered.name, Secret(typed.strip()))
    except NoKeychain as e:
        raise ValueError(str(e)) from None
