"""Workshops: what may be opened, joined and changed, and when. Pure: `now` is an argument."""

from datetime import datetime
from enum import StrEnum

from portal.booking.models import Appointment
from portal.booking.models_workshops import Workshop
from portal.booking.rules import CANCELLED, is_right_age
from portal.clock import paris_day
from portal.directory.models import BookedBy, Motif, Place
from portal.people.models import Person


class Fixed(StrEnum):
    """Why a resident never changes the hour by themselves, however early."""

    SEAT = "seat"  # everybody has the hour of the workshop
    BY_AGENTS = "by_agents"  # staff alone books it


class WorkshopFault(StrEnum):
    """Why a workshop cannot be opened, joined, changed or cancelled."""

    FULL = "full"
    OVER = "over"  # it has ended; or it has begun, and can no longer be changed
    ALREADY = "already"  # the person has a seat
    LIMIT = "limit"  # the person has as many seats to come as the motif allows
    NOT_YOUR_SERVICE = "not_your_service"
    AGENT_TAKEN = "agent_taken"  # somebody else has the agent's time
    AGENT_AWAY = "agent_away"  # absent then, or no longer there
    CANCELLED = "cancelled"
    CHANGED = "changed"  # since the page was shown
    CLOSED = "closed"  # the place, the motif or the day
    WRONG_AGE = "wrong_age"
    FEWER_SEATS = "fewer_seats"  # than people who have one


def opening_refusal(
    motif: Motif, place: Place, starts_at: datetime, now: datetime, *, is_closed_day: bool
) -> WorkshopFault | None:
    """Why no workshop of a motif can be held at a place at this hour, whatever the agent's time, or None."""
    if starts_at <= now:
        return WorkshopFault.OVER
    day = paris_day(starts_at)
    is_closed = any(closed is not None and closed <= day for closed in (motif.closed_on, place.closed_on))
    return WorkshopFault.CLOSED if is_closed or is_closed_day or motif.booked_by is BookedBy.NOBODY else None


def change_refusal(workshop: Workshop, now: datetime) -> WorkshopFault | None:
    """Why a workshop can no longer be changed nor cancelled, or None. Its appointment must be loaded."""
    if workshop.appointment.status in CANCELLED:
        return WorkshopFault.CANCELLED
    return WorkshopFault.OVER if workshop.appointment.starts_at <= now else None


def seat_refusal(
    workshop: Workshop, person: Person, now: datetime, *, taken: int, to_come: int
) -> WorkshopFault | None:
    """Why nobody, or not this person, gets a seat, or None. Its appointment and motif must be loaded.

    Until the end: whoever comes without being expected gets a seat too. `to_come`: how many seats for this motif the
    person has in workshops that have yet to begin; once this one has begun, it is no longer one of those.
    """
    held = workshop.appointment
    if held.status in CANCELLED:
        return WorkshopFault.CANCELLED
    if held.ends_at <= now:
        return WorkshopFault.OVER
    if not is_right_age(held.motif, person.birth_date, held.starts_at):
        return WorkshopFault.WRONG_AGE
    if held.starts_at > now and to_come >= held.motif.upcoming_limit:
        return WorkshopFault.LIMIT
    return WorkshopFault.FULL if taken >= workshop.seats else None


def is_seat(appointment: Appointment) -> bool:
    """Whether an appointment is a seat in a workshop: its hour is the workshop's, and cannot be moved alone."""
    return appointment.workshop_id is not None


def fixed_hour(appointment: Appointment) -> Fixed | None:
    """Why the person it is for never changes its hour by themselves, or None. Its motif must be loaded."""
    if is_seat(appointment):
        return Fixed.SEAT
    return Fixed.BY_AGENTS if appointment.motif.booked_by is BookedBy.AGENTS else None
