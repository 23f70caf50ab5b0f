"""What no drawing of letters by ReportLab can do without: their words, line by line, by `drawString` alone.

Every word that stands on the letter's sheets, read back from its PDF, a line of the sheet for a line, as many pages, in
the same three faces: the address and the key fixed, the title and the headings strong, the rest regular; 12 points. No
line is measured or broken, for they are already; no box, no QR code, no Data Matrix, no pictogram, no column.
"""

from collections.abc import Sequence
from io import BytesIO

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from portal.letters.content import Content
from portal.letters.fonts import Face, load
from portal.letters.layout import Post

_SIZE, _LEADING, _LEFT, _TOP = 12, 14, 57, 800

Page = list[tuple[Face, str]]


def pages_of(post: Post, pdf: bytes) -> list[Page]:
    """The lines of a letter that was drawn, page by page."""
    fixed, strong = {*post.address, post.reference}, _strong(post.content)
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range().splitlines() for page in document]
    document.close()
    return [
        [(Face.FIXED if line in fixed else Face.STRONG if line in strong else Face.REGULAR, line) for line in lines]
        for lines in pages
    ]


def one_file_each(letters: Sequence[list[Page]]) -> int:
    """A file for each letter; gives the bytes of all."""
    return sum(len(one_file([letter])) for letter in letters)


def one_file(letters: Sequence[list[Page]]) -> bytes:
    """All of them in one file."""
    load()
    file = BytesIO()
    canvas = Canvas(file, pagesize=(595, 842), pageCompression=1, invariant=1)
    for pages in letters:
        for page in pages:
            top = _TOP
            canvas.setFont(Face.REGULAR.value, _SIZE)
            face = Face.REGULAR
            for wanted, text in page:
                if wanted is not face:
                    face = wanted
                    canvas.setFont(face.value, _SIZE)
                canvas.drawString(_LEFT, top, text)
                top -= _LEADING
            canvas.showPage()
    canvas.save()
    return file.getvalue()


def _strong(content: Content) -> set[str]:
    headings = {section.heading for section in content.sections}
    return {content.title, *headings} | (_strong(content.other) if content.other else set())
