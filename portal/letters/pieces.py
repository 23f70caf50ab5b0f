"""Pieces of a letter's body: each knows its height before it is drawn, and is never cut by the end of a page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from portal.letters.content import Block, Content, Role, Run, Section
from portal.letters.fonts import Face
from portal.letters.geometry import FIRST_BODY, MARGIN, millimetres, points
from portal.letters.matrices import qr_code
from portal.letters.setting import Line, set_lines
from portal.letters.sheet import Sheet

WIDTH = FIRST_BODY.width
CAPITAL = 0.668  # height of a capital letter in these fonts, for one of size
_WHOLE = 110.0  # a section no taller than this (millimetres) is not parted between two pages
_GUTTER = 8.0  # between two columns
_SHARES = (0.5, 0.58, 0.42, 0.64)  # of the width, for the left one
_COLUMN_AIR = 0.8
_BEFORE_SIGNATURE = 4.0
_QR_SIDE = 24.0
_QR_WHITE = 4  # modules of white that a reader needs around the code (ISO/IEC 18004)


@dataclass(frozen=True)
class Type:
    """A size and the distance from one baseline to the next, in points."""

    size: float
    leading: float

    @cached_property
    def step(self) -> float:
        """The leading, in millimetres."""
        return millimetres(self.leading)

    @cached_property
    def baseline(self) -> float:
        """From the top of a line to its baseline, in millimetres: the capitals stand in the line's middle."""
        return millimetres((self.leading + self.size * CAPITAL) / 2)


@dataclass(frozen=True)
class Scale:
    """The types of a letter. `one_column`: the box of what matters puts the place under the hour."""

    body: Type
    heading: Type
    title: Type
    day: Type
    hour: Type
    where: Type
    code: Type
    small: Type
    one_column: bool


NORMAL = Scale(
    body=Type(12, 15.2),
    heading=Type(13.5, 17.5),
    title=Type(17, 21),
    day=Type(17, 21),
    hour=Type(28, 31),
    where=Type(13.5, 16.5),
    code=Type(34, 40),
    small=Type(9, 11),
    one_column=False,
)
# The same sizes, set closer: for a letter that would need a second sheet for a few lines.
CLOSE = replace(NORMAL, body=Type(12, 14), heading=Type(13, 16), hour=Type(28, 29), where=Type(13, 15.5))
LARGE = Scale(
    body=Type(16, 20.5),
    heading=Type(18, 23),
    title=Type(22, 27),
    day=Type(25, 30),
    hour=Type(36, 42),
    where=Type(19, 23),
    code=Type(46, 54),
    small=Type(12, 14),
    one_column=True,
)
LARGE_CLOSE = replace(
    LARGE, body=Type(16, 19), heading=Type(18, 21.5), title=Type(22, 25.5), day=Type(25, 28), code=Type(46, 50)
)


@dataclass(frozen=True)
class _Column:
    """Where lines begin, and how wide they may be, in millimetres."""

    left: float
    width: float


_PAGE = _Column(MARGIN, WIDTH)


class Piece(NamedTuple):
    """Something of a known height (millimetres) that stands as one; `space` is the white that it likes above it.

    `tied`: on the same page as the piece that follows.
    """

    height: float
    draw: Callable[[Sheet, float], None]  # at this distance from the top of the sheet
    space: float = 0.0
    tied: bool = False


def stack(lines: Sequence[Line], kind: Type, left: float = MARGIN, *, space: float = 0.0, tied: bool = False) -> Piece:
    """Lines one under the other, from `left` (millimetres)."""

    def draw(sheet: Sheet, top: float) -> None:
        for at, line in enumerate(lines):
            sheet.line(left, top + kind.baseline + at * kind.step, line, kind.size)

    return Piece(len(lines) * kind.step, draw, space, tied)


def title_piece(content: Content, scale: Scale) -> Piece:
    """The first thing read after the reference."""
    lines = set_lines((Run(content.title),), scale.title.size, points(WIDTH), strong=True)
    return stack(lines, scale.title, space=4.0)


def section_pieces(section: Section, scale: Scale) -> list[Piece]:
    """The pieces of a section other than the box. Raises `UnprintableError`."""
    pieces = list(_parts(section, scale, _PAGE))
    if sum(piece.height for piece in pieces) > _WHOLE:
        return pieces
    return [*(piece._replace(tied=True) for piece in pieces[:-1]), *pieces[-1:]]


