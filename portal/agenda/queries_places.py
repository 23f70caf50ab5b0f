"""A place that closes: what is there, and what its closing touches."""

from datetime import date, datetime, time

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus, Opening
from portal.clock import at_wall_clock
from portal.directory.models import Place


def place(session: Session, place_id: int) -> Place | None:
    """A place by its number, read anew."""
    return session.get(Place, place_id, populate_existing=True)


def openings_after(session: Session, place_id: int, day: date) -> int:
    """How many openings at a place would give no slots from a day on."""
    runs = or_(Opening.last_day.is_(None), Opening.last_day >= day)
    return session.scalar(select(func.count()).where(Opening.place_id == place_id, runs)) or 0


def booked_after(session: Session, now: datetime, place_id: int, day: date) -> list[int]:
    """The appointments to come at a place from a day on, soonest first; seats in workshops are their workshop's."""
    since = max(now, at_wall_clock(day, time()))
    chosen = select(Appointment.id).where(
        Appointment.place_id == place_id,
        Appointment.status == AppointmentStatus.BOOKED,
        Appointment.workshop_id.is_(None),
        Appointment.starts_at > now,
        Appointment.starts_at >= since,
    )
    return list(session.scalars(chosen.order_by(Appointment.starts_at, Appointment.id)))
