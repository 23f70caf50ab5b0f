"""Agendas read: a constant number of statements, however many agents and days are looked at."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from portal.agenda.queries_booked import HOLDS, Guest, among, booked_rows, guests_of
from portal.agenda.rules_agenda import DESK, SEERS, AgentDay, Booked, Viewer, agent_day, by_agent_and_day, open_hours
from portal.agenda.rules_closings import Closing, Place, Special, closing_of
from portal.booking.agendas import OpeningRow
from portal.booking.models import Absence, Appointment, Opening
from portal.booking.recurrence import instant, midnight_of
from portal.clock import paris_day
from portal.directory import models as directory
from portal.directory.models_settings import DayException
from portal.notifications.queries_post import region_of
from portal.people.models import Agent
from portal.people.models_access import Assignment
from portal.people.queries_access import duties_of
from portal.web.access import SignedAgent

MOST_AGENTS = 300  # offered in the list of agendas: the others are found by their place


class Of(StrEnum):
    """Whose agenda: one agent's, that of all who work at a place wherever they are, or what happens at a place."""

    AGENT = "agent"
    TEAM = "equipe"
    PLACE = "lieu"


class Whose(NamedTuple):
    """Whose agenda is asked for."""

    of: Of
    id: int


class Keeper(NamedTuple):
    """An agent whose agenda is shown."""

    id: int
    given_name: str
    family_name: str
    job: str
    is_active: bool

    @property
    def name(self) -> str:
        """Prénom Nom."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True)
class Agenda:
    """What is read of some agents on some days. `guests`: by appointment, of those alone that the viewer knows."""

    keepers: Sequence[Keeper]
    days: Sequence[date]
    agent_days: Mapping[tuple[int, date], AgentDay]
    closings: Mapping[tuple[date, int], Closing]
    places: Mapping[int, Place]
    guests: Mapping[int, Sequence[Guest]]

    @property
    def booked(self) -> Iterator[Booked]:
        """All of its appointments."""
        return (item.booked for day in self.agent_days.values() for item in day.items if item.booked is not None)


def viewer_of(session: Session, now: datetime, agent: SignedAgent) -> Viewer:
    """What an agent may look at today."""
    duties = duties_of(session, agent.id, paris_day(now))
    return Viewer(agent.id, places=duties.places(SEERS), desk=duties.places(DESK), families=duties.families)


def places_near(session: Session, viewer: Viewer, day: date) -> list[Place]:
    """The places whose agendas a viewer opens, by name; those closed before `day` left out."""
    chosen = select(directory.Place.id, directory.Place.name, directory.Place.closed_on).where(
        or_(directory.Place.closed_on.is_(None), directory.Place.closed_on > day)
    )
    if viewer.places is not None:
        chosen = chosen.where(directory.Place.id.in_(viewer.places))
    return [Place._make(row) for row in session.execute(chosen.order_by(directory.Place.name, directory.Place.id))]


def keepers_near(session: Session, places: Collection[int], day: date) -> list[Keeper]:
    """The agents who receive at some places, on `day` or later: those with an opening there; by name."""
    working = select(Opening.agent_id).where(
        Opening.place_id.in_(places), or_(Opening.last_day.is_(None), Opening.last_day >= day)
    )
    return _keepers(session, and_(Agent.is_active, Agent.id.in_(working)))


def is_near(session: Session, viewer: Viewer, agent_id: int, day: date) -> bool:
    """Whether an agent's agenda comes before a viewer: their own, or of somebody who works at a place of theirs."""
    if agent_id == viewer.agent_id or viewer.places is None:
        return True
    opening = select(Opening.id).where(
        Opening.agent_id == agent_id,
        Opening.place_id.in_(viewer.places),
        or_(Opening.last_day.is_(None), Opening.last_day >= day),
    )
    held = select(Appointment.id).where(
        Appointment.agent_id == agent_id,
        Appointment.place_id.in_(viewer.places),
        Appointment.starts_at >= instant(midnight_of(day)),
    )
    role = select(Assignment.id).where(
        Assignment.agent_id == agent_id, Assignment.place_id.in_(viewer.places), Assignment.valid.contains(day)
    )
    return bool(session.scalar(select(or_(opening.exists(), held.exists(), role.exists()))))


def agenda(session: Session, viewer: Viewer, whose: Whose, days: Sequence[date], *, is_whole: bool = True) -> Agenda:
    """The agenda of these days, which follow one another. `is_whole`: cancelled appointments too."""
    keepers = _keepers_of(session, whose, days)
    ids = [keeper.id for keeper in keepers]
    since, until = (instant(midnight_of(day)) for day in (days[0], days[-1] + timedelta(days=1)))
    at = whose.id if whose.of is Of.PLACE else None
    booked = _booked(session, ids, since, until, place_id=at, is_whole=is_whole)
    openings = _openings(session, ids, days, place_id=at)
    places = _places(session, {one.place_id for one in openings} | ({at} if at is not None else set()))
    closings = _closings(session, places.values(), days)
    absences = _absences(session, ids, since, until)
    of_day = by_agent_and_day(booked)
    found: dict[tuple[int, date], AgentDay] = {}
    for number in ids:
        hours = open_hours([one for one in openings if one.agent_id == number], days, closings)
        away = absences.get(number, [])
        for day in days:
            found[number, day] = agent_day(number, day, hours[day], of_day.get((number, day), ()), away)
    return Agenda(keepers, days, found, closings, places, guests_of(session, viewer, booked))


