"""One appointment of an agenda, and who last changed it; the waiting room of a day."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.agenda.queries_booked import booked_rows
from portal.agenda.rules_agenda import Booked
from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.booking.models_workshops import Workshop
from portal.booking.recurrence import instant, midnight_of
from portal.directory.models import Mode, Motif
from portal.journal.models import JournalLine
from portal.notifications.models import Message, Route, Status
from portal.people.models import Agent

_MISSED = "appointment_missed"  # as booking.services_missed writes it
_IN_ROOM = (AppointmentStatus.BOOKED, AppointmentStatus.SEEN)


class Change(NamedTuple):
    """The last thing that was done about an appointment. `agent` and `agent_id` are None when it was not an agent."""

    at: datetime
    verb: str
    actor: str
    agent: str | None
    agent_id: int | None


def one(session: Session, appointment_id: int) -> Booked | None:
    """An appointment by its number; None when there is none."""
    row = session.execute(booked_rows(Appointment.id == appointment_id)).one_or_none()
    return None if row is None else Booked._make(row)


def last_change(session: Session, appointment_id: int) -> Change | None:
    """Who did the last thing of an appointment, and when, as the journal has it."""
    people = select(Participation.person_id).where(Participation.appointment_id == appointment_id)
    row = session.execute(
        select(JournalLine.at, JournalLine.verb, JournalLine.actor, Agent.given_name, Agent.family_name, Agent.id)
        .join(Agent, and_(JournalLine.actor == "agent", Agent.id == JournalLine.actor_id), isouter=True)
        .where(
            JournalLine.for_person_id.in_(people),
            JournalLine.object_kind == "appointment",
            JournalLine.object_id == appointment_id,
        )
        .order_by(JournalLine.at.desc(), JournalLine.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Change(row[0], row[1], row[2], f"{row[3]} {row[4]}" if row[3] is not None else None, row[5])


def told_after(session: Session, appointment_id: int) -> list[tuple[Route, Status]]:
    """What was written or is to be said after it was missed, oldest first: by which route, and where that is."""
    chosen = select(Message.route, Message.status).where(
        Message.subject == "appointment", Message.subject_id == appointment_id, Message.kind == _MISSED
    )
    rows = session.execute(chosen.where(Message.status != Status.WITHDRAWN).order_by(Message.id))
    return [(row[0], row[1]) for row in rows]


def room(session: Session, place_id: int, day: date) -> Sequence[Booked]:
    """Those who are expected, wait or were received at a place on a day, seats of workshops too; soonest first."""
    since, until = instant(midnight_of(day)), instant(midnight_of(day + timedelta(days=1)))
    rows = session.execute(
        booked_rows(
            Appointment.place_id == place_id,
            Appointment.starts_at >= since,
            Appointment.starts_at < until,
            Motif.mode == Mode.PLACE,
            Appointment.status.in_(_IN_ROOM),
            Workshop.id.is_(None),
        )
    )
    return [Booked._make(row) for row in rows]


def many(session: Session, ids: Collection[int]) -> Sequence[Booked]:
    """Some appointments by their numbers, soonest first."""
    return [Booked._make(row) for row in session.execute(booked_rows(Appointment.id.in_(ids)))] if ids else []


def agent_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Prénom Nom of some agents, by their numbers."""
    chosen = select(Agent.id, Agent.given_name, Agent.family_name).where(Agent.id.in_(ids)).order_by(Agent.id)
    return {row[0]: f"{row[1]} {row[2]}" for row in session.execute(chosen)}
