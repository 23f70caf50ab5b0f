"""What is told that is no appointment's: a code asked for, a contact or preferences changed, a mandate given."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.outbox import write
from portal.notifications.packing import SINGLE, pack
from portal.notifications.planner import Tidings, plan_tidings
from portal.notifications.queries_post import calendar_of
from portal.notifications.ways import failed_routes, reach_of
from portal.people.models import Person


def base_context(
    departement: Departement, base_url: str, *, person: Person | None = None, language: str = "fr", **words: Any
) -> dict[str, Any]:
    """What every message knows, and the words of this one (JSON values only; instants and days as ISO 8601).

    `person`: whoever reads it, in their own language and print; `language` is for those without a file.
    """
    return {
        "language": person.language if person else language,
        "departement": departement.author,
        "phone": departement.phone,
        "phone_hours": departement.phone_hours,
        "link": base_url,
        "return_address": list(departement.return_address),
        "recipient_name": f"{person.given_names} {person.family_name}" if person else "",
        "large_print": person.wants_large_print if person else False,
        "discreet": person.wants_discretion if person else False,
        "demo": departement.is_demo,
    } | words


def send_to(  # noqa: PLR0913 - what, by which way, to where, until when, about what
    session: Session,
    now: datetime,
    *,
    kind: str,
    route: Route,
    to: str | None,
    context: dict[str, Any],
    expires_at: datetime,
    subject: str,
    subject_id: int,
    person_id: int | None = None,
) -> Message:
    """Promises one message to a number, a mailbox, or the lines of an address (one a line): this one, and no other.

    `to`: None for the file's own way, as it is when the message leaves. It is tried until `expires_at`, and no other
    route takes over when it fails. It leaves even to someone who asked for silence: they asked for it. What becomes of
    it is noted on the file of `person_id` only when it goes the file's own way.
    """
    message = Message(
        event_id=uuid4(),
        event={"kind": SINGLE},
        subject=subject,
        subject_id=subject_id,
        person_id=person_id,
        to=to,
        kind=kind,
        step=Step.NOTICE,
        route=route,
        context=context,
        status=Status.WAITING,
        created_at=now,
        due_at=now,
        expires_at=expires_at,
        retry_until=expires_at,
        attempts=0,
    )
    session.add(message)
    session.flush()
    return message


def tell_person(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    kind: str,
    person: Person,
    context: dict[str, Any],
    subject: str,
    subject_id: int,
    avoid: frozenset[Route] = frozenset(),
    place_id: int | None = None,
) -> list[Message]:
    """Promises that a person is told, by every route they chose; gives the messages, in the order of their ids.

    Each call is a new event, useful for 30 days. A route that fails sends the planner round again; in the end a human
    holds it (at `place_id`, or at any desk). `avoid`: routes that must not carry it. Nothing for someone who asked
    for silence.
    """
    session.flush()
    tidings = Tidings(now, avoid)
    like = Message(
        event_id=uuid4(),
        event=pack(tidings),
        subject=subject,
        subject_id=subject_id,
        place_id=place_id,
        person_id=person.id,
        kind=kind,
        context=context,
    )
    planned = plan_tidings(reach_of(person), tidings, now, failed_routes(person), calendar_of(session))
    return sorted(write(session, now, like, planned), key=lambda message: message.id)
