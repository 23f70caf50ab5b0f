"""The days on which places give no slot: public holidays, and the days that are not as the calendar says. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from portal.holidays import METROPOLE, holidays_of


class OddDay(NamedTuple):
    """A day on which a place (None: every place) is not as the calendar says."""

    day: date
    place_id: int | None
    is_open: bool


@dataclass(frozen=True)
class Closed:
    """The days without any opening, as ordinals: everywhere, but at the places of `at`, which have their own."""

    everywhere: frozenset[int] = frozenset()
    at: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def of(self, place_id: int) -> frozenset[int]:
        """Those of a place."""
        return self.at.get(place_id, self.everywhere)


def closed_days(first_year: int, last_year: int, odd: Iterable[OddDay] = (), *, region: str = METROPOLE) -> Closed:
    """The days without any opening in some years: public holidays, as days that are not as the calendar says change it.

    What is said of a place counts more than what is said of every place. `region`: whose holidays (`holidays.REGIONS`).
    """
    everywhere = set(_holidays(first_year, last_year, region))
    by_place: dict[int, list[OddDay]] = defaultdict(list)
    for one in odd:
        if one.place_id is None:
            _change(everywhere, one)
        else:
            by_place[one.place_id].append(one)
    at = {}
    for place_id, days in by_place.items():
        own = set(everywhere)
        for one in days:
            _change(own, one)
        at[place_id] = frozenset(own)
    return Closed(frozenset(everywhere), at)


@lru_cache(maxsize=64)
def _holidays(first_year: int, last_year: int, region: str) -> frozenset[int]:
    """The public holidays of some years, as ordinals."""
    return frozenset(day.toordinal() for year in range(first_year, last_year + 1) for day in holidays_of(year, region))


def _change(closed: set[int], odd: OddDay) -> None:
    if odd.is_open:
        closed.discard(odd.day.toordinal())
    else:
        closed.add(odd.day.toordinal())
