"""What a person's space shows, and what a change would do. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.booking.models import Appointment
from portal.booking.rules import CANCELLED
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person, RouteState
from portal.people.models_credentials import CredentialKind

KEPT_IN_SIGHT = timedelta(
    days=365
)  # past appointments of the last twelve months are listed; older ones in the download
SHOWN_AS_NEXT = timedelta(hours=1)  # after it began, an appointment is still the next one for who looks for the door

WAYS = (CredentialKind.MOBILE, CredentialKind.EMAIL)


class Standing(StrEnum):
    """Where a message stands, for whoever it is for."""

    PLANNED = "planned"  # leaves later
    LEAVING = "leaving"  # leaves now
    SENT = "sent"  # left; whether it arrived is not known
    ARRIVED = "arrived"
    PRINTED = "printed"  # a letter that waits for the post
    POSTED = "posted"  # a letter at the post: whether it was read is never inferred
    RETURNED = "returned"  # a letter that came back
    HELD = "held"  # in a human's hands, who will say it
    TOLD = "told"  # a human has said it
    FAILED = "failed"  # did not arrive
    TOO_LATE = "too_late"  # never left: it was no longer useful


_STANDINGS = {
    Status.SENDING: Standing.LEAVING,
    Status.SENT: Standing.SENT,
    Status.DELIVERED: Standing.ARRIVED,
    Status.QUEUED: Standing.PRINTED,
    Status.IN_RUN: Standing.PRINTED,
    Status.PRINTED: Standing.PRINTED,
    Status.POSTED: Standing.POSTED,
    Status.RETURNED: Standing.RETURNED,
    Status.OPEN: Standing.HELD,
    Status.DONE: Standing.TOLD,
    Status.FAILED: Standing.FAILED,
    Status.EXPIRED: Standing.TOO_LATE,
}


def standing(message: Message, now: datetime) -> Standing:
    """Where a message stands. One withdrawn before it left is shown to nobody: it is not asked here."""
    if message.status is Status.WAITING:
        return Standing.PLANNED if message.due_at > now else Standing.LEAVING
    return _STANDINGS[message.status]


@dataclass(frozen=True)
class Parted:
    """Appointments as the pages list them: soonest first to come, latest first otherwise."""

    coming: list[Appointment]
    past: list[Appointment]
    cancelled: list[Appointment]


def parted(appointments: Iterable[Appointment], now: datetime) -> Parted:
    """Appointments to come (those that just began among them), past, and cancelled."""
    parts = Parted([], [], [])
    for appointment in sorted(appointments, key=lambda one: (one.starts_at, one.id)):
        if appointment.status in CANCELLED:
            parts.cancelled.insert(0, appointment)
        elif appointment.starts_at + SHOWN_AS_NEXT > now:
            parts.coming.append(appointment)
        else:
            parts.past.insert(0, appointment)
    return parts


def value_of(person: Person, kind: CredentialKind) -> str | None:
    """The mobile or the e-mail of a file."""
    return person.mobile if kind is CredentialKind.MOBILE else person.email


def doubtful(person: Person, vouched: Collection[tuple[CredentialKind, str]]) -> list[CredentialKind]:
    """The ways of a file that nobody known has vouched for: somebody else may have written them there.

    `vouched`: kind and value (an e-mail in small letters) of the vouched proofs in use.
    """
    return [
        kind for kind in WAYS if (value := value_of(person, kind)) is not None and (kind, value.lower()) not in vouched
    ]


def ways_left(person: Person, *, without: CredentialKind | None = None) -> list[Route]:
    """The routes that can still tell a person something once a way is removed; none: nothing can."""
    open_ways = {
        Route.SMS: person.mobile
        and person.mobile_state is not RouteState.FAILED
        and without is not CredentialKind.MOBILE,
        Route.EMAIL: person.email
        and person.email_state is not RouteState.FAILED
        and without is not CredentialKind.EMAIL,
        Route.LETTER: any(person.address) and person.address_state is not RouteState.FAILED,
        Route.CALL: person.landline or (person.mobile and without is not CredentialKind.MOBILE),
    }
    return [route for route, is_open in open_ways.items() if is_open]
