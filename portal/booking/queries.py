"""Appointments and invitations, read with all that is said of them."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Select, any_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from portal.booking.availability import Scope, Slot, agents_there, free_slots, merged
from portal.booking.models import (
    Absence,
    Appointment,
    AppointmentStatus,
    Invitation,
    Opening,
    Participation,
    opening_motif,
)
from portal.clock import paris_day
from portal.directory.models import Departement, Motif, Place, PlaceAttachment
from portal.people.models import Agent, Person
from portal.people.models_access import Organisation
from portal.people.models_mandates import Mandate
from portal.people.queries import referents_of
from portal.people.queries_merges import is_file, kept_in

# An appointment with all that its pages and its messages say: what, where, with whom, for whom.
WHOLE: tuple[ORMOption, ...] = (
    joinedload(Appointment.motif, innerjoin=True),
    joinedload(Appointment.place, innerjoin=True),
    joinedload(Appointment.agent, innerjoin=True),
    joinedload(Appointment.told),
    selectinload(Appointment.participations)
    .joinedload(Participation.person, innerjoin=True)
    .joinedload(Person.guardian),
)

# Written once: a booking asks these each time, and building a statement costs more than sending it.
_BY_REQUEST = select(Appointment.id).where(Appointment.request_key == bindparam("key"))
_WANTED = (
    select(Motif, Place, Departement)
    .join_from(Motif, Place, Place.id == bindparam("place_id"))
    .join(Departement, Departement.id == 1)
    .where(Motif.id == bindparam("motif_id"))
)
_UPCOMING = (
    select(Participation.person_id, func.count())
    .join(Appointment, Appointment.id == Participation.appointment_id)
    .where(
        Participation.person_id == any_(bindparam("person_ids", type_=ARRAY(Integer))),
        Appointment.motif_id == bindparam("motif_id"),
        Appointment.status == AppointmentStatus.BOOKED,
        Appointment.starts_at > bindparam("now"),
        Appointment.workshop_id.is_(None),  # seats in workshops have a limit of their own
    )
    .group_by(Participation.person_id)
    .order_by(Participation.person_id)
)
_BEFORE, _AFTER = timedelta(days=7), timedelta(days=21)  # how far around a lost hour another is looked for


def appointment(session: Session, appointment_id: int) -> Appointment | None:
    """An appointment with its motif, place and agent, and those it is for with their guardians.

    Read again from the database, even when the session knows it.
    """
    return session.scalars(_whole().where(Appointment.id == appointment_id)).one_or_none()


def appointment_by_code(session: Session, code: str) -> Appointment | None:
    """The same, by its code (as `codes.read_code` gives it)."""
    return session.scalars(_whole().where(Appointment.code == code)).one_or_none()


def appointment_by_request(session: Session, key: UUID) -> Appointment | None:
    """The same, by the form that booked it."""
    known = session.execute(_BY_REQUEST, {"key": key}).scalar_one_or_none()
    return None if known is None else appointment(session, known)


def appointment_to_change(session: Session, appointment_id: int) -> Appointment | None:
    """The same, its row locked until the transaction ends: two who change it come one after the other."""
    statement = _whole().where(Appointment.id == appointment_id).with_for_update(of=Appointment)
    return session.scalars(statement).one_or_none()


def wanted(session: Session, motif_id: int, place_id: int) -> tuple[Motif, Place, Departement] | None:
    """The motif and the place that a request names, and the Département; None when one does not exist."""
    row = session.execute(_WANTED, {"motif_id": motif_id, "place_id": place_id}).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def appointments_among(session: Session, ids: Collection[int]) -> list[Appointment]:
    """Those of these appointments that exist, with all that is said of them, soonest first."""
    if not ids:
        return []
    statement = _whole().where(Appointment.id.in_(ids)).order_by(Appointment.starts_at, Appointment.id)
    return list(session.scalars(statement))


def appointments_of_browser(
    session: Session, now: datetime, ids: Collection[int], browser: int | None
) -> list[Appointment]:
    """The same, and those to come that another tab of this browser has booked meanwhile."""
    if browser is None:
        return appointments_among(session, ids)
    statement = select(Appointment.id).where(Appointment.browser == browser, Appointment.starts_at > now)
    return appointments_among(session, {*ids, *session.scalars(statement.order_by(Appointment.id))})


def appointments_to_come(session: Session, now: datetime, person_id: int) -> list[Appointment]:
    """The same, those booked for a person or their relatives that have yet to begin."""
    statement = (
        select(Participation.appointment_id)
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .join(Person, Person.id == Participation.person_id)
        .where(
            or_(Person.id == person_id, Person.guardian_id == person_id),
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.starts_at > now,
        )
        .order_by(Participation.appointment_id)
    )
    return appointments_among(session, set(session.scalars(statement)))


def file(session: Session, person_id: int) -> Person | None:
    """The file with this number, or the one it was merged into, and its guardian; a card is none."""
    statement = select(Person).where(Person.id == (kept_in(session, person_id) or person_id), is_file())
    return session.scalars(statement.options(joinedload(Person.guardian))).one_or_none()


def any_merged(session: Session, person_ids: Collection[int]) -> bool:
    """Whether one of these files is no longer one: merged into another since it was read."""
    merged_away = select(Person.id).where(Person.id.in_(person_ids), Person.merged_into_id.is_not(None))
    return session.scalar(merged_away.order_by(Person.id).limit(1)) is not None


def relatives_among(session: Session, guardian_id: int, ids: Collection[int] | None = None) -> list[Person]:
    """The files of someone's relatives, by given names; only those of `ids` where given."""
    statement = select(Person).where(Person.guardian_id == guardian_id, is_file())
    if ids is not None:
        statement = statement.where(Person.id.in_(ids))
    ordered = statement.options(joinedload(Person.guardian)).order_by(Person.given_names, Person.id)
    return list(session.scalars(ordered))


