"""Files of people: found when they are theirs, made otherwise.

What is typed at a screen never changes a file that existed: whoever knows a name, a birth date and a mobile could else
have the messages of another sent to themselves. Nor does what stands in a file decide where a stranger's booking is
told: the file may have been made by somebody else in this person's name. So a booking joins the file, and its own
messages go where its own form said, and nowhere else: on a *card* of the file, which staff see beside it. The later
messages of the person's other appointments are untouched. Staff alone change a file.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.locks import Lock, hold
from portal.people import queries
from portal.people.contacts import Contact
from portal.people.models import Person, RouteState
from portal.people.queries_merges import kept_in
from portal.people.rules import Identity, contact_of, file_to_join, identity_fault, identity_of, tidy, ways, written_as
from portal.refusal import Refused


def lock_identities(session: Session, identities: Iterable[Identity]) -> None:
    """Holds what two bookings for the same people would both write, until the transaction ends. Free of deadlocks."""
    for ordinal in sorted({identity.birth_date.toordinal() for identity in identities}):
        hold(session, Lock.BIRTH_DATE, ordinal)


def file_held(session: Session, person_id: int) -> int | None:
    """The number of a person's file, or of the one it was merged into; nobody merges it until the transaction ends.

    Whoever adds a row about somebody asks for it first: a row of a double that has just gone would be seen nowhere.
    None for a card, and for a number that no file has.
    """
    born = session.scalar(select(Person.birth_date).where(Person.id == person_id, Person.card_of_id.is_(None)))
    if born is None:
        return None
    hold(session, Lock.BIRTH_DATE, born.toordinal())
    return kept_in(session, person_id) or person_id


def find_or_create(
    session: Session, now: datetime, *, identity: Identity, contact: Contact, apart: bool = False
) -> Person:
    """The file of someone who answers for themselves: the one they join, or a new one.

    They join the file that has the same names, birth date and mobile or e-mail (one that has not failed); it is left
    as it was, whatever else was typed. A new file keeps the contact typed, and is flagged `maybe_double` when another
    has the same names and birth date, or the same mobile or e-mail and birth date. `apart`: a new file in any case.

    The caller may have called `lock_identities`; it is called here too. Raises `Refused` (IdentityFault).
    """
    _refuse_faults(identity, now)
    lock_identities(session, [identity])
    candidates = queries.look_alikes(session, identity, contact)
    joined = None if apart else file_to_join(candidates, identity.key, contact)
    return joined or _new_file(session, now, identity, contact=contact, maybe_double=bool(candidates))


def find_or_create_relative(
    session: Session, now: datetime, *, identity: Identity, guardian: Person, apart: bool = False
) -> Person:
    """The file of a child or of someone looked after: the one with these names and birth date under this guardian.

    Else a new one, flagged `maybe_double` when the same names and birth date are known elsewhere. `apart`: a new one
    in any case. A relative has no contact: the guardian gets the messages. Raises `Refused` (IdentityFault).
    """
    _refuse_faults(identity, now)
    lock_identities(session, [identity])
    candidates = queries.look_alikes(session, identity, Contact())
    theirs = [person for person in candidates if person.guardian_id == guardian.id]
    joined = None if apart else min(theirs, key=lambda person: (person.maybe_double, person.id), default=None)
    if joined is not None:
        return joined
    return _new_file(session, now, identity, guardian=guardian, maybe_double=bool(candidates))


def card_for(
    session: Session, now: datetime, *, person: Person, contact: Contact, identity: Identity | None = None
) -> Person | None:
    """The card of a file that says `contact`: made once, found again after, with what has proved to work.

    None when the file itself says the same. `identity`: the names as just typed, when nothing is proven: an accent
    that they lack and the file has would tell that there is a file. So would an SMS that is not sent because the file
    wants none; but where every way given is the file's own, nobody else reads, and its discretion holds.
    """
    is_own = identity is None or ways(contact) <= ways(contact_of(person))
    wishes = (
        identity is not None or person.wants_sms,
        identity is not None or person.wants_email,
        is_own and person.wants_discretion,
    )
    wanted = (written_as(identity or person), contact, wishes)
    if _says(person) == wanted:
        return None
    for card in queries.cards_of(session, person.id):
        if _says(card) == wanted:
            return card
    names = identity or identity_of(person)
    card = _new_file(session, now, names, contact=contact, card_of=person, maybe_double=False)
    card.wants_sms, card.wants_email, card.wants_discretion = wishes
    if card.address == person.address:  # letters that wait at a place wait there for the card too
        card.letters_kept_at_id = person.letters_kept_at_id
    return card


def _says(person: Person) -> tuple[tuple[str, str], Contact, tuple[bool, bool, bool]]:
    """How a file or a card writes the names, and how it wants messages."""
    wishes = (person.wants_sms, person.wants_email, person.wants_discretion)
    return written_as(person), contact_of(person), wishes


def _refuse_faults(identity: Identity, now: datetime) -> None:
    fault = identity_fault(identity, paris_day(now))
    if fault is not None:
        raise Refused(fault)


def _new_file(  # noqa: PLR0913 - a file's own parts
    session: Session,
    now: datetime,
    identity: Identity,
    *,
    contact: Contact | None = None,
    guardian: Person | None = None,
    card_of: Person | None = None,
    maybe_double: bool,
) -> Person:
    given = contact or Contact()
    person = Person(
        family_name=tidy(identity.family_name),
        given_names=tidy(identity.given_names),
        birth_date=identity.birth_date,
        match_key=identity.key,
        guardian=guardian,
        card_of_id=None if card_of is None else card_of.id,
        mobile=given.mobile,
        email=given.email,
        landline=given.landline,
        address=list(given.address),
        wants_paper=given.wants_paper,
        letters_chosen_at=now if given.wants_paper and given.address else None,
        wants_large_print=given.wants_large_print,
        language=given.language,
        maybe_double=maybe_double,
        mobile_state=RouteState.UNTRIED,
        email_state=RouteState.UNTRIED,
        address_state=RouteState.UNTRIED,
        wants_silence=given.wants_silence,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person
