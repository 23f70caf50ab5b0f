"""What a new appointment makes pointless."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.booking.rules_again import MISSED_IS_TOLD
from portal.notifications.outbox import withdraw


def overtake_missed(session: Session, now: datetime, *, person_ids: Collection[int], motif_id: int) -> int:
    """Takes back what has yet to offer these people another date of a motif: they have one. Gives how many messages."""
    missed = (
        select(Appointment.id)
        .join(Participation, Participation.appointment_id == Appointment.id)
        .where(
            Participation.person_id.in_(person_ids),
            Appointment.motif_id == motif_id,
            Appointment.status == AppointmentStatus.NOSHOW,
            Appointment.starts_at > now - MISSED_IS_TOLD,
        )
        .distinct()
        .order_by(Appointment.id)
    )
    numbers = session.scalars(missed).all()
    return sum(withdraw(session, now, subject="appointment", subject_id=number) for number in numbers)
