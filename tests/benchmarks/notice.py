"""From the line on disk that crosses a budget's threshold to the notice that is written down and handed out."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

from live_log import LiveLog
from places import Corpus, home_that_knows, tell
from verdict import Row, below, p95, spread
from whole_process import environment, settle

_LIMIT_MS = 300
_PATIENCE_S = 10.0
_ANSWERS_BEFORE = 20


def measure(logs: Corpus, times: int) -> list[Row]:
    """One row: with `logs` known, each line of one session crosses the next threshold of its budget."""
    with home_that_knows(logs) as home:
        log = LiveLog(home)
        log.append(_ANSWERS_BEFORE)
        surroundings = environment(home, CLAUDE_CONFIG_DIR=f"{logs.path},{home / '.claude'}")
        process = subprocess.Popen(
            [sys.executable, __file__, log.session], env=surroundings, stdout=subprocess.PIPE
        )
        told = _Told(process)
        try:
            told.wait_for_more(0)
            settle(process.pid)
            tell(f"notice: {times} lines")
            took = []
            for _ in range(times):
                time.sleep(0.4)
                known = told.count
                began = log.append()
                took.append((told.wait_for_more(known) - began) / 1e6)
        finally:
            process.terminate()
            process.wait(10)
            told.close()
    return [
        below("line on disk to the notice, p95", _LIMIT_MS, p95(took), "ms", f"median {spread(took, 'ms')}")
    ]


class _Told:
    """When the child had handed out how many notices."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._changed = threading.Condition()
        self._at = 0
        self.count = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            with self._changed:
                self._at, self.count = json.loads(line)
                self._changed.notify_all()

    def wait_for_more(self, known: int) -> int:
        with self._changed:
            if not self._changed.wait_for(lambda: self.count > known, _PATIENCE_S):
                raise RuntimeError(f"no notice within {_PATIENCE_S:g} s")
            return self._at

    def close(self) -> None:
        self._thread.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()


def follow(session: str) -> None:
    """The child: the tray application's own worker, without its window. Prints when it has handed out how many."""
    from tallylight.domain.budget import Budget, Period, Unit
    from tallylight.domain.settings import Settings
    from tallylight.domain.snapshot import Snapshot
    from tallylight.ingest.assembly import open_meter
    from tallylight.ingest.worker import Worker

    # One answer of the log is 18,000 to 90,000 tokens: with steps of 10,000 each crosses the next.
    budget = Budget(
        id="b",
        amount=1_000_000,
        unit=Unit.TOKENS,
        period=Period.SESSION,
        session_id=session,
        thresholds=tuple(range(1, 1000)),
    )
    settings = Settings(budgets=(budget,))

    def publish(snapshot: Snapshot) -> None:
        count = sum(notice.finding.budget_id == "b" for notice in snapshot.notices)
        if count:
            sys.stdout.write(json.dumps([time.monotonic_ns(), count]) + "\n")
            sys.stdout.flush()

    worker = Worker(lambda: open_meter(settings, has_alerts=True), publish)
    worker.start()
    threading.Event().wait()


if __name__ == "__main__":
    follow(sys.argv[1])
