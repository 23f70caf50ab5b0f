"""An agent says whose an identity is."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.identity import queries_cases as queries
from portal.identity.rules_matching import pivot_of_case
from portal.identity.services_franceconnect import join, new_file
from portal.journal.services import Actor, record
from portal.people.models_credentials import Credential
from portal.people.services import lock_identities
from portal.refusal import Refused


class CaseFault(StrEnum):
    """Why a case cannot be settled so."""

    CLOSED = "case_closed"  # another agent was first, or its person needs nobody any more
    NO_CANDIDATE = "no_candidate"  # this file does not fit the identity


def decide(session: Session, now: datetime, *, case_id: int, person_id: int | None, by: Actor) -> Credential:
    """Joins the identity of a case to the file that an agent chose, or (None) to a new one; the case is closed.

    From now on that identifier of FranceConnect opens the file; one that opened it before no longer does. Only a file
    that fits the identity can be chosen. The journal notes who decided.

    Raises `Refused`: CaseFault, IdentityFault when no file can hold the identity.
    """
    case = queries.open_case(session, case_id, is_held=True)
    if case is None:
        raise Refused(CaseFault.CLOSED)
    pivot = pivot_of_case(case)
    lock_identities(session, [pivot.identity])
    if person_id is None:
        person = new_file(session, now, pivot=pivot, email=None, language="fr")
    else:
        files, _taken = queries.candidates(session, case)
        chosen = next((file for file in files if file.id == person_id), None)
        if chosen is None:
            raise Refused(CaseFault.NO_CANDIDATE)
        person = chosen
    credential = join(session, now, person=person, subject=case.subject, place=pivot.place, by=by)
    case.person_id, case.closed_at, case.closed_by = person.id, now, by.id
    record(
        session, now, actor=by, verb="identity.case_settled", for_person_id=person.id,
        object_kind="identity_case", object_id=case.id,
    )  # fmt: skip
    return credential
