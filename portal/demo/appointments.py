"""A few appointments of the invented residents, made through the same service as everyone's."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from portal.booking.availability import Scope, first_day_with_slots, free_slots
from portal.booking.models import Participation
from portal.booking.services import BookingRequest, book
from portal.clock import paris_day
from portal.database import Database
from portal.directory.models import Motif, Place
from portal.journal.services import Actor
from portal.people.models import Person
from portal.people.queries_merges import is_file
from portal.people.rules import contact_of, identity_of


class Wish(NamedTuple):
    """Who comes (given name), for what, where, and in how many days at least: enough for a letter to arrive."""

    given_names: str
    motif: str
    place: str
    days: int


WISHES = (
    Wish("Lou", "pmi-infirmiere", "mds-lens-1", 9),
    Wish("Odette", "aide-demarches", "mds-saint-omer", 14),
    Wish("Marcel", "permanence-sociale", "mds-arras-sud", 10),
    Wish("Dominique", "permanence-sociale", "mds-calais-1", 7),
)


def book_for_residents(database: Database, now: datetime, base_url: str) -> int:
    """Books what `WISHES` says for those who never had an appointment; gives how many.

    Safe to repeat. A wish without a free slot is left out.
    """
    return sum(_book(database, now, wish, base_url) for wish in WISHES)


def _book(database: Database, now: datetime, wish: Wish, base_url: str) -> bool:
    with database.transaction() as session:
        person = _newcomer(session, wish.given_names)
        motif = session.scalars(select(Motif).where(Motif.key == wish.motif)).one()
        place = session.scalars(select(Place).where(Place.key == wish.place)).one()
        scope = Scope(motif, place_ids=(place.id,))
        day = first_day_with_slots(session, now, scope, paris_day(now) + timedelta(days=wish.days))
        if person is None or day is None:
            return False
        booker = person.guardian or person
        request = BookingRequest(
            key=uuid4(),
            motif_id=motif.id,
            place_id=place.id,
            starts_at=free_slots(session, now, scope, day, day)[0].starts_at,
            booker=identity_of(booker),
            contact=contact_of(booker),
            # By number: without a mobile or an e-mail, what a visitor books is in a file apart, out of their space.
            person_id=booker.id,
            relative_ids=(person.id,) if person.guardian else (),
        )
        book(session, now, request=request, base_url=base_url, by=Actor.person(booker.id))
        return True


def _newcomer(session: Session, given_names: str) -> Person | None:
    """The resident of this name, unless they have had an appointment, in this file or in a double of it."""
    known = aliased(Person)
    already = (
        select(Participation.person_id)
        .join(known, known.id == Participation.person_id)
        .where(known.match_key == Person.match_key)
    )
    return session.scalars(
        select(Person)
        .where(Person.given_names == given_names, is_file(), ~already.exists())
        .options(joinedload(Person.guardian))
        .order_by(Person.id)
        .limit(1)
    ).first()
