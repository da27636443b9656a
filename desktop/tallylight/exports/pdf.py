"""PDF: pages with heads and feet, tables that go on with their heads, text that can be searched and copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from tallylight.domain.report import Report
from tallylight.exports import bars, ink
from tallylight.exports.base import Export
from tallylight.exports.grid import Grid, row_height
from tallylight.exports.ink import Style, colour_of
from tallylight.exports.parts import Section, Sentence, Story, Tile, alone, plain
from tallylight.exports.story import story_of

if TYPE_CHECKING:
    from tallylight.exports.sheets import Sheets

_GAP = 18.0
_PAD = 8.0
#: A section that is higher begins where it is and goes on overleaf.
_MOST_KEPT = 300.0


def write(report: Report, sink: BinaryIO) -> None:
    from tallylight.exports.sheets import Sheets

    story = story_of(report)
    rows = list(story.details.rows) if story.details else []
    creator = f"Tallylight {report.version}"
    counted = Sheets(story.title, creator)
    _Layout(counted).story(story, rows)
    painted = Sheets(story.title, creator, total=counted.number)
    _Layout(painted).story(story, rows)
    sink.write(painted.finish())


class _Layout:
    """Puts a story onto sheets; the same whether these paint or only count."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets, self._width = sheets, sheets.width
        self._grid = Grid(sheets)

    def story(self, story: Story, rows: Sequence[Sentence]) -> None:
        self._sheets.write(0, self._width, story.title, ink.TITLE)
        self._sheets.y += 32
        for at, sentence in enumerate((*story.lead, story.scope)):
            self._say(sentence, ink.TEXT if at else ink.LEAD)
        self._sheets.y += 10
        self._tiles(story.tiles)
        if story.stack is not None:
            self._chart(bars.bars_of(story.stack))
        for pair in _pairs(story.sections):
            self._sections(pair)
        self._say((" ".join(map(plain, story.about)),), ink.CAPTION)
        if story.details is not None:
            self._sheets.turn()
            self._sheets.write(0, self._width, story.details.title, ink.HEADING)
            self._sheets.y += 20
            self._grid.long_table(story.details.heads, rows)

    def _say(self, sentence: Sentence, style: Style, x: float = 0) -> None:
        if sentence:
            text = alone(sentence)
            self._sheets.need(self._sheets.height_of(self._width - x, text, style))
            self._sheets.y += self._sheets.wrap(x, self._width - x, text, style) + 3

    def _tiles(self, tiles: Sequence[Tile]) -> None:
        if not tiles:
            return
        sheets, gap = self._sheets, 8.0
        wide = (self._width - gap * (len(tiles) - 1)) / len(tiles)
        for at, tile in enumerate(tiles):
            x = at * (wide + gap)
            sheets.box(x, 0, wide, 54, edge=ink.BORDER)
            for down, text, style in ((7, tile.title, ink.CAPTION), (17, tile.figure, ink.FIGURE),
                                      (38, tile.note, ink.CAPTION)):  # fmt: skip
                sheets.y += down
                sheets.write(x + _PAD, wide - 2 * _PAD, text, style)
                sheets.y -= down
        sheets.y += 54 + _GAP

    # -- the chart

    def _chart(self, drawing: bars.Bars) -> None:
        sheets, scale = self._sheets, self._width / bars.WIDTH
        tall = bars.HEIGHT * scale
        sheets.need(tall + 60)
        sheets.write(0, self._width, drawing.title, ink.HEADING)
        sheets.y += 16
        for line in drawing.lines:
            sheets.line(bars.LEFT * scale, line.at * scale, self._width - bars.LEFT * scale, ink.BORDER)
            self._at(line.at * scale - 5, 0, (bars.LEFT - 8) * scale, line.text, is_right=True)
        for bar in drawing.bars:
            if bar.is_missing:
                sheets.box(bar.x * scale, tall - 26, bar.width * scale - 1, 12, fill=ink.BORDER)
            for box in bar.boxes:
                x, y, width, height = (side * scale for side in (box.x, box.y, box.width, box.height))
                sheets.box(x, y, width, height, fill=colour_of(box.series))
        for mark in drawing.marks:
            wide = sheets.width_of(mark.text, ink.DETAIL_HEAD)
            self._at(tall - 11, mark.at * scale - wide / 2, wide + 1, mark.text)
        if drawing.typical:
            at, left = drawing.typical.at * scale, bars.LEFT * scale
            sheets.line(left, at, self._width - left, ink.NEAR, is_dashed=True)
        sheets.y += tall + 2
        self._legend(drawing)
        sheets.y += 14 + _GAP

    def _at(self, down: float, x: float, width: float, text: str, *, is_right: bool = False) -> None:
        self._sheets.y += down
        self._sheets.write(x, width, text, ink.DETAIL_HEAD, is_right=is_right)
        self._sheets.y -= down

    def _legend(self, drawing: bars.Bars) -> None:
        """In as many lines as the names take, none longer than a third of one."""
        sheets, x, most = self._sheets, 0.0, self._width / 3
        items = [(label, colour_of(series)) for label, series in drawing.legend]
        if drawing.typical:
            items.append((drawing.typical.text, ""))
        for label, colour in items:
            wide = min(sheets.width_of(label, ink.CAPTION), most) + 1
            if x and x + wide + 14 > self._width:
                sheets.y, x = sheets.y + 12, 0.0
            if colour:
                sheets.box(x, 3, 6, 6, fill=colour)
            else:
                sheets.line(x - 2, 6, 10, ink.NEAR, is_dashed=True)
            sheets.write(x + 11, wide, label, ink.CAPTION)
            x += wide + 26

    # -- sections

    def _sections(self, pair: Sequence[Section]) -> None:
        """One over the whole width, or two beside each other."""
        wide = self._width if len(pair) == 1 else (self._width - 2 * _GAP) / 2
        self._sheets.need(min(max(self._height(section) for section in pair), _MOST_KEPT))
        top, ends = self._sheets.y, []
        for at, section in enumerate(pair):
            self._sheets.y = top
            self._section(section, at * (wide + 2 * _GAP), wide)
            ends.append(self._sheets.y)
        self._sheets.y = max(ends) + _GAP

    def _height(self, section: Section) -> float:
        rows = len(section.table.rows) + 2 if section.table else 0
        return 24 + rows * row_height(ink.TEXT) + 16 * len(section.sentences) + (12 if section.shares else 0)

    def _section(self, section: Section, x: float, wide: float) -> None:
        sheets = self._sheets
        sheets.write(x, wide, section.title, ink.HEADING)
        sheets.y += 16
        for sentence in section.sentences:
            sheets.write(x, 8, "•", ink.TEXT)
            self._say(sentence, ink.TEXT, x + 10)
        if section.shares:
            left = x
            for at, share in enumerate(section.shares):
                part = share.share * wide
                sheets.box(left, 2, max(0.3, part - 1), 6, fill=colour_of(at))
                left += part
            sheets.y += 12
        if section.table is not None:
            self._grid.table(section.table, x, wide, has_dots=bool(section.shares), wraps=section.is_wide)


def _pairs(sections: Sequence[Section]) -> Iterator[Sequence[Section]]:
    """Wide sections alone, the others by twos."""
    waiting: list[Section] = []
    for section in sections:
        if section.is_wide and waiting:
            yield waiting
            waiting = []
        waiting.append(section)
        if section.is_wide or len(waiting) == 2:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


EXPORT = Export(
    name="pdf", label="PDF document", suffix=".pdf", write=write, is_text=False, shown_as="markdown"
)
