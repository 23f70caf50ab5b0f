"""Help given there and then by an agent: for a call, or to someone who is present."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.codes import new_code
from portal.journal.services import Actor
from portal.mandates import queries
from portal.mandates.rules import COUNTER_FOR, PHONE_FOR, USUAL, EndedBy, Fault, facts_of, ordered, phone_fault
from portal.mandates.services_telling import Voice, activate, close
from portal.people.models import Agent, Person
from portal.people.models_credentials import Challenge, Purpose
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from portal.refusal import Refused


def give_by_phone(  # noqa: PLR0913 - what is said on the phone
    session: Session,
    now: datetime,
    *,
    person: Person,
    by: Actor,
    facts: Collection[str],
    script_read: bool,
    voice: Voice,
) -> Mandate:
    """Lets an agent act for whoever is on the phone, for this call, 2 hours at most; the person is told.

    `facts`: those that the caller said right; which they were is kept, never what they said. Carnet and documents are
    never opened so. The agent's earlier help ends. Raises `Refused` (Fault).
    """
    known = queries.known_of(session, now, person.id)
    fault = phone_fault(person, facts, known, script_read=script_read)
    if fault is not None:
        raise Refused(fault)
    right = [fact.value for fact in facts_of(person, known) if fact in facts]
    return _help(session, now, person, by, MandateKind.PHONE, Consent.SPOKEN, PHONE_FOR, voice, facts=right)


def give_at_counter(  # noqa: PLR0913 - what is shown at a counter
    session: Session,
    now: datetime,
    *,
    person: Person,
    by: Actor,
    challenge: Challenge | None,
    has_signed: bool,
    voice: Voice,
) -> Mandate:
    """Lets an agent act for a person who is present, for 60 minutes; the person is told.

    They have said the code sent to their phone (`challenge`, checked and used at this instant), or signed a paper.
    Carnet and documents are never opened so. The agent's earlier help ends. Raises `Refused` (Fault).
    """
    if person.is_protected:
        raise Refused(Fault.PROTECTED)
    if challenge is None and not has_signed:
        raise Refused(Fault.NOT_SIGNED)
    if challenge is not None and not _is_consent(challenge, person):
        raise Refused(Fault.NO_CODE)
    consent = Consent.PAPER if challenge is None else Consent.CODE
    return _help(session, now, person, by, MandateKind.COUNTER, consent, COUNTER_FOR, voice)


def finish_help(session: Session, now: datetime, *, by: Actor, voice: Voice) -> int:
    """Ends what help an agent has not finished; gives how much. The person was told how long it lasts at most."""
    unfinished = queries.help_of_agent(session, now, by.id or 0)
    for mandate in unfinished:
        close(session, now, mandate, by=by, how=EndedBy.AGENT, voice=voice)
    return len(unfinished)


def _is_consent(challenge: Challenge, person: Person) -> bool:
    return (challenge.purpose, challenge.person_id) == (Purpose.CONSENT, person.id) and challenge.used_at is not None


def _help(  # noqa: PLR0913, PLR0917 - as above
    session: Session,
    now: datetime,
    person: Person,
    by: Actor,
    kind: MandateKind,
    consent: Consent,
    length: timedelta,
    voice: Voice,
    *,
    facts: Collection[str] = (),
) -> Mandate:
    finish_help(session, now, by=by, voice=voice)
    mandate = Mandate(
        reference=new_code(),
        kind=kind,
        person=person,
        agent=session.get_one(Agent, by.id),
        organisation=None,
        holder=None,
        procedures=ordered(USUAL),
        state=MandateState.ASKED,
        consent=consent,
        facts=list(facts),
        asked_at=now,
        starts_at=now,
        ends_at=now + length,
        given_by=by.id,
        place_id=by.place_id,
    )
    session.add(mandate)
    session.flush()
    activate(session, now, mandate, by=by, voice=voice)
    return mandate
