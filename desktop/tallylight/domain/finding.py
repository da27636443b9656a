"""What a rule has to say, and what became of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

#: The rule of findings that tell what became of a schedule.
SCHEDULED = "scheduled_export"


class Severity(StrEnum):
    """How much a finding matters: worth knowing, worth a look now, over."""

    NOTE = "note"
    WARNING = "warning"
    ALERT = "alert"


class Sentence(msgspec.Struct, frozen=True):
    """A text in English with places for figures, so that a window can show it in another language.

    `template` is a format string with named fields; `values` are (name, text) pairs of figures and names, already
    written as people read them.
    """

    template: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.template.format(**dict(self.values))


def say(template: str, **values: str) -> Sentence:
    """A sentence; the values are figures and names, never words to translate."""
    return Sentence(template, tuple(values.items()))


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that holds now. Told once per `key`, which names rule, subject, threshold and period.

    `subject` is what grows: findings of one subject (two thresholds of one budget, say) replace each other on
    screen. Where it can be opened: `session_id`, `budget_id`, the days `since` to `until` (ISO, exclusive), or the file
    at `path`, in its folder.
    """

    key: str
    rule: str
    subject: str
    severity: Severity
    title: Sentence
    text: Sentence
    session_id: str = ""
    project: str = ""
    budget_id: str = ""
    since: str = ""
    until: str = ""
    path: str = ""
    #: pico-USD at stake, to rank by and to see growth; 0 where money is not the point.
    picousd: int = 0
