"""Appointments of the demonstration that nobody confirmed on a screen: written as rows, with what had reminded of them.

They are those of past days and of today. What is to come goes through the services, as everyone's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.booking.rules import CANCELLED
from portal.calls.rules import is_working_day
from portal.clock import at_wall_clock, paris, paris_day
from portal.codes import new_code
from portal.demo.house import working_day_before
from portal.directory.models import Motif
from portal.notifications.models import Message, Route, Status, Step
from portal.people.models import Person
from portal.words import moment_words

_REMINDED = timedelta(days=2)  # before the appointment
_KEYS = uuid5(NAMESPACE_URL, "urn:la-bonne-porte:demonstration")


@dataclass(frozen=True)
class Visit:
    """An appointment as it stands now. `key`: the same visit is written once, however often the demonstration starts.

    `told`: who was reminded, the guardian of a child. `booked_at`: when it was taken; `changed_at`: when its end was
    noted.
    """

    key: str
    agent_id: int
    place_id: int
    motif: Motif
    person: Person
    told: Person
    starts_at: datetime
    status: AppointmentStatus
    booked_at: datetime
    changed_at: datetime
    overbook_reason: str | None = None
    is_door_closed: bool = False
    arrived_at: datetime | None = None
    called_at: datetime | None = None


def key_of(words: str) -> UUID:
    """The key of something that the demonstration makes once."""
    return uuid5(_KEYS, words)


def write(session: Session, visits: Sequence[Visit], base_url: str) -> int:
    """Adds the visits that are not there, each with its reminders; gives how many.

    One whose agent's time is taken already, by whoever tries the demonstration, is left out.
    """
    if not visits:
        return 0
    rows = [_row(visit) for visit in visits]
    added = insert(Appointment).values(rows).on_conflict_do_nothing()
    kept = session.execute(added.returning(Appointment.request_key, Appointment.id, Appointment.code)).all()
    by_key = {key_of(visit.key): visit for visit in visits}
    places = [{"appointment_id": number, "person_id": by_key[key].person.id} for key, number, _code in kept]
    told = [one for key, number, code in kept for one in _reminders(by_key[key], number, f"{base_url}/r/{code}", code)]
    if places:
        session.execute(insert(Participation), places)
    if told:
        session.execute(insert(Message), told)
    return len(kept)


def _row(visit: Visit) -> dict[str, Any]:
    ends_at = visit.starts_at + timedelta(minutes=visit.motif.minutes)
    return {
        "code": new_code(),
        "request_key": key_of(visit.key),
        "motif_id": visit.motif.id,
        "place_id": visit.place_id,
        "agent_id": visit.agent_id,
        "starts_at": visit.starts_at,
        "ends_at": ends_at,
        "busy_until": ends_at + timedelta(minutes=visit.motif.buffer_minutes),
        "status": visit.status,
        "is_overbooked": visit.overbook_reason is not None,
        "overbook_reason": visit.overbook_reason,
        "is_door_closed": visit.is_door_closed,
        "arrived_at": visit.arrived_at,
        "called_at": visit.called_at,
        "sequence": 0,
        "created_at": visit.booked_at,
        "changed_at": visit.changed_at,
    }


def _reminders(visit: Visit, number: int, link: str, code: str) -> Iterator[dict[str, Any]]:
    """What reminded of a visit, as it left; nothing of a discreet one, nor of one taken too late for it."""
    sent_at = visit.starts_at - _REMINDED
    is_off = visit.status in CANCELLED and visit.changed_at <= sent_at
    if visit.motif.discreet or is_off or visit.booked_at >= sent_at:
        return
    said = f"Rappel : rendez-vous {moment_words(paris(visit.starts_at), 'fr')}. Voir : {link}"
    for route, recipient in _routes(visit.told):
        is_by_hand = route in (Route.CALL, Route.DESK)
        said_at = _at_work(sent_at) if is_by_hand else sent_at
        yield {
            "event_id": key_of(visit.key),
            "event": {"kind": "single"},
            "subject": "appointment",
            "subject_id": number,
            "place_id": visit.place_id,
            "person_id": visit.told.id,
            "kind": "appointment_reminder",
            "step": Step.REMINDER,
            "route": route,
            "context": {"language": "fr", "link": link, "code": code},
            "status": Status.DONE if is_by_hand else Status.DELIVERED,
            "created_at": visit.booked_at,
            "due_at": said_at,
            "expires_at": visit.starts_at,
            "retry_until": visit.starts_at,
            "attempts": 0 if is_by_hand else 1,
            "recipient": recipient,
            "rendered": {"subject": "Rappel de votre rendez-vous", "text": said, "html": f"<p>{said}</p>"},
            "sent_at": None if is_by_hand else sent_at,
            "delivered_at": said_at,
        }


def _at_work(moment: datetime) -> datetime:
    """The same hour of a day on which agents call: this one, or the last working day before it."""
    day = paris_day(moment)
    return moment if is_working_day(day) else at_wall_clock(working_day_before(day), paris(moment).time())


def _routes(person: Person) -> list[tuple[Route, str | None]]:
    ways = [(Route.SMS, person.mobile), (Route.EMAIL, person.email)]
    found: list[tuple[Route, str | None]] = [(route, way) for route, way in ways if way]
    if not found:
        found = [(Route.CALL, person.landline)] if person.landline else [(Route.DESK, None)]
    return found
