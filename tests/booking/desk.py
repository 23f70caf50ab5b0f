"""What the tests of booking say often: ask for an hour, confirm it, look at what was promised."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.booking.models import Appointment
from portal.booking.rules import BookingRequest
from portal.booking.services import book, cancel, hand_over, move
from portal.database import Database
from portal.directory.models import Motif, Place
from portal.journal.models import JournalLine
from portal.journal.services import VISITOR, Actor
from portal.notifications.models import Message, Status
from portal.people.contacts import Contact
from portal.people.models import Agent, Person
from portal.people.rules import Identity
from portal.refusal import Refused
from tests.world import at

BASE = "https://porte.exemple.fr"
MOBILE = "+33639980012"
DOMINIQUE = Identity("Essai", "Dominique", date(1980, 2, 29))
NOE = Identity("Essai", "Noé", date(2023, 5, 1))
ZOE = Identity("Essai", "Zoé", date(2024, 6, 2))
START = at("2026-11-26", "09:00")  # a Thursday, three days after the tests' Monday
LATER = at("2026-11-26", "10:30")


def asked(place: Place, motif: Motif, **given: Any) -> BookingRequest:
    """A request for Thursday at nine, by Dominique, who gave a mobile."""
    return BookingRequest(
        **{
            "key": uuid4(),
            "motif_id": motif.id,
            "place_id": place.id,
            "starts_at": START,
            "booker": DOMINIQUE,
            "contact": Contact(mobile=MOBILE),
        }
        | given
    )


def confirm(database: Database, now: datetime, request: BookingRequest, by: Actor = VISITOR) -> Appointment:
    with database.transaction() as session:
        return book(session, now, request=request, base_url=BASE, by=by)


def shift(
    database: Database, now: datetime, number: int, starts_at: datetime, by: Actor = VISITOR, **given: Any
) -> Appointment:
    with database.transaction() as session:
        return move(session, now, appointment_id=number, starts_at=starts_at, base_url=BASE, by=by, **given)


def give_up(database: Database, now: datetime, number: int, by: Actor = VISITOR, **given: Any) -> Appointment:
    with database.transaction() as session:
        return cancel(session, now, appointment_id=number, base_url=BASE, by=by, **given)


def give(database: Database, now: datetime, number: int, agent: Agent, by: Actor, **given: Any) -> Appointment:
    with database.transaction() as session:
        return hand_over(session, now, appointment_id=number, agent_id=agent.id, by=by, base_url=BASE, **given)


def messages(database: Database) -> list[Message]:
    with database.transaction() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def alive(database: Database) -> list[tuple[str, str, int]]:
    """What may still leave: kind, route and receiver."""
    return [
        (message.kind, message.route.value, message.person_id)
        for message in messages(database)
        if message.status is Status.WAITING
    ]


def count(database: Database, model: type[Any]) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def people(database: Database) -> list[Person]:
    """Files, cards left out, oldest first."""
    with database.transaction() as session:
        return list(session.scalars(select(Person).where(Person.card_of_id.is_(None)).order_by(Person.id)))


def journal(database: Database) -> list[JournalLine]:
    with database.transaction() as session:
        return list(session.scalars(select(JournalLine).order_by(JournalLine.id)))


def refused(database: Database, now: datetime, request: BookingRequest, by: Actor = VISITOR) -> object:
    """The reason of a refusal, which leaves nothing behind."""
    kept = (Appointment, Person, Message, JournalLine)
    before = [count(database, model) for model in kept]
    with pytest.raises(Refused) as found:
        confirm(database, now, request, by)
    assert [count(database, model) for model in kept] == before
    return found.value.reason
