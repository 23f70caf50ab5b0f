"""A person closes their space. Their appointments, and the file that the Département keeps, go on."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.mandates.queries import running_of_person
from portal.mandates.rules import EndedBy
from portal.mandates.services_ending import end
from portal.mandates.services_telling import Voice
from portal.notifications.notices import base_context, tell_person
from portal.people.models_credentials import Challenge, Credential
from portal.people.models_mandates import Consent
from portal.people.own_data import own_parts
from portal.space.queries import person_to_change
from portal.web.sessions_list import end_sessions_of_person


def close_space(session: Session, now: datetime, *, person_id: int, by: Actor, base_url: str) -> bool:
    """Ends all that opens a space: proofs, codes that are out, sessions, the mandates given there. Tells the person.

    What features kept in it is erased (`people.own_data`): nobody could read it there any more.
    False, and nothing is done, when it was closed already. Signing in again opens it anew, with what is proved then.
    """
    person = person_to_change(session, person_id)
    if person.space_closed_at is not None:
        return False
    person.space_closed_at = now
    departement = session.get_one(Departement, 1)
    session.execute(
        update(Credential).where(Credential.person_id == person_id, Credential.ended_at.is_(None)).values(ended_at=now)
    )
    session.execute(
        update(Challenge).where(Challenge.person_id == person_id, Challenge.used_at.is_(None)).values(used_at=now)
    )
    for mandate in running_of_person(session, now, person_id):
        if mandate.consent is Consent.SPACE:
            end(
                session,
                now,
                mandate_id=mandate.id,
                by=by,
                how=EndedBy.SPACE,
                voice=Voice(departement, base_url),
            )
    end_sessions_of_person(session, now, person_id)
    for part in own_parts():
        part.forget(session, now, person_id, by)
    record(session, now, actor=by, verb="space.closed", for_person_id=person_id)
    tell_person(
        session,
        now,
        kind="space_closed",
        person=person,
        context=base_context(departement, base_url, person=person),
        subject="person",
        subject_id=person_id,
    )
    return True
