"""A letter that carries a form: a cover to keep, then the form on sheets of its own, which come back."""

from dataclasses import replace
from io import BytesIO

import pikepdf

from portal.letters.geometry import PAGE_HEIGHT, PAGE_WIDTH, points
from portal.letters.layout import Drawn, Post, draw
from portal.letters.paper_form import FormPaper, draw_enclosed, pages_of

_SIZE = (points(PAGE_WIDTH), points(PAGE_HEIGHT))


def draw_with_form(post: Post, form: FormPaper) -> Drawn:
    """The letter and its form as one PDF; the same words make the same bytes.

    The form begins on a front side: the back of a cover of one page is blank, and counted. All the pages that are
    written on bear the letter's key. Raises what `draw` raises: `LetterTooLongError` when they take more than four
    pages together.
    """
    cover = draw(post, enclosed=pages_of(form))
    with pikepdf.open(BytesIO(cover.pdf)) as whole:
        if len(whole.pages) % 2:
            whole.add_blank_page(page_size=_SIZE)
        before = len(whole.pages)
        enclosed = draw_enclosed(form, reference=post.reference, after=before, pages=cover.pages)
        with pikepdf.open(BytesIO(enclosed)) as sheets:
            whole.pages.extend(sheets.pages)
            made = BytesIO()
            whole.save(made, deterministic_id=True)
    return replace(cover, pdf=made.getvalue())
