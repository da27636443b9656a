"""Running a program whole, and what that took; and looking at one that goes on running."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_KEPT = ("PATH", "LD_LIBRARY_PATH")


def environment(home: Path, **more: str) -> dict[str, str]:
    """A machine on which nothing but `home` belongs to anybody."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    folders = {
        f"XDG_{name}_HOME": str(home / f"xdg-{name.lower()}") for name in ("CONFIG", "DATA", "STATE", "CACHE")
    }
    own = {"HOME": str(home), "TALLYLIGHT_DATA_DIR": str(home / "data"), "XDG_RUNTIME_DIR": str(home)}
    return kept | folders | own | {"TZ": "UTC", "LANG": "C.UTF-8"} | more


def tallylight(*arguments: str) -> list[str]:
    """The program as installed beside this interpreter."""
    return [sys.executable, "-m", "tallylight", *arguments]


def as_typed(*arguments: str) -> list[str]:
    """The same by its command, as a user's settings would name it."""
    command = shutil.which("tallylight", path=str(Path(sys.executable).parent))
    return [command, *arguments] if command else tallylight(*arguments)


@dataclass(frozen=True)
class Run:
    """One process from start to end, with the children it waited for."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    out: bytes


def run(command: Sequence[str], surroundings: Mapping[str, str], given: bytes = b"") -> Run:
    """Raises RuntimeError when the program fails. Its peak memory is never less than that of this process,
    from which it is forked: so nothing large is ever loaded here."""
    with (
        tempfile.TemporaryFile() as stdin,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as complaint,
    ):
        stdin.write(given)
        stdin.seek(0)
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=stdin, stdout=out, stderr=complaint, env=dict(surroundings))
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        complaint.seek(0)
        if process.returncode:
            last = complaint.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            raise RuntimeError(f"{Path(command[0]).name} ended with {process.returncode}: {''.join(last)}")
        return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6, out.read())


def in_turn(runs: Mapping[str, Callable[[], Run]], times: int) -> dict[str, list[Run]]:
    """A B A B …: what else the machine does in the meantime then hurts all of them alike."""
    done: dict[str, list[Run]] = {name: [] for name in runs}
    for _ in range(times):
        for name, once in runs.items():
            done[name].append(once())
    return done


def cpu_ns(pid: int) -> int:
    """Processor time of all threads of a running process so far, ended ones included."""
    return time.clock_gettime_ns((~pid << 3) | 2)  # the kernel's name for that process's clock


def settle(pid: int, share: float = 0.02, still_s: float = 2.0, seconds: float = 240.0) -> float:
    """Wait until the process took less than `share` of a core for a while; how long that was, in seconds."""
    began = time.monotonic()
    before, quiet_since = cpu_ns(pid), began
    while time.monotonic() - began < seconds:
        time.sleep(0.25)
        now = cpu_ns(pid)
        if now - before > share * 0.25e9:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since >= still_s:
            return quiet_since - began
        before = now
    raise RuntimeError(f"process {pid} did not come to rest within {seconds:g} s")


def memory_mb(pid: int, name: str = "VmRSS") -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"no {name} of process {pid}")


def shared_out_mb(pid: int) -> float:
    """Memory with shared pages divided among those who share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def written_bytes(pid: int) -> dict[str, int]:
    """`wchar`: handed to the system by write calls, pipes included; `write_bytes`: what goes to a disk."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return {name: int(value) for name, _, value in (line.partition(": ") for line in lines)}


def wake_ups(pid: int) -> int:
    """How often its threads gave up or lost the processor."""
    count = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for line in (thread / "status").read_text().splitlines():
            if "ctxt_switches" in line:
                count += int(line.split()[1])
    return count
