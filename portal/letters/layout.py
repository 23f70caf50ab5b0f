"""A letter drawn to the millimetre: what stands on each page, and nothing in the window but the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

from ppf.datamatrix import DataMatrix

from portal.letters.box import box
from portal.letters.content import Content, Run
from portal.letters.fonts import Face, printable, width
from portal.letters.geometry import (
    ADDRESS_LEADING,
    ADDRESS_LEFT,
    ADDRESS_LINES,
    ADDRESS_SIZE,
    ADDRESS_TOP,
    FIRST_BODY,
    FOLD_LEFT,
    FOLD_RIGHT,
    FOLDS,
    FOOTER_BASELINE,
    KEY,
    MARGIN,
    NEXT_BODY,
    PAGE_WIDTH,
    SENDER,
    millimetres,
    points,
)
from portal.letters.pictograms import draw_mark
from portal.letters.pieces import CLOSE, LARGE, NORMAL, Piece, Scale, section_pieces, title_piece
from portal.letters.setting import Line, set_lines
from portal.letters.sheet import Sheet
from portal.words import day_words

MOST_PAGES = 4
# White above the pieces, as parts of what they like: the airiest that keeps the letter on the fewest sheets is taken.
_AIR = (1.6, 1.45, 1.3, 1.15, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
DRAWING = Lock()  # the PDF library reads a font's file from one place at a time

_WORDS = {
    "fr": {
        "reference": "Référence",
        "day": "Le {day}",
        "return": "Retour à l’expéditeur :",
        "page": "page {page} sur {pages}",
        "demo": "Démonstration : lettre à ne pas poster",
    },
    "en": {
        "reference": "Reference",
        "day": "{day}",
        "return": "Return to sender:",
        "page": "page {page} of {pages}",
        "demo": "Demonstration: do not post this letter",
    },
}


class LetterTooLongError(ValueError):
    """The text does not fit on four pages, or a part of it on one. Nothing is cut: somebody must shorten it."""


@dataclass(frozen=True)
class Post:
    """A letter ready to be drawn. `address`: the lines of the envelope, the name first, as they are printed."""

    reference: str
    day: date
    address: Sequence[str]
    sender: str
    return_address: Sequence[str]
    content: Content
    large_print: bool = False
    demo: bool = False


@dataclass(frozen=True)
class Drawn:
    """The PDF, its number of pages, and whether the address needs the envelope with the 45 mm window."""

    pdf: bytes
    pages: int
    needs_large_window: bool


def draw(post: Post) -> Drawn:
    """The letter as a PDF; the same letter makes the same bytes.

    Raises `LetterTooLongError` beyond four pages, `UnprintableError` for a character that the fonts lack.
    """
    scale, pages = _settled(post)
    with DRAWING:
        sheet = Sheet(title=post.content.title, author=printable(post.sender), language=post.content.language)
        for number, placed in enumerate(pages, start=1):
            if number == 1:
                _draw_address(sheet, post.address)
                _draw_sender(sheet, post)
            else:
                sheet.next_page()
            _draw_folds(sheet)
            _draw_key(sheet, post.reference, number, len(pages))
            _draw_footer(sheet, post, number, len(pages), scale)
            for piece, top in placed:
                piece.draw(sheet, top)
        pdf = sheet.finish()
    return Drawn(pdf, len(pages), needs_large_window=len(post.address) > ADDRESS_LINES)


def _settled(post: Post) -> tuple[Scale, list[list[tuple[Piece, float]]]]:
    """The airiest setting that keeps the letter on the fewest pages."""
    if post.large_print:
        return LARGE, _paginated(_body(post, LARGE), _foot_height(post, LARGE))
    foot = _foot_height(post, NORMAL)
    pages = _paginated(_body(post, NORMAL), foot)
    if len(pages) > 1:
        closer = _paginated(_body(post, CLOSE), foot)
        if len(closer) < len(pages):
            return CLOSE, closer
    return NORMAL, pages


def _body(post: Post, scale: Scale) -> list[Piece]:
    pieces = [_reference_line(post, scale), title_piece(post.content, scale)]
    for section in post.content.sections:
        if section.name == "foot":
            continue
        pieces += [box(section, scale)] if section.name == "keep" else section_pieces(section, scale)
    return pieces


def _paginated(pieces: Sequence[Piece], foot: float) -> list[list[tuple[Piece, float]]]:
    """Each page's pieces with their distance from the top; `foot` millimetres stay free for the foot's own words."""
    tightest = _arranged(pieces, _AIR[-1], foot)
    if len(tightest) > MOST_PAGES:
        raise LetterTooLongError(f"{len(tightest)} pages")
    airy = (_arranged(pieces, air, foot) for air in _AIR[:-1])
    return next((pages for pages in airy if len(pages) == len(tightest)), tightest)


def _arranged(pieces: Sequence[Piece], air: float, foot: float) -> list[list[tuple[Piece, float]]]:
    pages: list[list[tuple[Piece, float]]] = [[]]
    area, top = FIRST_BODY, FIRST_BODY.top
    for group in _groups(pieces):
        needed = sum(piece.height + piece.space * air for piece in group)
        if pages[-1] and top + needed > area.bottom - foot:
            pages.append([])
            area, top = NEXT_BODY, NEXT_BODY.top
        for at, piece in enumerate(group):
            top += piece.space * air if at or pages[-1] else 0.0
            pages[-1].append((piece, top))
            top += piece.height
        if top > area.bottom - foot:
            raise LetterTooLongError("a part is taller than a page")
    return pages


def _groups(pieces: Sequence[Piece]) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    tied = False
    for piece in pieces:
        if tied:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        tied = piece.tied
    return groups


def _reference_line(post: Post, scale: Scale) -> Piece:
    words = _words(post)
    left = f"{words['reference']} {post.reference}"
    right = words["day"].format(day=day_words(post.day, post.content.language))

    def draw(sheet: Sheet, top: float) -> None:
        baseline = top + scale.body.baseline
        sheet.text(MARGIN, baseline, left, Face.REGULAR, scale.body.size)
        wide = millimetres(width(right, Face.REGULAR, scale.body.size))
        sheet.text(PAGE_WIDTH - MARGIN - wide, baseline, right, Face.REGULAR, scale.body.size)

    return Piece(scale.body.step, draw)


def _draw_address(sheet: Sheet, lines: Sequence[str]) -> None:
    step = millimetres(ADDRESS_LEADING)
    first = ADDRESS_TOP + millimetres(9) - max(0, len(lines) - ADDRESS_LINES) * step
    for at, line in enumerate(lines):
        sheet.text(ADDRESS_LEFT, first + at * step, printable(line), Face.FIXED, ADDRESS_SIZE)


def _draw_sender(sheet: Sheet, post: Post) -> None:
    side, step = 14.0, 4.2
    draw_mark(sheet, SENDER.left, SENDER.top, side)
    left = SENDER.left + side + 4
    name = set_lines((Run(post.sender),), 13, points(SENDER.right - left), strong=True)
    top = SENDER.top + side / 2 - len(name) * 2.7
    for at, line in enumerate(name):
        sheet.line(left, top + 4.2 + at * 5.4, line, 13)
    baseline = SENDER.top + side + 7
    sheet.text(SENDER.left, baseline, _words(post)["return"], Face.REGULAR, 9)
    for text in post.return_address:
        for line in set_lines((Run(text),), 9, points(SENDER.width)):
            baseline += step
            sheet.line(SENDER.left, baseline, line, 9)


def _draw_folds(sheet: Sheet) -> None:
    for fold in FOLDS:
        sheet.rule(FOLD_LEFT, fold, FOLD_RIGHT, weight=0.25, grey=0.5)


def _draw_key(sheet: Sheet, reference: str, page: int, pages: int) -> None:
    rows = DataMatrix(f"{reference}-{page}-{pages}").matrix
    side = KEY.right - KEY.left
    module = side / (len(rows) + 2)  # one module of white on each side
    sheet.matrix(KEY.left + module, KEY.top, module, rows)
    size = min(5.0, 5.0 * points(side) / width(reference, Face.FIXED, 5.0))
    sheet.text(KEY.left, KEY.bottom - 2.9, reference, Face.FIXED, size)
    sheet.text(KEY.left, KEY.bottom - 0.7, f"{page}/{pages}", Face.FIXED, size)


def _draw_footer(sheet: Sheet, post: Post, page: int, pages: int, scale: Scale) -> None:
    words = _words(post)
    left = f"{words['reference']} {post.reference}"
    if post.demo:
        left += f" – {words['demo']}"
    right = words["page"].format(page=page, pages=pages)
    lines = _foot_lines(post, scale)
    above = FOOTER_BASELINE - len(lines) * scale.small.step
    sheet.rule(MARGIN, above - 4.5, PAGE_WIDTH - MARGIN, weight=0.5, grey=0.5)
    for at, line in enumerate(lines):
        sheet.line(MARGIN, above + at * scale.small.step, line, scale.small.size)
    sheet.text(MARGIN, FOOTER_BASELINE, left, Face.REGULAR, scale.small.size)
    wide = millimetres(width(right, Face.REGULAR, scale.small.size))
    sheet.text(PAGE_WIDTH - MARGIN - wide, FOOTER_BASELINE, right, Face.REGULAR, scale.small.size)


def _foot_lines(post: Post, scale: Scale) -> list[Line]:
    """What the letter's own text says at the foot of each page."""
    blocks = [block for section in post.content.sections if section.name == "foot" for block in section.blocks]
    measure = points(PAGE_WIDTH - 2 * MARGIN)
    return [line for block in blocks for line in set_lines(block.runs, scale.small.size, measure)]


def _foot_height(post: Post, scale: Scale) -> float:
    return len(_foot_lines(post, scale)) * scale.small.step


def _words(post: Post) -> dict[str, str]:
    return _WORDS.get(post.content.language, _WORDS["fr"])
