"""Fonts as documents embed them: the signs shown and no others, byte for byte as the PDF library writes them."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace

_IN_ROW = 10


class Font(TTFont):
    """A font that is embedded in many documents."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(name, file, asciiReadable=0, shapable=False)
        self.face = _File(file)

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - the library asks for it by this name
        """Writes the widths of each subset out at once: the library formats them number by number."""
        names = [self.getSubsetInternalName(at, doc)[1:] for at in range(len(self.state[doc].subsets))]
        super().addObjects(doc)
        for name in names:
            widths = doc.idToObject["BasicFonts"].dict[name].Widths
            widths.sequence = [_in_rows(widths.sequence)]


class _File(TTFontFace):
    def getCharWidth(self, code: int) -> bytes:  # noqa: N802 - the library asks for it by this name
        """A width as documents write it: the library copies it, and would else write out the same numbers each time."""
        return _figures(self.charWidths.get(code, self.defaultWidth))


@cache
def _figures(width: float) -> bytes:
    return str(fp_str(width)).encode()


def _in_rows(figures: Sequence[bytes]) -> bytes:
    """Ten to a line, as the library sets them."""
    rows = [b" ".join(figures[at : at + _IN_ROW]) for at in range(0, len(figures), _IN_ROW)]
    return b" \n  ".join(rows)


class Embedded:
    """A font in one document, which embeds the signs that it shows and no others, in subsets of 256 at most."""

    def __init__(self, font: TTFont, document: object) -> None:
        self._font, self._document = font, document
        self._numbers: dict[str, int] = {}  # of each sign: 256 for each subset before its own, and its place in that
        self._names: dict[int, str] = {}

    def add(self, text: str) -> None:
        """Embeds the signs of a text in the order in which they stand: far faster for a page than for each word."""
        signs = "".join(dict.fromkeys(text))
        stretches = self._font.splitString(signs, self._document)
        numbers = [256 * subset + code for subset, codes in stretches for code in codes]
        self._numbers.update(zip(signs, numbers, strict=True))

    def stretches(self, text: str) -> list[tuple[str, bytes]]:
        """A text whose signs are embedded, in stretches of one subset each: its name, and the places of the signs."""
        numbers = [self._numbers[sign] for sign in text]
        try:
            return [(self._name_of(0), bytes(numbers))]
        except ValueError:  # a place beyond the first subset, which few documents need
            runs = groupby(numbers, key=lambda number: number // 256)
            return [(self._name_of(subset), bytes(number % 256 for number in run)) for subset, run in runs]

    def _name_of(self, subset: int) -> str:
        name = self._names.get(subset)
        if name is None:
            name = self._names[subset] = self._font.getSubsetInternalName(subset, self._document)
        return name
