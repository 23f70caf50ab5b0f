"""The letters' fonts, read once for the life of the process, and the width of what is set in them."""

from enum import StrEnum
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics

from portal.letters.embedding import Font
from portal.letters.folding import kept_or_unaccented

_FOLDER = Path(__file__).parent / "fonts"
_UNSHOWN = {"fr": "(non imprimable)", "en": "(cannot be printed)"}


class Face(StrEnum):
    """A font, under the name that the PDF library knows it by."""

    REGULAR = "Atkinson"
    STRONG = "AtkinsonBold"
    FIXED = "AtkinsonMono"  # addresses: 38 capitals are never wider than the window
    OTHER = "DejaVuAlphabets"  # Greek, Cyrillic, Armenian, Georgian: Atkinson is Latin alone
    OTHER_STRONG = "DejaVuAlphabetsBold"


_FILES = {
    Face.REGULAR: "AtkinsonHyperlegible-Regular.ttf",
    Face.STRONG: "AtkinsonHyperlegible-Bold.ttf",
    Face.FIXED: "AtkinsonHyperlegibleMono-Regular.ttf",
}
_OTHER_FILES = {
    Face.OTHER: "DejaVuSansAlphabets-Regular.ttf",
    Face.OTHER_STRONG: "DejaVuSansAlphabets-Bold.ttf",
}


OTHERS = frozenset(_OTHER_FILES)


class UnprintableError(ValueError):
    """Text in a script that the fonts do not have: no letter leaves with empty boxes for words."""


@cache
def load() -> frozenset[str]:
    """Makes the three fonts of Latin letters known to the PDF library; the characters that all of them have."""
    coverage = [frozenset(_registered(face, file).face.charToGlyph) for face, file in _FILES.items()]
    return frozenset(map(chr, frozenset.intersection(*coverage))) - frozenset("\r\n\t\u00ad")


@cache
def load_others() -> frozenset[str]:
    """Makes the fonts of other alphabets known to the PDF library; the characters that they alone have."""
    coverage = [frozenset(_registered(face, file).face.charToGlyph) for face, file in _OTHER_FILES.items()]
    return frozenset(map(chr, frozenset.intersection(*coverage))) - load() - frozenset("\r\n\t")


@cache
def font_of(face: Face) -> Font:
    """The font itself."""
    _ = load_others() if face in _OTHER_FILES else load()
    font = pdfmetrics.getFont(face.value)
    assert isinstance(font, Font)  # noqa: S101 - as it was registered
    return font


@lru_cache(maxsize=3_000)
def width(text: str, face: Face, size: float) -> float:
    """How wide the text is, in points, at a size in points."""
    return font_of(face).stringWidth(text, size)


@lru_cache(maxsize=1_000)
def printable(text: str) -> str:
    """The text in characters that the fonts have; a letter they lack loses its accent.

    Raises `UnprintableError` when even that does not help (another script, a picture).
    """
    kept = load()
    if kept.issuperset(text):
        return text
    others = load_others()
    shown = kept_or_unaccented(text, kept, others)
    if not (kept | others).issuperset(shown):
        raise UnprintableError("a character has no shape in the letters' fonts")
    return shown


def is_printable(text: str) -> bool:
    """Whether the fonts have all its characters, accents aside."""
    try:
        printable(text)
    except UnprintableError:
        return False
    return True


def shown(text: str, language: str = "fr") -> str:
    """The text in characters that the fonts have; words that they cannot print give way to words that say so."""
    if is_printable(text):
        return printable(text)
    missing = _UNSHOWN.get(language, _UNSHOWN["fr"])
    words = (printable(word) if is_printable(word) else missing for word in text.split(" "))
    return " ".join(word for kind, run in groupby(words) for word in ([kind] if kind == missing else run))


@lru_cache(maxsize=1_000)
def in_faces(text: str, face: Face) -> tuple[tuple[str, Face], ...]:
    """A printable text in stretches of one face each: the one wanted, and that of the other alphabets."""
    if load().issuperset(text):
        return ((text, face),)
    other = Face.OTHER_STRONG if face is Face.STRONG else Face.OTHER
    runs = groupby(text, load_others().__contains__)
    return tuple(("".join(run), other if is_other else face) for is_other, run in runs)


def _registered(face: Face, file: str) -> Font:
    font = Font(face.value, str(_FOLDER / file))
    pdfmetrics.registerFont(font)
    return font
