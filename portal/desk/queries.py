"""People found at a desk, what ties an agent to them, and what their file shows."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.clock import paris_day
from portal.desk.rules import Link, reading
from portal.desk.rules_search import quoted, resembles
from portal.directory import queries as directory
from portal.directory.models import CommuneAttachment, Mds, PlaceAttachment
from portal.people.contacts import Contact
from portal.people.models import Person, Referent
from portal.people.models_mandates import Mandate
from portal.people.queries_access import in_force, places_of
from portal.people.queries_merges import is_file
from portal.people.rules import Identity
from portal.web.access import Role, SignedAgent

BY_NAME = (Person.family_name, Person.given_names, Person.birth_date, Person.id)
_PAST = timedelta(days=365)  # appointments older than this are history, not the desk's
_COME = (AppointmentStatus.BOOKED, AppointmentStatus.SEEN, AppointmentStatus.NOSHOW)


def file(session: Session, person_id: int, *, held: bool = False) -> Person | None:
    """A file, with its guardian; None for a card or a merged double.

    `held`: nobody else changes it until the transaction ends.
    """
    statement = select(Person).where(Person.id == person_id, is_file())
    if held:
        # Whoever only adds a row about the person (a message, say) need not wait: two who wait for each other would.
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    # Not joined: a row read again to be locked must not be an outer join's.
    read = statement.options(selectinload(Person.guardian)).execution_options(populate_existing=True)
    return session.scalars(read).one_or_none()


def relatives_of(session: Session, person_id: int) -> Sequence[Person]:
    """Those whom a person answers for, the eldest first."""
    statement = select(Person).where(Person.guardian_id == person_id, is_file())
    return session.scalars(statement.order_by(Person.birth_date, Person.id)).all()


def similar(session: Session, identity: Identity, contact: Contact) -> list[Person]:
    """The files that may be of somebody, those of the same names and birth date first, then by name.

    The same mobile or landline (in the file, or given for one appointment), the same e-mail, or born that day with
    names that sound the same. Nothing is merged by it: an agent looks.
    """
    phones = [phone for phone in (contact.mobile, contact.landline) if phone]
    telephoned = set(session.scalars(files_with(phones))) if phones else set()
    statement = select(Person).where(
        is_file(),
        or_(
            Person.birth_date == identity.birth_date,
            Person.id.in_(telephoned),
            func.lower(Person.email) == (contact.email or "").lower(),
        ),
    )
    alike = [
        person
        for person in session.scalars(statement.order_by(*BY_NAME))
        if person.id in telephoned or resembles(person, identity, contact)
    ]
    return sorted(alike, key=lambda person: person.match_key != identity.key)


def files_with(phones: Collection[str]) -> Select[int]:
    """The numbers of the files that have one of these phones (E.164): their own, or one given for an appointment."""
    someone = aliased(Person)
    question = " | ".join(quoted(phone) for phone in phones)
    number = func.coalesce(someone.card_of_id, someone.id)
    return select(number).where(asks(someone.search_keys, question)).order_by(number)


def asks(keys: Any, question: str) -> ColumnElement[bool]:
    """Whether the search keys of a file answer a question (`tsquery`), by the one index on them."""
    return func.array_to_tsvector(keys).op("@@", is_comparison=True)(cast(question, TSQUERY))


def links(session: Session, now: datetime, agent: SignedAgent, people: Collection[Person]) -> dict[int, Link]:
    """What ties an agent to each of these people, by their number."""
    day, ids = paris_day(now), [person.id for person in people]
    follows = _followed(session, agent.id, people, day)
    receives = _received(session, agent.id, ids)
    mandated = _mandated(session, now, agent.organisation_id, ids)
    territories = territories_of(session, agent.id, (Role.ENCADRANT,), day)
    of_people = _territories_of_people(session, people, day)
    return {
        number: Link(
            roles=agent.roles,
            follows=number in follows,
            receives=number in receives,
            has_mandate=number in mandated,
            territories=territories,
            of_person=of_people[number],
        )
        for number in ids
    }


def reads_file(session: Session, now: datetime, agent: SignedAgent, person_id: int) -> bool:
    """Whether an agent reads the file of a person; no for a file that is not there, and for a card."""
    person = file(session, person_id)
    return person is not None and reading(links(session, now, agent, [person])[person_id]) is not None


def appointments_of(session: Session, now: datetime, person_id: int) -> Sequence[Appointment]:
    """Those of a person and of their relatives, from a year ago on, the latest first."""
    theirs = (
        select(Participation.appointment_id)
        .join(Person, Person.id == Participation.person_id)
        .where(or_(Person.id == person_id, Person.guardian_id == person_id))
    )
    return session.scalars(
        select(Appointment)
        .where(Appointment.id.in_(theirs), Appointment.starts_at > now - _PAST)
        .options(
            joinedload(Appointment.motif),
            joinedload(Appointment.place),
            selectinload(Appointment.participations).joinedload(Participation.person),
        )
        .order_by(Appointment.starts_at.desc(), Appointment.id)
    ).all()


def _followed(session: Session, agent_id: int, people: Collection[Person], day: date) -> set[int]:
    """Themselves, or through their guardian."""
    ids = {person.id for person in people} | {person.guardian_id for person in people if person.guardian_id}
    rows = select(Referent.person_id).where(
        Referent.agent_id == agent_id, Referent.person_id.in_(ids), Referent.valid.contains(day)
    )
    followed = set(session.scalars(rows.order_by(Referent.id)))
    return {person.id for person in people if followed & {person.id, person.guardian_id}}


def _received(session: Session, agent_id: int, ids: Collection[int]) -> set[int]:
    """Those with an appointment of this agent that took place or is to come, and the guardians who come with them."""
    rows = session.execute(
        select(Person.id, Person.guardian_id)
        .join(Participation, Participation.person_id == Person.id)
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .where(
            Appointment.agent_id == agent_id,
            Appointment.status.in_(_COME),
            or_(Person.id.in_(ids), Person.guardian_id.in_(ids)),
        )
        .order_by(Person.id)
    )
    return {number for row in rows for number in row if number is not None}


def _mandated(session: Session, now: datetime, organisation_id: int | None, ids: Collection[int]) -> set[int]:
    if organisation_id is None:
        return set()
    rows = select(Mandate.person_id).where(
        Mandate.organisation_id == organisation_id, Mandate.person_id.in_(ids), in_force(now)
    )
    return set(session.scalars(rows.order_by(Mandate.id)))


def territories_of(session: Session, agent_id: int, roles: Collection[str], day: date) -> frozenset[int] | None:
    """The territories of the places where an agent holds one of these roles; None: the whole Département."""
    places = places_of(session, agent_id, roles, day)
    if places is None:
        return None
    rows = (
        select(Mds.territory_id)
        .join(PlaceAttachment, PlaceAttachment.mds_id == Mds.id)
        .where(PlaceAttachment.place_id.in_(places), PlaceAttachment.valid.contains(day))
    )
    return frozenset(session.scalars(rows.order_by(Mds.territory_id)))


def _territories_of_people(session: Session, people: Collection[Person], day: date) -> dict[int, frozenset[int]]:
    """Where each lives, as far as their address says it, and where they or their relatives come."""
    ids = [person.id for person in people]
    reached: defaultdict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(Person.id, Person.guardian_id, Mds.territory_id)
        .join(Participation, Participation.person_id == Person.id)
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .join(PlaceAttachment, PlaceAttachment.place_id == Appointment.place_id)
        .join(Mds, Mds.id == PlaceAttachment.mds_id)
        .where(PlaceAttachment.valid.contains(day), or_(Person.id.in_(ids), Person.guardian_id.in_(ids)))
        .order_by(Person.id, func.coalesce(Person.guardian_id, 0), Mds.territory_id)
    )
    for person_id, guardian_id, territory_id in rows:
        reached[person_id].add(territory_id)
        reached[guardian_id or person_id].add(territory_id)
    for person_id, territory_id in _homes(session, people, day):
        reached[person_id].add(territory_id)
    return {person.id: frozenset(reached[person.id]) for person in people}


def _homes(session: Session, people: Collection[Person], day: date) -> list[tuple[int, int]]:
    """Each person, and the territory of the commune that the last line of their address surely names."""
    index = directory.commune_index(session)
    communes = {person.id: index.sure(person.address[-1]) for person in people if person.address}
    towns = {number: commune.insee for number, commune in communes.items() if commune is not None}
    rows = session.execute(
        select(CommuneAttachment.insee, CommuneAttachment.territory_id)
        .where(CommuneAttachment.insee.in_(towns.values()), CommuneAttachment.valid.contains(day))
        .order_by(CommuneAttachment.insee)
    )
    territories = dict(iter(rows))
    return [(number, territories[insee]) for number, insee in towns.items() if insee in territories]
