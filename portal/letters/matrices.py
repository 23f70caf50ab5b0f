"""The 2D codes that every letter bears, each made of what was worked out for others.

Both kinds add their check words and their mask by exclusive or (QR code: ISO/IEC 18004; Data Matrix: ISO/IEC 16022). So
two texts of as many words have codes that differ by what each word changes on its own. What a word changes at its
place is asked once of the library that draws such codes; from then on, a code is a few exclusive ors of whole numbers.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import segno
from ppf.datamatrix import DataMatrix

from portal.codes import LENGTH

Rows = tuple[bytes, ...]  # of modules, 1 where dark

_MASK = 2
_BLANK = "A"  # one word in both kinds, whatever stands beside it
_WORD = re.compile(r"\d\d|.")  # what one word of a Data Matrix says, written as ASCII
_TO_FIGURES, _FROM_FIGURES = bytes.maketrans(b"\0\1", b"01"), bytes.maketrans(b"01", b"\0\1")

_Drawing = Callable[[str], Sequence[Sequence[int]]]


def qr_code(link: str) -> Rows:
    """The QR code of a link that ends with a code of eight signs, or of any other.

    Its mask is given: weighing all eight takes as long as the whole letter, and readers take any.
    """
    site, slash, code = link.rpartition("/")
    if len(code) == LENGTH and code.isascii():
        return _composed(_qr, site + slash, tuple(code))
    return _whole(link)


def data_matrix(text: str) -> Rows:
    """The Data Matrix of a letter's key or of a code, written as ASCII."""
    return _composed(_data_matrix, "", tuple(_WORD.findall(text)))


def _qr(text: str) -> Sequence[Sequence[int]]:
    return segno.make(text, error="m", micro=False, mode="byte", mask=_MASK).matrix


def _data_matrix(text: str) -> Sequence[Sequence[int]]:
    rows: Sequence[Sequence[int]] = DataMatrix(text, codecs=["ascii"]).matrix
    return rows


@lru_cache(maxsize=64)
def _whole(link: str) -> Rows:
    return tuple(map(bytes, _qr(link)))


def _composed(drawing: _Drawing, before: str, words: tuple[str, ...]) -> Rows:
    side, modules = _blank(drawing, before, len(words))
    for at, word in enumerate(words):
        modules ^= _change(drawing, before, len(words), at, word)
    figures = f"{modules:0{side * side}b}".encode().translate(_FROM_FIGURES)
    return tuple(figures[start : start + side] for start in range(0, side * side, side))


@lru_cache(maxsize=64)
def _blank(drawing: _Drawing, before: str, length: int) -> tuple[int, int]:
    """The side of the code of so many blanks, and its modules as one number."""
    rows = drawing(before + _BLANK * length)
    return len(rows), _number(rows)


@lru_cache(maxsize=8192)
def _change(drawing: _Drawing, before: str, length: int, at: int, word: str) -> int:
    """The modules that turn when this word takes the place of a blank."""
    _side, blank = _blank(drawing, before, length)
    return blank ^ _number(drawing(before + _BLANK * at + word + _BLANK * (length - at - 1)))


def _number(rows: Sequence[Sequence[int]]) -> int:
    return int(b"".join(map(bytes, rows)).translate(_TO_FIGURES), 2)
