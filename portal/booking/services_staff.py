"""What staff may do that residents may not, within their own service: an agent chosen, a time that no slot gives."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.agendas import load_of
from portal.booking.availability import Scope
from portal.booking.holding import hold_a_slot, hold_this_agent
from portal.booking.models import Appointment
from portal.booking.rules import BookingRefusal, overbooking_reason
from portal.booking.rules_service import may_book, may_overbook
from portal.booking.slots import by_load
from portal.clock import paris_day
from portal.journal.services import Actor
from portal.people.queries_access import Service, services_of
from portal.refusal import Refused

Held = TypeVar("Held")


class Taken(NamedTuple):
    """Whose time an appointment takes; `reason`: why it is overbooked, or None when the time was free."""

    agent_id: int
    reason: str | None = None


@dataclass(frozen=True)
class Aim:
    """A place and an hour; this agent or whoever is free; and why it would be overbooked, if it may be."""

    place_id: int
    starts_at: datetime
    agent_id: int | None = None
    overbook: str | None = None


def services_at(session: Session, now: datetime, by: Actor) -> tuple[Service, ...] | None:
    """What an agent may book for the service itself; None for everyone else, whom no service binds."""
    return services_of(session, by.id, paris_day(now)) if by.is_agent and by.id is not None else None


def refuse_foreign(services: tuple[Service, ...] | None, family: str, place_id: int) -> None:
    """Raises `Refused` (NOT_YOUR_SERVICE) when an agent books for other families or other places."""
    if services is not None and not may_book(services, family=family, place_id=place_id):
        raise Refused(BookingRefusal.NOT_YOUR_SERVICE)


def refuse_others(services: tuple[Service, ...] | None, by: Actor, appointment: Appointment) -> None:
    """The same for an appointment that exists, which its own agent may change too. Its motif must be loaded."""
    if appointment.agent_id != by.id:
        refuse_foreign(services, appointment.motif.family, appointment.place_id)


def aim_within(services: tuple[Service, ...] | None, by: Actor, appointment: Appointment, aim: Aim) -> Aim:
    """Where an agent may move an appointment: in their service; else, their own, in their own agenda at its place.

    Raises `Refused` (NOT_YOUR_SERVICE). The appointment's motif must be loaded.
    """
    refuse_others(services, by, appointment)
    family = appointment.motif.family
    if services is None or may_book(services, family=family, place_id=aim.place_id):
        return aim
    if aim.place_id != appointment.place_id or aim.agent_id not in {None, by.id}:
        raise Refused(BookingRefusal.NOT_YOUR_SERVICE)
    return replace(aim, agent_id=by.id)


def take_time(  # noqa: PLR0913 - whose slots, what is aimed at, who may, and what to write there
    session: Session,
    now: datetime,
    scope: Scope,
    aim: Aim,
    *,
    services: tuple[Service, ...] | None,
    write: Callable[[Taken], Held],
) -> Held:
    """Calls `write` with a free agent or, when there is none and a reason is given, with one who is overbooked.

    `write` flushes one row; it may be undone and called again. Raises `Refused`: SLOT_TAKEN, AGENT_TAKEN (the agent
    asked for does not receive then), and for overbooking NO_RIGHT_TO_OVERBOOK, NO_REASON, NOT_BOOKABLE (the motif is
    not received at this place).
    """
    narrowed = scope
    if aim.agent_id is not None:
        asked = {aim.agent_id}
        narrowed = replace(scope, agent_ids=asked if scope.agent_ids is None else asked.intersection(scope.agent_ids))
    try:
        return hold_a_slot(
            session,
            now,
            narrowed,
            place_id=aim.place_id,
            starts_at=aim.starts_at,
            write=lambda agent_id: write(Taken(agent_id)),
        )
    except Refused:
        if aim.overbook is None:
            reason = BookingRefusal.SLOT_TAKEN if aim.agent_id is None else BookingRefusal.AGENT_TAKEN
            raise Refused(reason) from None
    if not may_overbook(services or (), family=scope.motif.family, place_id=aim.place_id):
        raise Refused(BookingRefusal.NO_RIGHT_TO_OVERBOOK)
    reason_given = overbooking_reason(aim.overbook)
    agent_id = _overbooked_agent(session, now, scope, aim)
    return hold_this_agent(session, agent_id, lambda agent_id: write(Taken(agent_id, reason_given)))


def _overbooked_agent(session: Session, now: datetime, scope: Scope, aim: Aim) -> int:
    """The agent asked for, or the least loaded who receives for the motif at the place; nobody who is absent then.

    Raises `Refused`: SLOT_TAKEN (further than staff sees), NOT_BOOKABLE, AGENT_TAKEN.
    """
    window, day = scope.window(now), paris_day(aim.starts_at)
    if window is None or aim.starts_at.timestamp() > window.latest:
        raise Refused(BookingRefusal.SLOT_TAKEN)
    receivers = queries.receivers(session, scope.motif.id, day)
    here = {agent_id for agent_id, place_id in receivers if place_id == aim.place_id}
    if not here:
        raise Refused(BookingRefusal.NOT_BOOKABLE)
    able = here if aim.agent_id is None else {agent_id for agent_id, _ in receivers if agent_id == aim.agent_id}
    if scope.agent_ids is not None:
        able = able.intersection(scope.agent_ids)
    until = aim.starts_at + timedelta(minutes=scope.motif.minutes)
    for agent_id in by_load(able, load_of(session, scope, able, day)):
        if not queries.is_away(session, agent_id, aim.starts_at, until):
            return agent_id
    raise Refused(BookingRefusal.AGENT_TAKEN)
