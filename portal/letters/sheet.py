"""One sheet being drawn: millimetres from the top left, black ink, and no state left behind."""

import re
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import NamedTuple

from reportlab import rl_config
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName
from reportlab.pdfgen.canvas import Canvas

from portal.letters.embedding import Embedded
from portal.letters.fonts import Face, font_of, in_faces, load, width
from portal.letters.geometry import PAGE_HEIGHT, PAGE_WIDTH, Area, points
from portal.letters.setting import Line

rl_config.useA85 = 0  # pages compressed once, not also written in ASCII: that is slow, and larger

_DARK = re.compile(b"\x01+")
_LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}


class _Words(NamedTuple):
    """Words at a point, in points from the bottom left."""

    left: float
    bottom: float
    text: str
    face: Face
    size: float


class Sheet:
    """A PDF drawn page by page. The same drawing makes the same bytes: neither date nor chance enters them.

    `size`: width and height of every page, in millimetres; A4 unless said.
    """

    def __init__(
        self, *, title: str, author: str, language: str, size: tuple[float, float] = (PAGE_WIDTH, PAGE_HEIGHT)
    ) -> None:
        load()
        self._file = BytesIO()
        self._height = size[1]
        self._canvas = Canvas(
            self._file,
            pagesize=(points(size[0]), points(size[1])),
            invariant=1,
            pageCompression=1,
            initialFontName=Face.REGULAR.value,  # type: ignore[arg-type]  # the library's own choice is not embedded
            lang=_LANGUAGES.get(language, language),
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        # All the words of a page are one text object, written when the page ends: they stand over the strokes.
        self._words: list[_Words] = []
        self._document = self._canvas._doc  # type: ignore[attr-defined]  # noqa: SLF001 - each has its own subsets of fonts
        self._fonts: dict[Face, Embedded] = {}
        self._language = language
        self.page_language = language  # of the words of the page being drawn

    def print_when_opened(self) -> None:
        """Whatever shows the file proposes at once to print it (ISO 32000-1, 12.6.4.11: the named action Print).

        A reader that does not know the action, or does not allow it, shows the file and no more.
        """
        action = PDFDictionary({"Type": PDFName("Action"), "S": PDFName("Named"), "N": PDFName("Print")})
        self._document.Catalog.OpenAction = action  # no method of theirs

    def next_page(self) -> None:
        """Ends this page and begins another."""
        self._end_words()
        self._canvas.showPage()

    def finish(self) -> bytes:
        """Ends the last page; the bytes of the file."""
        self._end_words()
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def text(self, left: float, baseline: float, words: str, face: Face, size: float) -> None:
        """Words from a point of the baseline, size in points."""
        at, bottom = points(left), self._y(baseline)
        for stretch, own in in_faces(words, face):
            self._words.append(_Words(at, bottom, stretch, own, size))
            at += width(stretch, own, size)

    def line(self, left: float, baseline: float, line: Line, size: float) -> None:
        """A line that was set."""
        at, bottom = points(left), self._y(baseline)
        for words, face, wide in line.pieces:
            self._words.append(_Words(at, bottom, words, face, size))
            at += wide

    def _end_words(self) -> None:
        # What the canvas's own text object writes, in a fraction of its time.
        for face in dict.fromkeys([said.face for said in self._words]):
            font = self._fonts.setdefault(face, Embedded(font_of(face), self._document))
            font.add("".join([said.text for said in self._words if said.face is face]))
        written = []
        for left, bottom, text, face, size in self._words:
            written.append(f"1 0 0 1 {left:.3f} {bottom:.3f} Tm")
            for subset, places in self._fonts[face].stretches(text):
                written.append(f"{subset} {size:g} Tf <{places.hex()}> Tj")
        words = f"0 g BT {' '.join(written)} ET"
        if self.page_language != self._language:  # ISO 32000-1, 14.9.2: the language of a part
            words = f"/Span <</Lang ({_LANGUAGES.get(self.page_language, self.page_language)})>> BDC {words} EMC"
        self._canvas.addLiteral(words)
        self._words = []

    def rule(self, left: float, top: float, right: float, *, weight: float = 0.5, grey: float = 0.0) -> None:
        """A horizontal stroke, its weight in points."""
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(weight)
        self._canvas.line(points(left), self._y(top), points(right), self._y(top))

    def dashes(self, left: float, top: float, right: float) -> None:
        """Where to cut: a broken stroke."""
        down = self._y(top)
        self._canvas.addLiteral(
            f"q 0 G 0.8 w [4 3] 0 d {points(left):.3f} {down:.3f} m {points(right):.3f} {down:.3f} l S Q"
        )

    def upright(self, left: float, top: float, bottom: float, *, weight: float, grey: float) -> None:
        """A vertical stroke."""
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(weight)
        self._canvas.line(points(left), self._y(top), points(left), self._y(bottom))

    def frame(self, area: Area, *, weight: float, radius: float) -> None:
        """A box with soft corners; its stroke stays inside the area."""
        self._canvas.setStrokeGray(0)
        self._canvas.setLineWidth(weight)
        left, bottom = points(area.left) + weight / 2, self._y(area.bottom) + weight / 2
        wide, tall = points(area.width) - weight, points(area.bottom - area.top) - weight
        self._canvas.roundRect(left, bottom, wide, tall, points(radius), stroke=1, fill=0)

    def boxes(self, corners: Sequence[tuple[float, float]], side: float) -> None:
        """Empty squares to tick, each by its top left corner."""
        tall = points(side)
        squares = (f"{points(left):.2f} {self._y(top) - tall:.2f} {tall:.2f} {tall:.2f} re" for left, top in corners)
        self._canvas.addLiteral(f"q 0 G 1 w 1 j {' '.join(squares)} S Q")

    def blank(self, area: Area) -> None:
        """White over what was drawn there; words are written after all strokes, and stay."""
        left, bottom = points(area.left), self._y(area.bottom)
        wide, tall = points(area.width), points(area.bottom - area.top)
        self._canvas.addLiteral(f"1 g {left:.3f} {bottom:.3f} {wide:.3f} {tall:.3f} re f 0 g")

    def matrix(self, left: float, top: float, module: float, rows: Sequence[Sequence[int]]) -> None:
        """The dark modules of a 2D code, `module` millimetres each, as one shape."""
        self._grid((left, top), module, f"{_runs_of(rows)} f")

    def fill(self, corner: tuple[float, float], scale: float, pen: str, *, white: bool = False) -> None:
        """A shape in black (or white), given as SVG writes it (M, L, C, Z, absolute): `scale` millimetres a unit."""
        self._grid(corner, scale, f"{int(white)} g {_operators(pen)} f")

    def stroke(self, corner: tuple[float, float], scale: float, pen: str, *, weight: float) -> None:
        """The outline of such a shape, with round ends; `weight` in units of the shape."""
        self._grid(corner, scale, f"0 G {weight:g} w 1 J 1 j {_operators(pen)} S")

    def _grid(self, corner: tuple[float, float], unit: float, operators: str) -> None:
        """PDF operators on a grid of their own: from a corner down, one unit so many millimetres."""
        side = points(unit)
        self._canvas.addLiteral(
            f"q {side:.4f} 0 0 {-side:.4f} {points(corner[0]):.3f} {self._y(corner[1]):.3f} cm {operators} Q"
        )

    def _y(self, down: float) -> float:
        return points(self._height - down)


@cache
def _operators(pen: str) -> str:
    """Pen strokes as the PDF writes them: the points first, then what to do."""
    written: list[str] = []
    words = iter(pen.split())
    for command in words:
        count, operator = {"M": (2, "m"), "L": (2, "l"), "C": (6, "c"), "Z": (0, "h")}[command]
        written += [f"{float(next(words)):.4g}" for _ in range(count)]
        written.append(operator)
    return " ".join(written)


def _runs_of(rows: Sequence[Sequence[int]]) -> str:
    """The dark modules, neighbours of a row as one rectangle."""
    spans = [(down, run.span()) for down, row in enumerate(rows) for run in _DARK.finditer(bytes(row))]
    return " ".join([f"{start} {down} {end - start} 1 re" for down, (start, end) in spans])