def side_by_side(one: Section, two: Section, scale: Scale) -> Piece | None:
    """Two sections as two columns, parted where they are least tall; None when they are too tall to stand as one."""
    laid = []
    for share in _SHARES:
        wide = WIDTH * share - _GUTTER / 2
        left = _column(one, scale, _Column(MARGIN, wide))
        right = _column(two, scale, _Column(MARGIN + wide + _GUTTER, WIDTH - wide - _GUTTER))
        laid.append((max(left.height, right.height), left, right))
    height, left, right = min(laid, key=lambda found: found[0])
    if height > _WHOLE:
        return None

    def draw(sheet: Sheet, top: float) -> None:
        left.draw(sheet, top)
        right.draw(sheet, top)

    return Piece(height, draw, space=left.space)


def signed(section: Section, signature: Section, scale: Scale) -> list[Piece]:
    """A section whose last line bears the signature at its right; none when that line leaves no room for it."""
    kind = scale.body
    if not section.blocks or section.blocks[-1].role is not Role.TEXT:
        return []
    last = set_lines(section.blocks[-1].runs, kind.size, points(WIDTH))[-1]
    name = set_lines(signature.blocks[0].runs, kind.size, points(WIDTH), strong=True)
    wide = name[0].width
    if len(name) > 1 or len(signature.blocks) > 1 or last.width + wide > points(WIDTH - _BEFORE_SIGNATURE):
        return []
    *others, end = section_pieces(section, scale)

    def draw(sheet: Sheet, top: float) -> None:
        end.draw(sheet, top)
        sheet.line(MARGIN + WIDTH - millimetres(wide), top + end.height - kind.step + kind.baseline, name[0], kind.size)

    return [*others, end._replace(draw=draw)]


@lru_cache(maxsize=512)  # what to bring and how to come are the same in many letters
def _column(section: Section, scale: Scale, column: _Column) -> Piece:
    parts = list(_parts(section, scale, column))
    tops = []
    height = 0.0
    for at, part in enumerate(parts):
        height += part.space * _COLUMN_AIR if at else 0.0
        tops.append(height)
        height += part.height

    def draw(sheet: Sheet, top: float) -> None:
        for part, down in zip(parts, tops, strict=True):
            part.draw(sheet, top + down)

    return Piece(height, draw, space=parts[0].space)


def _parts(section: Section, scale: Scale, column: _Column) -> Iterator[Piece]:
    above = 1.5 if section.name == "opening" else 5.0
    blocks = list(section.blocks)
    heading = None
    if section.heading:
        lines = set_lines((Run(section.heading),), scale.heading.size, points(column.width), strong=True)
        heading = stack(lines, scale.heading, column.left, space=above, tied=True)
    if blocks and blocks[0].role is Role.QR:
        yield _beside_code(heading, blocks.pop(0), scale, above)
    elif heading:
        yield heading
        above = 0.8
    is_strong = section.name == "signature"
    for at, block in enumerate(blocks):
        space = above if at == 0 else 2.0 if block.gap else 0.0
        if block.role is Role.ITEM:
            yield _item(block, scale, column, space)
        else:
            lines = set_lines(block.runs, scale.body.size, points(column.width), strong=is_strong)
            yield stack(lines, scale.body, column.left, space=space)


def _item(block: Block, scale: Scale, column: _Column, space: float) -> Piece:
    kind = scale.body
    indent = millimetres(kind.size * 1.1)
    text = stack(set_lines(block.runs, kind.size, points(column.width - indent)), kind, column.left + indent)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.text(column.left + indent * 0.2, top + kind.baseline, "•", Face.STRONG, kind.size)
        text.draw(sheet, top)

    return Piece(text.height, draw, space)


def _beside_code(heading: Piece | None, block: Block, scale: Scale, space: float) -> Piece:
    """Words at the left, and at their right the QR code that says the same to a camera."""
    rows = qr_code(block.url)
    module = _QR_SIDE / len(rows)
    white = _QR_WHITE * module
    measure = points(WIDTH - _QR_SIDE - white)
    parts = [heading] if heading else []
    parts += [stack(set_lines(other.runs, scale.body.size, measure), scale.body) for other in block.beside]
    text_height = sum(part.height for part in parts)
    height = max(text_height, _QR_SIDE + white)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.matrix(MARGIN + WIDTH - _QR_SIDE, top + (height - _QR_SIDE) / 2, module, rows)
        for part in parts:
            part.draw(sheet, top)
            top += part.height

    return Piece(height, draw, space)
