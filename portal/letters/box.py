"""The box « Ce que vous devez retenir »: what the eye must find within a second, from arm's length."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.letters.content import Block, Role, Run, Section
from portal.letters.geometry import MARGIN, Area, millimetres, points
from portal.letters.pictograms import draw_pictogram
from portal.letters.pieces import CAPITAL, WIDTH, Piece, Scale, Type, stack
from portal.letters.setting import Line, set_lines
from portal.letters.sheet import Sheet

_FRAME = 1.8  # points
_PAD = 5.0  # white inside the frame
_BOTTOM = 3.6
_AFTER_HEADING = 1.6
_BESIDE_HEADING = 1.5  # white where the heading breaks the frame
_WIDEST_LEFT = 108.0  # of the box's width: day and hour; the place stands at its right
_GUTTER = 5.0
_AFTER_PICTOGRAM = 2.0
_BETWEEN = 1.3  # above a line with a pictogram
_LARGE_TYPES = {"calendar": "day", "clock": "hour", "cross": "day", "key": "code"}


@dataclass(frozen=True)
class _Row:
    piece: Piece
    space: float
    baseline: float  # of its first line, from its top


def box(section: Section, scale: Scale) -> Piece:
    """Day and hour at the left, place at the right; one above the other in large print."""
    title = set_lines((Run(section.heading),), scale.body.size, points(WIDTH - 2 * _PAD), strong=True)
    heading = stack(title, scale.body, MARGIN + _PAD)
    edge = heading.height / 2  # the heading stands in the frame's upper stroke
    turn = next((at + 1 for at, block in enumerate(section.blocks) if block.icon == "clock"), len(section.blocks))
    first, second = section.blocks[:turn], section.blocks[turn:]
    two_columns = bool(second) and not scale.one_column
    column = _left_column(first, scale) if two_columns else WIDTH - _PAD
    left_area = Area(MARGIN + _PAD, 0, MARGIN + column, 0)
    right_area = Area(MARGIN + (column + _GUTTER if two_columns else _PAD), 0, MARGIN + WIDTH - _PAD, 0)
    left = _rows(first, scale, left_area, scale.day)
    right = _rows(second, scale, right_area, scale.where if two_columns else scale.day)
    start = heading.height + _AFTER_HEADING
    # The first line of the place stands on the same baseline as the day.
    drop = max(0.0, left[0].baseline - right[0].baseline) if two_columns else _height(left) + 2 * _BETWEEN
    inner = max(_height(left), drop + _height(right)) if right else _height(left)
    height = start + inner + _BOTTOM

    def draw(sheet: Sheet, top: float) -> None:
        sheet.frame(Area(MARGIN, top + edge, MARGIN + WIDTH, top + height), weight=_FRAME, radius=3)
        wide = max((millimetres(line.width) for line in title), default=0.0) + 2 * _BESIDE_HEADING
        sheet.blank(Area(MARGIN + _PAD - _BESIDE_HEADING, top, MARGIN + _PAD - _BESIDE_HEADING + wide, top + edge + 1))
        heading.draw(sheet, top)
        _draw_rows(sheet, left, top + start)
        _draw_rows(sheet, right, top + start + drop)
        if two_columns:
            middle = MARGIN + column + _GUTTER * 0.4
            sheet.upright(middle, top + start, top + height - _BOTTOM, weight=0.6, grey=0.55)

    return Piece(height, draw, space=4.0)


def _left_column(blocks: Sequence[Block], scale: Scale) -> float:
    """Just wide enough for the longest line of the day and the hour."""
    widest = max(
        line.width
        for block in blocks
        for line in set_lines(block.runs, _type_of(block, scale).size, points(WIDTH), strong=True)
    )
    return min(_WIDEST_LEFT, _PAD + millimetres(scale.day.size) + _AFTER_PICTOGRAM + millimetres(widest) + 2)


def _type_of(block: Block, scale: Scale) -> Type:
    if block.role is not Role.MARK:
        return scale.body
    kind: Type = getattr(scale, _LARGE_TYPES.get(block.icon, "where"))
    return kind


def _rows(blocks: Sequence[Block], scale: Scale, area: Area, pictogram: Type) -> list[_Row]:
    """Lines under one another in a column; those with a pictogram large, the others aligned under their words.

    After a cross, day and hour are struck through: a glance must not take them for an appointment.
    """
    rows = []
    side = millimetres(pictogram.size)
    indent = side + _AFTER_PICTOGRAM
    crossed = False
    for at, block in enumerate(blocks):
        marked = block.role is Role.MARK
        kind = _type_of(block, scale)
        lines = set_lines(block.runs, kind.size, points(area.width - indent), strong=marked)
        piece = stack(lines, kind, area.left + indent)
        if crossed and marked:
            piece = _struck(piece, lines, kind, area.left + indent)
        if marked:
            piece = _with_pictogram(piece, block.icon, Area(area.left, 0, area.left + side, 0), kind)
        rows.append(_Row(piece, _BETWEEN if at and (marked or block.gap) else 0.0, kind.baseline))
        crossed = crossed or block.icon == "cross"
    return rows


def _struck(words: Piece, lines: Sequence[Line], kind: Type, left: float) -> Piece:
    middle = kind.baseline - millimetres(kind.size * CAPITAL) / 2

    def draw(sheet: Sheet, top: float) -> None:
        words.draw(sheet, top)
        for at, line in enumerate(lines):
            down = top + middle + at * kind.step
            sheet.rule(left - 0.8, down, left + millimetres(line.width) + 0.8, weight=kind.size * 0.06)

    return Piece(words.height, draw)


def _with_pictogram(words: Piece, name: str, place: Area, kind: Type) -> Piece:
    middle = kind.baseline - millimetres(kind.size * CAPITAL) / 2

    def draw(sheet: Sheet, top: float) -> None:
        draw_pictogram(sheet, name, place.left, top + middle - place.width / 2, place.width)
        words.draw(sheet, top)

    return Piece(words.height, draw)


def _height(rows: Sequence[_Row]) -> float:
    return sum(row.space + row.piece.height for row in rows)


def _draw_rows(sheet: Sheet, rows: Sequence[_Row], top: float) -> None:
    for row in rows:
        top += row.space
        row.piece.draw(sheet, top)
        top += row.piece.height
