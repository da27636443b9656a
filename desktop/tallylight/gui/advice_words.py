"""What is said of advice and of what became of it, in the user's language."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from tallylight.domain import format as form
from tallylight.domain.advice import Advice, Kind
from tallylight.domain.effect import Given, Score
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import wording
from tallylight.gui.notice_words import said

translate = QCoreApplication.translate


def text(advice: Advice) -> str:
    """The figures it rests on."""
    return " ".join(said(part) for part in advice.figures)


def by_session(advice: Iterable[Advice]) -> dict[str, tuple[str, str, str]]:
    """Title, first figures and key of the best that is said of each session; the best come first."""
    found: dict[str, tuple[str, str, str]] = {}
    for one in advice:
        found.setdefault(one.session_id, (f"{said(one.title)}.", said(one.figures[0]), one.key))
    return found


def kind(of: Kind) -> str:
    """What is changed, as a list of kinds names it."""
    return {
        Kind.RESET: translate("Advice", "Start fresh"),
        Kind.COMPACT: translate("Advice", "Compact"),
        Kind.COLD: translate("Advice", "Going back to a cold session"),
        Kind.MODEL: translate("Advice", "A cheaper model"),
        Kind.FAST: translate("Advice", "Fast mode"),
        Kind.LONG: translate("Advice", "Long contexts"),
        Kind.CACHE: translate("Advice", "A cache that never hits"),
        Kind.START: translate("Advice", "Heavy starts"),
        Kind.AGENTS: translate("Advice", "Subagents on a large model"),
        Kind.LOOP: translate("Advice", "Loops and unattended work"),
    }[of]


def followed(given: Given) -> str:
    """What was advised, or how that was followed: "Fresh start, payments-api, 19 Nov"."""
    at_ms = given.outcome.at_ms if given.outcome is not None and given.is_taken else given.first_ms
    how = _changes().get(given.outcome.how if given.outcome is not None else "", kind(given.advice.kind))
    if given.advice.basis.to_model:
        now, before = (form.short_model(m) for m in (given.advice.basis.to_model, given.advice.basis.model))
        how = translate("Advice", "{} instead of {}").format(now, before)
    return ", ".join((how, given.advice.name, wording.day(wording.day_of(at_ms))))


def _changes() -> dict[str, str]:
    return {
        "reset": translate("Advice", "Fresh start"),
        "compaction": translate("Advice", "Compaction"),
        "speed": translate("Advice", "Usual speed"),
    }


def beside(snapshot: Snapshot) -> str:
    """What is said beside the advice there is, or in its place: where nobody tells tokens nothing can be known."""
    untold, others = (
        sum(view.has_no_tokens is is_untold for view in snapshot.sessions) for is_untold in (True, False)
    )
    if not (untold or others):
        said = translate(
            "Advice", "No session runs. Start one: what would make it cheaper is said here while it does."
        )
        return "" if snapshot.advice else said
    parts = []
    if others and not snapshot.advice:
        of_all = translate("Advice", "Nothing would make the running sessions cheaper by enough to say so.")
        of_some = translate(
            "Advice", "Nothing would make the other running sessions cheaper by enough to say so."
        )
        parts.append(of_some if untold else of_all)
    if untold:
        text = translate(
            "Advice", "What would make {} cheaper cannot be known: the agent tells no tokens, see Sources."
        )
        parts.append(text.format(wording.sessions(untold)))
    return " ".join(parts)


def why_not_taken(given: Given) -> str:
    if given.is_declined:
        return translate("Advice", "declined")
    return translate("Advice", "not taken") if given.settled_ms else translate("Advice", "still open")


def measured(score: Score, amount: str) -> str:
    """What stands below the measured saving."""
    if not score.shown:
        return translate("Advice", "nothing advised yet")
    if not score.taken:
        return translate("Advice", "nothing taken yet")
    return translate("Advice", "promised {} · {} taken of {}").format(
        amount, form.exact(score.taken), form.exact(score.shown)
    )
