"""Slots: what is left of an agent's openings once everything else is taken out. Pure, never stored.

How the time of one agent is cut:

- Openings of the agent for the motif that touch or overlap at one place are one stretch of time. Where openings at
  two places overlap, the one that starts later has the time (then the shorter, then the newer): the agent goes there,
  and comes back after. So an instant of an agent belongs to one place, whichever places are asked for.
- Public holidays and other closed days of a place are taken out; so are absences and every appointment that holds the
  agent's time, each with its buffer.
- In each free interval that is left, slots start at its beginning and step by duration and buffer. The appointment
  ends within the interval. Its buffer may run past the end of an opening, never into what comes next: an appointment,
  an absence, or the agent's next opening.

Hence: of all the slots of one agent, any set can be booked together, and each fits the constraint that forbids two
appointments over one agent's busy time. Nothing depends on the minute at which one looks, save which are shown.

Instants are whole seconds since 1970 (UTC).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple, Protocol

from portal.booking.recurrence import DAY, Recurring, hours_of, instant, midnight_of
from portal.booking.rules_closed import Closed, closed_days
from portal.directory.models import BookedBy, Motif

MINUTE, HOUR = 60, 3600  # seconds
AGENTS_SEE = 731  # days: no horizon binds agents, but a computation ends somewhere

Interval = tuple[int, int]


class Slot(NamedTuple):
    """A start at which one agent can receive at one place. Sorted by time, then agent."""

    starts_at: datetime
    agent_id: int
    place_id: int


class Located(Recurring, Protocol):
    """An opening, with where it is."""

    @property
    def id(self) -> int:
        """The higher, the newer."""

    @property
    def place_id(self) -> int:
        """Where."""


class Stretch(NamedTuple):
    """Time of one agent at one place."""

    start: int
    end: int
    place_id: int


class Pace(NamedTuple):
    """How long an appointment lasts, and the buffer after it: seconds."""

    duration: int
    buffer: int


class Window(NamedTuple):
    """The first and the last instant at which a slot may start, both included."""

    earliest: int
    latest: int


class Days(NamedTuple):
    """Days of a calendar in France, both included."""

    first: date
    last: date


def pace_of(motif: Motif) -> Pace:
    """The pace of a motif."""
    return Pace(motif.minutes * MINUTE, motif.buffer_minutes * MINUTE)


def window_of(motif: Motif, now: datetime, *, for_agent: bool) -> Window:
    """When a slot of this motif may start, for someone who looks at `now`.

    A resident: from the minimum notice to the horizon (days of 24 hours), counted from the minute that is running,
    both ends included. An agent: from now on, for two years. Nobody: in the past, nor at this very instant.
    """
    moment = now.timestamp()
    minute = int(moment // MINUTE) * MINUTE
    upcoming = int(moment // 1) + 1
    if for_agent:
        return Window(upcoming, minute + AGENTS_SEE * DAY)
    return Window(max(upcoming, minute + motif.notice_minutes * MINUTE), minute + motif.horizon_days * DAY)


def is_offered(motif: Motif, agent_ids: Collection[int] | None, *, for_agent: bool) -> bool:
    """Whether any slot of this motif may be shown: the motif's own rules, whatever the calendar says.

    Nobody books a motif that is only explained; residents do not book what agents alone book, nor a motif of their
    référent unless the agents are named. An invitation is for the caller to check.
    """
    if motif.booked_by is BookedBy.NOBODY:
        return False
    if for_agent:
        return True
    return motif.booked_by is not BookedBy.AGENTS and not (motif.with_referent and agent_ids is None)


def stretches(openings: Iterable[Located], first: date, last: date, closed: Closed) -> list[Stretch]:
    """The time of one agent from `first` to `last` (included), in order, cut by place, never overlapping.

    `openings` are those of one agent for one motif.
    """
    hours = sorted(
        (start, -end, opening.id, opening.place_id)
        for opening in openings
        for start, end in hours_of(opening, first, last, closed.of(opening.place_id))
    )
    cut: list[Stretch] = []
    heap: list[tuple[int, int, int, int]] = []
    reach = 0
    for hour in hours:
        if heap and hour[0] >= reach:
            cut += _shared(heap)
            heap, reach = [], 0
        heap.append(hour)
        reach = max(reach, -hour[1])
    return _joined(cut + _shared(heap))


def starts(
    stretch: Sequence[Stretch], busy: Iterable[Interval], pace: Pace, window: Window
) -> Iterator[tuple[int, int]]:
    """The start and place of every slot of one agent within the window, in order.

    `stretch` as `stretches` gives it. `busy` is sorted by start, and may overlap: absences, and appointments with
    their buffer. Of the slots given, no two overlap, buffers included; none overlaps `busy`, buffer included; each
    appointment ends within its stretch.
    """
    step = pace.duration + pace.buffer
    taken = iter(busy)
    begins, ends = next(taken, _NEVER)
    free_from = 0
    for number, (opens, closes, place_id) in enumerate(stretch):
        if opens > window.latest:
            return
        following = stretch[number + 1].start if number + 1 < len(stretch) else _NEVER[0]
        cursor = max(opens, free_from)
        while cursor < closes:
            while begins <= cursor:
                free_from = max(free_from, ends)
                cursor = max(cursor, free_from)
                begins, ends = next(taken, _NEVER)
            latest = min(closes - pace.duration, following - step, begins - step, window.latest)
            if cursor <= latest:
                for start in _grid(cursor, latest, step, window.earliest):
                    yield start, place_id
            cursor = begins


def agent_starts(  # noqa: PLR0913 - one agent's time, and how it is cut
    openings: Collection[Located],
    busy: Iterable[Interval],
    pace: Pace,
    window: Window,
    days: Days,
    *,
    closed: Closed | None = None,
) -> Iterator[tuple[int, int]]:
    """The start and place of every slot of one agent on these days and within the window, in order.

    `openings` are those of the agent for the motif at every place. `busy` is as in `starts`, complete over `bearing`.
    `closed` is as `closed_days` gives it, for the years of these days and of the day after; None: the public holidays
    of metropolitan France.
    """
    last = days.last
    if any(_reaches_tomorrow(opening, pace) for opening in openings):
        last += timedelta(days=1)  # a buffer may run into the first opening of the day after
    time = stretches(openings, days.first, last, closed or closed_days(days.first.year, last.year))
    return starts(time, busy, pace, Window(window.earliest, min(window.latest, bearing(days, Pace(0, 0))[1] - 1)))


def bearing(days: Days, pace: Pace) -> Interval:
    """The instants between which an agent's busy time bears on the slots of these days."""
    return midnight_of(days.first), midnight_of(days.last + timedelta(days=1)) + pace.buffer


