"""`tallylight statusline`: one line for Claude Code's prompt, and its figures kept for the ledger.

Gets the client's JSON on standard input after every answer, so it must be quick and must never fail a prompt:
whatever goes wrong, it prints what it can and exits with 0. It opens no database; the meter picks up the small
file it leaves. Only numbers and ids are kept.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

#: How long the user's own command may take.
_CHAIN_S = 5.0
#: Beyond these a figure is a mistake of whoever wrote it.
_MOST_TOKENS, _MOST_USD, _LAST_S = 1e12, 1e6, 1e11
#: A context that lost more than the rest of it is another one.
_STILL = 0.8


def run(arguments: list[str]) -> int:
    """`--chain COMMAND` runs the user's own status line with the same input and puts its output behind ours."""
    data = _attempt(lambda: sys.stdin.buffer.read(), b"")  # there is no sys.stdin where it was closed
    payload: dict[str, Any] = _attempt(lambda: _payload(data), {})
    advised, key = _attempt(lambda: _advised(payload), ("", ""))
    figures = _attempt(lambda: _line(payload), "")
    line = " · ".join(part for part in (figures, advised) if part) or "Tallylight: no figures yet"
    _attempt(lambda: _keep(payload, ""), None)
    chained = _attempt(lambda: _chained(arguments, data), "")
    if _say(" · ".join(part for part in (line, chained) if part)) and key:  # advice counts once it was shown
        _attempt(lambda: _keep(payload, key), None)
    return 0


def _attempt(work: Callable[[], T], otherwise: T) -> T:
    try:
        return work()
    except Exception:  # noqa: BLE001 - a status line that fails would cost the user their prompt
        return otherwise


def _say(line: str) -> bool:
    """Whether it could be said."""
    try:
        sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
        sys.stdout.flush()
    except Exception:  # noqa: BLE001 - the client has gone, or never listened
        # Python would complain again when it closes the stream at exit.
        _attempt(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()), 0)
        return False
    return True


def _payload(data: bytes) -> dict[str, Any]:
    payload = json.loads(data)
    return payload if isinstance(payload, dict) else {}


def _section(within: dict[str, Any], name: str) -> dict[str, Any]:
    section = within.get(name)
    return section if isinstance(section, dict) else {}


def _figure(value: object, most: float = _MOST_TOKENS) -> float | None:
    """The value when it is a number that can be meant: not negative, not endless, and never nan."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value <= most else None


def _text(value: object) -> str:
    return value[:80] if isinstance(value, str) else ""


def _line(payload: dict[str, Any]) -> str:
    window = _section(payload, "context_window")
    context = _context(window)
    spent = _figure(_section(payload, "cost").get("total_cost_usd"), _MOST_USD)
    parts = [] if spent is None else [f"${spent:.2f}"]
    size = int(_figure(window.get("context_window_size")) or 0)
    if context:
        share = f" of {_short(size)} ({100 * context // size} %)" if size else ""
        parts.append(f"context {_short(context)}{share}")
        following = _attempt(lambda: _next_turn(payload, context), "")
        if following:
            parts.append(following)
    return " · ".join(parts)


def _next_turn(payload: dict[str, Any], context: int) -> str:
    rates = _rates(_text(_section(payload, "model").get("id")))
    if rates is None:
        return ""
    tier = next((tier for tier in rates if context > tier[0]), rates[-1])
    cache = _section(payload, "prompt_cache")
    warm, cold = context * tier[1] / 1e12, context * tier[3 if cache.get("ttl") == "1h" else 2] / 1e12
    expires = _figure(cache.get("expires_at"), _LAST_S)
    if not expires:
        return f"next ≈ {_money(warm)}"
    if expires <= time.time():
        return f"next ≈ {_money(cold)}, cache cold"
    clock = time.strftime("%H:%M", time.localtime(expires))
    return f"next ≈ {_money(warm)}, {_money(cold)} after {clock}"


def _advised(payload: dict[str, Any]) -> tuple[str, str]:
    """What would make it cheaper and the key of that, as long as the session is what it is about."""
    advice = (_handed_over("advice.json") or {}).get(_text(payload.get("session_id")))
    if advice is None:
        return "", ""
    words, until_ms, key, model, context = advice
    now_on = _text(_section(payload, "model").get("id")).partition("[")[0]
    is_same = now_on in ("", str(model).partition("[")[0])
    # After a compaction the context is smaller, and right after it unknown.
    is_as_large = _context(_section(payload, "context_window")) >= _STILL * context
    holds = is_same and is_as_large and until_ms > time.time() * 1000
    return (str(words)[:80], str(key)[:400]) if holds else ("", "")


def _handed_over(name: str) -> dict[str, Any] | None:
    """What the meter left in a file for us."""
    try:
        with open(os.path.join(_data_dir(), name), "rb") as f:  # noqa: PTH118, PTH123
            left: dict[str, Any] = json.load(f)
    except (OSError, ValueError):
        return None
    return left


def _rates(model: str) -> list[list[int]] | None:
    rates = _handed_over("rates.json")
    if rates is None:
        return None
    found: list[list[int]] | None = rates.get(model) or rates.get(model.partition("[")[0])
    return found


def _keep(payload: dict[str, Any], advice: str) -> None:
    """Leave the figures for the meter: one file per session, replaced whole, for its owner's eyes."""
    session = str(payload.get("session_id") or "")
    if not session or not all(c.isalnum() or c in "-_" for c in session) or len(session) > 80:
        return
    home = _data_dir()
    folder = os.path.join(home, "statusline")  # noqa: PTH118
    for each in (home, folder):  # one by one: the mode is that of the last one made
        os.makedirs(each, mode=0o700, exist_ok=True)  # noqa: PTH103
    partial = os.path.join(folder, f".{session}.{os.getpid()}")  # noqa: PTH118
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:  # noqa: PTH123
        json.dump(_kept(session, payload) | {"advice": advice}, f, allow_nan=False)
    os.replace(partial, os.path.join(folder, f"{session}.json"))  # noqa: PTH105, PTH118


