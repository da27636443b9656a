"""Which notices belong on the screen now: a mirror of what was decided elsewhere, one bubble per subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from tallylight.domain.finding import Finding, Severity
from tallylight.domain.notices import Notice
from tallylight.gui import notice_words

translate = QCoreApplication.translate
_RANK = {Severity.NOTE: 0, Severity.WARNING: 1, Severity.ALERT: 2}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One notice on screen. Bubbles of one `place` replace each other; `finding` is None for several in one.

    `tellings` says of each key which telling it stands for.
    """

    place: str
    keys: tuple[str, ...]
    tellings: tuple[tuple[str, int], ...]
    title: str
    text: str
    shown_steady_ms: int
    finding: Finding | None
    actions: tuple[tuple[str, str], ...]
    is_note: bool = False


class Board:
    """Remembers what was shown. What was told once is shown once: growth rewrites what is still on the screen, and
    brings nothing back."""

    def __init__(self) -> None:
        self._shown: dict[str, Bubble] = {}
        self._told: set[tuple[str, int]] = set()
        self._on_screen: set[str] = set()

    def changes(self, notices: Sequence[Notice], told_before: int = 0) -> tuple[list[Bubble], list[str]]:
        """The bubbles to show or to rewrite, and the places to take away; `told_before` is the last telling of an
        earlier run."""
        wanted = {bubble.place: bubble for bubble in _bubbles(notices, told_before)}
        gone = [place for place in self._on_screen if place not in wanted]
        new = [bubble for bubble in wanted.values() if self._is_news(bubble)]
        for bubble in new:
            self._shown[bubble.place] = bubble
            self._told.update(bubble.tellings)
        self._on_screen = (self._on_screen - set(gone)) | {bubble.place for bubble in new}
        return new, gone

    def leave(self, place: str) -> None:
        """It left the screen, by itself or by hand."""
        self._on_screen.discard(place)

    def _is_news(self, bubble: Bubble) -> bool:
        if not self._told.issuperset(bubble.tellings):
            return True
        before = self._shown.get(bubble.place)
        if before is None or bubble.place not in self._on_screen:
            return False
        has_grown = (bubble.title, bubble.text) != (before.title, before.text)
        return bubble.keys != before.keys or (has_grown and bubble.shown_steady_ms != before.shown_steady_ms)


_GATHERED = "gathered:"


def _bubbles(notices: Sequence[Notice], told_before: int) -> Iterable[Bubble]:
    groups: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.is_open and notice.telling > told_before:
            groups.setdefault(_place(notice), []).append(notice)
    # Told first is shown first, so that the newest ends on top.
    for place, group in sorted(groups.items(), key=lambda item: _newest(item[1]).telling):
        is_gathered = place.startswith(_GATHERED)
        yield _gathered(place, group) if is_gathered and len(group) > 1 else _single(place, group)


def _place(notice: Notice) -> str:
    return f"{_GATHERED}{notice.telling}" if notice.is_gathered else notice.finding.subject


def _newest(notices: Iterable[Notice]) -> Notice:
    return max(notices, key=lambda n: (n.telling, _RANK[n.finding.severity], n.first_ms))


def _single(place: str, group: Sequence[Notice]) -> Bubble:
    notice = _newest(group)
    finding = notice.latest
    return Bubble(
        place=place,
        keys=(finding.key,),
        tellings=((finding.key, notice.telling),),
        title=notice_words.headline(finding.title),
        text=notice_words.said(finding.text),
        shown_steady_ms=notice.shown_steady_ms,
        finding=finding,
        actions=notice_words.actions(finding),
        is_note=finding.severity is Severity.NOTE,
    )


def _gathered(place: str, group: Sequence[Notice]) -> Bubble:
    ranked = sorted(group, key=lambda n: -_RANK[n.finding.severity])
    return Bubble(
        place=place,
        keys=tuple(notice.finding.key for notice in ranked),
        tellings=tuple((notice.finding.key, notice.telling) for notice in ranked),
        title=translate("Notices", "{} notices").format(len(ranked)),
        text="\n".join(notice_words.headline(notice.latest.title) for notice in ranked),
        shown_steady_ms=max(notice.shown_steady_ms for notice in ranked),
        finding=None,
        actions=notice_words.actions(None),
        is_note=all(notice.finding.severity is Severity.NOTE for notice in ranked),
    )
