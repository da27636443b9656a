"""Turns that a recorder on this machine counted as they ended, and which of them a bill states as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import msgspec

#: The kind of a request that is counted by a recorder and that no bill states yet.
PROVISIONAL = "provisional"
#: A turn that is longer has no line of its own day.
TURN_MS = 86_400_000
#: A recorder notes the end of a turn, a bill its begin or its end by another clock: how far these are apart where the
#: counts agree, and where only the time tells.
NEAR_MS, _CLOSE_MS = 60_000, 5_000

#: Of the ways to add up lines so many are tried.
_MOST_SUMS = 1_000


class Counted(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A recorded turn, or a line of a bill. `family` is the chat that a subagent's chat belongs to, or the chat itself;
    both are "" where a bill names none."""

    key: str
    time_ms: int
    chat: str = ""
    family: str = ""
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def counts(self) -> tuple[int, ...]:
        return (self.input, self.output, self.cache_read, self.cache_write)

    @property
    def prompt(self) -> int:
        """All that was sent, wherever it was read from."""
        return self.input + self.cache_read + self.cache_write


def paired(turns: Sequence[Counted], lines: Iterable[Counted]) -> dict[str, Counted]:
    """The turn of each line that has one, by the line's key: each turn once, equal counts before equal prompts."""
    begins = _begins(turns)
    ordered = sorted(lines, key=lambda line: (not line.family, line.time_ms, line.key))
    found: dict[str, Counted] = {}
    taken: set[str] = set()
    alike: tuple[Callable[[Counted], object], ...] = (lambda of: of.counts, lambda of: of.prompt)
    for what in alike:
        by_what: dict[object, list[Counted]] = defaultdict(list)
        for turn in sorted(turns, key=lambda turn: (turn.time_ms, turn.key)):
            by_what[what(turn)].append(turn)
        for line in ordered:
            if line.key in found or not line.prompt:
                continue
            for turn in by_what[what(line)]:
                is_its = line.family in ("", turn.family) and turn.key not in taken
                if is_its and begins[turn.key] - _CLOSE_MS < line.time_ms <= turn.time_ms + NEAR_MS:
                    found[line.key] = turn
                    taken.add(turn.key)
                    break
    return found


def owners(turns: Sequence[Counted], lines: Sequence[Counted]) -> dict[str, Counted]:
    """The turn of each line that has one, by the line's key: besides `paired`, of several lines without a chat that
    come to a turn's counts together."""
    begins, found = _begins(turns), paired(turns, lines)
    taken = {turn.key for turn in found.values()}
    unnamed = [line for line in lines if not line.family and line.prompt and line.key not in found]
    unnamed.sort(key=lambda line: (line.time_ms, line.key), reverse=True)
    for turn in sorted(turns, key=lambda turn: (turn.time_ms, turn.key)):
        if turn.key in taken or not unnamed:
            continue
        since, until = begins[turn.key] - _CLOSE_MS, turn.time_ms + NEAR_MS
        while_open = [line for line in unnamed if since < line.time_ms <= until and line.key not in found]
        found |= dict.fromkeys((line.key for line in _adding_up(turn, while_open)), turn)
    return found


def _adding_up(turn: Counted, lines: Sequence[Counted]) -> Sequence[Counted]:
    """Those of these lines that come to what a turn counted: one after the other, or some between those of others."""
    return _in_a_row(turn, lines) or _among(turn, lines)


def _in_a_row(turn: Counted, lines: Sequence[Counted]) -> Sequence[Counted]:
    prompt = output = 0
    begins = {(0, 0): 0}
    for end, line in enumerate(lines, 1):
        prompt, output = prompt + line.prompt, output + line.output
        begin = begins.get((prompt - turn.prompt, output - turn.output))
        if begin is not None:
            return lines[begin:end]
        begins[prompt, output] = end
    return ()


def _among(turn: Counted, lines: Sequence[Counted]) -> Sequence[Counted]:
    sums: dict[tuple[int, int], tuple[Counted, ...]] = {(0, 0): ()}
    for line in lines:
        for (prompt, output), parts in list(sums.items()):
            more = (prompt + line.prompt, output + line.output)
            if more == (turn.prompt, turn.output):
                return (*parts, line)
            if more[0] < turn.prompt and more[1] <= turn.output:
                sums.setdefault(more, (*parts, line))
        if len(sums) > _MOST_SUMS:
            break
    return ()


def covered(turns: Sequence[Counted], lines: Sequence[Counted]) -> set[str]:
    """The keys of the turns that a bill states: in lines of their own counts, or in one of their chat while they
    lasted."""
    begins, owner = _begins(turns), owners(turns, lines)
    of_chat: dict[str, list[Counted]] = defaultdict(list)
    for line in lines:
        of_chat[line.chat].append(line)
    known = {turn.key for turn in owner.values()}
    for turn in turns:
        since, until = begins[turn.key] + _CLOSE_MS, turn.time_ms + _CLOSE_MS
        for line in of_chat[turn.chat]:
            if since < line.time_ms <= until and owner.get(line.key, turn).time_ms == turn.time_ms:
                known.add(turn.key)
    return known


def _begins(turns: Iterable[Counted]) -> dict[str, int]:
    """After which moment each turn began: when the one before it in its chat had ended."""
    ends: dict[str, set[int]] = defaultdict(set)
    for turn in turns:
        ends[turn.chat].add(turn.time_ms)
    before = {
        (chat, end): max(previous, end - TURN_MS)
        for chat, of in ends.items()
        for previous, end in pairwise([0, *sorted(of)])
    }
    return {turn.key: before[turn.chat, turn.time_ms] for turn in turns}
