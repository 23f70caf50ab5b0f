"""What may be noted of an appointment, by one press each, and how it stands. Pure: `now` is an argument.

`booking.services_status` decides; this says beforehand which buttons would do something.
"""

from datetime import datetime
from enum import StrEnum

from portal.agenda.rules_agenda import Booked
from portal.booking.models import AppointmentStatus
from portal.booking.rules import CANCELLED
from portal.booking.rules_status import ROOM_OPENS, SEEN_EARLY
from portal.clock import paris_day
from portal.directory.models import Mode


class Act(StrEnum):
    """A press. Its value is what the button sends."""

    ARRIVE = "arrive"
    LEAVE = "repart"  # a wrong arrival
    CALL = "appelle"
    UNCALL = "attend"  # a wrong call
    SEEN = "honore"
    NOSHOW = "manque"
    DOOR = "porte"
    EXCUSED = "excuse"
    REVOKED = "annule"
    UNDO = "corrige"


STATUS_OF = {
    Act.SEEN: AppointmentStatus.SEEN,
    Act.NOSHOW: AppointmentStatus.NOSHOW,
    Act.DOOR: AppointmentStatus.NOSHOW,
    Act.EXCUSED: AppointmentStatus.EXCUSED,
    Act.REVOKED: AppointmentStatus.REVOKED,
    Act.UNDO: AppointmentStatus.BOOKED,
}


class Standing(StrEnum):
    """How an appointment stands, for who looks at it now."""

    TO_COME = "to_come"
    ARRIVED = "arrived"
    CALLED = "called"
    RUNNING = "running"  # its hour has come, and nothing is noted yet
    FORGOTTEN = "forgotten"  # it is over, and nothing is noted
    SEEN = "seen"
    MISSED = "missed"
    DOOR = "door"
    EXCUSED = "excused"
    REVOKED = "revoked"


_ENDED = {
    AppointmentStatus.SEEN: Standing.SEEN,
    AppointmentStatus.NOSHOW: Standing.MISSED,
    AppointmentStatus.EXCUSED: Standing.EXCUSED,
    AppointmentStatus.REVOKED: Standing.REVOKED,
}


def standing(booked: Booked, now: datetime) -> Standing:
    """How an appointment stands. A workshop's own row is to come, or running, then over without a status of its own.

    Nobody spends the night in a waiting room: whoever came on a day that is past was forgotten.
    """
    if booked.status is not AppointmentStatus.BOOKED:
        return Standing.DOOR if booked.is_door_closed else _ENDED[booked.status]
    if booked.arrived_at is not None and not _is_of_a_past_day(booked, now):
        return Standing.ARRIVED if booked.called_at is None else Standing.CALLED
    if now < booked.starts_at:
        return Standing.TO_COME
    return Standing.FORGOTTEN if now >= booked.ends_at and booked.workshop_id is None else Standing.RUNNING


def acts(booked: Booked, now: datetime) -> tuple[Act, ...]:
    """The presses that make sense now, in the order of their buttons: the likeliest first.

    `booking.services_status` takes each of them. None for a workshop's own row: each of its seats has a status. What is
    still to come is cancelled elsewhere, for the person is told. Who has come was not absent: a wrong arrival is taken
    back first.
    """
    if booked.workshop_id is not None:
        return ()
    if booked.status is not AppointmentStatus.BOOKED:
        is_final = booked.status in CANCELLED and booked.changed_at < booked.starts_at
        return () if is_final else (Act.UNDO,)
    has_begun = now >= booked.starts_at
    if booked.arrived_at is not None:
        is_soon = now >= booked.starts_at - SEEN_EARLY
        forward, back = _in_room(booked, now)
        return (*forward, *((Act.SEEN,) if is_soon else ()), *((Act.REVOKED,) if has_begun else ()), *back)
    if not has_begun:
        return (Act.ARRIVE,) if _opens(booked, now) else ()
    late = (Act.ARRIVE,) if now < booked.ends_at and _opens(booked, now) else ()
    at_home = (Act.DOOR,) if booked.mode is Mode.HOME else ()
    return (*late, Act.SEEN, Act.NOSHOW, *at_home, Act.EXCUSED, Act.REVOKED)


def can_cancel(booked: Booked, now: datetime) -> bool:
    """Whether cancelling is still another act, which tells the person: before the beginning, while nobody has come."""
    is_waited_for = booked.status is AppointmentStatus.BOOKED and booked.arrived_at is None
    return is_waited_for and now < booked.starts_at and booked.workshop_id is None


def _is_of_a_past_day(booked: Booked, now: datetime) -> bool:
    return now >= booked.ends_at and paris_day(now) > paris_day(booked.starts_at)


def _in_room(booked: Booked, now: datetime) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    """Forward and back in the waiting room, for someone who has come."""
    if booked.called_at is not None:
        return (), (Act.UNCALL,)
    return (Act.CALL,) if _opens(booked, now) else (), (Act.LEAVE,)


def _opens(booked: Booked, now: datetime) -> bool:
    """Whether the waiting room is open to an appointment: at a place, on its day, from three hours before."""
    is_here = booked.mode is Mode.PLACE and paris_day(now) == paris_day(booked.starts_at)
    return is_here and now >= booked.starts_at - ROOM_OPENS
