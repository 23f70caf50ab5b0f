"""Whoever wrote on paper is answered on paper, and by every other way they chose."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.letters.services_changes import values_told
from portal.notifications.models import Message, Route
from portal.notifications.notices import base_context, send_to, tell_person
from portal.notifications.outbox import write
from portal.notifications.planner import TIDINGS_LAST, Tidings, plan_one
from portal.notifications.ways import takes_letters
from portal.people.models import Person

ALREADY_SO = "already_so"  # a letter alone


def answer_by_post(  # noqa: PLR0913 - what, to whom, about what
    session: Session,
    now: datetime,
    *,
    kind: str,
    person: Person,
    context: dict[str, Any],
    subject: str,
    subject_id: int,
    place_id: int | None,
) -> None:
    """Promises an answer by every route the person chose, and by letter whatever they chose.

    No letter leaves to an address that does not work, nor to someone discreet who did not choose letters; nothing at
    all to someone who asked for silence.
    """
    tell_person(
        session,
        now,
        kind=kind,
        person=person,
        context=context,
        subject=subject,
        subject_id=subject_id,
        place_id=place_id,
    )
    with_letter(session, now, kind=kind, person=person, subject=subject, subject_id=subject_id)


def with_letter(  # noqa: PLR0913 - as above
    session: Session, now: datetime, *, kind: str, person: Person, subject: str, subject_id: int
) -> None:
    """Adds a letter to what was just promised to a person about something, unless one is among it or cannot leave."""
    said = just_said(session, now, kind=kind, person=person, subject=subject, subject_id=subject_id)
    if said and takes_letters(person) and Route.LETTER not in {message.route for message in said}:
        write(session, now, said[0], [plan_one(Route.LETTER, Tidings(now), now)])


def tell_same(session: Session, now: datetime, person: Person, names: Iterable[str], *, base_url: str) -> None:
    """Answers by a letter, and by no other way, that what a paper asks for is so already: nothing has changed.

    `names`: of what it asks for. None leaves to an address that does not work, nor to someone discreet who did not
    choose letters, nor to someone who asked for silence.
    """
    if person.wants_silence or not takes_letters(person):
        return
    said = sorted(names)
    words: dict[str, Any] = {"changes": said, "values": values_told(person, said)}
    send_to(
        session,
        now,
        kind=ALREADY_SO,
        route=Route.LETTER,
        to=None,
        context=base_context(session.get_one(Departement, 1), base_url, person=person, **words),
        expires_at=now + TIDINGS_LAST,
        subject="person",
        subject_id=person.id,
        person_id=person.id,
    )


def just_said(  # noqa: PLR0913 - as above
    session: Session, now: datetime, *, kind: str, person: Person, subject: str, subject_id: int
) -> list[Message]:
    """The messages of the last event of a kind that was promised at this instant, by number."""
    session.flush()
    promised = session.scalars(
        select(Message)
        .where(
            Message.subject == subject,
            Message.subject_id == subject_id,
            Message.person_id == person.id,
            Message.kind == kind,
            Message.created_at == now,
        )
        .order_by(Message.id)
    ).all()
    return [message for message in promised if message.event_id == promised[-1].event_id]
