"""Lines: text cut at its blanks into lines that fit, and nothing lost."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.letters.content import Run
from portal.letters.fonts import OTHERS, Face, in_faces, printable, width

_CUT_AFTER = frozenset("/-.@_")  # where an address too long for a line may be parted


@dataclass(frozen=True)
class Line:
    """One line: pieces of one font each, with their width in points."""

    pieces: tuple[tuple[str, Face, float], ...]

    @property
    def text(self) -> str:
        """The words of the line."""
        return "".join(text for text, _face, _width in self.pieces)

    @property
    def width(self) -> float:
        """Points."""
        return sum(width for _text, _face, width in self.pieces)


Word = tuple[tuple[str, Face], ...]


@lru_cache(maxsize=600)  # most lines are the same in all letters
def set_lines(runs: tuple[Run, ...], size: float, measure: float, *, strong: bool = False) -> tuple[Line, ...]:
    """Lines no wider than `measure` points, left-aligned, parted at ordinary spaces only.

    A word wider than the measure is parted after a sign of a web address, or else anywhere; never hyphenated.
    Raises `UnprintableError` when the fonts lack a character.
    """
    lines: list[list[Word]] = []
    room = 0.0
    space = width(" ", Face.REGULAR, size)
    for word, taken in _fitting(_words(runs, strong=strong), size, measure):
        if lines and taken + space <= room:
            lines[-1].append(word)
            room -= taken + space
        else:
            lines.append([word])
            room = measure - taken
    return tuple(_line(words, size) for words in lines)


def _words(runs: Iterable[Run], *, strong: bool) -> Iterator[Word]:
    word: list[tuple[str, Face]] = []
    for run in runs:
        face = Face.STRONG if run.strong or strong else Face.REGULAR
        for stretch, own in in_faces(printable(run.text), face):
            first, *rest = stretch.split(" ")
            if first:
                word.append((first, own))
            for text in rest:
                if word:
                    yield tuple(word)
                word = [(text, own)] if text else []
    if word:
        yield tuple(word)


def _width_of(word: Word, size: float) -> float:
    return sum([width(text, face, size) for text, face in word])


def _fitting(words: Iterable[Word], size: float, measure: float) -> Iterator[tuple[Word, float]]:
    """Words no wider than the measure, each with its width."""
    for word in words:
        taken = _width_of(word, size)
        if taken <= measure:
            yield word, taken
        else:
            yield from ((part, _width_of(part, size)) for part in _parted(word, size, measure))


def _parted(word: Word, size: float, measure: float) -> Iterator[Word]:
    for text, face in word:
        start = sign = 0
        room = measure
        for at, character in enumerate(text):
            room -= width(character, face, size)
            if room < 0 and at > start:
                cut = sign if sign > (start + at) // 2 else at
                yield ((text[start:cut], face),)
                start = cut
                room = measure - sum(width(other, face, size) for other in text[cut : at + 1])
            if character in _CUT_AFTER:
                sign = at + 1
        yield ((text[start:], face),)


def _line(words: Sequence[Word], size: float) -> Line:
    """Words joined by spaces, neighbours of one font made one piece."""
    pieces: list[tuple[str, Face]] = []
    for at, word in enumerate(words):
        for part, (text, face) in enumerate(word):
            before = " " if at and not part else ""
            if before and pieces[-1][1] in OTHERS:  # whose space is another than the one that was reckoned with
                pieces.append((" ", Face.REGULAR))
                before = ""
            if pieces and pieces[-1][1] is face:
                pieces[-1] = (pieces[-1][0] + before + text, face)
            elif pieces and before:
                pieces[-1] = (pieces[-1][0] + " ", pieces[-1][1])
                pieces.append((text, face))
            else:
                pieces.append((text, face))
    return Line(tuple((text, face, width(text, face, size)) for text, face in pieces))
