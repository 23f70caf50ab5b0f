"""What can be booked: the one answer that the list of places, the week, the move and the confirmation all use.

A slot that one of these functions gives is one that `choose_agent` accepts at the same `now`, and that the database
accepts too, unless somebody else has taken it in between.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal.booking.agendas import Agendas, Scope, agendas_of, busy_of, load_of
from portal.booking.recurrence import instant
from portal.booking.slots import (
    Days,
    Slot,
    Window,
    agent_starts,
    as_slots,
    bearing,
    by_load,
    merged,
    pace_of,
    stretches,
)
from portal.clock import paris_day

__all__ = [
    "Scope",
    "Slot",
    "choose_agent",
    "first_day_with_slots",
    "free_agents",
    "free_slots",
    "merged",
    "next_free",
]

# Days: most places have a free slot within; those that have none are looked at twice as far each time. A few agents'
# rows are so few that asking again costs more than reading them.
FIRST_LOOK, FIRST_LOOK_AT_FEW, FEW = 7, 28, 20


def free_slots(session: Session, now: datetime, scope: Scope, first: date, last: date) -> list[Slot]:
    """Every slot that can be booked on the days from `first` to `last` included, in order; each agent's own.

    `merged` shows the same hour of several agents once. Days outside the notice and the horizon give none.
    """
    window = scope.window(now)
    days = window and days_within(window, first, last)
    if not window or not days:
        return []
    agendas = agendas_of(session, scope, days)
    return sorted(
        slot
        for agent_id, found in looked_up(session, scope, agendas, window, days)
        for slot in as_slots(found, agent_id)
        if scope.wants(slot.place_id)
    )


def next_free(session: Session, now: datetime, scope: Scope) -> dict[int, datetime]:
    """The first slot of each place that has one, by place.

    A place that is missing has no slot within the horizon (for agents: within two years).
    """
    window = scope.window(now)
    if not window:
        return {}
    found = _earliest(session, scope, window, days_within(window, date.min, date.max), each_place=True)
    return {place_id: instant(start) for place_id, start in found.items()}


def first_day_with_slots(session: Session, now: datetime, scope: Scope, after: date) -> date | None:
    """The first day that has a slot, `after` itself included, or None within the horizon."""
    window = scope.window(now)
    if not window:
        return None
    found = _earliest(session, scope, window, days_within(window, after, date.max), each_place=False)
    return paris_day(instant(min(found.values()))) if found else None


def free_agents(session: Session, now: datetime, scope: Scope, place_id: int, starts_at: datetime) -> list[int]:
    """The agents who can receive at this place at this very instant, in the order in which to take them.

    The least loaded first (appointments of that day in France, all motifs and places), then the lowest number. Empty
    when it is no slot, whatever the reason: taken, past, too soon, too far, never existed.
    """
    window = scope.window(now)
    if not window or not window.earliest <= starts_at.timestamp() <= window.latest:
        return []
    if not scope.wants(place_id):
        return []
    day, here = paris_day(starts_at), replace(scope, place_ids=(place_id,))
    free = {slot.agent_id for slot in free_slots(session, now, here, day, day) if slot.starts_at == starts_at}
    return by_load(free, load_of(session, scope, free, day)) if len(free) > 1 else list(free)


def choose_agent(session: Session, now: datetime, scope: Scope, place_id: int, starts_at: datetime) -> int | None:
    """The agent who gets the appointment: the first of `free_agents`, or None when it is no slot (any more)."""
    return next(iter(free_agents(session, now, scope, place_id, starts_at)), None)


def agents_there(
    session: Session, scope: Scope, starts_at: datetime, ends_at: datetime, busy_until: datetime
) -> set[int]:
    """The agents who receive at a place of the scope from one instant to another, and are free until the third.

    No slot of theirs need begin there.
    """
    start, end, until = (int(moment.timestamp()) for moment in (starts_at, ends_at, busy_until))
    days = Days(paris_day(starts_at), paris_day(ends_at))
    openings, closed = agendas_of(session, scope, days)
    there = {
        agent_id
        for agent_id, rows in openings.items()
        for stretch in stretches(rows, days.first, days.last, closed)
        if stretch.start <= start and end <= stretch.end and scope.wants(stretch.place_id)
    }
    busy = busy_of(session, scope, there, (start, until)) if there else {}
    return {
        agent_id
        for agent_id in there
        if not any(begins < until and start < ends for begins, ends in busy.get(agent_id, ()))
    }


def days_within(window: Window, first: date, last: date) -> Days | None:
    """The days asked for that the window touches; None when there is none."""
    first, last = max(first, paris_day(instant(window.earliest))), min(last, paris_day(instant(window.latest)))
    return Days(first, last) if window.earliest <= window.latest and first <= last else None


def _earliest(session: Session, scope: Scope, window: Window, days: Days | None, *, each_place: bool) -> dict[int, int]:
    """The first start at each place; or, not `each_place`, at those that have one in the first days where any has."""
    if not days:
        return {}
    agendas = agendas_of(session, scope, days)
    openings = agendas.openings
    pending = {row.place_id for rows in openings.values() for row in rows if scope.wants(row.place_id)}
    found: dict[int, int] = {}
    for look in looks(days, FIRST_LOOK if len(openings) > FEW else FIRST_LOOK_AT_FEW):
        concerned = {
            agent_id: rows for agent_id, rows in openings.items() if any(row.place_id in pending for row in rows)
        }
        for agent_id, starts in looked_up(session, scope, agendas._replace(openings=concerned), window, look):
            wanted = pending.intersection(row.place_id for row in concerned[agent_id])
            for start, place_id in starts:
                if place_id in wanted:
                    wanted.discard(place_id)
                    found[place_id] = min(start, found.get(place_id, start))
                    if not wanted:
                        break
        pending -= found.keys()
        if not pending or (found and not each_place):
            break
    return found


def looks(days: Days, length: int) -> Iterator[Days]:
    """The same days, cut in looks that are each twice as long as the one before."""
    first = days.first
    while first <= days.last:
        last = min(days.last, first + timedelta(days=length - 1))
        yield Days(first, last)
        first, length = last + timedelta(days=1), length * 2


def looked_up(
    session: Session, scope: Scope, agendas: Agendas, window: Window, days: Days
) -> Iterator[tuple[int, Iterator[tuple[int, int]]]]:
    """Each agent with the starts and places of their slots on these days."""
    if not agendas.openings:
        return
    pace = pace_of(scope.motif)
    busy = busy_of(session, scope, agendas.openings.keys(), bearing(days, pace))
    for agent_id, rows in agendas.openings.items():
        yield agent_id, agent_starts(rows, busy[agent_id], pace, window, days, closed=agendas.closed)
