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
    """One notice on screen. Bubbles of one `place` replace each other; `finding` is None for several in one."""

    place: str
    keys: tuple[str, ...]
    title: str
    text: str
    shown_ms: int
    finding: Finding | None
    actions: tuple[tuple[str, str], ...]
    is_note: bool = False


class Board:
    """Remembers what was shown. What was told before `started_ms`, by an earlier run, is never shown again."""

    def __init__(self, started_ms: int) -> None:
        self._started_ms = started_ms
        self._shown: dict[str, Bubble] = {}
        self._on_screen: set[str] = set()

    def changes(self, notices: Sequence[Notice]) -> tuple[list[Bubble], list[str]]:
        """The bubbles to show or to rewrite, and the places to take away."""
        wanted = {bubble.place: bubble for bubble in self._bubbles(notices)}
        gone = [place for place in self._on_screen if place not in wanted]
        new = [bubble for bubble in wanted.values() if self._is_news(bubble)]
        for bubble in new:
            self._shown[bubble.place] = bubble
        self._on_screen = (self._on_screen - set(gone)) | {bubble.place for bubble in new}
        return new, gone

    def leave(self, place: str) -> None:
        """It left the screen, by itself or by hand."""
        self._on_screen.discard(place)

    def _is_news(self, bubble: Bubble) -> bool:
        before = self._shown.get(bubble.place)
        if before is None or bubble.shown_ms > before.shown_ms:
            return True
        return bubble.keys != before.keys and bubble.place in self._on_screen

    def _bubbles(self, notices: Sequence[Notice]) -> Iterable[Bubble]:
        groups: dict[str, list[Notice]] = {}
        for notice in notices:
            if notice.told_ms >= self._started_ms and notice.told_ms and notice.holds and not notice.done:
                groups.setdefault(_place(notice), []).append(notice)
        # Told first is shown first, so that the newest ends on top.
        for place, group in sorted(groups.items(), key=lambda item: _newest(item[1]).shown_ms):
            is_gathered = place.startswith(_GATHERED)
            yield _gathered(place, group) if is_gathered and len(group) > 1 else _single(place, group)


_GATHERED = "gathered:"


def _place(notice: Notice) -> str:
    """One that grew since it was told with others stands for itself."""
    if notice.is_gathered and notice.shown_ms <= notice.told_ms:
        return f"{_GATHERED}{notice.told_ms}"
    return notice.finding.subject


def _newest(notices: Iterable[Notice]) -> Notice:
    return max(notices, key=lambda n: (n.shown_ms, _RANK[n.finding.severity], n.first_ms))


def _single(place: str, group: Sequence[Notice]) -> Bubble:
    notice = _newest(group)
    finding = notice.finding
    return Bubble(
        place=place,
        keys=(finding.key,),
        title=notice_words.said(finding.title),
        text=notice_words.said(finding.text),
        shown_ms=notice.shown_ms,
        finding=finding,
        actions=notice_words.actions(finding),
        is_note=finding.severity is Severity.NOTE,
    )


def _gathered(place: str, group: Sequence[Notice]) -> Bubble:
    ranked = sorted(group, key=lambda n: -_RANK[n.finding.severity])
    return Bubble(
        place=place,
        keys=tuple(notice.finding.key for notice in ranked),
        title=translate("Notices", "{} notices").format(len(ranked)),
        text="\n".join(notice_words.said(notice.finding.title) for notice in ranked),
        shown_ms=max(notice.shown_ms for notice in ranked),
        finding=None,
        actions=notice_words.actions(None),
        is_note=all(notice.finding.severity is Severity.NOTE for notice in ranked),
    )
