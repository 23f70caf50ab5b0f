"""The status file of an outside printer: one line for each thing that it says of a letter. Pure."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.letters.rules import key_of
from portal.web.text import clean, printable

COLUMNS = ("lettre", "statut", "date", "motif", "suivi")
_NEEDED = 3  # of them; one that the file does not name stands in its usual place
LONGEST_REASON = 200  # characters of the printer's words that are kept


class Said(StrEnum):
    """What the printer says of a letter."""

    PRINTED = "imprime"
    POSTED = "poste"
    REJECTED = "rejete"
    TAKEN_OUT = "retire"  # as it was asked to


class LineFault(StrEnum):
    """What is wrong with a line of its file."""

    COLUMNS = "columns"
    LETTER = "letter"  # no such letter, or none that was given to the printer
    STATUS = "status"
    DAY = "day"  # no date, before the run, or to come
    REASON = "reason"  # rejected without a reason
    PULLED = "pulled"  # posted, though it was pulled before: noted, and nothing else follows
    NUMBER = "number"  # no tracking number, or not the one that is known; the rest of the line is taken
    NO_NUMBER = "no_number"  # a registered letter posted without its tracking number; the posting is taken


@dataclass(frozen=True)
class Line:
    """One line of the file: of which letter, what, when (a day where letters are posted), and why it was rejected."""

    reference: str
    said: Said
    day: date
    reason: str = ""
    tracking: str = ""  # as it is written


@dataclass(frozen=True)
class Fault:
    """A line with which something is wrong; the others are taken."""

    number: int  # from 1, the header among them
    fault: LineFault


def lines_of(source: Iterable[str]) -> Iterator[tuple[int, Line | LineFault]]:
    """The lines of a status file: CSV with semicolons, the header `COLUMNS`, dates as 2026-11-24.

    The last two columns may lack. A status is read with or without its accents, of a letter or of mail ("postée",
    "Posté"). Each line with its number; what cannot be read is given as its fault.
    """
    lines = enumerate(source, start=1)
    _number, first = next(lines, (1, ""))
    header = [name.strip().lstrip("\ufeff").lower() for name in _cells(first) or ()]
    if tuple(header[:_NEEDED]) != COLUMNS[:_NEEDED]:
        yield 1, LineFault.COLUMNS
        return
    header.extend(name for name in COLUMNS[len(header) :] if name not in header)
    for number, line in lines:
        row = _cells(line)
        if row is None:
            yield number, LineFault.LETTER
        elif any(cell.strip() for cell in row):
            yield number, _line(dict(zip(header, map(clean, row), strict=False)))


def _cells(line: str) -> list[str] | None:
    """The cells of a line, read by itself: a quote left open takes no line after it away. None for no such line."""
    try:
        return next(csv.reader([line], delimiter=";"), [])
    except csv.Error:
        return None


def _line(cells: dict[str, str]) -> Line | LineFault:
    reference = key_of(cells["lettre"])
    if reference is None:
        return LineFault.LETTER
    try:
        said = Said(_plain(cells.get("statut", "")))
    except ValueError:
        return LineFault.STATUS
    try:
        day = date.fromisoformat(cells.get("date", ""))
    except ValueError:
        return LineFault.DAY
    reason = printable(cells.get("motif", ""))[:LONGEST_REASON].strip()
    if said is Said.REJECTED and not reason:
        return LineFault.REASON
    return Line(reference, said, day, reason, cells.get("suivi", ""))


def _plain(status: str) -> str:
    """Small letters without accents, nor the end that says a feminine."""
    letters = unicodedata.normalize("NFD", status.lower())
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return plain[:-1] if plain.endswith("ee") else plain