def _booked(  # noqa: PLR0913 - whose, when and where
    session: Session,
    agent_ids: Collection[int],
    since: datetime,
    until: datetime,
    *,
    place_id: int | None,
    is_whole: bool,
) -> list[Booked]:
    """The appointments of some agents that begin in a period; seats in workshops are the workshop's, and not here."""
    conditions = [
        among(Appointment.agent_id, agent_ids),
        Appointment.starts_at >= since,
        Appointment.starts_at < until,
        Appointment.workshop_id.is_(None),
    ]
    if not is_whole:
        conditions.append(Appointment.status.in_(HOLDS))
    if place_id is not None:
        conditions.append(Appointment.place_id == place_id)
    return [Booked._make(row) for row in session.connection().execute(booked_rows(*conditions)).all()]


def _keepers_of(session: Session, whose: Whose, days: Sequence[date]) -> list[Keeper]:
    """One agent; or those with an opening that runs, or an appointment, at a place on these days."""
    if whose.of is Of.AGENT:
        return _keepers(session, Agent.id == whose.id)
    since, until = (instant(midnight_of(day)) for day in (days[0], days[-1] + timedelta(days=1)))
    opening = select(Opening.agent_id).where(
        Opening.place_id == whose.id,
        Opening.first_day <= days[-1],
        or_(Opening.last_day.is_(None), Opening.last_day >= days[0]),
    )
    held = select(Appointment.agent_id).where(
        Appointment.place_id == whose.id, Appointment.starts_at >= since, Appointment.starts_at < until
    )
    return _keepers(session, or_(and_(Agent.is_active, Agent.id.in_(opening)), Agent.id.in_(held)))


def _keepers(session: Session, which: ColumnElement[bool]) -> list[Keeper]:
    columns = (Agent.id, Agent.given_name, Agent.family_name, Agent.job, Agent.is_active)
    ordered = select(*columns).where(which).order_by(Agent.family_name, Agent.given_name, Agent.id)
    return [Keeper._make(row) for row in session.execute(ordered.limit(MOST_AGENTS))]


def _openings(
    session: Session, agent_ids: Collection[int], days: Sequence[date], *, place_id: int | None
) -> list[OpeningRow]:
    chosen = (
        select(
            Opening.agent_id,
            Opening.id,
            Opening.place_id,
            type_coerce(Opening.recurrence, Text),
            Opening.weekdays,
            Opening.interval_weeks,
            Opening.nth_week,
            Opening.first_day,
            Opening.last_day,
            Opening.starts,
            Opening.ends,
            Opening.skipped,
        )
        .where(
            among(Opening.agent_id, agent_ids),
            Opening.first_day <= days[-1],
            or_(Opening.last_day.is_(None), Opening.last_day >= days[0]),
        )
        .order_by(Opening.agent_id, Opening.id)
    )
    if place_id is not None:
        chosen = chosen.where(Opening.place_id == place_id)
    return [OpeningRow._make(row) for row in session.execute(chosen)]


def _absences(
    session: Session, agent_ids: Collection[int], since: datetime, until: datetime
) -> dict[int, list[tuple[datetime, datetime]]]:
    chosen = (
        select(Absence.agent_id, Absence.starts_at, Absence.ends_at)
        .where(among(Absence.agent_id, agent_ids), Absence.starts_at < until, Absence.ends_at > since)
        .order_by(Absence.agent_id, Absence.starts_at, Absence.id)
    )
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for agent_id, starts_at, ends_at in session.execute(chosen):
        found.setdefault(agent_id, []).append((starts_at, ends_at))
    return found


def _places(session: Session, ids: Collection[int]) -> dict[int, Place]:
    chosen = select(directory.Place.id, directory.Place.name, directory.Place.closed_on)
    rows = session.execute(chosen.where(directory.Place.id.in_(ids)).order_by(directory.Place.id))
    return {row[0]: Place._make(row) for row in rows}


def _closings(session: Session, places: Collection[Place], days: Sequence[date]) -> dict[tuple[date, int], Closing]:
    """The days on which each place receives nobody, and why."""
    chosen = select(DayException.day, DayException.place_id, DayException.is_open, DayException.label)
    rows = session.execute(chosen.where(DayException.day.between(days[0], days[-1])).order_by(DayException.id))
    specials, region = [Special._make(row) for row in rows], region_of(session)
    found = {(day, place.id): closing_of(day, place, specials, region) for day in days for place in places}
    return {key: closing for key, closing in found.items() if closing is not None}
