"""The file of a print run: a separator sheet, then letters as they were drawn, each beginning on a front side."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO

import pikepdf

from portal.letters.content import Run
from portal.letters.fonts import Face
from portal.letters.geometry import MARGIN, PAGE_HEIGHT, PAGE_WIDTH, points
from portal.letters.layout import DRAWING
from portal.letters.pictograms import draw_mark
from portal.letters.setting import set_lines
from portal.letters.sheet import Sheet
from portal.words import day_words

_SIZE = (points(PAGE_WIDTH), points(PAGE_HEIGHT))


def put_together(separator: bytes, letters: Iterable[bytes]) -> bytes:
    """One file of the separator and the letters, pages unchanged; whatever has an odd number of pages gets a blank one.

    The same letters make the same bytes. Raises `pikepdf.PdfError` when one of them is no PDF.
    """
    with pikepdf.new() as whole:
        for source in (separator, *letters):
            with pikepdf.open(BytesIO(source)) as one:
                whole.pages.extend(one.pages)
                is_odd = len(one.pages) % 2 == 1
            if is_odd:
                whole.add_blank_page(page_size=_SIZE)
        made = BytesIO()
        whole.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def sheet_of(letter: bytes, page: int) -> bytes:
    """The sheet that a page of a letter stands on, both its sides, pages unchanged; the whole when there is no such."""
    with pikepdf.open(BytesIO(letter)) as source, pikepdf.new() as one:
        front = (page - 1) // 2 * 2
        one.pages.extend(list(source.pages)[front : front + 2] or list(source.pages))
        made = BytesIO()
        one.save(made, deterministic_id=True)
    return made.getvalue()


def separator(title: str, posting_day: date, lines: Sequence[str]) -> bytes:
    """The sheet that says what the letters after it are: in large letters, for whoever takes them off the printer."""
    with DRAWING:
        sheet = Sheet(title=title, author="La Bonne Porte", language="fr")
        draw_mark(sheet, MARGIN, MARGIN, 20)
        top = 90.0
        wide = points(PAGE_WIDTH - 2 * MARGIN)
        for line in set_lines((Run(title),), 40, wide, strong=True):
            sheet.line(MARGIN, top, line, 40)
            top += 17
        sheet.text(MARGIN, top + 4, f"La Poste : {day_words(posting_day, 'fr')}", Face.REGULAR, 20)
        top += 22
        for text in lines:
            for line in set_lines((Run(text),), 24, wide):
                sheet.line(MARGIN, top, line, 24)
                top += 11
        sheet.text(MARGIN, PAGE_HEIGHT - MARGIN, "Feuille de séparation : à retirer du lot.", Face.REGULAR, 14)
        return sheet.finish()
