"""The part to cut off at the foot of an appointment's letter: boxes to tick, a code for a scanner, where to send it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from portal.letters.content import Block, Role, Run, Section
from portal.letters.fonts import Face, width
from portal.letters.geometry import MARGIN, millimetres, points
from portal.letters.matrices import data_matrix
from portal.letters.pictograms import draw_pictogram
from portal.letters.pieces import CAPITAL, WIDTH, Piece, Scale, Type, stack
from portal.letters.setting import set_lines
from portal.letters.sheet import Sheet

_CUT = 3.5  # from the broken stroke to the words
_SCISSORS = 5.0
_MATRIX = 17.0  # side of the code, white included
_GUTTER = 5.0
_AFTER_BOX = 1.6
_BETWEEN_BOXES = 9.0
_INSIDE = 0.3  # of the margin, the stroke of a box
_AFTER_LABEL = 4.0
_LEAST_GAP, _MOST_GAP = 3.0, 6.0  # between the names of two columns
_AFTER_HEADING = 5.0
_HEADED = 0.9  # its heading and its stroke do not grow with its lines


@dataclass(frozen=True)
class Setting:
    """How close the lines stand: their leading, for a letter of size 1, and the white between two, in millimetres."""

    leading: float
    between: float

    def least(self, narrow: Piece | None) -> float:
        """What a part takes at least that was measured as narrow as it may be, in millimetres."""
        return narrow.height * self.leading / NARROW.leading * _HEADED if narrow else 0.0


AMPLE, EASY, SNUG, NARROW = Setting(1.42, 1.3), Setting(1.24, 0.6), Setting(1.14, 0.25), Setting(1.12, 0.1)


def coupon(section: Section, scale: Scale, setting: Setting = AMPLE, *, below: bool = False) -> Piece:
    """The whole part, its broken stroke above it; or `below` it, at the top of a page that bears nothing else."""
    type_ = _type(scale.body, setting)
    code = next((block.text for block in section.blocks if block.role is Role.MATRIX), "")
    side = max(_MATRIX, millimetres(width(code, Face.STRONG, type_.size)) + 0.8)
    beside = _MATRIX + type_.step if code else 0.0
    rows = list(
        _rows(section, scale, _Lines(type_, setting.between), WIDTH - side - _GUTTER if code else WIDTH, beside)
    )
    words = max(rows[-1][1] + rows[-1][0].height, beside)

    def draw(sheet: Sheet, down: float) -> None:
        cut = down + words + _CUT if below else down
        _draw_cut(sheet, cut)
        start = down if below else down + _CUT
        if code:
            _draw_code(sheet, code, MARGIN + WIDTH - side, start, type_)
        for row, at in rows:
            row.draw(sheet, start + at)

    return Piece(_CUT + words, draw, space=4.0)


@cache
def _type(body: Type, setting: Setting) -> Type:
    return replace(body, leading=body.size * setting.leading)


@dataclass(frozen=True)
class _Lines:
    """The type of the lines, and the white between two."""

    type_: Type
    between: float

    @property
    def step(self) -> float:
        """From one to the next, in millimetres."""
        return self.type_.step + self.between


def _rows(section: Section, scale: Scale, lines: _Lines, narrow: float, beside: float) -> Iterator[tuple[Piece, float]]:
    """Line by line, each with its distance from the top: `narrow` for as long as the code stands `beside`."""
    type_ = lines.type_
    blocks = [block for block in section.blocks if block.role is not Role.MATRIX]
    first, at = _heading(section.heading, blocks[:1], scale, narrow)
    yield first, 0.0
    top = first.height + lines.between
    while at < len(blocks):
        measure = narrow if top < beside else WIDTH
        heads = blocks[at].text.endswith(":")  # the days that it asks for, and the halves of days
        answers = _answers(blocks, at + heads)
        if heads and len(answers) > 1:
            columns = _Columns(blocks[at], answers[0], answers[1], lines)
            if columns.needed > measure:  # under the code, then
                top, measure = beside, WIDTH
            piece = _table(columns, measure)
            at += 1 + len(answers[0]) + len(answers[1])
        elif blocks[at].role is Role.BOX:
            piece, at = _boxes(answers[0], lines, measure), at + len(answers[0])
        else:
            piece, at = stack(set_lines(blocks[at].runs, type_.size, points(measure)), type_), at + 1
        yield piece, top
        top += piece.height + lines.between


def _heading(heading: str, following: Sequence[Block], scale: Scale, measure: float) -> tuple[Piece, int]:
    """The heading, with the words of the line that follows it where both stand on one; how many lines it took in."""
    kind = scale.heading
    lines = set_lines((Run(heading),), kind.size, points(measure), strong=True)
    words = stack(lines, kind)
    if not following or following[0].gap or following[0].role is not Role.TEXT or len(lines) > 1:
        return words, 0
    left = MARGIN + millimetres(lines[0].width) + _AFTER_HEADING
    body = scale.body
    beside = set_lines(following[0].runs, body.size, points(MARGIN + measure - left))
    if len(beside) > 1:
        return words, 0

    def draw(sheet: Sheet, top: float) -> None:
        words.draw(sheet, top)
        sheet.line(left, top + kind.baseline, beside[0], body.size)

    return Piece(words.height, draw), 1


def _answers(blocks: Sequence[Block], at: int) -> list[list[Block]]:
    """The groups of answers from here on: a blank line parts them."""
    groups: list[list[Block]] = []
    while at < len(blocks) and blocks[at].role is Role.BOX:
        if blocks[at].gap or not groups:
            groups.append([])
        groups[-1].append(blocks[at])
        at += 1
    return groups


def _boxes(blocks: Sequence[Block], lines: _Lines, measure: float) -> Piece:
    """Answers side by side, on as many lines as they need."""
    type_ = lines.type_
    placed: list[tuple[str, float, float]] = []
    left = down = 0.0
    box, drop = _box(type_)
    for block in blocks:
        wide = box + _AFTER_BOX + millimetres(width(block.text, Face.REGULAR, type_.size))
        if left and left + wide > measure:
            left, down = 0.0, down + lines.step
        placed.append((block.text, left + _INSIDE, down))
        left += wide + _BETWEEN_BOXES

    def draw(sheet: Sheet, top: float) -> None:
        sheet.boxes([(MARGIN + at, top + below + drop) for _text, at, below in placed], box)
        for text, at, below in placed:
            sheet.text(MARGIN + at + box + _AFTER_BOX, top + below + type_.baseline, text, Face.REGULAR, type_.size)

    return Piece(down + type_.step, draw)


@dataclass(frozen=True)
class _Columns:
    """One box for each column of each row; the label, a box of its own or not, stands before the columns' names."""

    label: Block
    names: Sequence[Block]
    rows: Sequence[Block]
    lines: _Lines

    @property
    def indent(self) -> float:
        """Where the label's words begin, and those of the rows."""
        return _box(self.lines.type_)[0] + _AFTER_BOX if self.label.role is Role.BOX else 0.0

    @property
    def first(self) -> float:
        """Where the first column's name begins."""
        return self.indent + max(self._wide(block) for block in (self.label, *self.rows)) + _AFTER_LABEL

    @property
    def wide(self) -> list[float]:
        """How wide each column's name is."""
        return [self._wide(block) for block in self.names]

    @property
    def needed(self) -> float:
        """The least width of the whole."""
        return self.first + sum(self.wide) + (len(self.names) - 1) * _LEAST_GAP

    def _wide(self, block: Block) -> float:
        return millimetres(width(block.text, Face.REGULAR, self.lines.type_.size))


