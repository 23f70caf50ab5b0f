"""Appointments whose status nobody has noted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.booking.models import Appointment, AppointmentStatus, Participation

PAGE_SIZE = 50
_LAST_PAGE = 10_000


@dataclass(frozen=True)
class Forgotten:
    """Fifty appointments at most, the oldest first; `number` of the page, from 1."""

    appointments: list[Appointment]
    number: int
    has_next: bool


def forgotten(
    session: Session,
    now: datetime,
    *,
    agent_ids: Collection[int] | None = None,
    place_ids: Collection[int] | None = None,
    page: int = 1,
) -> Forgotten:
    """A page of the appointments still booked after their end: of these agents and at these places (None: any).

    Oldest first, each with its motif, place, agent and people. A page out of reach is empty. A workshop's seats are
    among them; the row that holds its agent's time, for nobody, is not.
    """
    number = min(max(page, 1), _LAST_PAGE)
    rows = session.scalars(
        select(Appointment)
        .where(*_left(now, agent_ids, place_ids))
        .options(
            joinedload(Appointment.motif, innerjoin=True),
            joinedload(Appointment.place, innerjoin=True),
            joinedload(Appointment.agent, innerjoin=True),
            selectinload(Appointment.participations).joinedload(Participation.person, innerjoin=True),
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    return Forgotten(list(rows[:PAGE_SIZE]), number, len(rows) > PAGE_SIZE)


def count_forgotten(
    session: Session,
    now: datetime,
    *,
    agent_ids: Collection[int] | None = None,
    place_ids: Collection[int] | None = None,
) -> int:
    """How many there are in all."""
    return session.scalar(select(func.count(Appointment.id)).where(*_left(now, agent_ids, place_ids))) or 0


def _left(
    now: datetime, agent_ids: Collection[int] | None, place_ids: Collection[int] | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Appointment.status == AppointmentStatus.BOOKED,
        Appointment.ends_at <= now,
        Appointment.participations.any(),
    ]
    if agent_ids is not None:
        conditions.append(Appointment.agent_id.in_(agent_ids))
    if place_ids is not None:
        conditions.append(Appointment.place_id.in_(place_ids))
    return conditions
