"""The paper handed over at a counter: an A5 sheet, or a ticket of 80 mm that is as long as its words.

Day, hour and place are read from arm's length; the rest follows. Its words are those of `letters/appointment_slip.txt`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

import segno

from portal.codes import LENGTH
from portal.letters.content import Block, Content, Role, Run, Section
from portal.letters.fonts import Face, UnprintableError, load, printable, width
from portal.letters.geometry import millimetres, points
from portal.letters.layout import DRAWING
from portal.letters.pictograms import draw_mark, draw_pictogram
from portal.letters.pieces import CAPITAL, Piece, Type
from portal.letters.record import shown
from portal.letters.setting import Line, set_lines
from portal.letters.sheet import Sheet
from portal.letters.typography import NBSP
from portal.letters.wording import content_in
from portal.letters.wording_common import sender_of

KIND = "appointment_slip"

_WHITE = 4  # modules around a QR code (ISO/IEC 18004)
_DEMO = {"fr": "Démonstration : rendez-vous inventé", "en": "Demonstration: an invented appointment"}
_MOST_PAGES = 2  # both sides of an A5 sheet


class Paper(StrEnum):
    """What the counter's printer holds."""

    A5 = "a5"
    TICKET = "ticket"


@dataclass(frozen=True)
class _Format:
    """A size of paper (millimetres; no height: as tall as needed) and its types. `omitted`: sections left out."""

    width: float
    height: float | None
    margin: float
    mark: float
    qr: float
    head: Type
    body: Type
    heading: Type
    title: Type
    day: Type
    hour: Type
    where: Type
    code: Type
    omitted: frozenset[str] = frozenset()

    @property
    def measure(self) -> float:
        """The width that words may take, in millimetres."""
        return self.width - 2 * self.margin


_A5 = _Format(
    width=148.0,
    height=210.0,
    margin=11.0,
    mark=12.0,
    qr=24.0,
    head=Type(12, 14.5),
    body=Type(12, 14.8),
    heading=Type(13, 16.5),
    title=Type(15, 18),
    day=Type(22, 26),
    hour=Type(44, 47),
    where=Type(16, 19.5),
    code=Type(20, 24),
)
_A5_LARGE = replace(
    _A5,
    margin=9.0,
    body=Type(16, 18.6),
    heading=Type(16, 20),
    title=Type(16, 20),
    day=Type(25, 29),
    hour=Type(48, 50),
    where=Type(19, 22.5),
    code=Type(22, 26),
)
# The same words a little closer, where that saves the second side.
_A5_TIGHT = replace(
    _A5,
    margin=9.0,
    mark=10.0,
    body=Type(12, 13.8),
    heading=Type(12, 15),
    day=Type(20, 23),
    hour=Type(36, 38),
    where=Type(14, 16.5),
    code=Type(18, 21),
)
_TICKET = _Format(
    width=80.0,
    height=None,
    margin=5.0,
    mark=8.0,
    qr=22.0,
    head=Type(10.5, 12.5),
    body=Type(10.5, 13),
    heading=Type(11.5, 14.5),
    title=Type(11.5, 14.5),
    day=Type(17, 20.5),
    hour=Type(38, 41),
    where=Type(13, 16),
    code=Type(15, 18.5),
    omitted=frozenset({"come"}),
)
_TICKET_LARGE = replace(
    _TICKET,
    body=Type(16, 19.5),
    heading=Type(16, 20),
    title=Type(16, 20),
    day=Type(20, 24.5),
    hour=Type(46, 50),
    where=Type(18, 22),
    code=Type(19, 23),
)
_FORMATS = {
    (Paper.A5, False): _A5,
    (Paper.A5, True): _A5_LARGE,
    (Paper.TICKET, False): _TICKET,
    (Paper.TICKET, True): _TICKET_LARGE,
}


