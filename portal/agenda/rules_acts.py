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
    """How an appointment stands. A workshop's own row is to come, or running, then over without a status of its own."""
    if booked.status is not AppointmentStatus.BOOKED:
        return Standing.DOOR if booked.is_door_closed else _ENDED[booked.status]
    if booked.called_at is not None:
        return Standing.CALLED
    if booked.arrived_at is not None:
        return Standing.ARRIVED
    if now < booked.starts_at:
        return Standing.TO_COME
    return Standing.FORGOTTEN if now >= booked.ends_at and booked.workshop_id is None else Standing.RUNNING


def acts(booked: Booked, now: datetime) -> tuple[Act, ...]:
    """The presses that `booking.services_status` would take now, in the order of their buttons.

    None for a workshop's own row: each of its seats has a status. What is still to come is cancelled elsewhere, for the
    person is told.
    """
    if booked.workshop_id is not None:
        return ()
    if booked.status is not AppointmentStatus.BOOKED:
        is_final = booked.status in CANCELLED and booked.changed_at < booked.starts_at
        return () if is_final else (Act.UNDO,)
    has_begun = now >= booked.starts_at
    is_early = booked.arrived_at is not None and now >= booked.starts_at - SEEN_EARLY
    found = _in_room(booked, now)
    if has_begun or is_early:
        found += (Act.SEEN,)
    if has_begun:
        at_home = (Act.DOOR,) if booked.mode is Mode.HOME else ()
        found += (Act.NOSHOW, *at_home, Act.EXCUSED, Act.REVOKED)
    return found


def can_cancel(booked: Booked, now: datetime) -> bool:
    """Whether cancelling is still another act, which tells the person: before the beginning."""
    return booked.status is AppointmentStatus.BOOKED and now < booked.starts_at and booked.workshop_id is None


def _in_room(booked: Booked, now: datetime) -> tuple[Act, ...]:
    if booked.mode is not Mode.PLACE or paris_day(now) != paris_day(booked.starts_at):
        return ()
    if now < booked.starts_at - ROOM_OPENS:
        return ()
    if booked.called_at is not None:
        return (Act.UNCALL,)
    return (Act.ARRIVE,) if booked.arrived_at is None else (Act.CALL, Act.LEAVE)
