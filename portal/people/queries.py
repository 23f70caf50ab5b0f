"""Files of people, read."""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.people.contacts import Contact
from portal.people.models import Person, Referent
from portal.people.rules import Identity


def look_alikes(session: Session, identity: Identity, contact: Contact) -> list[Person]:
    """The files that may be of the same person, oldest first, with their guardian.

    Born on the same day, and with the same names, mobile or e-mail.
    """
    alike = [Person.match_key == identity.key]
    if contact.mobile is not None:
        alike.append(Person.mobile == contact.mobile)
    if contact.email is not None:
        alike.append(func.lower(Person.email) == contact.email.lower())
    files = (
        select(Person)
        .where(Person.birth_date == identity.birth_date, Person.card_of_id.is_(None), or_(*alike))
        .options(joinedload(Person.guardian))
        .order_by(Person.id)
    )
    return list(session.scalars(files))


def cards_of(session: Session, person_id: int) -> list[Person]:
    """How the person of a file asked to be told of some appointments, oldest first."""
    return list(session.scalars(select(Person).where(Person.card_of_id == person_id).order_by(Person.id)))


def referents_of(session: Session, person_ids: list[int], day: date) -> frozenset[int]:
    """The agents who follow any of these people on `day`, themselves or through their guardian."""
    guardians = select(Person.guardian_id).where(Person.id.in_(person_ids), Person.guardian_id.is_not(None))
    followed = or_(Referent.person_id.in_(person_ids), Referent.person_id.in_(guardians))
    return frozenset(session.scalars(select(Referent.agent_id).where(followed, Referent.valid.contains(day))))
