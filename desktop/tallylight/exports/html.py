"""HTML: one file that needs nothing else, in light and dark, on screen and on paper."""

from __future__ import annotations

from importlib.resources import files
from typing import BinaryIO

from tallylight.domain.report import Report
from tallylight.exports import bars
from tallylight.exports.base import Export
from tallylight.exports.parts import Name
from tallylight.exports.story import story_of

#: Pieces of the page that are written at once.
_BUFFERED = 500


def write(report: Report, sink: BinaryIO) -> None:
    import jinja2

    surroundings = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    surroundings.tests["a_name"] = lambda part: isinstance(part, Name)
    surroundings.filters["point"] = lambda at: f"{at:.2f}".rstrip("0").rstrip(".")
    template = surroundings.from_string(
        (files("tallylight.resources") / "exports" / "summary.html").read_text("utf-8")
    )
    story = story_of(report)
    stream = template.stream(
        story=story,
        bars=None if story.stack is None else bars.bars_of(story.stack),
        width=bars.WIDTH,
        height=bars.HEIGHT,
        left=bars.LEFT,
        top=bars.TOP,
        ground=bars.HEIGHT - bars.BOTTOM,
    )
    stream.enable_buffering(_BUFFERED)
    for piece in stream:
        sink.write(piece.encode())


EXPORT = Export(name="html", label="Web page", suffix=".html", write=write, shown_as="markdown")
