"""What becomes of appointments, counted: shares, groups too small to show, and lead times. Pure."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)

SMALLEST = 5  # a group of fewer people may be recognised: it is not shown
PERIODS = (365, 90, 30)  # days, the longest first: each holds the next


class View(NamedTuple):
    """What one page counts: the last `days`, of everyone or only of those who receive letters."""

    days: int
    on_paper: bool = False


class End(StrEnum):
    """What became of an appointment whose hour is past."""

    HONOURED = "honoured"
    MISSED = "missed"
    IN_TIME = "in_time"  # cancelled by the person, before the motif's deadline
    LATE = "late"  # cancelled by the person, after it
    BY_SERVICE = "by_service"
    NOT_NOTED = "not_noted"  # still "booked": nobody has said


_OF_PEOPLE = (End.HONOURED, End.MISSED, End.IN_TIME, End.LATE)


class Lead(StrEnum):
    """How long before an appointment it was taken."""

    DAY = "day"  # the same day or the day before: under 2 days
    WEEK = "week"  # under 8 days
    FORTNIGHT = "fortnight"  # under 15 days
    MONTH = "month"  # under 31 days
    LONGER = "longer"


LEAD_DAYS = {Lead.DAY: 2, Lead.WEEK: 8, Lead.FORTNIGHT: 15, Lead.MONTH: 31}  # days: each one's first day too many


@dataclass(frozen=True)
class Counted:
    """How many appointments share all of these. `within`: the days of the shortest period that holds them."""

    motif_id: int
    place_id: int
    routes: str  # of the reminders that left, sorted and joined by "+"; empty when none did
    lead: Lead
    end: End
    count: int
    within: int = PERIODS[-1]
    is_on_paper: bool = False

    def is_in(self, view: View) -> bool:
        """Whether a page counts them."""
        return self.within <= view.days and (self.is_on_paper or not view.on_paper)


@dataclass
class Tally:
    """Appointments of one group, by what became of them."""

    ends: dict[End, int] = field(default_factory=dict)
    is_hidden: bool = False  # fewer than `SMALLEST`, or needed so that such a one cannot be worked out

    @property
    def known(self) -> int:
        """Those that people honoured, missed or cancelled: what shares are shares of.

        What the service cancelled says nothing of people, nor does what nobody noted.
        """
        return sum(self.ends.get(end, 0) for end in _OF_PEOPLE)

    def of(self, end: End) -> int:
        """How many ended so."""
        return self.ends.get(end, 0)

    def share(self, end: End) -> int | None:
        """How many in a hundred of `known`, rounded half up; None when there is none."""
        return (self.of(end) * 200 + self.known) // (2 * self.known) if self.known else None


def lead_of(days: int) -> Lead:
    """The group of a lead time in whole days."""
    return next((lead for lead, bound in LEAD_DAYS.items() if days < bound), Lead.LONGER)


def tallied(counted: Iterable[Counted], key: Callable[[Counted], Key], view: View) -> dict[Key, Tally]:
    """One tally for each group that a page counts; those that may not be shown are marked hidden.

    Neither a group of fewer than `SMALLEST` is shown, nor what would give one away by subtraction: from the total of
    its table, or from the same table of a longer period or of everyone. Pages read on two different days are not
    compared here. `counted`: of the longest period, of everyone.
    """
    rows = list(counted)
    tallies: dict[Key, Tally] = {}
    for one in rows:
        if one.is_in(view):
            ends = tallies.setdefault(key(one), Tally()).ends
            ends[one.end] = ends.get(one.end, 0) + one.count
    for number in _hidden(_sizes(rows, key), view):
        # A hidden group of nobody is listed too: were it not, the others of its table would be known.
        tallies.setdefault(number, Tally()).is_hidden = True
    for tally in tallies.values():
        tally.is_hidden |= not tally.known  # what nobody has noted says nothing of people
    return tallies


def total(counted: Iterable[Counted], view: View) -> Tally:
    """All of them together."""
    return tallied(counted, lambda _one: 0, view).get(0, Tally())


_Sizes = dict[View, dict[Key, int]]


def _sizes(rows: Iterable[Counted], key: Callable[[Counted], Key]) -> _Sizes[Key]:
    """How many people each group is of, on each page that there is."""
    sizes: _Sizes[Key] = {View(days, on_paper): {} for days in PERIODS for on_paper in (False, True)}
    for one in rows:
        if one.end in _OF_PEOPLE:
            for view, of_view in sizes.items():
                of_view[key(one)] = of_view.get(key(one), 0) + (one.count if one.is_in(view) else 0)
    return sizes


def _hidden(sizes: _Sizes[Key], view: View) -> set[Key]:
    """The groups that a page hides: what a wider page hides, the small ones, and as many more as protect these."""
    hidden: set[Key] = set().union(*(_hidden(sizes, wider) for wider in _wider(view)))
    hidden |= {key for key in sizes[view] if _gives_away(sizes, view, {key})}
    others = sorted((size, at, key) for at, (key, size) in enumerate(sizes[view].items()) if key not in hidden)
    for _size, _at, key in others:
        if not _gives_away(sizes, view, hidden):
            break
        hidden.add(key)
    return hidden


def _gives_away(sizes: _Sizes[Key], view: View, keys: set[Key]) -> bool:
    """Whether the sum of these groups, here or where a wider page is subtracted, is of a few people."""
    return any(0 < size < SMALLEST for size in _parts(sizes, view, keys))


def _parts(sizes: _Sizes[Key], view: View, keys: set[Key]) -> list[int]:
    """The people of these groups on a page, and those that are on a wider page only."""

    def size(of: View) -> int:
        return sum(sizes[of].get(key, 0) for key in keys)

    here = size(view)
    wider = _wider(view)
    parts = [here, *(size(one) - here for one in wider)]
    if view.on_paper and len(wider) > 1:
        longer, everyone = wider
        parts.append(size(View(longer.days)) - size(longer) - size(everyone) + here)
    return parts


def _wider(view: View) -> list[View]:
    """The pages next to this one that count all that it counts: the longer period, and everyone."""
    at = PERIODS.index(view.days)
    longer = [View(PERIODS[at - 1], view.on_paper)] if at else []
    return longer + ([View(view.days)] if view.on_paper else [])
