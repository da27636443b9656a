"""PDF: pages with heads and feet, tables that go on with their heads, text that can be searched and copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from typing import TYPE_CHECKING, BinaryIO

from tallylight.domain.report import Report
from tallylight.exports import bars
from tallylight.exports.base import Export
from tallylight.exports.parts import Head, Name, Section, Sentence, Story, Table, Tile, plain
from tallylight.exports.story import story_of

if TYPE_CHECKING:
    from tallylight.exports.sheets import Sheets, Style

_BORDER, _NEAR, _OVER, _SAVED, _MUTED, _TEXT = (
    "#dfe2e8", "#9c5e18", "#b93a2e", "#177a54", "#5d6471", "#15171c",
)  # fmt: skip
_SERIES = ("#1f6feb", "#7c4ddb", "#1f8f60", "#c77a12", "#0d8fa0", "#c23b7a", "#8a6d1c")
_GAP = 18.0
_PAD = 8.0
#: Of a row beyond its text.
_AIR = 5.0
#: Names of a column that are measured.
_MEASURED = 20


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
        from tallylight.exports import sheets as paper

        self._sheets = sheets
        self._width = paper.WIDTH
        self._title = paper.Style(20, is_bold=True)
        self._lead, self._text = paper.Style(11), paper.Style(9)
        self._caption = paper.Style(8, _MUTED)
        self._heading, self._figure = paper.Style(9.5, is_bold=True), paper.Style(15, is_bold=True)
        self._detail, self._detail_head = paper.Style(7), paper.Style(7, _MUTED)

    def story(self, story: Story, rows: Sequence[Sentence]) -> None:
        self._sheets.write(0, self._width, story.title, self._title)
        self._sheets.y += 32
        for at, sentence in enumerate((*story.lead, story.scope)):
            self._say(sentence, self._text if at else self._lead)
        self._sheets.y += 10
        self._tiles(story.tiles)
        if story.stack is not None:
            self._chart(bars.bars_of(story.stack))
        for pair in _pairs(story.sections):
            self._sections(pair)
        self._say((" ".join(map(plain, story.about)),), self._caption)
        if story.details is not None:
            self._sheets.turn()
            self._sheets.write(0, self._width, story.details.title, self._heading)
            self._sheets.y += 20
            self._long_table(story.details.heads, rows)

    def _say(self, sentence: Sentence, style: Style, x: float = 0) -> None:
        if sentence:
            text = _isolated(sentence)
            self._sheets.need(self._sheets.height_of(self._width - x, text, style))
            self._sheets.y += self._sheets.wrap(x, self._width - x, text, style) + 3

    def _tiles(self, tiles: Sequence[Tile]) -> None:
        if not tiles:
            return
        sheets, gap = self._sheets, 8.0
        wide = (self._width - gap * (len(tiles) - 1)) / len(tiles)
        for at, tile in enumerate(tiles):
            x = at * (wide + gap)
            sheets.box(x, 0, wide, 54, edge=_BORDER)
            for down, text, style in ((7, tile.title, self._caption), (17, tile.figure, self._figure),
                                      (38, tile.note, self._caption)):  # fmt: skip
                sheets.y += down
                sheets.write(x + _PAD, wide - 2 * _PAD, text, style)
                sheets.y -= down
        sheets.y += 54 + _GAP

    # -- the chart

    def _chart(self, drawing: bars.Bars) -> None:
        sheets, scale = self._sheets, self._width / bars.WIDTH
        tall = bars.HEIGHT * scale
        sheets.need(tall + 60)
        sheets.write(0, self._width, drawing.title, self._heading)
        sheets.y += 16
        for line in drawing.lines:
            sheets.line(bars.LEFT * scale, line.at * scale, self._width - bars.LEFT * scale, _BORDER)
            self._at(line.at * scale - 5, 0, (bars.LEFT - 8) * scale, line.text, is_right=True)
        for bar in drawing.bars:
            if bar.is_missing:
                sheets.box(bar.x * scale, tall - 26, bar.width * scale - 1, 12, fill=_BORDER)
            for box in bar.boxes:
                x, y, width, height = (side * scale for side in (box.x, box.y, box.width, box.height))
                sheets.box(x, y, width, height, fill=_colour(box.series))
        for mark in drawing.marks:
            wide = sheets.width_of(mark.text, self._detail_head)
            self._at(tall - 11, mark.at * scale - wide / 2, wide + 1, mark.text)
        if drawing.typical:
            at, left = drawing.typical.at * scale, bars.LEFT * scale
            sheets.line(left, at, self._width - left, _NEAR, is_dashed=True)
        sheets.y += tall + 2
        self._legend(drawing)
        sheets.y += 14 + _GAP

    def _at(self, down: float, x: float, width: float, text: str, *, is_right: bool = False) -> None:
        self._sheets.y += down
        self._sheets.write(x, width, text, self._detail_head, is_right=is_right)
        self._sheets.y -= down

    def _legend(self, drawing: bars.Bars) -> None:
        """In as many lines as the names take, none longer than a third of one."""
        sheets, x, most = self._sheets, 0.0, self._width / 3
        items = [(label, _colour(series)) for label, series in drawing.legend]
        if drawing.typical:
            items.append((drawing.typical.text, ""))
        for label, colour in items:
            wide = min(sheets.width_of(label, self._caption), most) + 1
            if x and x + wide + 14 > self._width:
                sheets.y, x = sheets.y + 12, 0.0
            if colour:
                sheets.box(x, 3, 6, 6, fill=colour)
            else:
                sheets.line(x - 2, 6, 10, _NEAR, is_dashed=True)
            sheets.write(x + 11, wide, label, self._caption)
            x += wide + 26

    # -- sections

    def _sections(self, pair: Sequence[Section]) -> None:
        """One over the whole width, or two beside each other."""
        wide = self._width if len(pair) == 1 else (self._width - 2 * _GAP) / 2
        self._sheets.need(min(max(self._height(section) for section in pair), 600))
        top, ends = self._sheets.y, []
        for at, section in enumerate(pair):
            self._sheets.y = top
            self._section(section, at * (wide + 2 * _GAP), wide)
            ends.append(self._sheets.y)
        self._sheets.y = max(ends) + _GAP

    def _height(self, section: Section) -> float:
        rows = len(section.table.rows) + 2 if section.table else 0
        return (
            24
            + rows * self._row_height(self._text)
            + 16 * len(section.sentences)
            + (12 if section.shares else 0)
        )

    def _section(self, section: Section, x: float, wide: float) -> None:
        sheets = self._sheets
        sheets.write(x, wide, section.title, self._heading)
        sheets.y += 16
        for sentence in section.sentences:
            sheets.write(x, 8, "•", self._text)
            self._say(sentence, self._text, x + 10)
        if section.shares:
            left = x
            for at, share in enumerate(section.shares):
                part = share.share * wide
                sheets.box(left, 2, max(0.3, part - 1), 6, fill=_colour(at))
                left += part
            sheets.y += 12
        if section.table is not None:
            self._table(section.table, x, wide, has_dots=bool(section.shares), wraps=section.is_wide)

    def _table(self, table: Table, x: float, wide: float, *, has_dots: bool, wraps: bool) -> None:
        rows = [*table.rows, table.rest] if table.rest else table.rows
        indent = 11.0 if has_dots else 0.0
        widths = self._widths(table.heads, rows, wide - indent, self._text)
        self._row(table.heads, [head.title for head in table.heads], widths, x + indent, self._caption)
        for at, row in enumerate(rows):
            if has_dots:
                self._sheets.box(x, 5, 6, 6, fill=_colour(at))
            self._row(table.heads, row, widths, x + indent, self._text, wraps=wraps)

    def _long_table(self, heads: Sequence[Head], rows: Sequence[Sentence]) -> None:
        """Over as many pages as it takes, each beginning with the heads."""
        sheets, titles = self._sheets, [head.title for head in heads]
        widths = self._widths(heads, rows, self._width, self._detail)
        tall = self._row_height(self._detail)
        self._row(heads, titles, widths, 0, self._detail_head)
        for row in rows:
            if sheets.need(tall):
                self._row(heads, titles, widths, 0, self._detail_head)
            self._row(heads, row, widths, 0, self._detail)

    def _row_height(self, style: Style) -> float:
        return style.size * 1.4 + _AIR

    def _row(
        self,
        heads: Sequence[Head],
        cells: Sequence[str],
        widths: Sequence[float],
        x: float,
        style: Style,
        *,
        wraps: bool = False,
    ) -> None:
        """One line high, or as high as its names need where they may wrap."""
        sheets, tall, left = self._sheets, self._row_height(style), x
        sheets.y += _AIR / 2
        for head, cell, wide in zip(heads, cells, widths, strict=True):
            if wraps and not head.is_figure:
                tall = max(tall, sheets.wrap(left, wide - _PAD, cell, style) + _AIR)
            else:
                sheets.write(left, wide - _PAD, cell, self._toned(head, cell, style), is_right=head.is_figure)
            left += wide
        sheets.y += tall - _AIR / 2
        sheets.line(x, 0, sum(widths) - _PAD, _BORDER)

    def _toned(self, head: Head, cell: str, style: Style) -> Style:
        if not head.is_change or cell[:1] not in ("+", "−"):
            return style
        from tallylight.exports.sheets import Style as Tone

        return Tone(style.size, _OVER if cell[0] == "+" else _SAVED)

    def _widths(
        self, heads: Sequence[Head], rows: Sequence[Sentence], wide: float, style: Style
    ) -> list[float]:
        """Figures, days and times whole; names share what is left, short ones taking no more than they need."""
        width_of = self._sheets.width_of
        widest = max("0123456789", key=lambda digit: width_of(digit, style))
        wide_digits = str.maketrans(dict.fromkeys("0123456789", widest))
        natural = []
        for at, head in enumerate(heads):
            # Thousands of figures differ in their digits alone, and of the names only the longest can matter.
            if head.is_figure or head.is_fixed:
                cells = {row[at].translate(wide_digits) for row in rows}
            else:
                cells = set(nlargest(_MEASURED, (row[at] for row in rows), key=len))
            natural.append(max(width_of(text, style) for text in (*cells, head.title)) + _PAD + 1)
        return _fitted(natural, [not (head.is_figure or head.is_fixed) for head in heads], wide + _PAD)


def _fitted(natural: Sequence[float], may_give: Sequence[bool], wide: float) -> list[float]:
    """The widths that make up `wide`: too much is taken from the widest that may give, too little shared among them."""
    names = [at for at, gives in enumerate(may_give) if gives]
    left = wide - sum(width for width, gives in zip(natural, may_give, strict=True) if not gives)
    found, open_ = dict[int, float](), sorted(names, key=lambda at: natural[at])
    while open_:
        fair = left / len(open_)
        at = open_.pop(0)
        found[at] = natural[at] if natural[at] <= fair else fair
        left -= found[at]
    spare = max(0.0, left) / len(names) if names else 0.0
    return [found[at] + spare if at in found else width for at, width in enumerate(natural)]


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


def _colour(series: int | None) -> str:
    return _MUTED if series is None else _SERIES[series % len(_SERIES)]


def _isolated(sentence: Sentence) -> str:
    """A sentence in which a name that runs from right to left keeps that to itself."""
    from tallylight.exports.sheets import has_two_directions

    parts = (
        f"\u2068{part}\u2069" if isinstance(part, Name) and has_two_directions(part) else part
        for part in sentence
    )
    return "".join(parts)


EXPORT = Export(name="pdf", label="PDF document", suffix=".pdf", write=write, is_text=False)
