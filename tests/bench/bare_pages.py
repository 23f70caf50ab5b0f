"""What no drawing of letters by ReportLab can do without: their words, line by line, by `drawString` alone.

The same words in the same three faces (the title and headings strong, the address fixed, the rest regular), 12 points,
lines cut at 90 characters beforehand, as many pages as the letter has. No box, no code, no key, no pictogram, no
column, no line ever measured.
"""

import textwrap
from collections.abc import Sequence
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from portal.letters.content import Content
from portal.letters.fonts import Face, load
from portal.letters.layout import Post

_SIZE, _LEADING, _LEFT, _TOP, _CUT = 12, 14, 57, 800, 90

Lines = list[tuple[Face, list[str]]]
Pages = list[Lines]


def pages_of(post: Post, pages: int) -> Pages:
    """The words of a letter, cut into lines and shared out over its pages."""
    runs: Lines = [(Face.FIXED, [*post.address, post.reference]), (Face.REGULAR, [post.sender, *post.return_address])]
    runs += _runs(post.content)
    lines = [(face, line) for face, texts in runs for text in texts for line in textwrap.wrap(text, _CUT)]
    each = -(-len(lines) // pages)
    return [[(face, [line]) for face, line in lines[at : at + each]] for at in range(0, len(lines), each)]


def one_file_each(letters: Sequence[Pages]) -> int:
    """A file for each letter; gives the bytes of all."""
    return sum(len(one_file([letter])) for letter in letters)


def one_file(letters: Sequence[Pages]) -> bytes:
    """All of them in one file."""
    load()
    file = BytesIO()
    canvas = Canvas(file, pagesize=(595, 842), pageCompression=1, invariant=1)
    for pages in letters:
        for page in pages:
            top = _TOP
            for face, texts in page:
                canvas.setFont(face.value, _SIZE)
                for text in texts:
                    canvas.drawString(_LEFT, top, text)
                    top -= _LEADING
            canvas.showPage()
    canvas.save()
    return file.getvalue()


def _runs(content: Content) -> Lines:
    runs: Lines = [(Face.STRONG, [content.title])]
    for section in content.sections:
        if section.heading:
            runs.append((Face.STRONG, [section.heading]))
        texts = [line.text for block in section.blocks for line in (block.beside or (block,))]
        runs.append((Face.REGULAR, texts))
    return runs + (_runs(content.other) if content.other else [])
