"""One sheet being drawn: millimetres from the top left, black ink, and no state left behind."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from reportlab.pdfgen.canvas import Canvas

from portal.letters.fonts import Face, load
from portal.letters.geometry import PAGE_HEIGHT, PAGE_WIDTH, Area, points
from portal.letters.setting import Line

if TYPE_CHECKING:
    from reportlab.pdfgen.pathobject import PDFPathObject

_LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}


class Sheet:
    """A PDF drawn page by page. The same drawing makes the same bytes: neither date nor chance enters them."""

    def __init__(self, *, title: str, author: str, language: str) -> None:
        load()
        self._file = BytesIO()
        self._canvas = Canvas(
            self._file,
            pagesize=(points(PAGE_WIDTH), points(PAGE_HEIGHT)),
            invariant=1,
            pageCompression=1,
            lang=_LANGUAGES.get(language, language),
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setViewerPreference("DisplayDocTitle", "true")

    def next_page(self) -> None:
        """Ends this page and begins another."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """Ends the last page; the bytes of the file."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def text(self, left: float, baseline: float, words: str, face: Face, size: float) -> None:
        """Words from a point of the baseline, size in points."""
        self._canvas.setFont(face.value, size)
        self._canvas.drawString(points(left), self._y(baseline), words)

    def line(self, left: float, baseline: float, line: Line, size: float) -> None:
        """A line that was set."""
        at = points(left)
        for words, face, width in line.pieces:
            self._canvas.setFont(face.value, size)
            self._canvas.drawString(at, self._y(baseline), words)
            at += width

    def rule(self, left: float, top: float, right: float, *, weight: float = 0.5, grey: float = 0.0) -> None:
        """A horizontal stroke, its weight in points."""
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(weight)
        self._canvas.line(points(left), self._y(top), points(right), self._y(top))

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

    def matrix(self, left: float, top: float, module: float, rows: Sequence[Sequence[int]]) -> None:
        """The dark modules of a 2D code, `module` millimetres each, as one shape."""
        path = self._canvas.beginPath()
        side = points(module)
        for down, row in enumerate(rows):
            bottom = self._y(top + (down + 1) * module)
            start = None
            for across, dark in enumerate([*row, 0]):
                if dark and start is None:
                    start = across
                elif not dark and start is not None:
                    path.rect(points(left) + start * side, bottom, (across - start) * side, side)
                    start = None
        self._canvas.setFillGray(0)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def fill(self, corner: tuple[float, float], scale: float, pen: str, *, white: bool = False) -> None:
        """A shape in black (or white), given as SVG writes it (M, L, C, Z, absolute): `scale` millimetres a unit."""
        path = self._canvas.beginPath()
        _trace(path, pen, points(corner[0]), self._y(corner[1]), points(scale))
        self._canvas.setFillGray(float(white))
        self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.setFillGray(0)

    def stroke(self, corner: tuple[float, float], scale: float, pen: str, *, weight: float) -> None:
        """The outline of such a shape, with round ends; `weight` in points."""
        path = self._canvas.beginPath()
        _trace(path, pen, points(corner[0]), self._y(corner[1]), points(scale))
        self._canvas.setStrokeGray(0)
        self._canvas.setLineWidth(weight)
        self._canvas.setLineCap(1)
        self._canvas.setLineJoin(1)
        self._canvas.drawPath(path, stroke=1, fill=0)
        self._canvas.setLineCap(0)
        self._canvas.setLineJoin(0)

    def _y(self, down: float) -> float:
        return points(PAGE_HEIGHT - down)


def _trace(path: "PDFPathObject", pen: str, left: float, top: float, scale: float) -> None:
    words = iter(pen.split())
    for command in words:
        count = {"M": 1, "L": 1, "C": 3, "Z": 0}[command]
        at = [
            part for _ in range(count) for part in (left + float(next(words)) * scale, top - float(next(words)) * scale)
        ]
        if command == "M":
            path.moveTo(*at)
        elif command == "L":
            path.lineTo(*at)
        elif command == "C":
            path.curveTo(*at)
        else:
            path.close()
