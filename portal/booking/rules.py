"""What may be booked, moved and cancelled, by whom and until when. Pure: `now` is an argument."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from portal.booking.models import Appointment, AppointmentStatus, Invitation
from portal.clock import paris_day
from portal.directory.models import BookedBy, Motif, Place
from portal.people.contacts import Contact
from portal.people.rules import Identity, age_on
from portal.refusal import Refused

LINKS_LIVE = timedelta(hours=24)  # after the end: until then, the links of all messages open the appointment
CANCELLED = (AppointmentStatus.EXCUSED, AppointmentStatus.REVOKED)


class BookingRefusal(StrEnum):
    """Why an appointment cannot be made, moved or cancelled."""

    SLOT_TAKEN = "slot_taken"  # or no slot at all: another hour, another motif, too soon, too far
    LIMIT_REACHED = "limit_reached"
    NOT_BOOKABLE = "not_bookable"  # explained, or booked by staff only
    NOT_INVITED = "not_invited"
    WRONG_AGE = "wrong_age"
    CLOSED = "closed"  # the place or the motif has closed
    PAST = "past"
    TOO_LATE_TO_CANCEL = "too_late_to_cancel"
    TOO_LATE_TO_MOVE = "too_late_to_move"
    ALREADY_CANCELLED = "already_cancelled"
    NOT_THEIRS = "not_theirs"  # a file named by number that is not, or no longer, theirs to book for
    NOT_YOUR_SERVICE = "not_your_service"  # an agent books for other families or other places
    AGENT_TAKEN = "agent_taken"  # the agent who was asked for does not receive then
    NO_RIGHT_TO_OVERBOOK = "no_right_to_overbook"
    NO_REASON = "no_reason"  # why it is overbooked: 3 to 200 characters
    CHANGED = "changed"  # since the page was shown


@dataclass(frozen=True)
class BookingRequest:
    """What someone confirms.

    `key`: one per form shown; the same key is the same request. `booker`: who is at the screen or on the phone; the
    appointment is for `relatives` and those of `relative_ids`, or for them when there is none. `person_id`: the file of
    whoever books, who has proved that it is theirs (or who acts for its person); `contact` then says nothing, for the
    file itself does. `relative_ids`: files under that one. `known_appointment_ids`: the appointments that this browser
    has booked; `browser`: a number for it, the same in all its tabs. `invitation_code`: as stored, without hyphen.

    `agent_id`: this agent and no other. `overbook`: staff alone; why a time that is no slot is taken all the same, in 3
    to 200 characters. It says nothing of the person, and is kept only when the time is no slot.
    """

    key: UUID
    motif_id: int
    place_id: int
    starts_at: datetime
    booker: Identity
    contact: Contact
    relatives: tuple[Identity, ...] = ()
    known_appointment_ids: frozenset[int] = frozenset()
    invitation_code: str | None = None
    person_id: int | None = None
    relative_ids: tuple[int, ...] = ()
    browser: int | None = None
    agent_id: int | None = None
    overbook: str | None = None


def cancel_until(starts_at: datetime, motif: Motif) -> datetime:
    """The last instant at which a resident may cancel, included: the motif's minutes before the beginning."""
    return starts_at - timedelta(minutes=motif.cancel_minutes)


def move_until(starts_at: datetime, motif: Motif) -> datetime:
    """The last instant at which a resident may move, included: the motif's minutes before the beginning."""
    return starts_at - timedelta(minutes=motif.move_minutes)


def booking_refusal(  # noqa: PLR0913 - what is booked, and by whom
    motif: Motif, place: Place, starts_at: datetime, now: datetime, *, births: Iterable[date], by_agent: bool
) -> BookingRefusal | None:
    """Why nobody can take this time, whatever the calendar says, or None. An invitation is `invitation_refusal`'s."""
    if motif.booked_by is BookedBy.NOBODY or (motif.booked_by is BookedBy.AGENTS and not by_agent):
        return BookingRefusal.NOT_BOOKABLE
    day = paris_day(starts_at)
    if any(closed is not None and closed <= day for closed in (motif.closed_on, place.closed_on)):
        return BookingRefusal.CLOSED
    if starts_at <= now:
        return BookingRefusal.PAST
    if not all(is_right_age(motif, born, starts_at) for born in births):
        return BookingRefusal.WRONG_AGE
    return None


def is_right_age(motif: Motif, birth_date: date, starts_at: datetime) -> bool:
    """True when someone is under the motif's age limit on the day in France, or when it has none.

    PMI consultations are for children under six (article L. 2112-2 of the Code de la santé publique).
    """
    return motif.max_age_years is None or age_on(birth_date, paris_day(starts_at)) < motif.max_age_years


def invitation_refusal(
    invitation: Invitation | None, motif_id: int, birth_date: date, now: datetime
) -> BookingRefusal | None:
    """Why an invitation gives no right to this motif today, or None. Its person must be loaded.

    The birth date is the fact only the invited person knows: a letter read by another opens nothing.
    """
    fits = (
        invitation is not None
        and invitation.motif_id == motif_id
        and paris_day(now) <= invitation.last_day
        and invitation.person.birth_date == birth_date
    )
    return None if fits else BookingRefusal.NOT_INVITED


def cancel_refusal(appointment: Appointment, now: datetime, *, by_agent: bool) -> BookingRefusal | None:
    """Why an appointment that is not cancelled yet cannot be, or None. Its motif must be loaded.

    The deadline binds residents, not staff; what has begun is past for everyone.
    """
    if appointment.status is not AppointmentStatus.BOOKED or appointment.starts_at <= now:
        return BookingRefusal.PAST
    if not by_agent and now > cancel_until(appointment.starts_at, appointment.motif):
        return BookingRefusal.TOO_LATE_TO_CANCEL
    return None


def move_refusal(appointment: Appointment, now: datetime, *, by_agent: bool) -> BookingRefusal | None:
    """Why an appointment cannot be moved, or None. Its motif must be loaded."""
    if appointment.status in CANCELLED:
        return BookingRefusal.ALREADY_CANCELLED
    if appointment.status is not AppointmentStatus.BOOKED or appointment.starts_at <= now:
        return BookingRefusal.PAST
    if appointment.workshop_id is not None:
        return BookingRefusal.NOT_BOOKABLE  # a seat: it has the hour of its workshop
    if not by_agent and appointment.motif.booked_by is BookedBy.AGENTS:
        return BookingRefusal.NOT_BOOKABLE  # residents see no slots of it
    if not by_agent and now > move_until(appointment.starts_at, appointment.motif):
        return BookingRefusal.TOO_LATE_TO_MOVE
    return None


def overbooking_reason(written: str) -> str:
    """Why a time that is no slot is taken, without blanks around it. Raises `Refused` (NO_REASON)."""
    reason = " ".join(written.split())
    if not 3 <= len(reason) <= 200:
        raise Refused(BookingRefusal.NO_REASON)
    return reason


def is_over(appointment: Appointment, now: datetime) -> bool:
    """True when the links to an appointment no longer open it: 24 hours after its end."""
    return now > appointment.ends_at + LINKS_LIVE
