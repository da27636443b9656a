"""A month's summary for people, from the shell: what it takes from the command to the file."""

from __future__ import annotations

from functools import partial
from statistics import median

from places import Corpus, home_that_knows, tell
from verdict import Row, below, spread
from whole_process import Run, environment, in_turn, run, tallylight

_LIMIT_MS = 500


def measure(logs: Corpus, times: int) -> list[Row]:
    """The page and the other formats in turn, over the month of the corpus that has most requests."""
    tell(f"month summary of {logs.name}: {times} runs of each")
    month, requests = _fullest_month(logs)
    with home_that_knows(logs) as home:
        surroundings = environment(home, CLAUDE_CONFIG_DIR=str(logs.path))
        options = ("--range", month, "--output", str(home / "month"), "--force")

        def written(name: str) -> Run:
            return run(tallylight("export", "--format", name, *options), surroundings)

        runs = in_turn({name: partial(written, name) for name in ("html", "markdown", "pdf")}, times)
    took = {name: [each.wall_s * 1000 for each in done] for name, done in runs.items()}
    others = "; ".join(f"{name} {spread(took[name], 'ms')}" for name in ("markdown", "pdf"))
    processor = spread([each.cpu_s * 1000 for each in runs["html"]], "ms")
    note = f"{requests:,} requests in {month}; {spread(took['html'], 'ms')}, processor {processor}; {others}"
    return [below("month summary as a web page", _LIMIT_MS, median(took["html"]), "ms", note)]


def _fullest_month(logs: Corpus) -> tuple[str, int]:
    sums: dict[str, int] = {}
    for day, totals in logs.truth["by_day"].items():
        sums[day[:7]] = sums.get(day[:7], 0) + totals["requests"]
    return max(sums.items(), key=lambda item: item[1])
