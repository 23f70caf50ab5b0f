"""Workshops with their seats, and who has them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.booking.models import HOLDS_TIME, Appointment, AppointmentStatus, Participation
from portal.booking.models_workshops import Workshop
from portal.booking.queries import WHOLE
from portal.directory.models_settings import DayException
from portal.holidays import is_holiday
from portal.notifications.queries_post import region_of


@dataclass(frozen=True)
class WorkshopSeats:
    """A workshop, with its appointment, motif, place and agent; and how many seats are taken."""

    workshop: Workshop
    taken: int

    @property
    def free(self) -> int:
        """How many seats are left."""
        return max(0, self.workshop.seats - self.taken)


def workshops_to_come(
    session: Session,
    now: datetime,
    *,
    place_ids: Collection[int] | None = None,
    motif_id: int | None = None,
) -> list[WorkshopSeats]:
    """The workshops that have yet to end, soonest first: at these places and of this motif (None: any)."""
    conditions = [Appointment.ends_at > now]
    if motif_id is not None:
        conditions.append(Appointment.motif_id == motif_id)
    rows = session.execute(_held(*conditions, place_ids=place_ids).order_by(Appointment.starts_at, Workshop.id))
    return [WorkshopSeats(workshop, taken) for workshop, taken in rows]


def workshops_past(
    session: Session, now: datetime, *, place_ids: Collection[int] | None = None, for_days: int = 31
) -> list[WorkshopSeats]:
    """Those that ended in these last days, the latest first: whose attendance may still be noted."""
    since = now - timedelta(days=for_days)
    statement = _held(Appointment.ends_at <= now, Appointment.ends_at > since, place_ids=place_ids)
    rows = session.execute(statement.order_by(Appointment.starts_at.desc(), Workshop.id))
    return [WorkshopSeats(workshop, taken) for workshop, taken in rows]


def workshop(session: Session, workshop_id: int) -> WorkshopSeats | None:
    """A workshop with its seats taken, cancelled or not; read again from the database."""
    row = session.execute(_whole().where(Workshop.id == workshop_id)).one_or_none()
    return None if row is None else WorkshopSeats(row[0], row[1])


def workshop_to_change(session: Session, workshop_id: int) -> WorkshopSeats | None:
    """The same, its row locked until the transaction ends: seats are given, and changes made, one after the other."""
    locked = select(Workshop.id).where(Workshop.id == workshop_id).with_for_update()
    return None if session.scalar(locked) is None else workshop(session, workshop_id)


def sheet(session: Session, workshop_id: int) -> list[Appointment]:
    """The seats taken, cancelled ones left out, each with its person and their guardian, by name."""
    seats = session.scalars(
        select(Appointment)
        .where(Appointment.workshop_id == workshop_id, Appointment.status.in_(HOLDS_TIME))
        .options(*WHOLE)
        .order_by(Appointment.id)
        .execution_options(populate_existing=True)
    )
    return sorted(seats, key=_by_name)


def seats_to_note(session: Session, workshop_id: int) -> list[int]:
    """The seats whose status nobody has noted, by number, locked until the transaction ends.

    What somebody else noted while this waited for them is not among them.
    """
    noted = select(Appointment.id).where(
        Appointment.workshop_id == workshop_id, Appointment.status == AppointmentStatus.BOOKED
    )
    return list(session.scalars(noted.order_by(Appointment.id).with_for_update()))


def seat_of(session: Session, workshop_id: int, person_id: int) -> int | None:
    """The appointment by which a person has a seat in a workshop."""
    return session.scalar(
        select(Appointment.id)
        .join(Participation, Participation.appointment_id == Appointment.id)
        .where(
            Appointment.workshop_id == workshop_id,
            Appointment.status.in_(HOLDS_TIME),
            Participation.person_id == person_id,
        )
        .order_by(Appointment.id)
        .limit(1)
    )


def seats_to_come(session: Session, now: datetime, motif_id: int, person_id: int) -> int:
    """How many seats a person has in the workshops of a motif that have yet to begin."""
    held = (
        select(func.count(Appointment.id))
        .join(Participation, Participation.appointment_id == Appointment.id)
        .where(
            Participation.person_id == person_id,
            Appointment.motif_id == motif_id,
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.starts_at > now,
            Appointment.workshop_id.is_not(None),
        )
    )
    return session.scalar(held) or 0


def is_closed_day(session: Session, place_id: int, day: date) -> bool:
    """Whether a place is closed on a day: by an exception of its own, of every place, or as a holiday of the region."""
    is_open = session.scalar(
        select(DayException.is_open)
        .where(DayException.day == day, or_(DayException.place_id == place_id, DayException.place_id.is_(None)))
        .order_by(DayException.place_id.nulls_last())
        .limit(1)
    )
    return is_holiday(day, region_of(session)) if is_open is None else not is_open


def _held(*conditions: ColumnElement[bool], place_ids: Collection[int] | None) -> Select[Workshop, int]:
    statement = _whole().where(Appointment.status.in_(HOLDS_TIME), *conditions)
    return statement if place_ids is None else statement.where(Appointment.place_id.in_(place_ids))


def _whole() -> Select[Workshop, int]:
    seat = Appointment.__table__.alias("seat")
    taken = (
        select(func.count())
        .where(seat.c.workshop_id == Workshop.id, seat.c.status.in_(HOLDS_TIME))
        .correlate(Workshop)
        .scalar_subquery()
    )
    held = joinedload(Workshop.appointment, innerjoin=True)
    return (
        select(Workshop, taken)
        .join(Appointment, Appointment.id == Workshop.appointment_id)
        .options(
            held.joinedload(Appointment.motif, innerjoin=True),
            held.joinedload(Appointment.place, innerjoin=True),
            held.joinedload(Appointment.agent, innerjoin=True),
        )
        .execution_options(populate_existing=True)
    )


def _by_name(seat: Appointment) -> tuple[str, str, int]:
    person = seat.participations[0].person
    return person.family_name.casefold(), person.given_names.casefold(), seat.id