def _table(columns: _Columns, measure: float) -> Piece:
    label, type_, wide = columns.label, columns.lines.type_, columns.wide
    first, left = columns.first, MARGIN + columns.indent
    gap = min(_MOST_GAP, (measure - first - sum(wide)) / max(1, len(wide) - 1))
    lefts = [MARGIN + first + sum(wide[:at]) + gap * at for at in range(len(wide))]
    middles = [one + across / 2 for one, across in zip(lefts, wide, strict=True)]
    side, drop = _box(type_)
    step = columns.lines.step

    def draw(sheet: Sheet, top: float) -> None:
        if label.role is Role.BOX:
            sheet.boxes([(MARGIN + _INSIDE, top + drop)], side)
        for block, at in zip((label, *columns.names), (left, *lefts), strict=True):
            sheet.text(at, top + type_.baseline, block.text, Face.REGULAR, type_.size)
        for row in columns.rows:
            top += step
            sheet.text(left, top + type_.baseline, row.text, Face.REGULAR, type_.size)
            sheet.boxes([(middle - side / 2, top + drop) for middle in middles], side)

    return Piece(type_.step + len(columns.rows) * step, draw)


def _box(type_: Type) -> tuple[float, float]:
    """The side of a box to tick, and how far under the top of its line it begins: in the middle of the capitals."""
    side = millimetres(type_.size * 0.96)
    return side, type_.baseline - millimetres(type_.size * CAPITAL) / 2 - side / 2


def _draw_cut(sheet: Sheet, top: float) -> None:
    draw_pictogram(sheet, "scissors", MARGIN, top - _SCISSORS / 2, _SCISSORS)
    sheet.dashes(MARGIN + _SCISSORS + 1.5, top, MARGIN + WIDTH - 0.4)


def _draw_code(sheet: Sheet, code: str, left: float, top: float, type_: Type) -> None:
    rows = data_matrix(code)
    module = _MATRIX / (len(rows) + 2)  # one module of white on each side
    wide = millimetres(width(code, Face.STRONG, type_.size))
    right = MARGIN + WIDTH
    middle = (left + right) / 2
    sheet.matrix(middle - module * len(rows) / 2, top, module, rows)
    sheet.text(middle - wide / 2, top + _MATRIX + type_.baseline - 1.0, code, Face.STRONG, type_.size)
