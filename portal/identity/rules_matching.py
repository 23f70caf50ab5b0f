"""Whose file it is: an identity that FranceConnect vouches for, compared with what a file says. Pure.

FranceConnect gives the *identité pivot*: the birth name, all the given names, the birth date and the birth place, as
the national register of people (RNIPP, kept by Insee) has them, and the usage name when there is one. Files hold what
someone typed: one of the names, the first given name, seldom the place. No e-mail is looked at: couples share one.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum, auto
from typing import Any

from portal.people.keys import plain
from portal.people.models import Person
from portal.people.models_credentials import IdentityCase
from portal.people.rules import NAME_LENGTH, Identity, tidy

FRANCE = "99100"  # Insee's number of France among countries
_PLACE = re.compile(r"\d[\dAB]\d{3}")  # Insee: a commune (2A004), or a country abroad (99 and three figures)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")

# Paris, Lyon and Marseille: births are registered by arrondissement, people say the town.
_TOWNS = (
    (range(75101, 75121), "75056"),
    (range(69381, 69390), "69123"),
    (range(13201, 13217), "13055"),
)


class PivotFault(StrEnum):
    """What an identity lacks that a file must have."""

    NAMES = "pivot_names"
    BIRTH_DATE = "pivot_birth_date"


@dataclass(frozen=True)
class BirthDates:
    """The days on which someone may be born, both included: one, but for those of whom a year or a month is known."""

    first: date
    last: date

    @property
    def is_exact(self) -> bool:
        """Whether it is one day."""
        return self.first == self.last

    def hold(self, day: date) -> bool:
        """Whether someone may be born on `day`."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Pivot:
    """An identity that FranceConnect vouches for. `place`: Insee's number of the commune, or of the country abroad."""

    family_name: str  # at birth
    usage_name: str | None
    given_names: tuple[str, ...]  # all of them, in their order
    born: BirthDates
    place: str | None

    @property
    def identity(self) -> Identity:
        """What a new file of theirs says: the name they use, all the given names that fit, and a birth date.

        Of a date known in part, the first day that may be: what such people are asked to write (1 January).
        """
        given = ""
        for name in self.given_names:
            longer = f"{given} {name}".strip()
            given = longer if len(longer) <= NAME_LENGTH else given
        return Identity(self.usage_name or self.family_name, given or self.given_names[0], self.born.first)


class Fit(Enum):
    """How well a file fits an identity."""

    SURE = auto()
    POSSIBLE = auto()  # an agent must look
    NONE = auto()


class Outcome(Enum):
    """What becomes of an identity."""

    JOIN = auto()  # one file, and no doubt
    NEW = auto()  # no file
    AGENT = auto()  # several files, or a doubt


def pivot_of(details: Mapping[str, Any]) -> "Pivot | PivotFault":
    """The identity in FranceConnect's details of a person, or what it lacks.

    Names, birth date ("1980-02-29"; "1980-02-00" and "1980-00-00" for people whose day or month is not known), birth
    place (empty for who was born abroad) and birth country. Source: github.com/france-connect, documentation of
    FranceConnect+, « L'identité pivot », read in November 2026.
    """
    family_name, usage_name = _text(details.get("family_name")), _text(details.get("preferred_username"))
    given_names = tuple(_text(details.get("given_name")).split())
    if not plain(family_name) or not any(map(plain, given_names)):
        return PivotFault.NAMES
    born = birth_dates(_text(details.get("birthdate")))
    if born is None:
        return PivotFault.BIRTH_DATE
    place = birth_place(_text(details.get("birthplace")), _text(details.get("birthcountry")))
    return Pivot(family_name, usage_name if plain(usage_name) else None, given_names, born, place)


def pivot_of_case(case: IdentityCase) -> Pivot:
    """The identity that an agent looks at."""
    born = BirthDates(case.birth_date, case.birth_date_to)
    return Pivot(case.family_name, case.usage_name, tuple(case.given_names.split()), born, case.birth_place)


def birth_dates(text: str) -> BirthDates | None:
    """The days of a birth date as FranceConnect writes it; None for what is no date."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    try:
        if month == 0:
            return BirthDates(date(year, 1, 1), date(year, 12, 31)) if day == 0 else None
        if day == 0:
            return BirthDates(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        return BirthDates(date(year, month, day), date(year, month, day))
    except ValueError:
        return None


def birth_place(commune: str, country: str) -> str | None:
    """Insee's number of where someone is born: the commune, else the country abroad, else None."""
    if _PLACE.fullmatch(commune):
        return commune
    return country if _PLACE.fullmatch(country) and country != FRANCE else None


def fit(pivot: Pivot, file: Person) -> Fit:
    """How well a file fits.

    Sure: born that day, not elsewhere, with the birth name or the usage name (or both), and with all the given names
    or the first ones. The two names may have been typed in each other's field. Possible: the same with any one of the
    given names, or with a birth date of which only a part is known, unless the birth places agree.
    """
    stands_alone = file.guardian_id is None and file.card_of_id is None and file.merged_into_id is None
    if not pivot.born.hold(file.birth_date) or not stands_alone:
        return Fit.NONE
    if file.birth_place is not None and pivot.place is not None and _town(file.birth_place) != _town(pivot.place):
        return Fit.NONE
    names = _fit_of_names(pivot, plain(file.family_name), plain(file.given_names))
    is_same_place = file.birth_place is not None and pivot.place is not None
    if names is Fit.SURE and not pivot.born.is_exact and not is_same_place:
        return Fit.POSSIBLE
    return names


def outcome(
    pivot: Pivot, files: Iterable[Person], *, taken: Collection[int] = frozenset()
) -> tuple[Outcome, list[Person]]:
    """What becomes of an identity, and the files that fit it, those that fit surely first.

    `taken`: the files that another identity of FranceConnect opens already: theirs would be a second one, so an agent
    looks.
    """
    fits = [(fit(pivot, file), file) for file in files]
    sure = [file for kind, file in fits if kind is Fit.SURE]
    possible = [file for kind, file in fits if kind is Fit.POSSIBLE]
    if not sure and not possible:
        return Outcome.NEW, []
    if len(sure) == 1 and not possible and sure[0].id not in taken:
        return Outcome.JOIN, sure
    return Outcome.AGENT, sure + possible


def family_keys(pivot: Pivot) -> frozenset[str]:
    """What the family name of a fitting file is, without accents, case or signs."""
    birth = plain(pivot.family_name)
    if pivot.usage_name is None:
        return frozenset({birth})
    usage = plain(pivot.usage_name)
    return frozenset({birth, usage, birth + usage, usage + birth})


def _fit_of_names(pivot: Pivot, first: str, second: str) -> Fit:
    families = family_keys(pivot)
    given = [plain(name) for name in pivot.given_names]
    beginnings = {"".join(given[:length]) for length in range(1, len(given) + 1)}
    ways = ((first, second), (second, first))
    if any(family in families and names in beginnings for family, names in ways):
        return Fit.SURE
    return Fit.POSSIBLE if any(family in families and names in given for family, names in ways) else Fit.NONE


def _town(place: str) -> str:
    number = int(place) if place.isdecimal() else 0
    return next((town for arrondissements, town in _TOWNS if number in arrondissements), place)


def _text(value: object) -> str:
    return tidy(value) if isinstance(value, str) else ""
