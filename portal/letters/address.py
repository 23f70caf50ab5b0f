"""Postal addresses as La Poste's standard NF Z10-011 wants them: checked as they are typed, never cut.

The lines are numbered as on the envelope: 1 the name, 2 flat, floor or "chez", 3 building or residence, 4 number and
street, 5 postal box or hamlet, 6 postcode and town, 7 country. A stored address is the list of lines 2 to 6 (or 2 to
7), empty ones included, so that each keeps its place.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from portal.letters.folding import unaccented

LONGEST_LINE = 38  # characters with spaces, NF Z10-011
MOST_LINES = 6  # 7 with a country
_TYPED_LINES = 5  # lines 2 to 6

_BOX = re.compile(r"(BP|CS|TSA|BOITE POSTALE)( |\d)")
_NUMBERED = re.compile(r"\d+ ?([A-D]|BIS|TER|QUATER)? [A-Z]")  # "12 RUE", "12 B RUE", "12BIS RUE"
_CEDEX = re.compile(r" CEDEX( \d{1,2})?$")
_TOWN_LINE = re.compile(r"(\d{5}) (.*[A-Z].*)")
_LOOSE_POSTCODE = re.compile(r"^(?:F ?- ?)?(\d\d) ?(\d{3})(?!\d)[ ,-]*", re.IGNORECASE)
# Ways of writing one commune: "Saint" or "St", "lès" or "lez", "sur" or "s/".
_ABBREVIATIONS = {"SAINT": "ST", "SAINTE": "STE", "SAINTS": "STS", "SAINTES": "STES", "LEZ": "LES", "S": "SUR"}


class AddressReason(StrEnum):
    """What is wrong with a line."""

    TOO_LONG = "too_long"  # more than 38 characters as printed
    BAD_CHARACTER = "bad_character"  # cannot be printed on an envelope
    TOO_MANY_LINES = "too_many_lines"
    STREET_MISSING = "street_missing"  # nothing but a town
    TOWN_MISSING = "town_missing"
    POSTCODE_MISSING = "postcode_missing"  # line 6 does not begin with five digits
    POSTCODE_UNKNOWN = "postcode_unknown"  # inside the Département, and no commune has it
    TOWN_MISMATCH = "town_mismatch"  # the commune of another postcode
    NAME_MISSING = "name_missing"


@dataclass(frozen=True)
class AddressFault:
    """One line at fault: its number on the envelope (1 to 7), and why."""

    line: int
    reason: AddressReason


class Communes(Protocol):
    """What the check needs of a Département's communes."""

    def label_of(self, postal_code: str) -> frozenset[str]:
        """Names and routing labels, written in any way, of the communes of a postcode; empty when it has none."""


class BadAddressError(ValueError):
    """An address that cannot be printed whole. `faults` says which lines and why."""

    def __init__(self, faults: Sequence[AddressFault]) -> None:
        super().__init__(", ".join(f"line {fault.line}: {fault.reason.value}" for fault in faults))
        self.faults = tuple(faults)


def check_address(lines: Sequence[str], *, communes: Communes) -> tuple[list[str], list[AddressFault]]:
    """Lines 2 to 6 (or 2 to 7 with a country) as typed, made tidy; and every fault found, in line order.

    Tidy: no blanks at the ends, one space at a time, "62 000" as "62000", a last line "France" dropped. Nothing is
    cut or replaced. No line at all is an empty address, without fault. Lines fewer than five are put in their place:
    the last is the town, the one before it the street (or the postal box). Inside the Département that `communes`
    knows, postcode and commune must agree ("St" for "Saint" is accepted; a CEDEX is checked by form only); elsewhere
    in France only the form is checked; abroad, that there is a town and a country. A postcode is inside when the
    Département's chief town, whose postcode is the same two digits and 000, is known.
    """
    tidy = [" ".join(line.split()) for line in lines]
    if not any(tidy):
        return [], []
    placed = placed_lines(tidy)
    if len(placed) > _TYPED_LINES and _is_france(placed[-1]):
        placed.pop()
    if len(placed) > _TYPED_LINES + 1:
        return placed, [AddressFault(7, AddressReason.TOO_MANY_LINES)]
    if len(placed) == _TYPED_LINES:
        placed[4] = _with_plain_postcode(placed[4])
    faults = _line_faults(placed)
    if not any(_as_printed(number, line) for number, line in enumerate(placed[:4], start=2)):
        faults.append(AddressFault(4, AddressReason.STREET_MISSING))
    faults += _town_faults(placed, communes)
    return placed, sorted(faults, key=lambda fault: fault.line)


def printed_lines(name: str, lines: Sequence[str]) -> list[str]:
    """The lines of the envelope, from the name down, without blank ones; at most 6, or 7 with a country.

    Lines 4 to 7 are in capitals without accents or punctuation. A name of more than 38 characters takes two lines
    when line 2 is free. Raises `BadAddressError` when a line is too long or cannot be printed: nothing is ever cut.
    """
    name = " ".join(name.split())
    placed = placed_lines([" ".join(line.split()) for line in lines]) if any(lines) else []
    names = _in_two(name) if len(name) > LONGEST_LINE and placed and not placed[0] else [name]
    body = [_as_printed(number, line) for number, line in enumerate(placed, start=2)]
    printed = [*names, *(line for line in body if line)]
    faults = [*_name_faults(names), *_line_faults(placed)]
    if not any(body[4:5]):
        faults.append(AddressFault(6, AddressReason.TOWN_MISSING))
    if len(printed) > MOST_LINES + (len(placed) > _TYPED_LINES):
        faults.append(AddressFault(7, AddressReason.TOO_MANY_LINES))
    if faults:
        raise BadAddressError(faults)
    return printed