def invitation_for(session: Session, person_id: int, motif_id: int, day: date) -> Invitation | None:
    """The invitation that a person has for a motif on a day, the one that lasts longest; and their guardian."""
    statement = (
        select(Invitation)
        .where(Invitation.person_id == person_id, Invitation.motif_id == motif_id, Invitation.last_day >= day)
        .options(joinedload(Invitation.person).joinedload(Person.guardian))
        .order_by(Invitation.last_day.desc(), Invitation.id)
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def name_of_holder(session: Session, mandate: Mandate) -> str | None:
    """Who acts under a mandate, as the person it is for knows them; None: an agent of the Département."""
    if mandate.holder_id is not None:
        names = select(Person.given_names, Person.family_name).where(Person.id == mandate.holder_id)
        return " ".join(session.execute(names).one())
    of_agent = select(Agent.organisation_id).where(Agent.id == mandate.agent_id).scalar_subquery()
    wanted = of_agent if mandate.organisation_id is None else mandate.organisation_id
    return session.scalar(select(Organisation.name).where(Organisation.id == wanted))


def invitation_by_code(session: Session, code: str) -> Invitation | None:
    """The invitation with this code (as `codes.read_code` gives it), and its person with their guardian."""
    statement = (
        select(Invitation)
        .where(Invitation.code == code)
        .options(joinedload(Invitation.person).joinedload(Person.guardian))
    )
    return session.scalars(statement).one_or_none()


def upcoming_counts(session: Session, now: datetime, motif_id: int, person_ids: Collection[int]) -> dict[int, int]:
    """How many appointments to come each person has for a motif; none when the person is missing."""
    given = {"motif_id": motif_id, "person_ids": list(person_ids), "now": now}
    return dict(iter(session.execute(_UPCOMING, given)))


def nearest_slots(session: Session, now: datetime, scope: Scope, wanted: datetime, *, count: int = 6) -> list[Slot]:
    """The free slots nearest to an hour that was lost, at most `count`, in the order of time.

    From a week before to three weeks after; the same hour of several agents once.
    """
    slots = merged(free_slots(session, now, scope, paris_day(wanted - _BEFORE), paris_day(wanted + _AFTER)))
    nearest = sorted(slots, key=lambda slot: (abs(slot.starts_at - wanted), slot.starts_at))[:count]
    return sorted(nearest)


def proposals(session: Session, now: datetime, appointment: Appointment, *, count: int = 6) -> list[Slot]:
    """Other free slots for an appointment, for staff: at most `count`, near its hour.

    Those of its place first, then those of the places of the same MDS; each in the order of time, the same hour of
    several agents once. From a week before to three weeks after. Its motif and participations must be loaded.
    """
    motif, day = appointment.motif, paris_day(appointment.starts_at)
    people = [participation.person_id for participation in appointment.participations]
    agents = referents_of(session, people, paris_day(now)) if motif.with_referent else None
    near = {appointment.place_id, *_places_beside(session, appointment.place_id, day)}
    scope = Scope(motif, place_ids=near, agent_ids=agents, for_agent=True, ignoring=appointment.id)
    wanted = max(appointment.starts_at, now)
    slots = merged(free_slots(session, now, scope, paris_day(wanted - _BEFORE), paris_day(wanted + _AFTER)))
    others = [slot for slot in slots if slot[::2] != (appointment.starts_at, appointment.place_id)]
    nearest = sorted(
        others,
        key=lambda slot: (slot.place_id != appointment.place_id, abs(slot.starts_at - wanted), slot),
    )[:count]
    return sorted(nearest, key=lambda slot: (slot.place_id != appointment.place_id, slot))


def colleagues(session: Session, appointment: Appointment) -> list[Agent]:
    """The other agents who receive for an appointment's motif at its place then and are free, by name.

    Whoever takes it over need not have a slot that begins at that very minute. Its motif must be loaded.
    """
    scope = Scope(appointment.motif, place_ids=(appointment.place_id,), for_agent=True, ignoring=appointment.id)
    free = agents_there(session, scope, appointment.starts_at, appointment.ends_at, appointment.busy_until)
    statement = select(Agent).where(Agent.id.in_(free - {appointment.agent_id}))
    return list(session.scalars(statement.order_by(Agent.family_name, Agent.given_name, Agent.id)))


def receivers(session: Session, motif_id: int, day: date) -> list[tuple[int, int]]:
    """Each active agent who receives for a motif, with each place where they do, on `day` or later."""
    statement = (
        select(Opening.agent_id, Opening.place_id)
        .join(opening_motif, opening_motif.c.opening_id == Opening.id)
        .join(Agent, Agent.id == Opening.agent_id)
        .where(
            opening_motif.c.motif_id == motif_id,
            Agent.is_active,
            Agent.suspended_at.is_(None),
            or_(Agent.expires_on.is_(None), Agent.expires_on > day),
            or_(Opening.last_day.is_(None), Opening.last_day >= day),
        )
        .distinct()
        .order_by(Opening.agent_id, Opening.place_id)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def is_away(session: Session, agent_id: int, since: datetime, until: datetime) -> bool:
    """Whether an agent is absent at some instant between two."""
    statement = select(Absence.id).where(
        Absence.agent_id == agent_id, Absence.starts_at < until, Absence.ends_at > since
    )
    return session.scalar(statement.order_by(Absence.id).limit(1)) is not None


def _places_beside(session: Session, place_id: int, day: date) -> list[int]:
    """The places that answer to the same MDS on a day."""
    of_place = select(PlaceAttachment.mds_id).where(
        PlaceAttachment.place_id == place_id, PlaceAttachment.valid.contains(day)
    )
    statement = select(PlaceAttachment.place_id).where(
        PlaceAttachment.mds_id.in_(of_place), PlaceAttachment.valid.contains(day)
    )
    return list(session.scalars(statement.order_by(PlaceAttachment.place_id)))


def _whole() -> Select[Appointment]:
    return select(Appointment).options(*WHOLE).execution_options(populate_existing=True)
