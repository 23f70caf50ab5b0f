"""A mandate to sign: one A4 sheet in large type, with lines to write on where nothing is known yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.letters.content import Run
from portal.letters.fonts import Face, is_printable, load, shown
from portal.letters.geometry import FOOTER_BASELINE, MARGIN, PAGE_WIDTH, Area, millimetres, points
from portal.letters.layout import DRAWING
from portal.letters.pictograms import draw_mark
from portal.letters.pieces import CAPITAL, WIDTH, Type
from portal.letters.setting import Line, set_lines
from portal.letters.sheet import Sheet

_TITLE, _HEADING, _BODY, _SMALL = Type(24, 29), Type(18, 23), Type(16, 20.5), Type(12, 14)
_TOP = 20.0
_BOX = 5.5  # side of a box to tick
_BLANK = 10.0  # height of a line to write on by hand
_SIGNATURE = 30.0


@dataclass(frozen=True)
class PaperMandate:
    """All the words of the sheet. A row without a value leaves a line to write on; a box is ticked or left empty."""

    title: str
    author: str
    reference: tuple[str, str]  # label, reference; an empty reference is not printed
    rows: Sequence[tuple[str, str]]
    boxes_title: str
    boxes: Sequence[tuple[str, bool]]
    words: Sequence[str]  # paragraphs
    signatures: Sequence[str]  # what to write in each box at the foot
    language: str = "fr"


def draw_mandate(paper: PaperMandate) -> bytes:
    """The sheet as a PDF; the same words make the same bytes. A row that cannot be printed is to be written by hand."""
    load()
    with DRAWING:
        sheet = Sheet(title=shown(paper.title), author=shown(paper.author), language=paper.language)
        draw_mark(sheet, PAGE_WIDTH - MARGIN - 14, _TOP - 6, 14)
        top = _draw_lines(sheet, _lines(paper.title, _TITLE, WIDTH - 18, strong=True), _TITLE, _TOP)
        label, reference = paper.reference
        if reference:
            top = _draw_lines(sheet, _lines(f"{label} {reference}", _HEADING, WIDTH, strong=True), _HEADING, top + 1.5)
        top = _draw_rows(sheet, paper.rows, top + 4)
        top = _draw_lines(sheet, _lines(paper.boxes_title, _HEADING, WIDTH, strong=True), _HEADING, top + 4)
        top = _draw_boxes(sheet, paper.boxes, top + 1)
        for text in paper.words:
            top = _draw_lines(sheet, _lines(text, _BODY, WIDTH), _BODY, top + 2.4)
        _draw_signatures(sheet, paper.signatures, top + 4)
        sheet.text(MARGIN, FOOTER_BASELINE, shown(" ".join(filter(None, [paper.author, reference]))), Face.REGULAR, 10)
        return sheet.finish()


def _lines(text: str, kind: Type, measure: float, *, strong: bool = False) -> tuple[Line, ...]:
    return set_lines((Run(shown(text)),), kind.size, points(measure), strong=strong)


def _draw_lines(sheet: Sheet, lines: Sequence[Line], kind: Type, top: float, left: float = MARGIN) -> float:
    for line in lines:
        sheet.line(left, top + kind.baseline, line, kind.size)
        top += kind.step
    return top


def _draw_rows(sheet: Sheet, rows: Sequence[tuple[str, str]], top: float) -> float:
    for label, value in rows:
        top = _draw_lines(sheet, _lines(label, _BODY, WIDTH), _BODY, top)
        if value and is_printable(value):
            top = _draw_lines(sheet, _lines(value, _BODY, WIDTH, strong=True), _BODY, top) + 1.6
        else:
            top += _BLANK
            sheet.rule(MARGIN, top - 1.5, PAGE_WIDTH - MARGIN, weight=0.75)
    return top


def _draw_boxes(sheet: Sheet, boxes: Sequence[tuple[str, bool]], top: float) -> float:
    for text, is_ticked in boxes:
        indent = _BOX + 3
        middle = top + _BODY.baseline - millimetres(_BODY.size * CAPITAL) / 2
        area = Area(MARGIN, middle - _BOX / 2, MARGIN + _BOX, middle + _BOX / 2)
        sheet.frame(area, weight=1.2, radius=0.6)
        if is_ticked:
            pen = "M 4 12 L 10 18 L 20 6"
            sheet.stroke((area.left, area.top), _BOX / 24, pen, weight=4)
        lines = _lines(text, _BODY, WIDTH - indent, strong=is_ticked)
        top = _draw_lines(sheet, lines, _BODY, top, MARGIN + indent) + 0.8
    return top


def _draw_signatures(sheet: Sheet, labels: Sequence[str], top: float) -> None:
    top = min(top, FOOTER_BASELINE - 8 - _SIGNATURE)
    for area, label in _halves(labels, top):
        sheet.frame(area, weight=1.0, radius=2)
        _draw_lines(sheet, _lines(label, _SMALL, area.width - 6), _SMALL, area.top + 2, area.left + 3)


def _halves(labels: Sequence[str], top: float) -> Iterator[tuple[Area, str]]:
    gap = 5.0
    wide = (WIDTH - gap * (len(labels) - 1)) / max(1, len(labels))
    for at, label in enumerate(labels):
        left = MARGIN + at * (wide + gap)
        yield Area(left, top, left + wide, top + _SIGNATURE), label
