"""Mandates that last: asked by text message, written down from a paper, given in a space, proved by a document."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal.clock import at_wall_clock, paris_day
from portal.codes import new_code, read_code
from portal.journal.services import Actor
from portal.mandates import queries
from portal.mandates.queries_answers import was_asked_lately
from portal.mandates.rules import (
    ORGANISATION_DAYS,
    SENSITIVE,
    Fault,
    answer_by,
    days_end,
    end_of,
    is_minor,
    is_waiting,
    lasting_fault,
    legal_dates_fault,
    may_text,
    ordered,
    relative_end_fault,
)
from portal.mandates.services_ending import end_for_protected
from portal.mandates.services_telling import SUBJECT, Voice, activate, note, words_of
from portal.notifications.models import Route
from portal.notifications.notices import send_to
from portal.people.models import Person
from portal.people.models_access import Organisation
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from portal.refusal import Refused

ASKED_AGAIN_AFTER = timedelta(days=7)  # an organisation that had no yes lets the person in peace for a week
_MIDNIGHT = datetime.min.time()


def ask_by_sms(  # noqa: PLR0913 - who asks whom for what
    session: Session,
    now: datetime,
    *,
    person: Person,
    organisation: Organisation,
    procedures: Collection[str],
    days: int,
    by: Actor,
    voice: Voice,
) -> Mandate:
    """Asks a person by text message whether an organisation may act for them; nothing is given until they say yes.

    Carnet and documents are not asked so: a phone passes from hand to hand. Silence for 7 days is no. Raises `Refused`
    (Fault).
    """
    _refuse(lasting_fault(MandateKind.ORGANISATION, person, procedures, may_name_sensitive=False))
    if not may_text(person):
        raise Refused(Fault.NO_MOBILE)
    if was_asked_lately(session, now, person.id, organisation.id, ASKED_AGAIN_AFTER):
        raise Refused(Fault.ASKED_LATELY)
    mandate = _organisations(now, person, organisation, procedures, days, Consent.SMS)
    _ask(session, now, mandate, by)
    send_to(
        session,
        now,
        kind="mandate_asked",
        route=Route.SMS,
        to=person.mobile or "",
        context=words_of(mandate, voice, person),
        expires_at=answer_by(mandate),
        subject=SUBJECT,
        subject_id=mandate.id,
        person_id=person.id,
    )
    return mandate


def give_on_paper(  # noqa: PLR0913 - who gives what to whom
    session: Session,
    now: datetime,
    *,
    person: Person,
    organisation: Organisation,
    procedures: Collection[str],
    days: int = 0,
    last_day: date | None = None,
    is_signed: bool,
    by: Actor,
    voice: Voice,
) -> Mandate:
    """Writes down what a person signs on paper for an organisation: in force when an agent has the signed paper.

    `days`: as our own page offers them; or `last_day`, which a paper names by its date, within 12 months. Not signed
    yet, it waits 31 days for `receive_paper`, and can be printed. Raises `Refused` (Fault).
    """
    _refuse(lasting_fault(MandateKind.ORGANISATION, person, procedures))
    if last_day is not None:
        _refuse(relative_end_fault(paris_day(now), last_day))
    mandate = _organisations(now, person, organisation, procedures, last_day or days, Consent.PAPER)
    return _write_down(session, now, mandate, is_signed=is_signed, by=by, voice=voice)


def give_to_relative(  # noqa: PLR0913 - idem
    session: Session,
    now: datetime,
    *,
    person: Person,
    holder: Person,
    procedures: Collection[str],
    last_day: date,
    is_signed: bool,
    by: Actor,
    voice: Voice,
) -> Mandate:
    """Writes down the letter by which a person lets a carer or a relative act, for 12 months at most.

    As `give_on_paper` otherwise. Raises `Refused` (Fault).
    """
    _refuse(lasting_fault(MandateKind.RELATIVE, person, procedures))
    _refuse(relative_end_fault(paris_day(now), last_day))
    if holder.id == person.id:
        raise Refused(Fault.ONESELF)
    mandate = _new(MandateKind.RELATIVE, Consent.PAPER, person, now, end_of(last_day), procedures, holder=holder)
    return _write_down(session, now, mandate, is_signed=is_signed, by=by, voice=voice)


def give_in_space(  # noqa: PLR0913 - idem
    session: Session,
    now: datetime,
    *,
    person: Person,
    procedures: Collection[str],
    last_day: date,
    is_known: bool,
    by: Actor,
) -> Mandate:
    """Writes what a person gives to someone close, from their own space: that person takes it by its reference.

    Carnet and documents need a person who has proved who they are (`is_known`). Raises `Refused` (Fault).
    """
    _refuse(lasting_fault(MandateKind.RELATIVE, person, procedures, may_name_sensitive=is_known))
    _refuse(relative_end_fault(paris_day(now), last_day))
    mandate = _new(MandateKind.RELATIVE, Consent.SPACE, person, now, end_of(last_day), procedures)
    mandate.agreed_at = now
    _ask(session, now, mandate, by)
    return mandate


def take_up(  # noqa: PLR0913 - what a holder shows
    session: Session,
    now: datetime,
    *,
    holder: Person,
    reference: str,
    birth_date: date,
    is_known: bool,
    voice: Voice,
) -> Mandate:
    """Gives its holder the mandate of a reference that the giver passed on, with the giver's birth date.

    Whatever does not fit is the same refusal, `not_found`: nobody learns that someone has a file. Raises `Refused`
    (Fault).
    """
    code = read_code(reference)
    mandate = queries.mandate_of_reference(session, code) if code else None
    if mandate is None or not is_waiting(mandate, now) or mandate.person.birth_date != birth_date:
        raise Refused(Fault.NOT_FOUND)
    if mandate.person_id == holder.id:
        raise Refused(Fault.ONESELF)
    if SENSITIVE & set(mandate.procedures) and not is_known:
        raise Refused(Fault.HOLDER_UNKNOWN)
    mandate.holder = holder
    activate(session, now, mandate, by=Actor.person(holder.id), voice=voice)
    return mandate


def receive_paper(session: Session, now: datetime, *, mandate_id: int, by: Actor, voice: Voice) -> Mandate:
    """Puts in force what a person has now signed on paper. Raises `Refused` (Fault)."""
    mandate = _waiting(session, now, mandate_id, Consent.PAPER)
    activate(session, now, mandate, by=by, voice=voice)
    return mandate


def give_to_legal(  # noqa: PLR0913 - what a document says
    session: Session,
    now: datetime,
    *,
    person: Person,
    holder: Person | Organisation,
    procedures: Collection[str],
    first_day: date,
    last_day: date,
    by: Actor,
) -> Mandate:
    """Writes down a legal representative or a minor's parent, from the document that this agent has seen.

    Nothing is in force until another agent has seen it too (`second_look`). Raises `Refused` (Fault).
    """
    _refuse(lasting_fault(MandateKind.LEGAL, person, procedures))
    _refuse(legal_dates_fault(person, paris_day(now), first_day, last_day))
    if isinstance(holder, Person) and holder.id == person.id:
        raise Refused(Fault.ONESELF)
    who: dict[str, Person | Organisation] = {"holder" if isinstance(holder, Person) else "organisation": holder}
    starts_at = at_wall_clock(first_day, _MIDNIGHT)
    mandate = _new(MandateKind.LEGAL, Consent.DOCUMENT, person, now, end_of(last_day), procedures, **who)
    mandate.starts_at = starts_at
    _ask(session, now, mandate, by)
    return mandate


def second_look(session: Session, now: datetime, *, mandate_id: int, by: Actor, voice: Voice) -> Mandate:
    """Puts a legal mandate in force: a second agent has seen the document.

    An adult's file says from then on that they are under legal protection, and what they had given to others ends; a
    minor's, when it names nobody yet, that the holder answers for them. Raises `Refused` (Fault).
    """
    mandate = _waiting(session, now, mandate_id, Consent.DOCUMENT)
    if mandate.given_by == by.id:
        raise Refused(Fault.SAME_AGENT)
    mandate.second_agent_id = by.id
    person = mandate.person
    activate(session, now, mandate, by=by, voice=voice)
    if not is_minor(person, paris_day(now)):
        person.is_protected = True
        end_for_protected(session, now, person_id=person.id, by=by, voice=voice)
    elif person.guardian_id is None and mandate.holder is not None and mandate.holder.guardian_id is None:
        person.guardian_id = mandate.holder_id
    session.flush()
    return mandate


def _refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise Refused(fault)


def _waiting(session: Session, now: datetime, mandate_id: int, consent: Consent) -> Mandate:
    mandate = queries.mandate(session, mandate_id, held=True)
    if mandate is None or mandate.consent is not consent or not is_waiting(mandate, now):
        raise Refused(Fault.NOT_WAITING)
    return mandate


def _organisations(  # noqa: PLR0913, PLR0917 - as above
    now: datetime,
    person: Person,
    organisation: Organisation,
    procedures: Collection[str],
    lasts: int | date,
    consent: Consent,
) -> Mandate:
    if not isinstance(lasts, date) and lasts not in ORGANISATION_DAYS:
        raise Refused(Fault.DAYS)
    if paris_day(now) not in organisation.convention:
        raise Refused(Fault.NO_CONVENTION)
    ends_at = end_of(lasts) if isinstance(lasts, date) else days_end(now, lasts)
    return _new(MandateKind.ORGANISATION, consent, person, now, ends_at, procedures, organisation=organisation)


def _new(  # noqa: PLR0913, PLR0917 - a row's own parts
    kind: MandateKind,
    consent: Consent,
    person: Person,
    now: datetime,
    ends_at: datetime,
    procedures: Collection[str],
    **holder: Person | Organisation,
) -> Mandate:
    return Mandate(
        reference=new_code(),
        kind=kind,
        consent=consent,
        person=person,
        procedures=ordered(procedures),
        state=MandateState.ASKED,
        facts=[],
        asked_at=now,
        starts_at=now,
        ends_at=ends_at,
        **{"agent": None, "organisation": None, "holder": None, **holder},
    )


def _ask(session: Session, now: datetime, mandate: Mandate, by: Actor) -> None:
    mandate.given_by = by.id if by.is_agent else None
    mandate.place_id = by.place_id
    session.add(mandate)
    session.flush()
    note(session, now, mandate, "asked", by, organisation_id=mandate.organisation_id, holder_id=mandate.holder_id)


def _write_down(  # noqa: PLR0913 - as above
    session: Session, now: datetime, mandate: Mandate, *, is_signed: bool, by: Actor, voice: Voice
) -> Mandate:
    _ask(session, now, mandate, by)
    if is_signed:
        activate(session, now, mandate, by=by, voice=voice)
    return mandate
