"""What is done with an appointment to place anew: moved, given to a colleague, or cancelled; the person is told.

The caller commits each one by itself, and lets it roll back on `Refused`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import CancelReason
from portal.booking.services import cancel, hand_over, move
from portal.booking.slots import Slot
from portal.journal.services import Actor

Aim = Slot | int | CancelReason  # another slot, another agent, or why it is cancelled


@dataclass(frozen=True)
class Change:
    """What is done with one of them. `sequence`: what the page showed."""

    appointment_id: int
    sequence: int
    aim: Aim


def place_anew(session: Session, now: datetime, *, change: Change, by: Actor, base_url: str) -> None:
    """Does it, with its messages. Pressed twice, it is done once.

    Raises `Refused` (BookingRefusal) and `LookupError` as `booking.services` does.
    """
    given = {"appointment_id": change.appointment_id, "by": by, "base_url": base_url, "sequence": change.sequence}
    if isinstance(change.aim, CancelReason):
        by_person = change.aim is CancelReason.PERSON_ASKED
        cancel(session, now, reason=change.aim, by_person=by_person, **given)  # type: ignore[arg-type]
    elif isinstance(change.aim, Slot):
        starts_at, agent_id, place_id = change.aim
        move(session, now, starts_at=starts_at, agent_id=agent_id, place_id=place_id, **given)  # type: ignore[arg-type]
    else:
        hand_over(session, now, agent_id=change.aim, **given)  # type: ignore[arg-type]
