"""A report as a person would tell it; Markdown, HTML and PDF write down the same."""

from __future__ import annotations

from msgspec.structs import replace

from tallylight.domain import format as form
from tallylight.domain.report import Report
from tallylight.domain.summary import Stack
from tallylight.exports import sentences, tables
from tallylight.exports.details import details_of
from tallylight.exports.parts import Section, Story, name


def story_of(report: Report) -> Story:
    """Headline first, then what it is made of, what moved, what stands out, and what is missing."""
    parts = (
        tables.projects(report),
        tables.models(report),
        tables.classes(report),
        tables.changes(report),
        tables.notable(report),
        tables.budgets(report),
        _gaps(report),
    )
    return Story(
        title=name(report.question.label, "Usage"),
        scope=sentences.scope(report),
        lead=tuple(sentences.lead(report)),
        tiles=tuple(sentences.tiles(report)),
        stack=_stack(report),
        sections=[part for part in parts if part is not None],
        about=tuple(sentences.about(report)),
        details=details_of(report),
    )


def _gaps(report: Report) -> Section | None:
    found = tuple(sentences.gaps(report))
    return Section(title="What is missing", sentences=found, is_wide=True) if found else None


def _stack(report: Report) -> Stack | None:
    """The bars, with the names people use; nothing without any cost."""
    stack = report.stack
    if not any(amount for values in stack.values for amount in values):
        return None
    shape = form.short_model if report.stack_by == "model" else str
    return replace(
        stack,
        labels=[name(shape(label), "the rest") for label in stack.labels],
        typical_day_picousd=sentences.typical_day(report),
    )
