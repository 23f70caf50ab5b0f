"""Files of people, read."""

from datetime import date

from sqlalchemy import Text, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.people.contacts import Contact
from portal.people.models import Person, Referent
from portal.people.queries_merges import is_file
from portal.people.rules import Identity

# What was not given is NULL, and equal to nothing.
_LOOK_ALIKES = (
    select(Person)
    .where(
        Person.birth_date == bindparam("birth_date"),
        is_file(),
        or_(
            Person.match_key == bindparam("key"),
            Person.mobile == bindparam("mobile"),
            func.lower(Person.email) == bindparam("email", type_=Text),
        ),
    )
    .options(joinedload(Person.guardian))
    .order_by(Person.id)
)


def look_alikes(session: Session, identity: Identity, contact: Contact) -> list[Person]:
    """The files that may be of the same person, oldest first, with their guardian.

    Born on the same day, and with the same names, mobile or e-mail.
    """
    given = {
        "birth_date": identity.birth_date,
        "key": identity.key,
        "mobile": contact.mobile,
        "email": None if contact.email is None else contact.email.lower(),
    }
    return list(session.scalars(_LOOK_ALIKES, given))


def cards_of(session: Session, person_id: int) -> list[Person]:
    """How the person of a file asked to be told of some appointments, oldest first."""
    return list(session.scalars(select(Person).where(Person.card_of_id == person_id).order_by(Person.id)))


def referents_of(session: Session, person_ids: list[int], day: date) -> frozenset[int]:
    """The agents who follow any of these people on `day`, themselves or through their guardian."""
    guardians = select(Person.guardian_id).where(Person.id.in_(person_ids), Person.guardian_id.is_not(None))
    followed = or_(Referent.person_id.in_(person_ids), Referent.person_id.in_(guardians))
    return frozenset(session.scalars(select(Referent.agent_id).where(followed, Referent.valid.contains(day))))
