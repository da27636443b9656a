"""All benchmarks, in one command: `python tests/benchmarks/run.py`.

It generates what it needs into `tallylight-benchmarks-UID` below the system's temporary folder (some 2.5 GB, kept for
the next time; delete it at will), runs the installed program of the same interpreter in homes made for it, and prints
a table: what, its bar, what was measured, whether that holds. It ends with 1 when a bar does not hold.

    full-read   the first full read into a fresh ledger, checked against the corpus's truth; beside ccusage when that
                is on the PATH or named with --peer (npm install ccusage@20.0.24)
    dense       the same on many small sessions
    restart     start of the tray application on 300 MB of known history: icon, first figure
    cursor      a database of Cursor's of 2 GB read for the first time, a chat that moves, nothing but
                heartbeats, and the recorder of its hooks
    live        a line on disk to the shell's JSON line, to the panel's and the window's pixels
    notice      a line on disk that crosses a budget's threshold, to the notice
    forecast    the forecast of a month, back-tested on generated histories beside linear pacing
    advice      ten turns after a fresh start, predicted and made, and the time that advice takes per event
    idle        twenty open sessions and nothing happening: processor time and writes (--idle-seconds 600: the bar's)
    memory      the tray application alone, and with charts
    statusline  the line for the client's prompt
    summary     a month's summary as a web page, from the shell
    exports     a million requests as Parquet and as CSV, written by the command
    import      a cloud's bill of a gigabyte taken in by the command
    frames      the window's thread during a first full read

Programs that are compared run in turn (A B A B …) in the same minute, and ratios are medians over these pairs: seconds
of a busy machine mean little. What needs a screen runs in an X session of its own, where Xvfb and the like are
installed. Linux only: figures come from wait4(2) and /proc.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "desktop"))  # the X session of the desktop tests
import advice_backtest
import at_rest
import cursor
import exports
import focus_import
import forecast_backtest
import frames
import full_read
import live_line
import notice
import prompt_line
import restart
import shared_page
from places import corpus, tell
from tray_runs import missing_tools
from verdict import Row, skipped, table

Benchmark = Callable[[argparse.Namespace], list[Row]]
_KNOWN = "300M"
_DENSE = {"20M": "20M", "300M": "100M", "2G": "300M"}


def main() -> int:
    given = _parser().parse_args()
    rows: list[Row] = []
    for name, benchmark in _BENCHMARKS.items():
        if given.only and name not in given.only:
            continue
        missing = missing_tools() if name in _ON_SCREEN else ""
        tell(name)
        found = skipped(name, missing) if missing else _tried(name, benchmark, given)
        rows += found
    print(json.dumps([asdict(row) for row in rows], indent=1) if given.json else table(rows))
    return int(any(row.holds is False for row in rows))


def _tried(name: str, benchmark: Benchmark, given: argparse.Namespace) -> list[Row]:
    """A benchmark that breaks leaves the others their turn."""
    try:
        return benchmark(given)
    except (RuntimeError, AssertionError, OSError) as e:
        return [Row(name, "", "failed", False, str(e))]


def _full_read(given: argparse.Namespace) -> list[Row]:
    logs = corpus(given.corpus)
    times = given.times or (3 if given.corpus == "2G" else 5)
    return full_read.measure(logs, given.peer, times, f"{given.corpus} read")


def _dense(given: argparse.Namespace) -> list[Row]:
    size = _DENSE[given.corpus]
    return full_read.measure(corpus(size, "dense"), given.peer, given.times or 5, f"{size} of small sessions")


def _known(given: argparse.Namespace) -> str:
    return "20M" if given.corpus == "20M" else _KNOWN


_BENCHMARKS: dict[str, Benchmark] = {
    "full-read": _full_read,
    "dense": _dense,
    "restart": lambda given: restart.measure(corpus(_known(given)), given.times or 7),
    "live": lambda given: live_line.measure(corpus(_known(given)), given.times or 50),
    "cursor": lambda given: cursor.measure(
        given.times or 50, given.idle_seconds, is_small=given.corpus == "20M"
    ),
    "notice": lambda given: notice.measure(corpus(_known(given)), given.times or 50),
    "forecast": lambda given: forecast_backtest.measure(),
    "advice": lambda given: advice_backtest.measure(),
    "idle": lambda given: at_rest.idle(given.idle_seconds),
    "memory": lambda given: at_rest.memory(corpus(_known(given))),
    "statusline": lambda given: prompt_line.measure(given.times or 20),
    "summary": lambda given: shared_page.measure(corpus(_known(given)), given.times or 15),
    "exports": lambda given: exports.measure(given.times or 3),
    "import": lambda given: focus_import.measure(given.times or 3),
    "frames": lambda given: frames.measure(corpus(given.corpus), given.times or 3),
}
_ON_SCREEN = ("restart", "idle", "memory", "frames")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=list(_BENCHMARKS), metavar="NAME", help="these alone")
    parser.add_argument("--corpus", choices=["20M", "300M", "2G"], default="2G", help="what is read (2G)")
    parser.add_argument(
        "--times", type=int, metavar="N", help="how often each is run, instead of its own number"
    )
    parser.add_argument(
        "--peer", default=shutil.which("ccusage"), metavar="PATH", help="the ccusage to run beside"
    )
    parser.add_argument(
        "--idle-seconds", type=int, default=60, metavar="N", help="how long idle is watched (60)"
    )
    parser.add_argument("--json", action="store_true", help="the rows as JSON")
    return parser


if __name__ == "__main__":
    if not Path("/proc/self/io").exists():
        sys.exit("the benchmarks need Linux: figures come from /proc")
    sys.exit(main())
