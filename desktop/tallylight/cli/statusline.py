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


def run(arguments: list[str]) -> int:
    """`--chain COMMAND` runs the user's own status line with the same input and puts its output behind ours."""
    data = sys.stdin.buffer.read()
    payload: Any = _attempt(lambda: json.loads(data), None)
    line = _attempt(lambda: _line(payload), "Tallylight: no figures yet")
    _attempt(lambda: _keep(payload), None)
    chained = _chained(arguments, data)
    out = sys.stdout.buffer
    out.write(" · ".join(part for part in (line, chained) if part).encode("utf-8", "replace") + b"\n")
    return 0


def _attempt(work: Callable[[], T], otherwise: T) -> T:
    try:
        return work()
    except Exception:  # noqa: BLE001 - a status line that fails would cost the user their prompt
        return otherwise


def _line(payload: dict[str, Any]) -> str:
    window = payload.get("context_window") or {}
    usage = window.get("current_usage") or {}
    context = _context(usage)
    parts = [f"${float((payload.get('cost') or {}).get('total_cost_usd') or 0):.2f}"]
    size = int(window.get("context_window_size") or 0)
    if context:
        share = f" of {_short(size)} ({100 * context // size} %)" if size else ""
        parts.append(f"context {_short(context)}{share}")
        following = _next_turn(payload, usage, context)
        if following:
            parts.append(following)
    return " · ".join(parts)


def _next_turn(payload: dict[str, Any], usage: dict[str, Any], context: int) -> str:
    rates = _rates((payload.get("model") or {}).get("id") or "")
    if rates is None:
        return ""
    tier = next((tier for tier in rates if context > tier[0]), rates[-1])
    cache = payload.get("prompt_cache") or {}
    warm, cold = context * tier[1] / 1e12, context * tier[3 if cache.get("ttl") == "1h" else 2] / 1e12
    expires = cache.get("expires_at")
    if not expires:
        return f"next ≈ {_money(warm)}"
    if expires <= time.time():
        return f"next ≈ {_money(cold)}, cache cold"
    clock = time.strftime("%H:%M", time.localtime(expires))
    return f"next ≈ {_money(warm)}, {_money(cold)} after {clock}"


def _rates(model: str) -> list[list[int]] | None:
    try:
        with open(os.path.join(_data_dir(), "rates.json"), "rb") as f:  # noqa: PTH118, PTH123
            rates = json.load(f)
    except (OSError, ValueError):
        return None
    found: list[list[int]] | None = rates.get(model) or rates.get(model.partition("[")[0])
    return found


def _keep(payload: dict[str, Any]) -> None:
    """Leave the figures for the meter: one file per session, replaced whole."""
    session = str(payload.get("session_id") or "")
    if not session or not all(c.isalnum() or c in "-_" for c in session) or len(session) > 80:
        return
    window = payload.get("context_window") or {}
    cache = payload.get("prompt_cache") or {}
    kept = {
        "session_id": session,
        "at_ms": int(time.time() * 1000),
        "total_usd": (payload.get("cost") or {}).get("total_cost_usd"),
        "context_window": int(window.get("context_window_size") or 0),
        "context": _context(window.get("current_usage") or {}),
        "cache_expires_ms": int(cache.get("expires_at") or 0) * 1000,
        "cache_ttl": str(cache.get("ttl") or ""),
        "model": str((payload.get("model") or {}).get("id") or ""),
        "rate_limits": _limits(payload.get("rate_limits") or {}),
    }
    folder = os.path.join(_data_dir(), "statusline")  # noqa: PTH118
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
    partial = os.path.join(folder, f".{session}.{os.getpid()}")  # noqa: PTH118
    with open(partial, "w", encoding="utf-8") as f:  # noqa: PTH123
        json.dump(kept, f)
    os.replace(partial, os.path.join(folder, f"{session}.json"))  # noqa: PTH105, PTH118


def _limits(limits: dict[str, Any]) -> dict[str, list[float]]:
    """Share used and moment of reset, per window of the plan; the numbers alone."""
    kept = {}
    for name, limit in limits.items():
        if isinstance(limit, dict) and isinstance(limit.get("used_percentage"), int | float):
            kept[str(name)[:40]] = [float(limit["used_percentage"]), float(limit.get("resets_at") or 0)]
    return kept


def _context(usage: dict[str, Any]) -> int:
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return sum(int(usage.get(name) or 0) for name in names)


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