def _kept(session: str, payload: dict[str, Any]) -> dict[str, Any]:
    window = _section(payload, "context_window")
    cache = _section(payload, "prompt_cache")
    return {
        "session_id": session,
        "at_ms": int(time.time() * 1000),
        "total_usd": _figure(_section(payload, "cost").get("total_cost_usd"), _MOST_USD),
        "context_window": int(_figure(window.get("context_window_size")) or 0),
        "context": _context(window),
        "cache_expires_ms": int(_figure(cache.get("expires_at"), _LAST_S) or 0) * 1000,
        "cache_ttl": _text(cache.get("ttl")),
        "model": _text(_section(payload, "model").get("id")),
        "rate_limits": _limits(_section(payload, "rate_limits")),
    }


def _limits(limits: dict[str, Any]) -> dict[str, list[float]]:
    """Share used and moment of reset, per window of the plan; the numbers alone."""
    kept = {}
    for name in limits:
        limit = _section(limits, name)
        used = _figure(limit.get("used_percentage"))
        if used is not None:
            kept[name[:40]] = [used, _figure(limit.get("resets_at"), _LAST_S) or 0]
    return kept


def _context(window: dict[str, Any]) -> int:
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    usage = _section(window, "current_usage")
    return sum(int(_figure(usage.get(name)) or 0) for name in names)


def _chained(arguments: list[str], data: bytes) -> str:
    name, _, command = " ".join(arguments[:1]).partition("=")
    command = command or "".join(arguments[1:2])
    if name != "--chain" or not command:
        return ""
    import subprocess

    try:
        child = subprocess.Popen(  # noqa: S602 - the user's own command, from the user's own settings
            command,
            shell=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return ""
    with child:
        try:
            said, _ = child.communicate(data, timeout=_CHAIN_S)
        except subprocess.TimeoutExpired:
            _end(child.pid)
            return ""
    return said.decode("utf-8", "replace").strip()


def _end(pid: int) -> None:
    """A command that hangs, with all it started: whoever holds its output open would be waited for."""
    try:
        os.killpg(pid, 9)
    except AttributeError:  # Windows
        os.kill(pid, 9)
    except OSError:
        return


def _data_dir() -> str:
    override = os.environ.get("TALLYLIGHT_DATA_DIR")
    if override:
        return os.path.abspath(os.path.expanduser(override))  # noqa: PTH100, PTH111
    from tallylight.config.paths import data_dir

    return str(data_dir())


def _short(tokens: int) -> str:
    if tokens >= 1_000_000:
        return f"{tokens / 1_000_000:.1f}M".replace(".0M", "M")
    return f"{tokens // 1000}k" if tokens >= 1000 else str(tokens)


def _money(dollars: float) -> str:
    return f"${dollars:.2f}" if dollars >= 0.1 else f"${dollars:.3f}"
