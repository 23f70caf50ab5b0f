"""Who is at the screen: codes as people type them, files that may be theirs, addresses that are one. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.letters.address import BadAddressError, printed_lines, town_of
from portal.people.models import Level, Person
from portal.people.models_credentials import CredentialKind
from portal.sealing import DIGITS
from portal.words import phone_words

CODE_FOR = timedelta(minutes=10)
MOST_TRIES = 5
PROOF_FOR = timedelta(minutes=15)  # once the code was right: the time to say who one is

_LONGEST_CODE = 64  # characters typed
_IGNORED = frozenset("-‐‑–—.,\u200b\ufeff")
# Ways of writing one street: what is small is left out, what is shortened is written in full.
_SMALL = frozenset({"DE", "DU", "DES", "D", "LA", "LE", "LES", "L", "AU", "AUX", "A"})
_FULL = {
    "R": "RUE", "AV": "AVENUE", "AVE": "AVENUE", "BD": "BOULEVARD", "BLD": "BOULEVARD", "BVD": "BOULEVARD",
    "PL": "PLACE", "ALL": "ALLEE", "CHE": "CHEMIN", "CHEM": "CHEMIN", "RTE": "ROUTE", "IMP": "IMPASSE",
    "SQ": "SQUARE", "RES": "RESIDENCE", "APT": "APPARTEMENT", "APPT": "APPARTEMENT", "BAT": "BATIMENT",
    "ST": "SAINT", "STE": "SAINTE", "GAL": "GENERAL", "DR": "DOCTEUR", "B": "BIS", "T": "TER",
}  # fmt: skip


class CodeFault(StrEnum):
    """Why a code does not open."""

    WRONG = "wrong"  # also: the birth date that goes with a letter's code
    TOO_MANY_TRIES = "too_many_tries"
    OVER = "over"  # used, too old, replaced by a newer one, or asked in another browser


class LetterFault(StrEnum):
    """Why no letter can bring a code."""

    NO_ADDRESS = "no_address"  # none on the file, or one where letters do not arrive


def read_digits(text: str) -> str | None:
    """The six digits that someone typed, or None when they can be no code.

    Spaces, hyphens and full stops are forgiven; digits of any script count, full-width ones too.
    """
    if len(text) > _LONGEST_CODE:
        return None
    kept = [sign for sign in unicodedata.normalize("NFKC", text) if not (sign.isspace() or sign in _IGNORED)]
    if len(kept) != DIGITS or not all(sign.isdecimal() for sign in kept):
        return None
    return "".join(str(unicodedata.decimal(sign)) for sign in kept)


def masked(kind: CredentialKind, to: str) -> str:
    """Enough of a number or mailbox to recognise one's own, and no more: "06 •• •• •• 12", "ca•••@exemple.fr"."""
    if kind is CredentialKind.EMAIL:
        local, _at, domain = to.partition("@")
        return f"{local[: 2 if len(local) > 3 else 1]}•••@{domain}"
    pairs = phone_words(to).split("\u00a0")
    if len(pairs) == 1:  # a number that is not written by pairs: overseas
        return f"{to[:3]}•••{to[-2:]}"
    return "\u00a0".join([pairs[0], *("••" for _ in pairs[1:-1]), pairs[-1]])


def end_of(created_at: datetime) -> datetime:
    """When a code of six digits made at an instant ends. That of a letter: `letters.rules_deadlines.code_until`."""
    return created_at + CODE_FOR


def born_on(files: Iterable[Person], birth_date: date) -> list[Person]:
    """Among the files of a number or mailbox, those of people born that day, each person once.

    Several files with the same names and birth date are one person's: the one not suspected to be a double, else the
    oldest, stands for them.
    """
    found: dict[str, Person] = {}
    for file in sorted(files, key=lambda person: (person.maybe_double, person.id)):
        if file.birth_date == birth_date:
            found.setdefault(file.match_key, file)
    return sorted(found.values(), key=lambda person: person.id)


def level_of(*, is_vouched: bool) -> Level:
    """How well someone is known by what they have just proved."""
    return Level.KNOWN if is_vouched else Level.REACHABLE


def is_same_address(typed: Sequence[str], stored: Sequence[str]) -> bool:
    """Whether someone who typed a street (or a postal box) and a postcode with its town wrote the address of a file.

    Accents, case, abbreviations and small words do not count. The postcodes are the same, and one line of the stored
    address says the street. Nothing typed, or nothing stored, is no address.
    """
    postcodes = [town_of(lines)[:5] for lines in (typed, stored)]
    if not postcodes[0].isdigit() or postcodes[0] != postcodes[1]:
        return False
    streets = [set(_streets(lines)) for lines in (typed, stored)]
    return bool(streets[0] & streets[1])


def _streets(lines: Sequence[str]) -> list[tuple[str, ...]]:
    try:
        *above, _town = printed_lines("X", lines)[1:]
    except (BadAddressError, ValueError):
        return []
    return [words for line in above if (words := _words(line))]


def _words(line: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", line.upper())
    words = re.findall(r"\d+|[A-Z]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    return tuple(_FULL.get(word, word) for word in words if word not in _SMALL)
