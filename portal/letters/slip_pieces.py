"""The parts of a slip: each knows its height before it is drawn, in the format of the paper that it stands on."""

from functools import lru_cache

import segno

from portal.codes import LENGTH
from portal.letters.content import Block, Content, Role, Run, Section
from portal.letters.fonts import Face
from portal.letters.geometry import millimetres, points
from portal.letters.pictograms import draw_mark, draw_pictogram
from portal.letters.pieces import CAPITAL, Piece, Type, stack
from portal.letters.setting import set_lines
from portal.letters.sheet import Sheet
from portal.letters.slip_formats import Format
from portal.letters.typography import NBSP

_WHITE = 4  # modules around a QR code (ISO/IEC 18004)
_DEMO = {"fr": "Démonstration : rendez-vous inventé", "en": "Demonstration: an invented appointment"}


def pieces_of(author: str, content: Content, form: Format, *, is_demo: bool) -> list[Piece]:
    """All the parts of a slip, from who gives it to what the demonstration says of itself."""
    title = _words((Run(content.title),), form, form.title, strong=True)
    pieces = [_head(author, form), title._replace(space=1.5)]
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


def _head(author: str, form: Format) -> Piece:
    left = form.margin + form.mark + 3
    lines = set_lines((Run(author),), form.head.size, points(form.width - form.margin - left), strong=True)
    words = stack(lines, form.head, left)
    height = max(words.height, form.mark)

    def draw(sheet: Sheet, top: float) -> None:
        draw_mark(sheet, form.margin, top + (height - form.mark) / 2, form.mark)
        words.draw(sheet, top + (height - words.height) / 2)

    return Piece(height, draw)


def _keep(section: Section, form: Format) -> Piece:
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


def _row(block: Block, form: Format) -> Piece:
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


def _section(section: Section, form: Format) -> list[Piece]:
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


def _block(block: Block, form: Format) -> Piece:
    if block.role is Role.QR:
        return _beside_code(block, form)
    return _item(block, form) if block.role is Role.ITEM else _words(block.runs, form, form.body)


def _item(block: Block, form: Format) -> Piece:
    indent = millimetres(form.body.size * 1.1)
    words = _words(block.runs, form, form.body, indent=indent)

    def draw(sheet: Sheet, top: float) -> None:
        sheet.text(form.margin + indent * 0.2, top + form.body.baseline, "•", Face.STRONG, form.body.size)
        words.draw(sheet, top)

    return Piece(words.height, draw)


def _beside_code(block: Block, form: Format) -> Piece:
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
    form: Format,
    kind: Type,
    *,
    strong: bool = False,
    indent: float = 0.0,
    measure: float | None = None,
) -> Piece:
    lines = set_lines(runs, kind.size, points((measure or form.measure) - indent), strong=strong)
    return stack(lines, kind, form.margin + indent)


@lru_cache(maxsize=64)
def _qr_code(url: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in segno.make(url, error="m", micro=False).matrix)
