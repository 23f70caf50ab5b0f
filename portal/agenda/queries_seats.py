"""Workshops as their pages read them: who has a seat, whatever became of it; what may be opened, where and by whom."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.agenda.queries_booked import Guest, booked_rows, guests_rows
from portal.agenda.rules_agenda import RECEIVERS, Booked
from portal.booking.models import Appointment, AppointmentStatus, Opening
from portal.booking.queries import WHOLE
from portal.booking.rules_service import may_book
from portal.directory.models import BookedBy, Motif, Place
from portal.notifications.models import Message, Route, Step
from portal.notifications.outbox import UNSENT
from portal.people.models import Agent, Person
from portal.people.models_access import Assignment
from portal.people.queries_access import Service


@dataclass(frozen=True)
class Seat:
    """A seat that was given to somebody, kept or not. A workshop has one person in each."""

    booked: Booked
    guest: Guest

    @property
    def by_name(self) -> tuple[str, str, int]:
        """Its place in a list by name."""
        return self.guest.family_name.casefold(), self.guest.given_names.casefold(), self.booked.id


@dataclass(frozen=True)
class Effect:
    """Whom a change tells: by each route, how many people; how many in all; how many nothing reaches."""

    routes: Sequence[tuple[Route, int]]
    told: int
    untold: int


def seats_of(session: Session, workshop_id: int) -> list[Seat]:
    """Every seat of a workshop, those given back too, by name."""
    booked = [Booked._make(row) for row in session.execute(booked_rows(Appointment.workshop_id == workshop_id))]
    guests = guests_rows(session, [one.id for one in booked])
    return sorted((Seat(one, guests[one.id][0]) for one in booked if one.id in guests), key=lambda seat: seat.by_name)


def people_among(session: Session, ids: Collection[int]) -> Sequence[Person]:
    """Some people, by their numbers."""
    return session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all()


def seat(session: Session, workshop_id: int, seat_id: int) -> Appointment | None:
    """A seat of a workshop, loaded whole, kept or not."""
    return session.scalars(
        select(Appointment).where(Appointment.id == seat_id, Appointment.workshop_id == workshop_id).options(*WHOLE)
    ).one_or_none()


def effect_of(session: Session, now: datetime, seat_ids: Collection[int]) -> Effect:
    """What was promised at this very instant about these seats, and has not left: read inside a change on trial."""
    news = (
        Message.subject == "appointment",
        Message.subject_id.in_(seat_ids),
        Message.step == Step.NOTICE,
        Message.status.in_(UNSENT),
        Message.created_at == now,
    )
    counts = session.execute(
        select(Message.route, func.count(Message.subject_id.distinct()))
        .where(*news)
        .group_by(Message.route)
        .order_by(Message.route)
    )
    told = session.scalar(select(func.count(Message.subject_id.distinct())).where(*news)) or 0
    return Effect([(row[0], row[1]) for row in counts], told, len(seat_ids) - told)


def places_to_host(session: Session, services: Iterable[Service], day: date) -> list[Place]:
    """The open places where an agent may book something, by name."""
    own = tuple(services)
    ids = {number for one in own for number in one.place_ids or ()}
    chosen = select(Place).where(or_(Place.closed_on.is_(None), Place.closed_on > day))
    if not any(one.place_ids is None for one in own):
        chosen = chosen.where(Place.id.in_(ids))
    return list(session.scalars(chosen.order_by(Place.name, Place.id)))


def motifs_to_host(session: Session, services: Sequence[Service], places: Iterable[Place], day: date) -> list[Motif]:
    """The open motifs that an agent may book at one of these places, by title."""
    numbers = [place.id for place in places]
    rows = session.scalars(
        select(Motif)
        .where(or_(Motif.closed_on.is_(None), Motif.closed_on > day), Motif.booked_by != BookedBy.NOBODY)
        .order_by(Motif.title, Motif.id)
    )
    mine: dict[str, bool] = {}
    for motif in (found := list(rows)):
        if motif.family not in mine:
            mine[motif.family] = any(may_book(services, family=motif.family, place_id=number) for number in numbers)
    return [motif for motif in found if mine[motif.family]]


def leaders(session: Session, place_ids: Collection[int], day: date, *, agent_id: int | None = None) -> list[Agent]:
    """The agents who may lead a workshop at some places, by name: who receives there, and `agent_id` in any case.

    Nobody whose account is closed, suspended or over on `day`: a workshop of theirs would be refused.
    """
    receiving = select(Opening.agent_id).where(
        Opening.place_id.in_(place_ids), or_(Opening.last_day.is_(None), Opening.last_day >= day)
    )
    working = select(Assignment.agent_id).where(
        Assignment.place_id.in_(place_ids),
        Assignment.role.in_([role.value for role in RECEIVERS]),
        Assignment.valid.contains(day),
    )
    is_there = and_(
        Agent.is_active, Agent.suspended_at.is_(None), or_(Agent.expires_on.is_(None), Agent.expires_on > day)
    )
    chosen = select(Agent).where(
        or_(Agent.id == agent_id, and_(is_there, or_(Agent.id.in_(receiving), Agent.id.in_(working))))
    )
    return list(session.scalars(chosen.order_by(Agent.family_name, Agent.given_name, Agent.id)))


def unnoted(session: Session, workshop_ids: Collection[int]) -> dict[int, int]:
    """How many seats of each workshop have no result yet; those without any are left out."""
    rows = session.execute(
        select(Appointment.workshop_id, func.count())
        .where(Appointment.workshop_id.in_(workshop_ids), Appointment.status == AppointmentStatus.BOOKED)
        .group_by(Appointment.workshop_id)
        .order_by(Appointment.workshop_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}