def town_of(lines: Sequence[str]) -> str:
    """The line of the postcode and town of a stored address, as printed; empty when there is none."""
    placed = placed_lines(list(lines)) if any(lines) else [""] * _TYPED_LINES
    return _as_printed(6, placed[4])


def letter_box(lines: Sequence[str]) -> str:
    """The same words for one letter box, however its stored lines are cased, accented, spaced, or put in fields.

    A postal box beside a street makes no other letter box.
    """
    *above, town = [_capitals(line) for line in placed_lines(list(lines))[:_TYPED_LINES]]
    streets = [line for line in above if not _BOX.match(line)]
    return "".join(sorted(word for line in [*(streets if any(streets) else above), town] for word in line.split()))


def doors(lines: Sequence[str]) -> list[str]:
    """The doors that an address may lead to: one of them is the same for all that name one street number.

    Each line that may say a street counts by itself, with the town: those of the street and of the hamlet, and any
    other that begins with a number. What else is written (a flat, a building, a postal box) makes no other door;
    without any street, all of it does.
    """
    placed = placed_lines(list(lines))
    above = [_capitals(line) for line in placed[:4]]
    streets = [line for at, line in enumerate(above) if _NUMBERED.match(line) or (at >= 2 and line)]
    named = sorted({line for line in streets if not _BOX.match(line)})
    return [letter_box([line, placed[4]]) for line in named] or [letter_box(placed)]


def placed_lines(lines: list[str]) -> list[str]:
    """Lines 2 to 6 of the envelope, each in its place; a country follows. A shorter list is read from its end.

    At least one line holds something.
    """
    if len(lines) >= _TYPED_LINES:
        return [*lines[:_TYPED_LINES], *(line for line in lines[_TYPED_LINES:] if line)]
    *above, town = [line for line in lines if line]
    street = box = ""
    if above and _BOX.match(_capitals(above[-1])):
        box = above.pop()
    if above:
        street = above.pop()
    return [*above, *[""] * (2 - len(above)), street, box, town]


def _as_printed(number: int, line: str) -> str:
    return _capitals(line) if number >= 4 else line


def _capitals(line: str) -> str:
    plain = "".join(
        character if character.isalnum() else "" if character in "°\u00ba" else " " for character in unaccented(line)
    )
    return " ".join(plain.upper().split())


def _in_two(name: str) -> list[str]:
    """A long name over two lines, cut at the last space that lets the first hold; unchanged when there is none."""
    cut = name.rfind(" ", 0, LONGEST_LINE + 1)
    return [name] if cut < 0 or len(name) - cut - 1 > LONGEST_LINE else [name[:cut], name[cut + 1 :]]


def _name_faults(names: Sequence[str]) -> list[AddressFault]:
    if not names[0]:
        return [AddressFault(1, AddressReason.NAME_MISSING)]
    faults = [AddressFault(1, AddressReason.TOO_LONG) for name in names if len(name) > LONGEST_LINE]
    return faults if all(_prints(name) for name in names) else [*faults, AddressFault(1, AddressReason.BAD_CHARACTER)]


def _line_faults(placed: Sequence[str]) -> list[AddressFault]:
    faults = []
    for number, line in enumerate(placed, start=2):
        if not _prints(line):
            faults.append(AddressFault(number, AddressReason.BAD_CHARACTER))
        if len(_as_printed(number, line)) > LONGEST_LINE:
            faults.append(AddressFault(number, AddressReason.TOO_LONG))
    return faults


def _prints(line: str) -> bool:
    plain = unaccented(line).replace("°", "")
    return plain.isascii() and plain.isprintable()


def _town_faults(placed: Sequence[str], communes: Communes) -> list[AddressFault]:
    town = _as_printed(6, placed[4])
    if not town:
        return [AddressFault(6, AddressReason.TOWN_MISSING)]
    if len(placed) > _TYPED_LINES:
        return []
    match = _TOWN_LINE.fullmatch(town)
    if match is None:
        missing_town = town.isdigit() and len(town) == 5
        return [AddressFault(6, AddressReason.TOWN_MISSING if missing_town else AddressReason.POSTCODE_MISSING)]
    postcode, name = match.groups()
    if _CEDEX.search(town):
        return []
    labels = communes.label_of(postcode)
    if labels:
        agrees = _key(name) in {_key(label) for label in labels}
        return [] if agrees else [AddressFault(6, AddressReason.TOWN_MISMATCH)]
    inside = bool(communes.label_of(f"{postcode[:2]}000"))
    return [AddressFault(6, AddressReason.POSTCODE_UNKNOWN)] if inside else []


def _key(name: str) -> str:
    return "".join(_ABBREVIATIONS.get(word, word) for word in _capitals(name).split())


def _with_plain_postcode(line: str) -> str:
    return _LOOSE_POSTCODE.sub(r"\1\2 ", line).strip()


def _is_france(country: str) -> bool:
    return _capitals(country) in {"", "FRANCE"}
