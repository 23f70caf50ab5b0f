"""What no drawing of letters by ReportLab can do without: their words, where they stand, by `drawString` alone.

The words are read back from the PDF of the letter: each in its own face and size, at its own point, on as many pages.
So the same signs of the same three fonts are embedded, by the library's own means, pages are compressed alike, and no
font is there that shows nothing. Nothing is worked out: no line is measured or broken, nothing finds its place on a
page; there is no box, no QR code, no Data Matrix, no pictogram, neither title nor language.
"""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from portal.letters.fonts import Face, font_of


class Words(NamedTuple):
    """Words of one font and size, from a point (in points from the bottom left of the page)."""

    font: str
    size: float
    left: float
    bottom: float
    text: str


Page = list[Words]


def pages_of(pdf: bytes) -> list[Page]:
    """The words of a letter that was drawn, page by page, in the order in which they are written."""
    fonts, pages = _fonts(), []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        said = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], textpage=page.get_textpage())
        pages.append([_words(one, fonts[one.get_font().get_base_name()]) for one in said])
    document.close()
    return pages


def _words(said: pypdfium2.PdfTextObj, font: str) -> Words:
    at = said.get_matrix()
    return Words(font, said.get_font_size(), round(at.e, 3), round(at.f, 3), said.extract())


@cache
def _fonts() -> dict[str, str]:
    """The letters' fonts as the library itself embeds them: what a PDF calls each, and the name to ask for it by."""
    names = {}
    for face in Face:
        file = font_of(face).face
        names[file.name.decode()] = name = f"Bare{face.value}"
        pdfmetrics.registerFont(TTFont(name, file.filename, asciiReadable=0, shapable=False))
    return names


def one_file_each(letters: Sequence[list[Page]]) -> int:
    """A file for each letter; gives the bytes of all."""
    return sum(len(one_file([letter])) for letter in letters)


def one_file(letters: Sequence[list[Page]]) -> bytes:
    """All of them in one file."""
    file = BytesIO()
    first = letters[0][0][0]
    canvas = Canvas(
        file,
        pagesize=(595, 842),
        pageCompression=1,
        invariant=1,
        initialFontName=first.font,  # type: ignore[arg-type]  # the library's own choice would be embedded besides
        initialFontSize=first.size,
    )
    for pages in letters:
        for page in pages:
            font: tuple[str, float] | None = None
            for words in page:
                if font != (words.font, words.size):
                    font = words.font, words.size
                    canvas.setFont(*font)
                canvas.drawString(words.left, words.bottom, words.text)
            canvas.showPage()
    canvas.save()
    return file.getvalue()
