"""What a person's card says of appointments, messages and ways. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.booking.models import AppointmentStatus
from portal.desk.rules import sees_reason
from portal.notifications.models import Message, Route, Status

_OVER = (AppointmentStatus.BOOKED, AppointmentStatus.SEEN, AppointmentStatus.NOSHOW)


class Standing(StrEnum):
    """Where a message stands, as an agent says it on the phone."""

    PLANNED = "planned"
    LEAVING = "leaving"
    LEFT = "left"
    ARRIVED = "arrived"
    PRINTED = "printed"  # a letter drawn that waits for the post
    IN_RUN = "in_run"  # on its way through the printer
    ON_PAPER = "on_paper"  # in its envelope, not at the post yet
    POSTED = "posted"
    TO_CALL = "to_call"
    TO_SAY = "to_say"  # at the desk of the place
    TOLD = "told"
    RETURNED = "returned"  # a letter that came back
    NOT_ARRIVED = "not_arrived"  # left, and did not arrive
    NOT_LEFT = "not_left"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Missed:
    """How many appointments were missed, of those that were to be kept."""

    count: int
    total: int


def standing(message: Message, now: datetime) -> Standing:
    """Where a message stands. One taken back before it left was never said: it is not asked here."""
    if message.status is Status.WAITING:
        return Standing.PLANNED if message.due_at > now else Standing.LEAVING
    if message.status is Status.SENT:
        return Standing.POSTED if message.route is Route.LETTER else Standing.LEFT
    if message.status is Status.OPEN:
        return Standing.TO_CALL if message.route is Route.CALL else Standing.TO_SAY
    if message.status is Status.FAILED:
        return _failed(message)
    return _STANDINGS[message.status]


def missed(statuses: Iterable[AppointmentStatus]) -> Missed:
    """Of past appointments, those that were missed; what was cancelled counts for nothing."""
    kept = [status for status in statuses if status in _OVER]
    return Missed(kept.count(AppointmentStatus.NOSHOW), len(kept))


def says_subject(*, motif_families: Collection[str], families: Collection[str], is_own: bool) -> bool:
    """Whether an agent reads what a call was about: as what the appointments it may lead to are about.

    A subject that leads to no appointment is information that anybody may ask for.
    """
    return all(sees_reason(family=family, families=families, is_own=is_own) for family in motif_families)


def _failed(message: Message) -> Standing:
    if message.sent_at is None:
        return Standing.NOT_LEFT
    return Standing.RETURNED if message.route is Route.LETTER else Standing.NOT_ARRIVED


_STANDINGS = {
    Status.SENDING: Standing.LEAVING,
    Status.DELIVERED: Standing.ARRIVED,
    Status.QUEUED: Standing.PRINTED,
    Status.IN_RUN: Standing.IN_RUN,
    Status.PRINTED: Standing.ON_PAPER,
    Status.POSTED: Standing.POSTED,
    Status.RETURNED: Standing.RETURNED,
    Status.DONE: Standing.TOLD,
    Status.EXPIRED: Standing.TOO_LATE,
}