def as_slots(found: Iterable[tuple[int, int]], agent_id: int) -> list[Slot]:
    """The same, as slots of an agent."""
    return [Slot(instant(start), agent_id, place_id) for start, place_id in found]


def merged(slots: Iterable[Slot]) -> list[Slot]:
    """The slots with the same hour of several agents at one place shown once (under the lowest agent), in order."""
    seen: dict[tuple[datetime, int], Slot] = {}
    for slot in sorted(slots):
        seen.setdefault((slot.starts_at, slot.place_id), slot)
    return list(seen.values())


def by_load(agent_ids: Iterable[int], load: Mapping[int, int]) -> list[int]:
    """Agents in the order in which a slot is given: the least loaded first, then the lowest number."""
    return sorted(set(agent_ids), key=lambda agent_id: (load.get(agent_id, 0), agent_id))


_NEVER: Interval = (1 << 60, 1 << 60)


def _reaches_tomorrow(opening: Recurring, pace: Pace) -> bool:
    return opening.ends.hour * HOUR + opening.ends.minute * MINUTE + MINUTE + pace.buffer > DAY


def _grid(start: int, latest: int, step: int, earliest: int) -> range:
    """Every `step` from `start` to `latest`, from the first that is not before `earliest`."""
    missed = max(0, -((start - earliest) // step))
    return range(start + missed * step, latest + 1, step)


def _shared(heap: list[tuple[int, int, int, int]]) -> list[Stretch]:
    """Openings that overlap, as stretches each of one place: the later start wins, then the shorter, then the newer."""
    if len(heap) == 1:
        ((start, minus_end, _, place_id),) = heap
        return [Stretch(start, -minus_end, place_id)]
    bounds = sorted({bound for start, minus_end, _, _ in heap for bound in (start, -minus_end)})
    return [
        Stretch(start, end, max(hour for hour in heap if hour[0] <= start and -hour[1] >= end)[3])
        for start, end in pairwise(bounds)
    ]


def _joined(cut: list[Stretch]) -> list[Stretch]:
    """Stretches of one place that touch, made one."""
    joined: list[Stretch] = []
    for stretch in cut:
        if joined and joined[-1].end == stretch.start and joined[-1].place_id == stretch.place_id:
            joined[-1] = Stretch(joined[-1].start, stretch.end, stretch.place_id)
        else:
            joined.append(stretch)
    return joined
