"""The waiting room, and what became of an appointment: what may be noted, by whom and when. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import CANCELLED
from portal.clock import paris_day
from portal.directory.models import Mode

ROOM_OPENS = timedelta(hours=3)  # before the beginning: nobody sits in a waiting room for longer
SEEN_EARLY = timedelta(minutes=30)  # someone who has arrived may be received before the hour

_NOT_BEFORE = (AppointmentStatus.SEEN, AppointmentStatus.NOSHOW)


class StatusFault(StrEnum):
    """Why an arrival or a status cannot be noted."""

    CHANGED = "changed"  # somebody else has changed it since the page was shown
    TOO_SOON = "too_soon"
    CANCELLED = "cancelled"  # before it began: the person was told that it does not take place
    NOT_YOURS = "not_yours"  # of another agent, another place, another service
    NO_WAITING_ROOM = "no_waiting_room"  # by phone, by video, at home
    OVER = "over"  # its day is past, or its status is already known: nobody waits for it
    NOT_AT_HOME = "not_at_home"  # only a visit at home can meet a closed door
    TO_COME = "to_come"  # it has yet to begin: cancelling it is another act, which tells the person
    AGENT_TAKEN = "agent_taken"  # cancelled since, and the agent's time was given to somebody else


@dataclass(frozen=True)
class Hands:
    """What an agent may note the status of, on a day.

    `desk_places`: where they welcome or lead (None: everywhere); `is_own_service`: whether they are professionals of
    the appointment's family at its place.
    """

    agent_id: int
    desk_places: frozenset[int] | None
    is_own_service: bool


def may_mark(appointment: Appointment, hands: Hands) -> bool:
    """Whether an agent may note arrivals and statuses of an appointment.

    The one who receives; the welcome desk and the leaders of its place; the professionals of its service there.
    """
    at_desk = hands.desk_places is None or appointment.place_id in hands.desk_places
    return appointment.agent_id == hands.agent_id or at_desk or hands.is_own_service


def arrival_refusal(appointment: Appointment, now: datetime) -> StatusFault | None:
    """Why nobody can be noted as waiting for this appointment, or None. Its motif must be loaded.

    From three hours before, on its day in France, at a place.
    """
    if appointment.motif.mode is not Mode.PLACE:
        return StatusFault.NO_WAITING_ROOM
    if appointment.status in CANCELLED:
        return StatusFault.CANCELLED
    if appointment.status is not AppointmentStatus.BOOKED:
        return StatusFault.OVER
    today, day = paris_day(now), paris_day(appointment.starts_at)
    if today > day:
        return StatusFault.OVER
    return StatusFault.TOO_SOON if today < day or now < appointment.starts_at - ROOM_OPENS else None


def mark_refusal(
    appointment: Appointment, status: AppointmentStatus, now: datetime, *, is_door_closed: bool
) -> StatusFault | None:
    """Why an appointment cannot get this status now, or None. Its motif must be loaded.

    Nobody was seen, nor missed, before the beginning; someone who has arrived may be received half an hour early. What
    was cancelled before its beginning stays so. A wrong press is mended whenever it is noticed.
    """
    if appointment.status in CANCELLED and appointment.changed_at < appointment.starts_at:
        return StatusFault.CANCELLED
    if is_door_closed and (appointment.motif.mode is not Mode.HOME or status is not AppointmentStatus.NOSHOW):
        return StatusFault.NOT_AT_HOME
    is_here = status is AppointmentStatus.SEEN and appointment.arrived_at is not None
    earliest = appointment.starts_at - SEEN_EARLY if is_here else appointment.starts_at
    return StatusFault.TOO_SOON if status in _NOT_BEFORE and now < earliest else None


def has_begun(appointment: Appointment, now: datetime) -> bool:
    """Whether the appointment's hour has come: then nothing that is noted of it is told by a message."""
    return now >= appointment.starts_at
