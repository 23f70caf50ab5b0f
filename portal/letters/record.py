"""A record to read at leisure: titles, rows of a label and its value, paragraphs; as many A4 pages as it takes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from portal.letters.content import Run
from portal.letters.fonts import Face, shown, width
from portal.letters.geometry import FOOTER_BASELINE, MARGIN, NEXT_BODY, PAGE_WIDTH, millimetres, points
from portal.letters.layout import DRAWING
from portal.letters.pictograms import draw_mark
from portal.letters.pieces import NORMAL, WIDTH, Type
from portal.letters.setting import Line, set_lines
from portal.letters.sheet import Sheet

_LABEL = 52.0  # width of the column of labels
_GUTTER = 4.0
_WHOLE = 6  # a row or a paragraph of no more lines is not parted between two pages
_TITLE, _PART, _ENTRY, _BODY = NORMAL.title, NORMAL.title, NORMAL.heading, Type(11, 14.5)
_PAGE = {"fr": "page {page} sur {pages}", "en": "page {page} of {pages}"}


@dataclass(frozen=True)
class Row:
    """A label and what it says; a line break in `value` begins a new line."""

    label: str
    value: str


@dataclass(frozen=True)
class Words:
    """A paragraph; a line break begins a new line."""

    text: str


@dataclass(frozen=True)
class Entry:
    """The title of one thing among several of a part: an appointment, a message."""

    title: str


@dataclass(frozen=True)
class Part:
    """A part of the record under its title."""

    title: str
    items: Sequence[Row | Words | Entry]


@dataclass(frozen=True)
class Record:
    """All that is drawn. `language` is "fr" or "en"."""

    title: str
    lead: str
    author: str
    parts: Sequence[Part]
    language: str = "fr"


@dataclass(frozen=True)
class _Strip:
    """One line of a page. `space` stands above it, except at the top; `tied`: on the page of the strip that follows."""

    height: float
    draw: Callable[[Sheet, float], None]
    space: float = 0.0
    tied: bool = False


def draw_record(record: Record) -> bytes:
    """The record as a PDF with its page numbers; the same record makes the same bytes.

    Words that the fonts cannot print give way to words that say so. Nothing is cut: text goes on over the next page.
    """
    record = _in_print(record)
    pages = _paginated(list(_strips(record)))
    with DRAWING:
        sheet = Sheet(title=record.title, author=record.author, language=record.language)
        for number, placed in enumerate(pages, start=1):
            if number > 1:
                sheet.next_page()
            _draw_frame(sheet, record, number, len(pages))
            for strip, top in placed:
                strip.draw(sheet, top)
        return sheet.finish()


def _in_print(record: Record) -> Record:
    """The same record in characters that the fonts have."""

    def said(text: str) -> str:
        return "\n".join(shown(line, record.language) for line in text.splitlines())

    def item(one: Row | Words | Entry) -> Row | Words | Entry:
        if isinstance(one, Row):
            return Row(said(one.label), said(one.value))
        return Words(said(one.text)) if isinstance(one, Words) else Entry(said(one.title))

    parts = [Part(said(part.title), [item(one) for one in part.items]) for part in record.parts]
    return Record(said(record.title), said(record.lead), said(record.author), parts, record.language)


def _strips(record: Record) -> Iterator[_Strip]:
    yield from _tied(_lines(record.title, _TITLE, strong=True), space=0.0)
    yield from _paragraph(record.lead)
    for part in record.parts:
        yield from _tied(_lines(part.title, _PART, strong=True), space=9.0)
        for item in part.items:
            if isinstance(item, Entry):
                yield from _tied(_lines(item.title, _ENTRY, strong=True), space=5.0)
            elif isinstance(item, Row):
                yield from _row(item)
            else:
                yield from _paragraph(item.text)


def _row(row: Row) -> Iterator[_Strip]:
    labels = _set(row.label, _BODY, _LABEL)
    values = _set(row.value, _BODY, WIDTH - _LABEL - _GUTTER, strong=True)
    strips = []
    for at in range(max(len(labels), len(values))):
        pieces = [(MARGIN, labels[at])] if at < len(labels) else []
        pieces += [(MARGIN + _LABEL + _GUTTER, values[at])] if at < len(values) else []
        strips.append(_strip(pieces, _BODY))
    yield from _kept_whole(strips, space=1.4)


def _paragraph(text: str) -> Iterator[_Strip]:
    yield from _kept_whole(_lines(text, _BODY), space=2.2)


def _lines(text: str, kind: Type, *, strong: bool = False) -> list[_Strip]:
    return [_strip([(MARGIN, line)], kind) for line in _set(text, kind, WIDTH, strong=strong)]


def _set(text: str, kind: Type, measure: float, *, strong: bool = False) -> list[Line]:
    return [
        line
        for paragraph in text.splitlines()
        for line in (set_lines((Run(paragraph),), kind.size, points(measure), strong=strong) or (Line(()),))
    ]


def _strip(pieces: Sequence[tuple[float, Line]], kind: Type) -> _Strip:
    def draw(sheet: Sheet, top: float) -> None:
        for left, line in pieces:
            sheet.line(left, top + kind.baseline, line, kind.size)

    return _Strip(kind.step, draw)


def _tied(strips: Sequence[_Strip], space: float) -> Iterator[_Strip]:
    """A title: whole, and with what follows it."""
    for at, strip in enumerate(strips):
        yield replace(strip, space=0.0 if at else space, tied=True)


def _kept_whole(strips: Sequence[_Strip], space: float) -> Iterator[_Strip]:
    is_short = len(strips) <= _WHOLE
    for at, strip in enumerate(strips):
        yield replace(strip, space=0.0 if at else space, tied=is_short and at < len(strips) - 1)


def _paginated(strips: Sequence[_Strip]) -> list[list[tuple[_Strip, float]]]:
    """Each page's strips with their distance from the top."""
    pages: list[list[tuple[_Strip, float]]] = [[]]
    top = NEXT_BODY.top
    for group in _groups(strips):
        needed = sum(strip.height + strip.space for strip in group)
        if pages[-1] and top + needed > NEXT_BODY.bottom:
            pages.append([])
            top = NEXT_BODY.top
        for strip in group:
            if pages[-1] and top + strip.space + strip.height > NEXT_BODY.bottom:
                pages.append([])  # titles taller than a page: they flow like the rest
                top = NEXT_BODY.top
            top += strip.space if pages[-1] else 0.0
            pages[-1].append((strip, top))
            top += strip.height
    return pages


def _groups(strips: Sequence[_Strip]) -> list[list[_Strip]]:
    groups: list[list[_Strip]] = []
    tied = False
    for strip in strips:
        if tied:
            groups[-1].append(strip)
        else:
            groups.append([strip])
        tied = strip.tied
    return groups


def _draw_frame(sheet: Sheet, record: Record, page: int, pages: int) -> None:
    size = NORMAL.small.size
    draw_mark(sheet, PAGE_WIDTH - MARGIN - 7.0, 8.0, 7.0)
    right = _PAGE.get(record.language, _PAGE["fr"]).format(page=page, pages=pages)
    wide = millimetres(width(right, Face.REGULAR, size))
    (name, *_rest) = set_lines((Run(record.title),), size, points(WIDTH - wide - _GUTTER))
    sheet.rule(MARGIN, FOOTER_BASELINE - 4.5, PAGE_WIDTH - MARGIN, weight=0.5, grey=0.5)
    sheet.line(MARGIN, FOOTER_BASELINE, name, size)
    sheet.text(PAGE_WIDTH - MARGIN - wide, FOOTER_BASELINE, right, Face.REGULAR, size)
