"""Whom FranceConnect names: into their file, into a new one, or to an agent."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.identity import queries_franceconnect as queries
from portal.identity.rules_matching import Outcome, Pivot, outcome
from portal.identity.services_entry import note_entry
from portal.journal.services import VISITOR, Actor, record
from portal.people.contacts import Contact
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Credential, CredentialKind, IdentityCase
from portal.people.services import find_or_create, lock_identities
from portal.web.sessions_list import end_sessions_opened_by


def enter(  # noqa: PLR0913 - who, as FranceConnect says it
    session: Session, now: datetime, *, subject: str, pivot: Pivot, email: str | None, language: str
) -> Person | IdentityCase:
    """The file of someone whom FranceConnect names (`subject`), who enters it; or the case that an agent will settle.

    An identifier already joined to a file opens it. Else the identity is compared with the files: one that surely
    fits is joined; none, and a new one is made; otherwise nothing is decided here. `email`, which FranceConnect does
    not vouch for, is written only in a file that has none, and nobody is recognised by it.

    Raises `Refused` (IdentityFault) when no file can hold this identity.
    """
    lock_identities(session, [pivot.identity])
    known = queries.joined(session, subject)
    if known is not None:
        credential, person = known
        credential.proved_at = now
        note_entry(session, now, person=person)
        return person
    files = queries.files_to_compare(session, pivot)
    found, fitting = outcome(pivot, files, taken=queries.taken(session, [file.id for file in files]))
    if found is Outcome.AGENT:
        return _case(session, now, subject=subject, pivot=pivot)
    person = (
        fitting[0] if found is Outcome.JOIN else new_file(session, now, pivot=pivot, email=email, language=language)
    )
    if email is not None and person.email is None:
        person.email, person.email_state = email, RouteState.UNTRIED
    join(session, now, person=person, subject=subject, place=pivot.place, by=Actor.person(person.id))
    _settle(session, now, subject=subject, person=person)
    note_entry(session, now, person=person)
    return person


def join(  # noqa: PLR0913 - whose, what, by whom
    session: Session, now: datetime, *, person: Person, subject: str, place: str | None, by: Actor
) -> Credential:
    """From now on this identifier of FranceConnect opens this file, and no other does. The birth place is kept.

    The sessions that another one opened end.
    """
    for former in queries.in_use(session, [person.id]):
        former.ended_at = now
        end_sessions_opened_by(session, now, person.id, former.kind.value)
    person.birth_place = person.birth_place or place
    credential = Credential(
        person_id=person.id, kind=CredentialKind.FRANCECONNECT, value=subject, proved_at=now, is_vouched=True
    )
    session.add(credential)
    session.flush()
    record(
        session, now, actor=by, verb="franceconnect.joined", for_person_id=person.id,
        object_kind="credential", object_id=credential.id,
    )  # fmt: skip
    return credential


def new_file(session: Session, now: datetime, *, pivot: Pivot, email: str | None, language: str) -> Person:
    """A file of their own, whatever others look like it; flagged when one does. Raises `Refused` (IdentityFault)."""
    contact = Contact(email=email, language=language)
    return find_or_create(session, now, identity=pivot.identity, contact=contact, apart=True)


def note_doubt(session: Session, now: datetime) -> None:
    """Writes that an answer of FranceConnect did not hold together, and opened nothing."""
    record(session, now, actor=VISITOR, verb="sign_in.failed", object_kind="franceconnect")


def _case(session: Session, now: datetime, *, subject: str, pivot: Pivot) -> IdentityCase:
    """The case of this identifier, open: one at most, with the identity as it was given last."""
    case = queries.case_of(session, subject)
    if case is None:
        case = IdentityCase(subject=subject, created_at=now)
        session.add(case)
    elif case.closed_at is not None:
        case.created_at, case.closed_at, case.closed_by, case.person_id = now, None, None, None
    case.family_name, case.usage_name = pivot.family_name, pivot.usage_name
    case.given_names, case.birth_place = " ".join(pivot.given_names), pivot.place
    case.birth_date, case.birth_date_to = pivot.born.first, pivot.born.last
    session.flush()
    record(session, now, actor=VISITOR, verb="identity.case_opened", object_kind="identity_case", object_id=case.id)
    return case


def _settle(session: Session, now: datetime, *, subject: str, person: Person) -> None:
    """A case that no longer needs anybody is closed: the files it was about have changed."""
    case = queries.case_of(session, subject)
    if case is not None and case.closed_at is None:
        case.closed_at, case.person_id = now, person.id
