"""Public holidays of metropolitan France, computed for any year.

Source: Code du travail, article L3133-1 (eleven "fêtes légales"). Alsace-Moselle's two more are not counted, nor are
local customs. Computed rather than looked up: the tables one can install stop at some year, and say nothing after it.
"""

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))  # month, day
_FROM_EASTER = (1, 39, 50)  # days: Easter Monday, Ascension, Whit Monday


def is_holiday(day: date) -> bool:
    """Whether `day` is a public holiday in metropolitan France, by the list in force today."""
    return day in holidays_of(day.year)


@lru_cache(maxsize=64)
def holidays_of(year: int) -> frozenset[date]:
    """The public holidays of a year, from 1583 (first Easter of the Gregorian calendar) to 9999.

    There are eleven, or ten when two fall on one day (Ascension on 1 or 8 May). Raises ValueError for another year.
    """
    if not 1583 <= year <= 9999:
        raise ValueError(f"no public holidays are known for the year {year}")
    easter = _easter(year)
    moving = {easter + timedelta(days=days) for days in _FROM_EASTER}
    return frozenset(moving | {date(year, month, day) for month, day in _FIXED})


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
