"""A letter drawn to the millimetre: what stands on each page, and nothing in the window but the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from threading import Lock

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
    PAGE_WIDTH,
    SENDER,
    millimetres,
    points,
)
from portal.letters.matrices import data_matrix
from portal.letters.paging import MOST_PAGES, Heading, Part, Placed, foot_lines, parts_of, printed, words_of
from portal.letters.pictograms import draw_mark
from portal.letters.setting import set_lines
from portal.letters.sheet import Sheet

DRAWING = Lock()  # the PDF library reads a font's file from one place at a time


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
    """The PDF, its number of pages, whether the address needs the envelope with the 45 mm window, and all its words."""

    pdf: bytes
    pages: int
    needs_large_window: bool
    content: Content


def draw(post: Post, *, enclosed: int = 0) -> Drawn:
    """The letter as a PDF; the same letter makes the same bytes.

    Its other language follows from a new page, on four pages at most in all: beyond, French stands alone. `enclosed`:
    how many pages follow it on a sheet of their own; they are counted, and not drawn. Raises `LetterTooLongError`
    beyond four pages, `UnprintableError` for a character that the fonts lack.
    """
    most = MOST_PAGES - enclosed - enclosed % 2
    parts = parts_of(Heading(post.reference, post.day), post.content, large_print=post.large_print, most=most)
    pages = [(part, placed) for part in parts for placed in part.pages]
    total = len(pages) + (len(pages) % 2 + enclosed if enclosed else 0)
    with DRAWING:
        sheet = Sheet(title=post.content.title, author=printable(post.sender), language=post.content.language)
        for number, (part, placed) in enumerate(pages, start=1):
            if number == 1:
                _draw_address(sheet, post.address)
                _draw_sender(sheet, post)
                _draw_pointers(sheet, parts)
            else:
                sheet.next_page()
            sheet.page_language = part.content.language
            _draw_folds(sheet)
            draw_key(sheet, post.reference, number, total)
            _draw_footer(sheet, post, part, (number, total), is_before_coupon=placed is _before_coupon(part))
            for piece, top in placed:
                piece.draw(sheet, top)
        pdf = sheet.finish()
    return Drawn(pdf, total, needs_large_window=len(post.address) > ADDRESS_LINES, content=printed(parts))


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
    sheet.text(SENDER.left, baseline, words_of(post.content)["return"], Face.REGULAR, 9)
    for text in post.return_address:
        for line in set_lines((Run(text),), 9, points(SENDER.width)):
            baseline += step
            sheet.line(SENDER.left, baseline, line, 9)


def _draw_folds(sheet: Sheet) -> None:
    for fold in FOLDS:
        sheet.rule(FOLD_LEFT, fold, FOLD_RIGHT, weight=0.25, grey=0.5)


def draw_key(sheet: Sheet, reference: str, page: int, pages: int) -> None:
    """The key of a letter on one of its pages, for the folding machine and for returns."""
    rows = data_matrix(f"{reference}-{page}-{pages}")
    side = KEY.right - KEY.left
    module = side / (len(rows) + 2)  # one module of white on each side
    sheet.matrix(KEY.left + module, KEY.top, module, rows)
    size = min(5.0, 5.0 * points(side) / width(reference, Face.FIXED, 5.0))
    sheet.text(KEY.left, KEY.bottom - 2.9, reference, Face.FIXED, size)
    sheet.text(KEY.left, KEY.bottom - 0.7, f"{page}/{pages}", Face.FIXED, size)


def _before_coupon(part: Part) -> Placed | None:
    """The page whose reader must turn over to find the coupon."""
    return part.pages[-2] if part.is_coupon_alone else None


def _draw_footer(sheet: Sheet, post: Post, part: Part, page: tuple[int, int], *, is_before_coupon: bool) -> None:
    words, scale = words_of(part.content), part.scale
    left = f"{words['reference']} {post.reference}"
    if post.demo:
        left += f" – {words['demo']}"
    numbers = dict.fromkeys((words["page"], words_of(post.content)["page"]))
    right = " – ".join(said.format(page=page[0], pages=page[1]) for said in numbers)
    if is_before_coupon:
        right = f"{words['coupon'].format(page=page[0] + 1)} – {right}"
    lines = foot_lines(part.content, scale)
    above = FOOTER_BASELINE - len(lines) * scale.small.step
    sheet.rule(MARGIN, above - 4.5, PAGE_WIDTH - MARGIN, weight=0.5, grey=0.5)
    for at, line in enumerate(lines):
        sheet.line(MARGIN, above + at * scale.small.step, line, scale.small.size)
    sheet.text(MARGIN, FOOTER_BASELINE, left, Face.REGULAR, scale.small.size)
    wide = millimetres(width(right, Face.REGULAR, scale.small.size))
    sheet.text(PAGE_WIDTH - MARGIN - wide, FOOTER_BASELINE, right, Face.REGULAR, scale.small.size)


def _draw_pointers(sheet: Sheet, parts: Sequence[Part]) -> None:
    """Under the reference: on which page another language begins, in that language; or that it has none."""
    page, left_out = 1, parts[0].content.other
    if left_out and len(parts) == 1:
        body = parts[0].scale.body
        sheet.text(MARGIN, FIRST_BODY.top + body.step + body.baseline, left_out.title, Face.STRONG, body.size)
    for before, part in pairwise(parts):
        page += len(before.pages)
        body = before.scale.body
        words = words_of(part.content)["from"].format(page=page)
        sheet.text(MARGIN, FIRST_BODY.top + body.step + body.baseline, words, Face.STRONG, body.size)
