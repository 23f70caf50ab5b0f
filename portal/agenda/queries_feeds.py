"""Calendar feeds, and what they hold."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.agenda.models import CalendarFeed
from portal.agenda.queries_booked import Guest, booked_rows, guests_rows
from portal.agenda.rules_agenda import SEERS, Booked
from portal.booking.models import Absence, Appointment
from portal.booking.rules import CANCELLED
from portal.clock import paris_day
from portal.directory.models import Place
from portal.people.models import Agent
from portal.people.models_access import Assignment
from portal.people.queries_access import may_sign_in

BACK, AHEAD = timedelta(days=30), timedelta(days=365)
CANCELLED_SHOWN = timedelta(days=30)  # a calendar that reads now and then must learn of it


def feeds_of(session: Session, agent_id: int) -> Sequence[CalendarFeed]:
    """The feeds of an agent that run, the newest first."""
    chosen = select(CalendarFeed).where(CalendarFeed.agent_id == agent_id, CalendarFeed.revoked_at.is_(None))
    return session.scalars(chosen.order_by(CalendarFeed.created_at.desc(), CalendarFeed.id.desc())).all()


def running(session: Session, agent_id: int) -> int:
    """How many of an agent's feeds run."""
    counted = select(func.count(CalendarFeed.id))
    return session.scalar(counted.where(CalendarFeed.agent_id == agent_id, CalendarFeed.revoked_at.is_(None))) or 0


def feed_of_token(session: Session, now: datetime, token_hash: str) -> CalendarFeed | None:
    """The feed of a token, while it runs and its agent's account opens agendas; None otherwise."""
    day = paris_day(now)
    holds = exists().where(
        Assignment.agent_id == Agent.id,
        Assignment.role.in_([role.value for role in SEERS]),
        Assignment.valid.contains(day),
    )
    return session.scalars(
        select(CalendarFeed)
        .join(Agent, Agent.id == CalendarFeed.agent_id)
        .where(
            CalendarFeed.token_hash == token_hash,
            CalendarFeed.revoked_at.is_(None),
            may_sign_in(day),
            Agent.organisation_id.is_(None),
            holds,
        )
    ).one_or_none()


def events(session: Session, now: datetime, agent_id: int) -> list[tuple[Booked, Place]]:
    """The appointments of an agent from 30 days back to a year ahead, soonest first; each with its place.

    Cancelled ones for 30 days after they were.
    """
    is_shown = or_(
        Appointment.status.not_in(CANCELLED),
        and_(Appointment.status.in_(CANCELLED), Appointment.changed_at >= now - CANCELLED_SHOWN),
    )
    rows = session.execute(
        booked_rows(
            Appointment.agent_id == agent_id,
            Appointment.starts_at >= now - BACK,
            Appointment.starts_at < now + AHEAD,
            Appointment.workshop_id.is_(None),
            is_shown,
        )
    )
    booked = [Booked._make(row) for row in rows]
    chosen = select(Place).where(Place.id.in_({one.place_id for one in booked})).order_by(Place.id)
    places = {place.id: place for place in session.scalars(chosen)}
    return [(one, places[one.place_id]) for one in booked]


def guests(session: Session, booked: Sequence[Booked]) -> dict[int, list[Guest]]:
    """Those whom these appointments are for, by appointment."""
    return guests_rows(session, [one.id for one in booked])


def absences(session: Session, now: datetime, agent_id: int) -> list[tuple[int, datetime, datetime]]:
    """The absences of an agent on the same days: (number, beginning, end), soonest first."""
    chosen = (
        select(Absence.id, Absence.starts_at, Absence.ends_at)
        .where(Absence.agent_id == agent_id, Absence.ends_at > now - BACK, Absence.starts_at < now + AHEAD)
        .order_by(Absence.starts_at, Absence.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(chosen)]