def draw_slip(context: Mapping[str, Any], paper: Paper) -> bytes:
    """The paper of an appointment as a PDF; the same context makes the same bytes.

    `context` is that of the appointment's messages, with in `names` the first names to print: no family name, and no
    place whose name tells a service, for a slip may be left lying. An A5 sheet is exactly 148 × 210 mm, on both sides
    when one is not enough; a ticket is 80 mm wide and as long as needed. A sign that the fonts lack is shown as "?".
    Opened, it proposes at once to be printed: somebody stands waiting at the counter.
    Raises `LetterTextError` when the words would have a hole, `KeyError` when the context lacks something.
    """
    load()
    form = _FORMATS[paper, bool(context["large_print"])]
    content = _safe(content_in(str(context["language"]), KIND, context))
    author = shown(sender_of(context))
    form, pages = _laid_out(content, author, form, is_demo=bool(context["demo"]))
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
    content: Content, author: str, form: _Format, *, is_demo: bool
) -> tuple[_Format, list[list[tuple[Piece, float]]]]:
    """The pages, and the format that they are drawn in: a little closer where one side is then enough."""
    formats = (form, _A5_TIGHT) if form is _A5 else (form,)
    laid = [(one, _paginated([_head(author, one), *_pieces(content, one, is_demo=is_demo)], one)) for one in formats]
    return next((found for found in laid if len(found[1]) == 1), laid[0])


def _draw_number(sheet: Sheet, form: _Format, page: int, pages: int) -> None:
    words = f"{page} / {pages}"
    wide = millimetres(width(words, Face.REGULAR, form.head.size))
    sheet.text(form.width - form.margin - wide, (form.height or 0.0) - 5.5, words, Face.REGULAR, form.head.size)


def _pieces(content: Content, form: _Format, *, is_demo: bool) -> list[Piece]:
    pieces = [_words((Run(content.title),), form, form.title, strong=True)._replace(space=1.5)]
    for section in content.sections:
        if section.name in form.omitted or section.name == "signature":
            continue
        if section.name == "keep":
            pieces.append(_keep(section, form))
        else:
            pieces += _section(section, form)
    if is_demo:
        words = _DEMO.get(content.language, _DEMO["fr"])
        pieces.append(_words((Run(words),), form, form.body)._replace(space=2.5))
    return pieces


def _paginated(pieces: Sequence[Piece], form: _Format) -> list[list[tuple[Piece, float]]]:
    """Each page's pieces with their distance from the top; closer together where that saves a side."""
    airy = _arranged(pieces, form, 1.0)
    if len(airy) == 1:
        return airy
    close = _arranged(pieces, form, 0.55)
    return close if len(close) < len(airy) or len(airy) > _MOST_PAGES else airy


def _arranged(pieces: Sequence[Piece], form: _Format, air: float) -> list[list[tuple[Piece, float]]]:
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


def _head(author: str, form: _Format) -> Piece:
    left = form.margin + form.mark + 3
    lines = set_lines((Run(author),), form.head.size, points(form.width - form.margin - left), strong=True)
    words = _stack(lines, form.head, left)
    height = max(words.height, form.mark)

    def draw(sheet: Sheet, top: float) -> None:
        draw_mark(sheet, form.margin, top + (height - form.mark) / 2, form.mark)
        words.draw(sheet, top + (height - words.height) / 2)

    return Piece(height, draw)


def _keep(section: Section, form: _Format) -> Piece:
    """Day, hour and place between two strong strokes: what the eye must find within a second."""
    rows = [_row(block, form) for block in section.blocks]
    height = sum(row.height + row.space for row in rows) + 5.0

    def draw(sheet: Sheet, top: float) -> None:
        right = form.width - form.margin
        sheet.rule(form.margin, top, right, weight=2.2)
        sheet.rule(form.margin, top + height, right, weight=2.2)
        down = top + 2.2
        for row in rows:
            down += row.space
            row.draw(sheet, down)
            down += row.height

    return Piece(height, draw, space=2.0)


