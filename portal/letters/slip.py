"""The paper handed over at a counter: an A5 sheet, or a ticket of 80 mm that is as long as its words.

Day, hour and place are read from arm's length; the rest follows. Its words are those of `letters/appointment_slip.txt`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from portal.letters.content import Block, Content
from portal.letters.fonts import Face, is_printable, load, shown, width
from portal.letters.geometry import millimetres
from portal.letters.layout import DRAWING
from portal.letters.pieces import Piece
from portal.letters.sheet import Sheet
from portal.letters.slip_formats import Format, Paper, formats_of
from portal.letters.slip_pieces import pieces_of
from portal.letters.wording import content_in
from portal.letters.wording_common import sender_of

KIND = "appointment_slip"

_MOST_PAGES = 2  # both sides of an A5 sheet


def draw_slip(context: Mapping[str, Any], paper: Paper) -> bytes:
    """The paper of an appointment as a PDF; the same context makes the same bytes.

    `context` is that of the appointment's messages, with in `names` the first names to print: no family name, and no
    place whose name tells a service, for a slip may be left lying. An A5 sheet is exactly 148 × 210 mm, on both sides
    when one is not enough; a ticket is 80 mm wide and as long as needed. What the fonts cannot print is said to be so.
    Opened, it proposes at once to be printed: somebody stands waiting at the counter.
    Raises `LetterTextError` when the words would have a hole, `KeyError` when the context lacks something.
    """
    load()
    content = _safe(content_in(str(context["language"]), KIND, context))
    author = shown(sender_of(context))
    formats = formats_of(paper, large_print=bool(context["large_print"]))
    form, pages = _laid_out(content, author, formats, is_demo=bool(context["demo"]))
    height = form.height or max(top + piece.height for piece, top in pages[0]) + form.margin
    with DRAWING:
        sheet = Sheet(title=content.title, author=author, language=content.language, size=(form.width, height))
        sheet.print_when_opened()
        for number, placed in enumerate(pages):
            if number:
                sheet.next_page()
            for piece, top in placed:
                piece.draw(sheet, top)
            if len(pages) > 1:
                _draw_number(sheet, form, number + 1, len(pages))
        return sheet.finish()


def _laid_out(
    content: Content, author: str, formats: Sequence[Format], *, is_demo: bool
) -> tuple[Format, list[list[tuple[Piece, float]]]]:
    """The pages, and the format that they are drawn in: a closer one only where one side is then enough."""
    laid = [(form, _paginated(pieces_of(author, content, form, is_demo=is_demo), form)) for form in formats]
    return next((found for found in laid if len(found[1]) == 1), laid[0])


def _draw_number(sheet: Sheet, form: Format, page: int, pages: int) -> None:
    words = f"{page} / {pages}"
    wide = millimetres(width(words, Face.REGULAR, form.head.size))
    sheet.text(form.width - form.margin - wide, (form.height or 0.0) - 5.5, words, Face.REGULAR, form.head.size)


def _paginated(pieces: Sequence[Piece], form: Format) -> list[list[tuple[Piece, float]]]:
    """Each page's pieces with their distance from the top; closer together where that saves a side."""
    airy = _arranged(pieces, form, 1.0)
    if len(airy) == 1:
        return airy
    close = _arranged(pieces, form, 0.55)
    return close if len(close) < len(airy) or len(airy) > _MOST_PAGES else airy


def _arranged(pieces: Sequence[Piece], form: Format, air: float) -> list[list[tuple[Piece, float]]]:
    pages: list[list[tuple[Piece, float]]] = [[]]
    top = form.margin
    for at, piece in enumerate(pieces):
        follower = pieces[at + 1].height if piece.tied and at + 1 < len(pieces) else 0.0
        top += piece.space * air if pages[-1] else 0.0
        if form.height and pages[-1] and top + piece.height + follower > form.height - form.margin:
            pages.append([])
            top = form.margin
        pages[-1].append((piece, top))
        top += piece.height
    return pages


def _safe(content: Content) -> Content:
    """The same content in signs that the fonts have: a counter's printer must not refuse a name."""
    if is_printable(content.as_text().replace("\n", " ")):
        return content

    def safe(block: Block) -> Block:
        runs = tuple(run._replace(text=shown(run.text, content.language)) for run in block.runs)
        return block._replace(runs=runs, beside=tuple(map(safe, block.beside)))

    sections = (section._replace(blocks=tuple(map(safe, section.blocks))) for section in content.sections)
    return replace(content, sections=tuple(sections))
