"""Fonts embedded in a document: as the library embeds them, and all that is written can be read back."""

from io import BytesIO

from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from portal.letters.fonts import Face, font_of, load
from portal.letters.sheet import Sheet

WORDS = "Nœux-les-Mines, à 10 h 30 : « Ça va ? »"


def test_a_font_is_embedded_byte_for_byte_as_the_library_does():
    font = font_of(Face.REGULAR)
    pdfmetrics.registerFont(TTFont("Bare", font.face.filename, asciiReadable=0, shapable=False))
    files = []
    for name in (Face.REGULAR.value, "Bare"):
        written = BytesIO()
        canvas = Canvas(written, invariant=1, initialFontName=name)
        canvas.drawString(50, 50, WORDS)
        canvas.save()
        files.append(written.getvalue())
    assert files[0] == files[1]


def test_a_document_of_more_signs_than_a_subset_holds_is_read_back_whole():
    signs = sorted(load() - {" ", "\u00a0"})
    assert len(signs) > 256
    lines = ["".join(signs[at : at + 40]) for at in range(0, len(signs), 40)]
    sheet = Sheet(title="Tous les signes", author="Essai", language="fr")
    for at, line in enumerate([*lines, f"{signs[-1]} {signs[0]}"]):
        sheet.text(20, 30 + 10 * at, line, Face.REGULAR, 12)
    (page,) = PdfReader(BytesIO(sheet.finish())).pages
    assert page.extract_text().split("\n")[: len(lines)] == lines
