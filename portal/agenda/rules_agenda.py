"""A day of an agenda as it is read: what is booked, what is free, what is closed, and who reads what of it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from portal.booking.models import HOLDS_TIME, AppointmentStatus
from portal.booking.recurrence import hours_of, instant, midnight_of
from portal.booking.slots import Located
from portal.clock import paris, paris_day
from portal.desk.rules import sees_reason
from portal.directory.models import Mode
from portal.web.access import Role

SEERS = (Role.ACCUEIL, Role.PROFESSIONNEL, Role.REFERENT, Role.ENCADRANT)
DESK = (Role.ACCUEIL, Role.ENCADRANT)  # those who receive, or lead: they know who comes to their places
RECEIVERS = (Role.PROFESSIONNEL, Role.REFERENT)

_SHORTEST_FREE = 300  # seconds: what is shorter is a breath between two people, and is not shown as free


@dataclass(frozen=True)
class Viewer:
    """Who looks at an agenda. `places`: where a role opens agendas to them; `desk`: where they receive or lead.

    None: everywhere. `families`: the files whose reasons they may read.
    """

    agent_id: int
    places: frozenset[int] | None
    desk: frozenset[int] | None
    families: frozenset[str] = frozenset()

    def is_near(self, place_id: int) -> bool:
        """Whether what happens at a place comes before them at all."""
        return self.places is None or place_id in self.places

    def knows(self, *, agent_id: int, place_id: int) -> bool:
        """Whether they read who comes, and may say what became of it: their own, or at the place where they receive.

        For everyone else that time is taken, and no more.
        """
        return agent_id == self.agent_id or self.desk is None or place_id in self.desk

    def sees_reason(self, *, agent_id: int, family: str) -> bool:
        """Whether they read what it is about, and not its neutral words (portal.desk.rules.sees_reason)."""
        return sees_reason(family=family, families=self.families, is_own=agent_id == self.agent_id)


class Booked(NamedTuple):
    """An appointment of an agenda, without those it is for. `seats` is None unless it is a workshop's own."""

    id: int
    agent_id: int
    place_id: int
    starts_at: datetime
    ends_at: datetime
    busy_until: datetime
    status: AppointmentStatus
    changed_at: datetime
    overbook_reason: str | None
    arrived_at: datetime | None
    called_at: datetime | None
    is_door_closed: bool
    sequence: int
    family: str
    motif_key: str
    title: str
    neutral_words: str
    is_discreet: bool
    mode: Mode
    place_name: str
    workshop_id: int | None
    workshop_title: str | None
    seats: int | None
    taken: int

    @property
    def holds_time(self) -> bool:
        """Whether the agent is busy with it: not once it is cancelled."""
        return self.status in HOLDS_TIME


class Kind(StrEnum):
    """What a stretch of an agenda is."""

    BOOKED = "booked"
    FREE = "free"
    AWAY = "away"


class Item(NamedTuple):
    """A stretch of an agenda, from an instant to another. `booked` is None unless it is an appointment."""

    kind: Kind
    starts_at: datetime
    ends_at: datetime
    booked: Booked | None = None


@dataclass(frozen=True)
class AgentDay:
    """A day of an agent: the hours when they can be booked, and all there is, in order."""

    agent_id: int
    day: date
    hours: Sequence[tuple[datetime, datetime]] = ()
    items: Sequence[Item] = ()

    @property
    def groups(self) -> list[list[Item]]:
        """All there is, where what overlaps stands together."""
        return grouped(self.items)


def open_hours(
    openings: Iterable[Located], days: Collection[date], closed: Collection[tuple[date, int]]
) -> dict[date, list[tuple[int, int]]]:
    """By day: when one agent can be booked at a place or another, joined where it touches (seconds since 1970).

    `closed`: the days on which a place receives nobody. `days` follow one another.
    """
    found: dict[date, list[tuple[int, int]]] = {day: [] for day in days}
    if not found:
        return found
    first, last = min(found), max(found)
    for opening in openings:
        shut = {day.toordinal() for day, place_id in closed if place_id == opening.place_id}
        for begins, ends in hours_of(opening, first, last, shut):
            found[paris_day(instant(begins))].append((begins, ends))
    return {day: _joined(hours) for day, hours in found.items()}


def agent_day(
    agent_id: int,
    day: date,
    hours: Sequence[tuple[int, int]],
    booked: Iterable[Booked],
    absences: Iterable[tuple[datetime, datetime]],
) -> AgentDay:
    """A day of one agent: appointments, absences cut at midnight, and what is left free of the open hours.

    Time is taken until the end of the buffer. A cancelled appointment takes none.
    """
    begins, ends = midnight_of(day), midnight_of(date.fromordinal(day.toordinal() + 1))
    own = list(booked)
    away = [(max(begins, int(one.timestamp())), min(ends, int(two.timestamp()))) for one, two in absences]
    away = [(one, two) for one, two in away if one < two]
    taken = [(int(one.starts_at.timestamp()), int(one.busy_until.timestamp())) for one in own if one.holds_time]
    free = _less(hours, _joined(taken + away))
    items = [Item(Kind.BOOKED, one.starts_at, one.ends_at, one) for one in own]
    items += [Item(Kind.AWAY, instant(one), instant(two)) for one, two in away]
    items += [Item(Kind.FREE, instant(one), instant(two)) for one, two in free if two - one >= _SHORTEST_FREE]
    items.sort(key=_order)
    shown = [(instant(one), instant(two)) for one, two in hours]
    return AgentDay(agent_id, day, shown, items)


def grouped(items: Sequence[Item]) -> list[list[Item]]:
    """Stretches that overlap, together; in order. `items` are in order too."""
    groups: list[list[Item]] = []
    reach: datetime | None = None
    for item in items:
        if reach is not None and item.starts_at < reach:
            groups[-1].append(item)
        else:
            groups.append([item])
        reach = max(reach or item.ends_at, item.ends_at)
    return groups


def wall_minutes(moment: datetime, day: date) -> int:
    """Minutes on a wall clock in France since the midnight that begins a day; what is outside it is at its edge."""
    local = paris(moment)
    if local.date() != day:
        return 0 if local.date() < day else 24 * 60
    return local.hour * 60 + local.minute


def bounds(days: Iterable[AgentDay]) -> tuple[int, int]:
    """The first and the last hour (0 to 24) of a grid that shows all of these days; 9 to 17 at least."""
    low, high = 9 * 60, 17 * 60
    for one in days:
        for item in one.items:
            if item.kind is not Kind.AWAY:  # an absence of whole days must not stretch the page
                low = min(low, wall_minutes(item.starts_at, one.day))
                high = max(high, wall_minutes(item.ends_at, one.day))
    return low // 60, -(-high // 60)


def by_agent_and_day(booked: Iterable[Booked]) -> Mapping[tuple[int, date], list[Booked]]:
    """Appointments by their agent and their day in France."""
    found: dict[tuple[int, date], list[Booked]] = {}
    for one in booked:
        found.setdefault((one.agent_id, paris_day(one.starts_at)), []).append(one)
    return found


def _order(item: Item) -> tuple[datetime, datetime, str, int]:
    return item.starts_at, item.ends_at, item.kind.value, item.booked.id if item.booked else 0


def _joined(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begins, ends in sorted(intervals):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return joined


def _less(hours: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of some hours once others are taken out; both joined and in order."""
    left = []
    for begins, ends in hours:
        cursor = begins
        for one, two in taken:
            if two > cursor and one < ends:
                if one > cursor:
                    left.append((cursor, one))
                cursor = max(cursor, two)
        if cursor < ends:
            left.append((cursor, ends))
    return left
