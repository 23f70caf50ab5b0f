"""Appointments to place anew: computed each time from what is there, so that nothing can be forgotten."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, false, func, literal_column, or_, select, union
from sqlalchemy.orm import Session

from portal.agenda.rules_displaced import Candidate, Why, reasons
from portal.booking.agendas import closed_of
from portal.booking.models import Absence, Appointment, AppointmentStatus
from portal.booking.recurrence import instant, midnight_of
from portal.booking.slots import AGENTS_SEE, Days
from portal.clock import paris_day
from portal.directory.models import Motif, Place
from portal.directory.models_settings import DayException
from portal.holidays import holidays_of
from portal.notifications.queries_post import region_of
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
    day: date | None = None


@dataclass(frozen=True)
class Displaced:
    """One of them: why it cannot stand."""

    id: int
    agent_id: int
    place_id: int
    starts_at: datetime
    why: tuple[Why, ...] = ()

    @property
    def day(self) -> date:
        """Its day in France."""
        return paris_day(self.starts_at)


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
    if asked.day is not None:
        statement = statement.where(or_(false(), *_on_days([asked.day])))
    closed, region = closed_of(session, Days(today, last)), region_of(session)
    found = []
    for row in session.execute(statement):
        why = reasons(Candidate._make(row[1:]), closed, region)
        if why and (asked.why is None or asked.why in why):
            found.append(Displaced(row.id, row[0], row.place_id, row.starts_at, why))
    return found


def why_of(session: Session, now: datetime, appointment_id: int, reach: Reach) -> tuple[Why, ...]:
    """Why one of them cannot stand; nothing when it can (again), or is out of reach."""
    return next((one.why for one in displaced(session, now, reach) if one.id == appointment_id), ())


def _candidates(session: Session, now: datetime, today: date, last: date) -> Select[*tuple[Any, ...]]:
    """Those that may not stand, and a few more (holidays over which staff booked on purpose).

    Each cause is looked for by itself, where an index leads: one condition of them all would read every appointment.
    """
    to_come = (
        Appointment.status == literal_column(f"'{AppointmentStatus.BOOKED}'"),
        Appointment.starts_at > now,
        Appointment.workshop_id.is_(None),
    )
    meets = and_(
        Absence.agent_id == Appointment.agent_id,
        Absence.starts_at < Appointment.ends_at,
        Absence.ends_at > Appointment.starts_at,
    )
    day = cast(func.timezone("Europe/Paris", Appointment.starts_at), Date)
    off = or_(~Agent.is_active, Agent.suspended_at.is_not(None), Agent.expires_on <= day)
    ids = select(Appointment.id).where(*to_come)
    found = union(
        ids.join(Absence, meets).where(Absence.ends_at > now),
        ids.join(Agent, Agent.id == Appointment.agent_id).where(off),
        ids.join(Place, Place.id == Appointment.place_id).where(Place.closed_on <= day),
        ids.join(Motif, Motif.id == Appointment.motif_id).where(Motif.closed_on <= day),
        ids.where(or_(false(), *_on_days(_odd_days(session, today, last)))),
    )
    return (
        select(
            Appointment.agent_id,
            Appointment.id,
            Appointment.starts_at,
            Appointment.place_id,
            select(Absence.id).where(meets).exists(),
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
        .where(Appointment.id.in_(found))
        .order_by(Appointment.starts_at, Appointment.id)
    )


def _odd_days(session: Session, first: date, last: date) -> list[date]:
    """Public holidays, and days that are not as the calendar says."""
    said = session.scalars(
        select(DayException.day).where(DayException.day.between(first, last)).order_by(DayException.day)
    )
    region = region_of(session)
    holidays = {one for year in range(first.year, last.year + 1) for one in holidays_of(year, region)}
    return sorted(holidays.union(said))


def _on_days(days: Iterable[date]) -> Iterator[ColumnElement[bool]]:
    for day in days:
        since, until = (instant(midnight_of(one)) for one in (day, day + timedelta(days=1)))
        yield and_(Appointment.starts_at >= since, Appointment.starts_at < until)
