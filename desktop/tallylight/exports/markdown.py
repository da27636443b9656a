"""Markdown for a pull request or a status update, in GitHub's dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from tallylight.domain.report import Report
from tallylight.exports.base import Export, isolated
from tallylight.exports.parts import Head, Name, Section, Sentence, Table
from tallylight.exports.story import story_of

#: What would be markup. A pipe becomes a reference: renderers differ on how one is escaped in a table.
_MARKUP = str.maketrans(
    {c: f"\\{c}" for c in "\\`*_[]~$"} | {"|": "&#124;", "<": "&lt;", ">": "&gt;", "&": "&amp;"}
)
#: What would open a list, a heading or a quotation at the beginning of a line.
_OPENING = re.compile(r"^(\d{0,9})([-+#.)=])")
#: Before these a word joiner keeps a name from becoming a mention, a reference, an address or a picture.
_REFERENCE = re.compile(
    r"(?<=[@#!~%&^$])(?=[\w\"])|(?<=:)(?=//|[\w+-]+:)|(?<=\bwww)(?=\.)|(?<=\bGH-)(?=\d)", re.IGNORECASE
)
_JOINER = "\u2060"


def write(report: Report, sink: BinaryIO) -> None:
    for block in _blocks(report):
        sink.write(block.encode())


def _blocks(report: Report) -> Iterator[str]:
    story = story_of(report)
    yield f"## {text((story.title,))}\n\n"
    for sentence in (story.scope, *story.lead):
        if sentence:
            yield f"{text(sentence)}\n\n"
    for section in story.sections:
        yield from _section(section)
    if story.details is not None:
        yield f"### {story.details.title}\n\n"
        yield _head(story.details.heads)
        for row in story.details.rows:
            yield _row(row)
        yield "\n"
    yield "---\n\n" + " ".join(text(sentence) for sentence in story.about) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"### {section.title}\n\n"
    if section.sentences:
        yield "".join(f"- {text(sentence)}\n" for sentence in section.sentences) + "\n"
    if section.table is not None:
        yield _table(section.table) + "\n"


def _table(table: Table) -> str:
    rows = [*table.rows, table.rest] if table.rest else table.rows
    return _head(table.heads) + "".join(_row(row) for row in rows)


def _head(heads: Sequence[Head]) -> str:
    marks = ("---:" if head.is_figure else "---" for head in heads)
    return _row([head.title for head in heads]) + f"| {' | '.join(marks)} |\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(text((cell,)) for cell in cells)} |\n"


def text(sentence: Sentence) -> str:
    return "".join(escaped(part) if isinstance(part, Name) else part for part in sentence)


def escaped(name: Name) -> str:
    """A name that reads as it is and does nothing: no markup, no link, nobody called."""
    inert = _REFERENCE.sub(_JOINER, name).translate(_MARKUP)
    return isolated(_OPENING.sub(r"\1\\\2", inert))


EXPORT = Export(name="markdown", label="Markdown", suffix=".md", write=write)
