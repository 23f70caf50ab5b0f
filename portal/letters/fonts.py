"""The letters' fonts, read once for the life of the process, and the width of what is set in them."""

from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics

from portal.letters.embedding import Font
from portal.letters.folding import kept_or_unaccented

_FOLDER = Path(__file__).parent / "fonts"


class Face(StrEnum):
    """A font, under the name that the PDF library knows it by."""

    REGULAR = "Atkinson"
    STRONG = "AtkinsonBold"
    FIXED = "AtkinsonMono"  # addresses: 38 capitals are never wider than the window


_FILES = {
    Face.REGULAR: "AtkinsonHyperlegible-Regular.ttf",
    Face.STRONG: "AtkinsonHyperlegible-Bold.ttf",
    Face.FIXED: "AtkinsonHyperlegibleMono-Regular.ttf",
}


class UnprintableError(ValueError):
    """Text in a script that the fonts do not have: no letter leaves with empty boxes for words."""


@cache
def load() -> frozenset[str]:
    """Makes the three fonts known to the PDF library; the characters that all of them have."""
    coverage = []
    for face, file in _FILES.items():
        font = Font(face.value, str(_FOLDER / file))
        pdfmetrics.registerFont(font)
        coverage.append(frozenset(font.face.charToGlyph))
    return frozenset(map(chr, frozenset.intersection(*coverage))) - frozenset("\r\n\t\u00ad")


@cache
def font_of(face: Face) -> Font:
    """The font itself."""
    load()
    font = pdfmetrics.getFont(face.value)
    assert isinstance(font, Font)  # noqa: S101 - as it was registered
    return font


@lru_cache(maxsize=3_000)
def width(text: str, face: Face, size: float) -> float:
    """How wide the text is, in points, at a size in points."""
    load()
    return float(pdfmetrics.stringWidth(text, face.value, size))


@lru_cache(maxsize=1_000)
def printable(text: str) -> str:
    """The text in characters that the fonts have; a letter they lack loses its accent.

    Raises `UnprintableError` when even that does not help (another script, a picture).
    """
    kept = load()
    shown = kept_or_unaccented(text, kept)
    if not kept.issuperset(shown):
        raise UnprintableError("a character has no shape in the letters' fonts")
    return shown
