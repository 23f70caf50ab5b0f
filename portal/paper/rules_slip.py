"""The slip at the foot of an appointment's letter: what it may still change, and whom it names. Pure."""

from datetime import datetime

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import CANCELLED
from portal.booking.words import full_name, tellings
from portal.paper.rules import PaperFault


def slip_fault(appointment: Appointment, now: datetime) -> PaperFault | None:
    """Why the slip of an appointment cancels nothing any more, or None. Another date may still be asked for on it."""
    if appointment.status in CANCELLED:
        return PaperFault.CANCELLED
    is_over = appointment.status is not AppointmentStatus.BOOKED or appointment.starts_at <= now
    return PaperFault.OVER if is_over else None


def readers_named(appointment: Appointment, *, reads: bool) -> list[str]:
    """Prénom Nom of whoever reads the letters of an appointment, as their slips name them.

    A slip names nobody discreet; `reads`: whoever reads their file is told all the same. The appointment must be loaded
    whole.
    """
    told = [telling.person for telling in tellings(appointment)]
    return [full_name(person) for person in told if reads or not person.wants_discretion]


def concerned_in(appointment: Appointment) -> list[str]:
    """Prénom Nom of each person an appointment is for. Their people must be loaded."""
    return [participation.full_name for participation in appointment.participations]
