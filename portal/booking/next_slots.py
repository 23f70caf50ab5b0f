"""The next free slots over many places and agents at once, for whoever has somebody waiting on the line."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from heapq import merge

from sqlalchemy.orm import Session

from portal.booking.agendas import agendas_of
from portal.booking.availability import FEW, FIRST_LOOK, FIRST_LOOK_AT_FEW, Scope, Slot, days_within, looked_up, looks
from portal.booking.recurrence import instant
from portal.clock import paris_day

_Start = tuple[int, int, int]  # when, whose, where


def next_slots(
    session: Session, now: datetime, scope: Scope, *, after: datetime | None = None, count: int = 30
) -> list[Slot]:
    """The first `count` slots of a scope, soonest first, one for each agent who is free; all those of the last hour.

    `after`: only those that start later, so that the last hour shown gives the next page. Days are looked at as far as
    `count` needs, so that what is far costs nothing.
    """
    window = scope.window(now)
    days = window and days_within(window, date.min if after is None else paris_day(after), date.max)
    if not window or not days:
        return []
    agendas = agendas_of(session, scope, days)
    found: list[_Start] = []
    since = window.earliest - 1 if after is None else after.timestamp()
    for look in looks(days, FIRST_LOOK if len(agendas.openings) > FEW else FIRST_LOOK_AT_FEW):
        agents = looked_up(session, scope, agendas, window, look)
        for start in merge(*(_wanted(scope, agent_id, starts) for agent_id, starts in agents)):
            if len(found) >= count and start[0] != found[-1][0]:
                return _as_slots(found)
            if start[0] > since:
                found.append(start)
        if len(found) >= count or not agendas.openings:
            break
    return _as_slots(found)


def _wanted(scope: Scope, agent_id: int, starts: Iterator[tuple[int, int]]) -> Iterator[_Start]:
    """What one agent offers at the places that are asked for."""
    return ((start, agent_id, place_id) for start, place_id in starts if scope.wants(place_id))


def _as_slots(found: list[_Start]) -> list[Slot]:
    return [Slot(instant(start), agent_id, place_id) for start, agent_id, place_id in found]


def nearest(slots: Iterable[Slot], starts_at: datetime, place_id: int) -> Slot | None:
    """The slot of least change for whoever has an appointment: at its place, then the nearest hour. None of none."""
    return min(slots, key=lambda slot: (slot.place_id != place_id, abs(slot.starts_at - starts_at), slot), default=None)
