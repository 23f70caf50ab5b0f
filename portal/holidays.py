"""Public holidays of France, computed for any year, and of the regions that have more of them.

Source: Code du travail, article L3133-1 (eleven "fêtes légales"), checked on 22 November 2026; each region names its
own. Local customs are not counted. Computed rather than looked up: the tables one can install stop at some year, and
say nothing after it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))  # month, day
_FROM_EASTER = (1, 39, 50)  # days: Easter Monday, Ascension, Whit Monday
_CHECKED = date(2026, 11, 22)
_FRANCE = ZoneInfo("Europe/Paris")
_OVERSEAS = "Code du travail, article L3422-2"


@dataclass(frozen=True)
class Region:
    """Where more days are holidays than those of the whole of France, and what clocks on the wall show there."""

    name: str
    fixed: tuple[tuple[int, int], ...] = ()  # month, day
    from_easter: tuple[int, ...] = ()  # days after Easter Sunday
    zone: ZoneInfo = _FRANCE
    source: str = "Code du travail, article L3133-1"
    checked_on: date = _CHECKED


METROPOLE = "metropole"

# Good Friday is a holiday by law where there is a Protestant or a shared church: the post of the whole region rests.
REGIONS = {
    METROPOLE: Region("France métropolitaine"),
    "alsace_moselle": Region(
        "Alsace et Moselle", fixed=((12, 26),), from_easter=(-2,), source="Code du travail, article L3134-13"
    ),
    "guadeloupe": Region("Guadeloupe", ((5, 27),), zone=ZoneInfo("America/Guadeloupe"), source=_OVERSEAS),
    "martinique": Region("Martinique", ((5, 22),), zone=ZoneInfo("America/Martinique"), source=_OVERSEAS),
    "guyane": Region("Guyane", ((6, 10),), zone=ZoneInfo("America/Cayenne"), source=_OVERSEAS),
    "la_reunion": Region("La Réunion", ((12, 20),), zone=ZoneInfo("Indian/Reunion"), source=_OVERSEAS),
    "mayotte": Region("Mayotte", ((4, 27),), zone=ZoneInfo("Indian/Mayotte"), source=_OVERSEAS),
    "saint_barthelemy": Region(
        "Saint-Barthélemy", ((10, 9),), zone=ZoneInfo("America/St_Barthelemy"), source=_OVERSEAS
    ),
    # The article names 27 May; since the ministers' circular of 4 May 2018 it is kept on 28 May.
    "saint_martin": Region(
        "Saint-Martin", ((5, 28),), zone=ZoneInfo("America/Marigot"), source=f"{_OVERSEAS}, circulaire du 4 mai 2018"
    ),
}


def region_named(name: str | None) -> str:
    """A key of `REGIONS`: the name, or metropolitan France for one that nobody knows."""
    return name if name is not None and name in REGIONS else METROPOLE


def is_holiday(day: date, region: str = METROPOLE) -> bool:
    """Whether `day` is a public holiday in a region (a key of `REGIONS`), by the list in force today."""
    return day in holidays_of(day.year, region)


@lru_cache(maxsize=256)
def holidays_of(year: int, region: str = METROPOLE) -> frozenset[date]:
    """The public holidays of a year, from 1583 (first Easter of the Gregorian calendar) to 9999.

    In metropolitan France there are eleven, or ten when two fall on one day (Ascension on 1 or 8 May). Raises
    ValueError for another year, and KeyError for a region that is not in `REGIONS`.
    """
    if not 1583 <= year <= 9999:
        raise ValueError(f"no public holidays are known for the year {year}")
    easter, more = _easter(year), REGIONS[region]
    moving = {easter + timedelta(days=days) for days in (*_FROM_EASTER, *more.from_easter)}
    return frozenset(moving | {date(year, month, day) for month, day in (*_FIXED, *more.fixed)})


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian method (Nature, 20 April 1876; Meeus, ch. 8)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    shift = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - shift + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
