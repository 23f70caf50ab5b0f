"""How a paper form draws what it asks and says: words, boxes to tick, lines to write on, each with its field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.letters.content import Run
from portal.letters.fonts import Face, is_printable, shown, width
from portal.letters.geometry import PAGE_HEIGHT, PAGE_WIDTH, Area, millimetres, points
from portal.letters.paper_fields import Field, FieldKind
from portal.letters.paper_items import Beside, Choose, Grid, Item, Option, Say, Sign, Write
from portal.letters.pieces import CAPITAL, Type
from portal.letters.setting import Line, set_lines
from portal.letters.sheet import Sheet
from portal.letters.typography import well_set

MARGIN = 16.0
WIDTH = PAGE_WIDTH - 2 * MARGIN
GAP = 5.0  # between two things side by side
_TEXT_INSET = 1.2
_AFTER_BOX = 2.5
_QUESTION = 0.64  # of the width, where its boxes stand on its line


@dataclass(frozen=True)
class Scale:
    """Sizes: types in points; heights of a line to write on, of a box to tick and of a signature in millimetres."""

    title: Type
    part: Type
    body: Type
    row: float  # height of a line to write on
    box: float  # side of a box to tick
    air: float
    signature: float


NORMAL = Scale(Type(22, 26), Type(15, 19), Type(12, 15), 9.0, 5.6, 1.9, 22.0)
CLOSE = Scale(Type(21, 24.5), Type(14.5, 17.5), Type(12, 14.5), 8.6, 5.4, 1.5, 19.0)
TIGHT = Scale(Type(20, 23), Type(14, 16.5), Type(12, 14), 8.0, 4.6, 1.0, 16.5)
LARGE = Scale(Type(26, 31), Type(19, 25), Type(16, 20), 11.0, 7.5, 2.4, 27.0)
LARGE_TIGHT = Scale(Type(24, 28), Type(18, 22), Type(16, 19), 10.0, 7.0, 1.4, 20.0)


@dataclass(frozen=True)
class FieldPiece:
    """Something of a known height (millimetres), with its fields; `space`: the white above it."""

    height: float
    draw: Callable[["FormSheet", float], None]
    space: float = 0.0
    tied: bool = False  # on the page of the piece that follows


class FormSheet(Sheet):
    """A sheet that remembers where its fields are."""

    def __init__(self, *, title: str, author: str, language: str, size: float) -> None:
        super().__init__(title=title, author=author, language=language)
        self.fields: list[Field] = []
        self._page = 0
        self._size = size

    def next_page(self) -> None:
        """Ends this page and begins another."""
        super().next_page()
        self._page += 1

    def field(  # noqa: PLR0913 - where, and what it says
        self,
        area: Area,
        kind: FieldKind,
        name: str,
        label: str,
        *,
        value: str = "",
        question: str = "",
        is_ticked: bool = False,
    ) -> None:
        """A field over an area of this page."""
        edges = (area.left, PAGE_HEIGHT - area.bottom, area.right, PAGE_HEIGHT - area.top)
        left, bottom, right, top = map(points, edges)
        rect = (left, bottom, right, top)
        self.fields.append(Field(self._page, rect, kind, name, label, self._size, value, question, is_ticked))


def item_piece(item: Item, scale: Scale) -> FieldPiece:
    """What a form asks or says, as it is drawn."""
    if isinstance(item, Say):
        return words_piece(item.text, scale.body)
    if isinstance(item, Write):
        return _write(item, scale, MARGIN, WIDTH)
    if isinstance(item, Beside):
        return _beside(item, scale)
    if isinstance(item, Sign):
        return _signatures(item, scale)
    return _grid(item, scale) if isinstance(item, Grid) else _choose(item, scale)


def _write(write: Write, scale: Scale, left: float, measure: float) -> FieldPiece:
    if write.value and is_printable(write.value):
        return _known(write, scale.body, left, measure)
    label = words_piece(write.label, scale.body, left=left, measure=measure)
    tall = scale.row * write.rows

    def draw(sheet: FormSheet, top: float) -> None:
        label.draw(sheet, top)
        area = Area(left, top + label.height + 0.6, left + measure, top + label.height + 0.6 + tall)
        sheet.frame(area, weight=0.9, radius=1.2)
        inside = Area(area.left + _TEXT_INSET, area.top + 0.4, area.right - _TEXT_INSET, area.bottom - 0.4)
        kind = FieldKind.SEVERAL_LINES if write.rows > 1 else FieldKind.TEXT
        sheet.field(inside, kind, write.name, write.label)

    return FieldPiece(label.height + 0.6 + tall, draw)


def _known(write: Write, kind: Type, left: float, measure: float) -> FieldPiece:
    """What is known, after its label: on the same line where both stand on it."""
    runs = (Run(f"{shown(well_set(write.label))} "), Run(shown(well_set(write.value)), strong=True))
    return _lines_piece(set_lines(runs, kind.size, points(measure)), kind, left)


def _beside(item: Beside, scale: Scale) -> FieldPiece:
    wide = (WIDTH - GAP * (len(item.writes) - 1)) / len(item.writes)
    parts = [_write(one, scale, MARGIN + at * (wide + GAP), wide) for at, one in enumerate(item.writes)]
    height = max(part.height for part in parts)

    def draw(sheet: FormSheet, top: float) -> None:
        for part in parts:
            part.draw(sheet, top + height - part.height)

    return FieldPiece(height, draw)


def _choose(item: Choose, scale: Scale) -> FieldPiece:
    start = MARGIN + (WIDTH * _QUESTION if item.is_on_line else 0.0)
    question = words_piece(item.question, scale.body, measure=start - MARGIN - GAP if item.is_on_line else WIDTH)
    laid = (_options(item, scale, start, columns) for columns in (1, item.columns))
    boxes = min(laid, key=lambda one: one.height)
    return row_of([question, boxes]) if item.is_on_line else stacked([question, boxes], air=scale.air * 0.75)


def _options(item: Choose, scale: Scale, start: float, columns: int) -> FieldPiece:
    """The boxes in so many columns, or in one where the words of more than one would break."""
    wide = (MARGIN + WIDTH - start - GAP * (columns - 1)) / columns
    boxes = [_box(item, one, scale, start + at % columns * (wide + GAP), wide) for at, one in enumerate(item.options)]
    if columns > 1 and sum(box.height > 1.5 * scale.body.step for box in boxes) > 1:
        return _options(item, scale, start, 1)
    rows = [row_of(boxes[at : at + columns]) for at in range(0, len(boxes), columns)]
    return stacked(rows, air=scale.air * 0.75)


def _box(item: Choose, option: Option, scale: Scale, left: float, measure: float) -> FieldPiece:
    indent = scale.box + _AFTER_BOX
    words = words_piece(option.label, scale.body, left=left + indent, measure=measure - indent)
    middle = scale.body.baseline - millimetres(scale.body.size * CAPITAL) / 2
    above = max(0.0, scale.box / 2 - middle)

    def draw(sheet: FormSheet, top: float) -> None:
        words.draw(sheet, top + above)
        start = top + above + middle - scale.box / 2
        _tick_box(sheet, Area(left, start, left + scale.box, start + scale.box), is_round=item.is_one)
        area = Area(left, start, left + scale.box, start + scale.box)
        if item.is_one:
            sheet.field(
                area, FieldKind.RADIO, item.name, option.label,
                value=option.value, question=item.question, is_ticked=option.is_ticked,
            )  # fmt: skip
        else:
            name = f"{item.name}.{option.value}"
            label = f"{item.asked or item.question} {option.label}"
            sheet.field(area, FieldKind.CHECK, name, label, is_ticked=option.is_ticked)

    return FieldPiece(max(above + words.height, scale.box), draw)


def _tick_box(sheet: Sheet, area: Area, *, is_round: bool) -> None:
    # A box for one answer alone has round corners: the eye tells the two kinds apart, and a tick fits both.
    sheet.frame(area, weight=1.2, radius=area.width * 0.32 if is_round else 0.6)


def _grid(item: Grid, scale: Scale) -> FieldPiece:
    question = words_piece(item.question, scale.body, strong=True)
    first = max(millimetres(width(words, Face.REGULAR, scale.body.size)) for _name, words in item.rows) + 4
    wide = (WIDTH - first) / len(item.columns)
    line = max(scale.box + 2.2, scale.body.step)
    heads = scale.body.step + 1.0

    def draw(sheet: FormSheet, top: float) -> None:
        question.draw(sheet, top)
        down = top + question.height + scale.air * 0.4
        for column, (_name, words) in enumerate(item.columns):
            taken = millimetres(width(words, Face.REGULAR, scale.body.size))
            left = MARGIN + first + column * wide + (wide - taken) / 2
            sheet.text(left, down + scale.body.baseline, words, Face.REGULAR, scale.body.size)
        for number, row in enumerate(item.rows):
            above = down + heads + number * line
            baseline = above + (line - scale.body.step) / 2 + scale.body.baseline
            sheet.text(MARGIN, baseline, row[1], Face.REGULAR, scale.body.size)
            for column, (name, words) in enumerate(item.columns):
                left = MARGIN + first + column * wide + (wide - scale.box) / 2
                start = above + (line - scale.box) / 2
                area = Area(left, start, left + scale.box, start + scale.box)
                _tick_box(sheet, area, is_round=False)
                sheet.field(area, FieldKind.CHECK, f"{item.name}.{name}-{row[0]}", f"{words}, {row[1]}")

    return FieldPiece(question.height + scale.air * 0.4 + heads + line * len(item.rows), draw)


def _signatures(item: Sign, scale: Scale) -> FieldPiece:
    wide = (WIDTH - GAP * (len(item.labels) - 1)) / len(item.labels)
    lefts = [MARGIN + at * (wide + GAP) for at in range(len(item.labels))]
    words = [
        words_piece(label, scale.body, left=left + 2.5, measure=wide - 5)
        for label, left in zip(item.labels, lefts, strict=True)
    ]

    def draw(sheet: FormSheet, top: float) -> None:
        for left, label in zip(lefts, words, strict=True):
            sheet.frame(Area(left, top, left + wide, top + scale.signature), weight=0.9, radius=1.2)
            label.draw(sheet, top + 1.5)

    return FieldPiece(scale.signature, draw)


def row_of(parts: Sequence[FieldPiece]) -> FieldPiece:
    """Side by side."""

    def draw(sheet: FormSheet, top: float) -> None:
        for part in parts:
            part.draw(sheet, top)

    return FieldPiece(max(part.height for part in parts), draw)


def stacked(parts: Sequence[FieldPiece], *, air: float = 0.0) -> FieldPiece:
    """One under the other, so many millimetres apart."""

    def draw(sheet: FormSheet, top: float) -> None:
        for part in parts:
            part.draw(sheet, top)
            top += part.height + air

    return FieldPiece(sum(part.height for part in parts) + air * (len(parts) - 1), draw)


def words_piece(
    text: str, kind: Type, *, left: float = MARGIN, measure: float = WIDTH, strong: bool = False
) -> FieldPiece:
    """Words from `left`, no wider than `measure` (millimetres); a line break begins a new line."""
    lines = [
        line
        for paragraph in text.split("\n")
        for line in set_lines((Run(shown(well_set(paragraph))),), kind.size, points(measure), strong=strong)
    ]

    return _lines_piece(lines, kind, left)


def _lines_piece(lines: Sequence[Line], kind: Type, left: float) -> FieldPiece:
    def draw(sheet: Sheet, top: float) -> None:
        for at, line in enumerate(lines):
            sheet.line(left, top + kind.baseline + at * kind.step, line, kind.size)

    return FieldPiece(len(lines) * kind.step, draw)
