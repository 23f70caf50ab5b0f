"""What becomes of appointments, counted: shares, groups too small to show, and lead times. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

SMALLEST = 5  # a group of fewer people may be recognised: it is not shown


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
    """How many appointments share all of these."""

    motif_id: int
    place_id: int
    routes: str  # of the reminders that left, sorted and joined by "+"; empty when none did
    lead: Lead
    end: End
    count: int


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


def tallied(counted: Iterable[Counted], key: Callable[[Counted], Key]) -> dict[Key, Tally]:
    """One tally for each group, the small ones marked hidden."""
    tallies: dict[Key, Tally] = {}
    for one in counted:
        ends = tallies.setdefault(key(one), Tally()).ends
        ends[one.end] = ends.get(one.end, 0) + one.count
    _hide(tallies)
    return tallies


def total(counted: Iterable[Counted]) -> Tally:
    """All of them together."""
    return tallied(counted, lambda _one: 0).get(0, Tally())


def _hide(tallies: Mapping[Key, Tally]) -> None:
    """Hides groups under `SMALLEST`; and with a single one, the next smallest: the total would else give it away."""
    by_size = sorted(tallies.values(), key=lambda tally: tally.known)
    for tally in by_size:
        tally.is_hidden = tally.known < SMALLEST
    hidden = sum(tally.is_hidden for tally in by_size)
    if hidden == 1 and len(by_size) > 1:
        by_size[1].is_hidden = True
