"""`tallylight statusline`, which runs at every prompt."""

from __future__ import annotations

import json
import sys
import time
from statistics import median

from live_log import LiveLog
from places import scratch_home, tell
from verdict import Row, below, spread
from whole_process import as_typed, environment, in_turn, run, tallylight

_LIMIT_MS = 60


def measure(times: int) -> list[Row]:
    """In turn with the interpreter alone, doing nothing."""
    tell(f"statusline: {times} prompts")
    with scratch_home() as home:
        surroundings = environment(home)
        LiveLog(home).append()
        run(tallylight("scan"), surroundings)  # leaves the prices that the line is made with
        given = json.dumps(_payload()).encode()
        runs = in_turn(
            {
                "ours": lambda: run(as_typed("statusline"), surroundings, given),
                "interpreter": lambda: run([sys.executable, "-c", ""], surroundings),
            },
            times,
        )
    took = {name: [each.wall_s * 1000 for each in done] for name, done in runs.items()}
    note = f"{spread(took['ours'], 'ms')}; the interpreter alone {spread(took['interpreter'], 'ms')}"
    return [below("`statusline`", _LIMIT_MS, median(took["ours"]), "ms", note)]


def _payload() -> dict[str, object]:
    """What the client hands over after an answer, figures and names our own."""
    usage = {
        "input_tokens": 9,
        "output_tokens": 812,
        "cache_creation_input_tokens": 2_304,
        "cache_read_input_tokens": 118_640,
    }
    window = {
        "total_input_tokens": 120_953,
        "total_output_tokens": 31_877,
        "context_window_size": 1_000_000,
        "used_percentage": 12,
        "remaining_percentage": 88,
        "current_usage": usage,
    }
    limit = {"used_percentage": 23.5, "resets_at": int(time.time()) + 9_000}
    return {
        "session_id": "0d4f7a52-9c1e-4b7d-a2f8-5e6c3b1a9d70",
        "transcript_path": "/srv/garden/log.jsonl",
        "cwd": "/srv/garden",
        "model": {"id": "claude-sonnet-4-6", "display_name": "Sonnet 4.6"},
        "workspace": {"current_dir": "/srv/garden", "project_dir": "/srv/garden", "added_dirs": []},
        "version": "2.1.330",
        "cost": {"total_cost_usd": 4.187, "total_duration_ms": 5_412_000, "total_lines_added": 318},
        "context_window": window,
        "exceeds_200k_tokens": False,
        "rate_limits": {"five_hour": limit, "seven_day": limit},
        "prompt_cache": {"ttl": "1h", "expires_at": int(time.time()) + 3_000},
    }
