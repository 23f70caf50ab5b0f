"""Appointments to place anew: computed each time from what is there, so that nothing can be forgotten."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Select, cast, func, or_, select
from sqlalchemy.orm import Session

from portal.agenda.rules_displaced import Candidate, Why, reasons
from portal.booking.agendas import closed_of
from portal.booking.models import Absence, Appointment, AppointmentStatus
from portal.booking.slots import AGENTS_SEE, Days
from portal.clock import paris_day
from portal.directory.models import Motif, Place
from portal.directory.models_settings import DayException
from portal.holidays import holidays_of
from portal.people.models import Agent

PAGE = 30


@dataclass(frozen=True)
class Reach:
    """Before whom they come: an agent's own, and those at some places (None: everywhere)."""

    agent_id: int
    places: frozenset[int] | None

    def holds(self, *, agent_id: int, place_id: int) -> bool:
        """Whether an appointment of this agent at this place comes before them."""
        return self.places is None or agent_id == self.agent_id or place_id in self.places


@dataclass(frozen=True)
class Only:
    """What narrows the list; None: any."""

    agent_id: int | None = None
    place_id: int | None = None
    why: Why | None = None


@dataclass(frozen=True)
class Displaced:
    """One of them: why it cannot stand."""

    id: int
    agent_id: int
    place_id: int
    why: tuple[Why, ...]


def displaced(session: Session, now: datetime, reach: Reach, only: Only | None = None) -> list[Displaced]:
    """All of them within reach, soonest first. Seats in workshops are their workshop's, which is listed itself."""
    asked = only or Only()
    today = paris_day(now)
    last = today + timedelta(days=AGENTS_SEE)
    statement = _candidates(session, now, today, last)
    if reach.places is not None:
        statement = statement.where(or_(Appointment.agent_id == reach.agent_id, Appointment.place_id.in_(reach.places)))
    if asked.agent_id is not None:
        statement = statement.where(Appointment.agent_id == asked.agent_id)
    if asked.place_id is not None:
        statement = statement.where(Appointment.place_id == asked.place_id)
    closed = closed_of(session, Days(today, last))
    found = []
    for row in session.execute(statement):
        why = reasons(Candidate._make(row[1:]), closed)
        if why and (asked.why is None or asked.why in why):
            found.append(Displaced(row.id, row[0], row.place_id, why))
    return found


def why_of(session: Session, now: datetime, appointment_id: int, reach: Reach) -> tuple[Why, ...]:
    """Why one of them cannot stand; nothing when it can (again), or is out of reach."""
    return next((one.why for one in displaced(session, now, reach) if one.id == appointment_id), ())


def _candidates(session: Session, now: datetime, today: date, last: date) -> Select[*tuple[Any, ...]]:
    day = cast(func.timezone("Europe/Paris", Appointment.starts_at), Date)
    said = session.scalars(
        select(DayException.day).where(DayException.day.between(today, last)).order_by(DayException.day)
    )
    odd = {one for year in range(today.year, last.year + 1) for one in holidays_of(year)} | set(said)
    away = (
        select(Absence.id)
        .where(
            Absence.agent_id == Appointment.agent_id,
            Absence.starts_at < Appointment.ends_at,
            Absence.ends_at > Appointment.starts_at,
        )
        .exists()
    )
    off = or_(~Agent.is_active, Agent.suspended_at.is_not(None), Agent.expires_on <= day)
    return (
        select(
            Appointment.agent_id,
            Appointment.id,
            Appointment.starts_at,
            Appointment.place_id,
            away,
            Agent.is_active,
            Agent.suspended_at,
            Agent.expires_on,
            Place.closed_on,
            Motif.closed_on,
            Appointment.is_overbooked,
        )
        .join(Agent, Agent.id == Appointment.agent_id)
        .join(Place, Place.id == Appointment.place_id)
        .join(Motif, Motif.id == Appointment.motif_id)
        .where(
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.starts_at > now,
            Appointment.workshop_id.is_(None),
            or_(away, off, Place.closed_on <= day, Motif.closed_on <= day, day.in_(sorted(odd))),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
