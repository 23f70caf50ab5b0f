"""How a print run is laid out: which letters go together, and in which order. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

MOST_LETTERS = 250  # in one file (a rule of the print room: what one person folds and checks in one go)


@dataclass(frozen=True, order=True, slots=True)
class Piece:
    """A letter to be put in a run, compared by what orders them: sheets, postcode, number."""

    sheets: int  # of paper, printed on both sides
    postcode: str
    letter_id: int


@dataclass(frozen=True, slots=True)
class Group:
    """The letters of one file: as many sheets each, by postcode."""

    sheets_each: int
    pieces: tuple[Piece, ...]


def arranged(pieces: Iterable[Piece]) -> list[Group]:
    """Every piece once: those of one sheet first, each group by postcode, in files of at most 250 letters."""
    by_sheets = groupby(sorted(pieces), key=lambda piece: piece.sheets)
    return [Group(sheets, part) for sheets, same in by_sheets for part in _parts(tuple(same))]


def _parts(pieces: tuple[Piece, ...]) -> list[tuple[Piece, ...]]:
    return [pieces[at : at + MOST_LETTERS] for at in range(0, len(pieces), MOST_LETTERS)]
