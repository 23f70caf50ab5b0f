"""A form to fill in by hand or on a screen: one A4 sheet in plain words, with its code, and where to send it back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import segno

from portal.letters.fonts import Face, load, shown, width
from portal.letters.geometry import PAGE_WIDTH, Area, millimetres
from portal.letters.layout import DRAWING, draw_key
from portal.letters.paper_fields import with_fields
from portal.letters.paper_items import Part
from portal.letters.paper_parts import (
    CLOSE,
    GAP,
    LARGE,
    LARGE_TIGHT,
    MARGIN,
    NORMAL,
    TIGHT,
    WIDTH,
    FieldPiece,
    FormSheet,
    Scale,
    item_piece,
    row_of,
    stacked,
    words_piece,
)
from portal.letters.pictograms import draw_mark
from portal.letters.sheet import Sheet

_TOP, _BOTTOM = 13.0, 282.0
_FOOTER = 289.0
_SMALL, _SMALL_LARGE = 10.0, 12.0  # points: the line under everything
_QR = 24.0
_MARK = 14.0
_INSET = 3.5  # of the frame at the foot
_LEAST_ADDRESS = 0.4  # of its width, for where to send the form
_LEAST_BESIDE = 72.0  # for what stands beside that
_BESIDE_KEY = 20.0  # where the foot begins when the key of a letter stands at its left

_Pages = list[list[tuple[FieldPiece, float]]]  # the pieces of each page, with their distance from its top


@dataclass(frozen=True)
class FormPaper:
    """All the words of a form. `code`: as printed, "ABCD-EFGH".

    `return_to`: a title, the lines of an address as they stand on an envelope, and a sentence. `blocks`: a title and
    its lines.
    """

    title: str
    author: str
    lead: str
    reference: tuple[str, str]  # label, reference
    code: tuple[str, str]  # label, code
    parts: Sequence[Part]
    return_to: tuple[str, Sequence[str], str]
    blocks: Sequence[tuple[str, Sequence[str]]]
    footer: str  # "{page}" and "{pages}" stand in it
    language: str = "fr"
    large_print: bool = False


def draw_form(paper: FormPaper) -> bytes:
    """The form as a PDF with its fields; the same words make the same bytes.

    Nothing is cut: what one page cannot hold goes on over the next. What is known and cannot be printed (another
    script) has an empty box, for whoever knows how it is written.
    """
    load()
    scale, pages = _laid_out(paper)
    with DRAWING:
        sheet = FormSheet(
            title=shown(paper.title), author=shown(paper.author), language=paper.language, size=scale.body.size
        )
        for number in _drawn_on(sheet, pages):
            _draw_footer(sheet, paper, paper.footer.format(page=number, pages=len(pages)))
        drawn = sheet.finish()
    return with_fields(drawn, sheet.fields)


def pages_of(paper: FormPaper) -> int:
    """How many pages the form takes."""
    load()
    return len(_laid_out(paper)[1])


def draw_enclosed(paper: FormPaper, *, reference: str, after: int, pages: int) -> bytes:
    """The same form as the last pages of a letter, to be written on by hand: no fields.

    Each bears the letter's key, with its number among the letter's `pages`, of which `after` come before.
    """
    load()
    scale, placed = _laid_out(paper)
    with DRAWING:
        sheet = FormSheet(
            title=shown(paper.title), author=shown(paper.author), language=paper.language, size=scale.body.size
        )
        for number in _drawn_on(sheet, placed):
            draw_key(sheet, reference, after + number, pages)
            said = paper.footer.format(page=after + number, pages=pages)
            _draw_footer(sheet, paper, f"{reference} – {said}", left=_BESIDE_KEY)
        return sheet.finish()


def _drawn_on(sheet: FormSheet, pages: _Pages) -> Iterator[int]:
    """Draws each page but its foot, and gives its number while it can still be drawn on."""
    for number, placed in enumerate(pages, start=1):
        if number > 1:
            sheet.next_page()
        for piece, top in placed:
            piece.draw(sheet, top)
        yield number


def _laid_out(paper: FormPaper) -> tuple[Scale, _Pages]:
    """The pages; closer together where that saves one."""
    scales = (LARGE, LARGE_TIGHT) if paper.large_print else (NORMAL, CLOSE, TIGHT)
    laid = [(scale, _paginated(list(_pieces(paper, scale)))) for scale in scales]
    return min(laid, key=lambda one: len(one[1]))


def _paginated(pieces: Sequence[FieldPiece]) -> _Pages:
    pages: _Pages = [[]]
    top = _TOP
    for at, piece in enumerate(pieces):
        needed = piece.height
        for before, after in zip(pieces[at:], pieces[at + 1 :], strict=False):
            if not before.tied:
                break
            needed += after.space + after.height
        top += piece.space if pages[-1] else 0.0
        if pages[-1] and top + needed > _BOTTOM:
            pages.append([])
            top = _TOP
        pages[-1].append((piece, top))
        top += piece.height
    return pages


def _pieces(paper: FormPaper, scale: Scale) -> Iterator[FieldPiece]:
    """From the head to the foot. No part is broken by the end of a page, and the last one goes with the foot."""
    yield _head(paper, scale)
    for number, part in enumerate(paper.parts, start=1):
        title = words_piece(part.title, scale.part, strong=True)
        yield FieldPiece(title.height + 1.2, _under_rule(title), space=scale.air * 2.2, tied=True)
        for at, item in enumerate(part.items, start=1):
            piece = item_piece(item, scale)
            is_tied = at < len(part.items) or number == len(paper.parts)
            yield FieldPiece(piece.height, piece.draw, scale.air if at > 1 else scale.air * 0.6, tied=is_tied)
    yield _foot(paper, scale)


def _under_rule(title: FieldPiece) -> Callable[[FormSheet, float], None]:
    def draw(sheet: FormSheet, top: float) -> None:
        sheet.rule(MARGIN, top, PAGE_WIDTH - MARGIN, weight=0.6, grey=0.45)
        title.draw(sheet, top + 1.2)

    return draw


def _head(paper: FormPaper, scale: Scale) -> FieldPiece:
    rows = _qr_code(paper.code[1])
    module = _QR / len(rows)
    measure = WIDTH - _QR - 12.0
    author = words_piece(paper.author, scale.body, left=MARGIN + _MARK + 3, measure=measure - _MARK - 3, strong=True)
    title = words_piece(paper.title, scale.title, measure=measure, strong=True)
    lead = words_piece(paper.lead, scale.body, measure=measure)
    code = words_piece(" ".join(paper.code), scale.part, measure=measure, strong=True)
    stack = [(title, 2.0), (lead, 1.0), (code, 1.4)]
    height = _MARK + sum(piece.height + space for piece, space in stack)

    def draw(sheet: FormSheet, top: float) -> None:
        draw_mark(sheet, MARGIN, top, _MARK)
        author.draw(sheet, top + (_MARK - author.height) / 2)
        sheet.matrix(PAGE_WIDTH - MARGIN - _QR, top + 1, module, rows)
        down = top + _MARK
        for piece, space in stack:
            piece.draw(sheet, down + space)
            down += space + piece.height

    return FieldPiece(max(height, _QR + 3), draw)


def _foot(paper: FormPaper, scale: Scale) -> FieldPiece:
    """Where to send it, what happens next, who helps: one frame. No line of the address is ever broken in two.

    The rest stands beside the address where that leaves it room, else under it.
    """
    left, whole = MARGIN + _INSET, WIDTH - 2 * _INSET
    title, lines, sentence = paper.return_to
    printed = [millimetres(width(shown(line), Face.REGULAR, scale.body.size)) for line in (*lines, sentence)]
    wide = max([*printed, whole * _LEAST_ADDRESS]) + 0.5
    is_beside = whole - wide - 2 * GAP >= _LEAST_BESIDE
    address = _block(title, [*lines, sentence], scale, left, wide if is_beside else whole)
    if is_beside:
        start = left + wide + 2 * GAP
        others = [_block(*block, scale, start, left + whole - start) for block in paper.blocks]
        rest = stacked(others, air=scale.air)
        height = max(address.height, rest.height)
    else:
        column = (whole - GAP * (len(paper.blocks) - 1)) / len(paper.blocks)
        rest = row_of(
            [_block(*block, scale, left + at * (column + GAP), column) for at, block in enumerate(paper.blocks)]
        )
        height = address.height + scale.air + rest.height

    def draw(sheet: FormSheet, top: float) -> None:
        sheet.frame(Area(MARGIN, top, MARGIN + WIDTH, top + height + 2 * _INSET), weight=1.6, radius=2)
        address.draw(sheet, top + _INSET)
        if is_beside:
            sheet.upright(left + wide + GAP, top + _INSET, top + _INSET + height, weight=0.6, grey=0.45)
        rest.draw(sheet, top + _INSET + (0.0 if is_beside else height - rest.height))

    return FieldPiece(height + 2 * _INSET, draw, space=scale.air * 2.5)


def _block(title: str, lines: Sequence[str], scale: Scale, left: float, measure: float) -> FieldPiece:
    heading = words_piece(title, scale.body, left=left, measure=measure, strong=True)
    return stacked([heading, *(words_piece(line, scale.body, left=left, measure=measure) for line in lines)])


def _draw_footer(sheet: Sheet, paper: FormPaper, right: str, *, left: float = MARGIN) -> None:
    size = _SMALL_LARGE if paper.large_print else _SMALL
    sheet.text(left, _FOOTER, shown(" ".join([*paper.reference, "  ", *paper.code])), Face.REGULAR, size)
    wide = millimetres(width(right, Face.REGULAR, size))
    sheet.text(PAGE_WIDTH - MARGIN - wide, _FOOTER, right, Face.REGULAR, size)


@lru_cache(maxsize=64)
def _qr_code(code: str) -> tuple[tuple[int, ...], ...]:
    """The code alone, without an address: a reader that types puts it where the agent's page waits for it."""
    return tuple(tuple(row) for row in segno.make(code, error="q", micro=False).matrix)
