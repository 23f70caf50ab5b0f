"""Why a place receives nobody on a day: it has closed, somebody said so, or it is a public holiday there. Pure."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from portal.holidays import METROPOLE, REGIONS, holidays_of


class Place(NamedTuple):
    """A place, as far as a day needs to know it."""

    id: int
    name: str
    closed_on: date | None


class Special(NamedTuple):
    """A day that is not as the calendar says (directory.models_settings.DayException)."""

    day: date
    place_id: int | None
    is_open: bool
    label: str


class Holiday(StrEnum):
    """The public holidays, by name (Code du travail, articles L3133-1, L3134-13 and L3422-2)."""

    NEW_YEAR = "new_year"
    EASTER_MONDAY = "easter_monday"
    LABOUR = "labour"
    VICTORY = "victory"
    ASCENSION = "ascension"
    WHIT_MONDAY = "whit_monday"
    NATIONAL = "national"
    ASSUMPTION = "assumption"
    ALL_SAINTS = "all_saints"
    ARMISTICE = "armistice"
    CHRISTMAS = "christmas"
    GOOD_FRIDAY = "good_friday"  # Alsace and Moselle
    SAINT_STEPHEN = "saint_stephen"
    ABOLITION = "abolition"  # of slavery: overseas, each on its own day


class Shut(StrEnum):
    """Why a place is closed on a day, when no label says it."""

    HOLIDAY = "holiday"
    CLOSED = "closed"  # for good


class Closing(NamedTuple):
    """A day on which a place receives nobody. `label`: as it was written; `holiday`: which one."""

    why: Shut
    label: str = ""
    holiday: Holiday | None = None


_FIXED = {
    (1, 1): Holiday.NEW_YEAR,
    (5, 1): Holiday.LABOUR,
    (5, 8): Holiday.VICTORY,
    (7, 14): Holiday.NATIONAL,
    (8, 15): Holiday.ASSUMPTION,
    (11, 1): Holiday.ALL_SAINTS,
    (11, 11): Holiday.ARMISTICE,
    (12, 25): Holiday.CHRISTMAS,
    (12, 26): Holiday.SAINT_STEPHEN,
}
_MOVING = {3: Holiday.ASCENSION, 4: Holiday.GOOD_FRIDAY}  # by weekday: the others are Mondays


def holiday_of(day: date, region: str = METROPOLE) -> Holiday | None:
    """The public holiday that a day is in a region, if it is one. Two on one day go by the fixed one's name."""
    if day not in holidays_of(day.year, region):
        return None
    if (fixed := _FIXED.get((day.month, day.day))) is not None:
        return fixed
    if (day.month, day.day) in REGIONS[region].fixed:
        return Holiday.ABOLITION
    if day.weekday() in _MOVING:
        return _MOVING[day.weekday()]
    # Easter Monday is 27 April at the latest, Whit Monday 11 May at the earliest.
    return Holiday.EASTER_MONDAY if day.month < 5 else Holiday.WHIT_MONDAY


def closing_of(day: date, place: Place, specials: Iterable[Special], region: str = METROPOLE) -> Closing | None:
    """Why a place receives nobody on a day; None when it does. What is said of the place goes before what is of all."""
    if place.closed_on is not None and place.closed_on <= day:
        return Closing(Shut.CLOSED)
    said = [one for one in specials if one.day == day and one.place_id in {None, place.id}]
    if said:
        one = max(said, key=lambda special: special.place_id is not None)
        return None if one.is_open else Closing(Shut.CLOSED, one.label)
    holiday = holiday_of(day, region)
    return None if holiday is None else Closing(Shut.HOLIDAY, holiday=holiday)
