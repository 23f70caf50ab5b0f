"""A new file made at a desk: once, however often it is sent, and never without a look at those that resemble it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.desk.queries import similar
from portal.journal.services import Actor, record
from portal.locks import Lock, hold
from portal.people.contacts import Contact
from portal.people.models import Person
from portal.people.rules import Identity
from portal.people.services import find_or_create, find_or_create_relative, lock_identities
from portal.refusal import Refused


class NewFault(StrEnum):
    """Why a file is not made."""

    SIMILAR = "similar"  # others resemble it, and nobody has said that this is somebody else


def make_file(  # noqa: PLR0913 - who, how they are reached, by whom, and what was seen
    session: Session,
    now: datetime,
    *,
    key: UUID,
    identity: Identity,
    birth_name: str | None,
    contact: Contact,
    by: Actor,
    is_other: bool,
    guardian: Person | None = None,
) -> Person:
    """The new file of somebody, or of a relative of `guardian`; the same one when `key` has made it already.

    `is_other`: the agent has seen the files that resemble it, and says that this is somebody else. The file is marked
    as a possible double when another has the same names and birth date all the same. Journaled.
    Raises `Refused`: NewFault.SIMILAR without that word, and what `find_or_create` raises (IdentityFault).
    """
    hold(session, Lock.REQUEST, key.int)
    made = session.scalars(select(Person).where(Person.request_key == key)).one_or_none()
    if made is not None:
        return made
    lock_identities(session, [identity])
    others = similar(session, identity, contact)
    if others and not is_other:
        raise Refused(NewFault.SIMILAR)
    if guardian is None:
        person = find_or_create(session, now, identity=identity, contact=contact, apart=True)
    else:
        person = find_or_create_relative(session, now, identity=identity, guardian=guardian, apart=True)
    person.birth_name = birth_name
    person.request_key = key
    person.maybe_double = any(other.match_key == identity.key for other in others)
    session.flush()
    record(
        session,
        now,
        actor=by,
        verb="file.created",
        for_person_id=person.id,
        object_kind="person",
        object_id=person.id,
    )
    return person