def _row(block: Block, form: _Format) -> Piece:
    large = {"calendar": form.day, "clock": form.hour}
    is_mark = block.role is Role.MARK
    kind = large.get(block.icon, form.where) if is_mark else form.where
    side = millimetres(form.day.size)
    indent = side + 2.2
    runs = block.runs
    if block.icon == "calendar":  # a day is too long for one line of a ticket: it is parted between its words
        runs = tuple(run._replace(text=run.text.replace(NBSP, " ")) for run in runs)
    words = _words(runs, form, kind, strong=is_mark, indent=indent)
    middle = kind.baseline - millimetres(kind.size * CAPITAL) / 2

    def draw(sheet: Sheet, top: float) -> None:
        if is_mark:
            draw_pictogram(sheet, block.icon, form.margin, top + middle - side / 2, side)
        words.draw(sheet, top)

    return Piece(words.height, draw, space=0.9 if is_mark else 0.0)


def _section(section: Section, form: _Format) -> list[Piece]:
    pieces = []
    space = 1.2 if section.name == "opening" else 3.6
    if section.heading:
        heading = _words((Run(section.heading),), form, form.heading, strong=True)
        pieces.append(heading._replace(space=space, tied=True))
        space = 0.4
    for block in section.blocks:
        pieces.append(_block(block, form)._replace(space=space))
        space = 1.0 if block.gap else 0.0
    return pieces


def _block(block: Block, form: _Format) -> Piece:
    if block.role is Role.QR:
        return _beside_code(block, form)
    return _item(block, form) if block.role is Role.ITEM else _words(block.runs, form, form.body)


def _item(block: Block, form: _Format) -> Piece:
    indent = millimetres(form.body.size * 1.1)
    words = _words(block.runs, form, form.body, indent=indent)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.text(form.margin + indent * 0.2, top + form.body.baseline, "•", Face.STRONG, form.body.size)
        words.draw(sheet, top)

    return Piece(words.height, draw)


def _beside_code(block: Block, form: _Format) -> Piece:
    """The code and the short address, and at their right the QR code that says the same to a camera."""
    rows = _qr_code(block.url)
    module = form.qr / len(rows)
    measure = form.measure - form.qr - _WHITE * module
    parts = [
        _words(line.runs, form, form.code if _is_code(line) else form.body, measure=measure) for line in block.beside
    ]
    height = max(sum(part.height for part in parts), form.qr)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.matrix(form.width - form.margin - form.qr, top + (height - form.qr) / 2, module, rows)
        for part in parts:
            part.draw(sheet, top)
            top += part.height

    return Piece(height, draw)


def _is_code(line: Block) -> bool:
    return any(run.strong for run in line.runs) and len(line.text) == LENGTH + 1  # with its hyphen


def _words(  # noqa: PLR0913 - words, and where they stand
    runs: tuple[Run, ...],
    form: _Format,
    kind: Type,
    *,
    strong: bool = False,
    indent: float = 0.0,
    measure: float | None = None,
) -> Piece:
    lines = set_lines(runs, kind.size, points((measure or form.measure) - indent), strong=strong)
    return _stack(lines, kind, form.margin + indent)


def _stack(lines: Sequence[Line], kind: Type, left: float) -> Piece:
    def draw(sheet: Sheet, top: float) -> None:
        for at, line in enumerate(lines):
            sheet.line(left, top + kind.baseline + at * kind.step, line, kind.size)

    return Piece(len(lines) * kind.step, draw)


@lru_cache(maxsize=64)
def _qr_code(url: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in segno.make(url, error="m", micro=False).matrix)


def _safe(content: Content) -> Content:
    """The same content in signs that the fonts have: a counter's printer must not refuse a name."""
    try:
        printable(content.as_text().replace("\n", " "))
    except UnprintableError:
        return replace(content, sections=tuple(_safe_section(section) for section in content.sections))
    return content


def _safe_section(section: Section) -> Section:
    return section._replace(blocks=tuple(_safe_block(block) for block in section.blocks))


def _safe_block(block: Block) -> Block:
    runs = tuple(run._replace(text=shown(run.text)) for run in block.runs)
    return block._replace(runs=runs, beside=tuple(_safe_block(other) for other in block.beside))
