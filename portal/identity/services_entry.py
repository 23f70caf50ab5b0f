"""Who enters: the files behind what was proved, a first file for whoever has none, and the line that says so."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.identity import queries
from portal.identity.rules import level_of
from portal.identity.services import ask_code
from portal.identity.services_contacts import prove
from portal.journal.services import VISITOR, Actor, ActorKind, record
from portal.people.contacts import Contact
from portal.people.models import Level, Person, RouteState
from portal.people.models_credentials import Challenge, CredentialKind, Purpose
from portal.people.rules import Identity
from portal.people.services import find_or_create
from portal.sealing import Sealer
from portal.web.throttle import Limit, count, key_of

PER_PERSON = Limit("sends-person", 5, timedelta(hours=1))


def ask_sign_in(  # noqa: PLR0913 - to where, for which browser, and the words of the message
    session: Session,
    now: datetime,
    *,
    kind: CredentialKind,
    to: str,
    mark: str,
    sealer: Sealer,
    departement: Departement,
    base_url: str,
    language: str,
) -> Challenge:
    """A code to sign in, always: the same rows are written whether the mobile or e-mail is known or not.

    Five leave in an hour for all the ways of one person. The sixth is withheld without a word: a refusal would tell
    that two ways are the same person's.
    """
    ids = [person.id for person in queries.files_behind(session, kind, to)]
    counted = [f"person {one}" for one in ids] or [to]  # what is not known is counted all the same: the same work
    is_over = count(session, now, PER_PERSON, *(key_of(PER_PERSON, who, sealer) for who in counted)) is not None
    return ask_code(
        session,
        now,
        purpose=Purpose.SIGN_IN,
        kind=kind,
        to=to,
        mark=mark,
        sealer=sealer,
        departement=departement,
        base_url=base_url,
        language=language,
        is_withheld=is_over,
    )


def admit(  # noqa: PLR0913 - whose, and what they proved
    session: Session, now: datetime, *, person: Person, kind: CredentialKind, to: str, challenge_id: int
) -> Level:
    """Lets a person in by the mobile or e-mail they have just proved, which works; gives the level it opens.

    A space that was closed opens again: its person is there. One line of the journal.
    """
    credential = prove(session, now, person_id=person.id, kind=kind, value=to, is_vouched=False)
    if kind is CredentialKind.MOBILE and person.mobile == to:
        person.mobile_state = RouteState.WORKS
    if kind is CredentialKind.EMAIL and (person.email or "").lower() == to:
        person.email_state = RouteState.WORKS
    note_entry(session, now, person=person, challenge_id=challenge_id)
    return level_of(is_vouched=credential.is_vouched)


def admit_by_letter(session: Session, now: datetime, *, challenge: Challenge) -> Level:
    """Lets in the person whose letter has just been opened; gives the level it opens."""
    person = session.get_one(Person, challenge.person_id)
    person.address_state = RouteState.WORKS
    note_entry(session, now, person=person, challenge_id=challenge.id)
    return level_of(is_vouched=challenge.is_vouched)


def first_time(  # noqa: PLR0913 - who, and what they proved
    session: Session,
    now: datetime,
    *,
    identity: Identity,
    kind: CredentialKind,
    to: str,
    challenge_id: int,
    language: str,
) -> tuple[Person, Level]:
    """Lets in someone who says who they are for the first time, with the mobile or e-mail they have just proved.

    They join the file with the same names, birth date and contact, if there is one; else a new file is made, which is
    flagged when another looks the same. Raises Refused (IdentityFault).
    """
    contact = Contact(
        mobile=to if kind is CredentialKind.MOBILE else None,
        email=to if kind is CredentialKind.EMAIL else None,
        language=language,
    )
    person = find_or_create(session, now, identity=identity, contact=contact)
    level = admit(session, now, person=person, kind=kind, to=to, challenge_id=challenge_id)
    return person, level


def note_entry(session: Session, now: datetime, *, person: Person, challenge_id: int | None = None) -> None:
    """Opens a space that was closed, and writes that its person has entered it."""
    by = Actor.person(person.id)
    if person.space_closed_at is not None:
        person.space_closed_at = None
        record(session, now, actor=by, verb="space.reopened", for_person_id=person.id)
    record(
        session,
        now,
        actor=by,
        verb="sign_in.succeeded",
        for_person_id=person.id,
        object_kind="challenge" if challenge_id else None,
        object_id=challenge_id,
    )


def note_failure(session: Session, now: datetime, *, challenge_id: int) -> None:
    """Writes that a birth date went with no file of the mobile or e-mail that was proved."""
    record(session, now, actor=VISITOR, verb="sign_in.failed", object_kind="challenge", object_id=challenge_id)


def note_leaving(session: Session, now: datetime, *, by: Actor) -> None:
    """Writes that someone signed out."""
    record(session, now, actor=by, verb="sign_out", for_person_id=by.id if by.kind is ActorKind.PERSON else None)
