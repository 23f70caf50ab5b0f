"""People found by what was typed, among those whom an agent may read, and when they come next."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.booking.queries import appointment_by_code
from portal.clock import paris_day
from portal.desk.queries import BY_NAME, asks, files_with, territories_of
from portal.desk.rules_search import Sought, steps
from portal.directory.models import Commune, CommuneAttachment, Mds, Motif, PlaceAttachment
from portal.letters.models import Letter
from portal.notifications.models import Message
from portal.people.models import Person, Referent
from portal.people.models_mandates import Mandate
from portal.people.queries_access import in_force
from portal.people.queries_merges import is_file
from portal.web.access import PARTNERS, Role, SignedAgent
from portal.words import capital

MOST = 20  # people shown at once
_POSTCODE = 5  # the figures that begin the last line of an address: "62000 ARRAS"
_COME = (AppointmentStatus.BOOKED, AppointmentStatus.SEEN, AppointmentStatus.NOSHOW)


@dataclass(frozen=True)
class Next:
    """The next appointment of somebody, in neutral words that begin a line."""

    starts_at: datetime
    words: str


def found(
    session: Session, now: datetime, agent: SignedAgent, sought: Sought, *, is_near_only: bool = False
) -> list[Person]:
    """The files that fit and that the agent may read, at most `MOST` and one more; neither cards nor merged files.

    The surest first: the people of the appointment whose code this is, whole words, beginnings of words, sounds; then
    by name. Of the key of a letter, whoever it is written to. `is_near_only`: of the territories of the agent's places
    alone.
    """
    day = paris_day(now)
    whose = and_(is_file(), _readable(session, now, agent), _near_only(session, agent, day) if is_near_only else true())
    people = _of_code(session, sought.code, whose) if sought.code else []
    if sought.letter:
        return _of_letter(session, sought.letter, whose)
    if sought.is_code:
        return people
    whose = and_(whose, *_contacts(sought))
    questions = list(steps(sought)) or ([""] if sought.phone or sought.email else [])
    for question in questions:
        room = MOST + 1 - len(people)
        if room <= 0:
            break
        known = [person.id for person in people]
        fits = asks(Person.search_keys, question) if question else true()
        statement = select(Person).where(fits, whose, Person.id.not_in(known)).order_by(*BY_NAME).limit(room)
        people += session.scalars(statement).all()
    return people


def next_appointments(session: Session, now: datetime, ids: Collection[int]) -> dict[int, Next]:
    """The next appointment of each of these people, or of a relative of theirs; nothing for who has none."""
    rows = session.execute(
        select(Person.id, Person.guardian_id, Appointment.starts_at, Motif.neutral_words)
        .join(Participation, Participation.person_id == Person.id)
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .join(Motif, Motif.id == Appointment.motif_id)
        .where(
            or_(Person.id.in_(ids), Person.guardian_id.in_(ids)),
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.starts_at > now,
        )
        .order_by(Appointment.starts_at.desc(), Appointment.id, Person.id)
    )
    found: dict[int, Next] = {}
    for person_id, guardian_id, starts_at, words in rows:
        found |= {number: Next(starts_at, capital(words)) for number in (person_id, guardian_id) if number is not None}
    return found


def _contacts(sought: Sought) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if sought.phone:
        asked.append(Person.id.in_(files_with([sought.phone]).order_by(None)))
    if sought.email:
        asked.append(func.lower(Person.email) == sought.email)
    return asked


def _of_code(session: Session, code: str, whose: ColumnElement[bool]) -> list[Person]:
    appointment = appointment_by_code(session, code)
    people = [participation.person for participation in appointment.participations] if appointment else []
    ids = {person.id for person in people} | {person.guardian_id for person in people if person.guardian_id}
    if not ids:
        return []
    return list(session.scalars(select(Person).where(Person.id.in_(ids), whose).order_by(*BY_NAME)))


def _of_letter(session: Session, reference: str, whose: ColumnElement[bool]) -> list[Person]:
    """Whoever a letter is written to; of one to a card, or to a file merged since, the file that it is of now."""
    someone = aliased(Person)
    told = (
        select(func.coalesce(someone.card_of_id, someone.merged_into_id, someone.id))
        .join(Message, Message.person_id == someone.id)
        .join(Letter, Letter.message_id == Message.id)
        .where(Letter.reference == reference)
    )
    return list(session.scalars(select(Person).where(Person.id.in_(told), whose).order_by(*BY_NAME)))


def _readable(session: Session, now: datetime, agent: SignedAgent) -> ColumnElement[bool]:
    """The rule `desk.rules.reading`, said to the database: what is not theirs must not fill the page of an agent."""
    if agent.roles & PARTNERS:
        given = select(Mandate.person_id).where(Mandate.organisation_id == agent.organisation_id, in_force(now))
        return Person.id.in_(given)
    if Role.ACCUEIL in agent.roles:
        return true()
    day = paris_day(now)
    ways: list[ColumnElement[bool]] = [false()]
    if agent.roles & {Role.PROFESSIONNEL, Role.REFERENT}:
        ways += [_followed(agent.id, day), _comes(Appointment.agent_id == agent.id, Appointment.status.in_(_COME))]
    if Role.ENCADRANT in agent.roles:
        ways.append(_near(territories_of(session, agent.id, (Role.ENCADRANT,), day), day))
    return or_(*ways)


def _near_only(session: Session, agent: SignedAgent, day: date) -> ColumnElement[bool]:
    return _near(territories_of(session, agent.id, agent.roles, day), day)


def _followed(agent_id: int, day: date) -> ColumnElement[bool]:
    theirs = select(Referent.person_id).where(Referent.agent_id == agent_id, Referent.valid.contains(day))
    return or_(Person.id.in_(theirs), Person.guardian_id.in_(theirs))


def _comes(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the person, or a relative of theirs, has an appointment of which this is true."""
    someone = aliased(Person)
    return (
        select(Participation.appointment_id)
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .join(someone, someone.id == Participation.person_id)
        .where(or_(someone.id == Person.id, someone.guardian_id == Person.id), *which)
        .correlate(Person)
        .exists()
    )


def _near(territories: frozenset[int] | None, day: date) -> ColumnElement[bool]:
    """Whether the person lives under a postcode of these territories, or comes there.

    Two territories may share a postcode: `desk.rules.reading`, which knows the commune, has the last word.
    """
    if territories is None:
        return true()
    within = (
        select(PlaceAttachment.place_id)
        .join(Mds, Mds.id == PlaceAttachment.mds_id)
        .where(Mds.territory_id.in_(territories), PlaceAttachment.valid.contains(day))
    )
    postcodes = (
        select(func.unnest(Commune.postal_codes))
        .join(CommuneAttachment, CommuneAttachment.insee == Commune.insee)
        .where(CommuneAttachment.territory_id.in_(territories), CommuneAttachment.valid.contains(day))
    )
    postcode = func.left(Person.address[func.cardinality(Person.address)], _POSTCODE)
    return or_(postcode.in_(postcodes), _comes(Appointment.place_id.in_(within)))
