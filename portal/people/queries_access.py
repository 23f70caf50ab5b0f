"""Who is at the screen, read anew for each request: what was withdrawn a second ago no longer opens anything."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload

from portal.clock import paris_day
from portal.people.models import Agent, Person
from portal.people.models_access import Assignment, Organisation
from portal.people.models_mandates import Mandate, MandateState
from portal.people.queries_merges import is_file
from portal.web.access import PARTNERS, Acting, Role, SignedAgent, SignedPerson

# The directory stands beside people, not under: the one table of its that permissions need is named here.
_ATTACHMENT = table("place_attachment", column("place_id"), column("mds_id"), column("valid"))

_ATTACHED = aliased(_ATTACHMENT)
_DAY = bindparam("day", type_=Date)
_IS_ANSWERING = and_(_ATTACHED.c.mds_id == Assignment.mds_id, _ATTACHED.c.valid.op("@>")(_DAY))
_IS_EVERYWHERE = and_(Assignment.place_id.is_(None), Assignment.mds_id.is_(None)).label("is_everywhere")
_PLACE = func.coalesce(Assignment.place_id, _ATTACHED.c.place_id, type_=Integer).label("place_id")
_DUTIES = (
    select(Assignment.role, Assignment.families, _IS_EVERYWHERE, _PLACE)
    .join(_ATTACHED, _IS_ANSWERING, isouter=True)
    .where(Assignment.agent_id == bindparam("of_agent"), Assignment.valid.op("@>")(_DAY))
    .order_by(Assignment.id, _PLACE)
)

# The roles that book for the service itself; a partner's agent books for a person who gave a mandate.
BOOKERS = (Role.ACCUEIL, Role.PROFESSIONNEL, Role.REFERENT, Role.ENCADRANT)


def may_sign_in(day: date) -> ColumnElement[bool]:
    """Whether an agent's account opens on a day: named by the files or invited, neither suspended nor expired."""
    return and_(Agent.is_active, Agent.suspended_at.is_(None), or_(Agent.expires_on.is_(None), Agent.expires_on > day))


def signed_agent(
    session: Session, now: datetime, agent_id: int, *, place_id: int | None, confirmed_at: datetime | None
) -> SignedAgent | None:
    """The agent of a session with the roles held today; None when the account no longer opens.

    A partner's roles hold under its convention only.
    """
    day = paris_day(now)
    convention = and_(Organisation.id == Agent.organisation_id, Organisation.convention.contains(day))
    rows = session.execute(
        select(Agent.given_name, Agent.organisation_id, Agent.wants_shortcuts, Organisation.id, Assignment.role)
        .join(Organisation, convention, isouter=True)
        .join(Assignment, and_(Assignment.agent_id == Agent.id, Assignment.valid.contains(day)), isouter=True)
        .where(Agent.id == agent_id, may_sign_in(day))
        .order_by(Assignment.id)
    ).all()
    if not rows:
        return None
    given_name, organisation_id, wants_shortcuts, agreed_id, _ = rows[0]
    held = frozenset(role for *_, role in rows if role is not None)
    if organisation_id is not None:  # a partner's agent holds a partner's roles, and only while it is agreed
        held = held & PARTNERS if agreed_id is not None else frozenset()
    return SignedAgent(agent_id, given_name, held, organisation_id, place_id, confirmed_at, wants_shortcuts)


def signed_person(session: Session, person_id: int, *, is_known: bool) -> SignedPerson | None:
    """The resident of a session; None when their space was closed."""
    found = session.execute(
        select(Person.given_names, Person.family_name).where(
            Person.id == person_id, Person.space_closed_at.is_(None), is_file()
        )
    ).one_or_none()
    return None if found is None else SignedPerson(person_id, f"{found[0]} {found[1]}", is_known)


def acting_under(
    session: Session, now: datetime, mandate_id: int, *, agent: SignedAgent | None, person: SignedPerson | None
) -> Acting | None:
    """What a mandate lets this agent or this resident do now; None when it is not theirs, or not in force."""
    mandate = session.scalars(
        select(Mandate).where(Mandate.id == mandate_id, in_force(now)).options(joinedload(Mandate.person))
    ).one_or_none()
    if mandate is None or not _is_held(mandate, agent, person):
        return None
    name = f"{mandate.person.given_names} {mandate.person.family_name}"
    return Acting(mandate.id, mandate.person_id, name, frozenset(mandate.procedures), mandate.ends_at)


def in_force(now: datetime) -> ColumnElement[bool]:
    """Whether a mandate holds now."""
    return and_(Mandate.state == MandateState.ACTIVE, Mandate.starts_at <= now, Mandate.ends_at > now)


class Work(NamedTuple):
    """Something that is done at places. `roles`: those before whom it comes; `workers`: those whose work it is."""

    roles: Collection[str]
    workers: Collection[str]


class Duty(NamedTuple):
    """A role held, and where: at a place (one of those that its MDS stands for), or everywhere."""

    role: str
    families: Sequence[str]
    is_everywhere: bool
    place_id: int | None  # also None for an MDS without a place on that day


@dataclass(frozen=True)
class Duties:
    """What an agent holds on a day, asked for once."""

    held: Sequence[Duty]

    def places(self, roles: Collection[str]) -> frozenset[int] | None:
        """The places where they hold one of `roles`; None: everywhere. An MDS stands for its places."""
        theirs = [duty for duty in self.held if duty.role in roles]
        if any(duty.is_everywhere for duty in theirs):
            return None
        return frozenset(duty.place_id for duty in theirs if duty.place_id is not None)

    @property
    def roles(self) -> frozenset[str]:
        """All that they hold."""
        return frozenset(duty.role for duty in self.held)

    @property
    def families(self) -> frozenset[str]:
        """The families of files (pmi, cpef, …) whose reasons they may see."""
        return frozenset(family for duty in self.held for family in duty.families)


def duties_of(session: Session, agent_id: int, day: date) -> Duties:
    """What an agent holds on a day: one statement, whatever is then asked of it."""
    return Duties([Duty._make(row) for row in session.execute(_DUTIES, {"of_agent": agent_id, "day": day})])


def places_of(session: Session, agent_id: int, roles: Collection[str], day: date) -> frozenset[int] | None:
    """The places where an agent holds one of `roles` on a day; None: everywhere. An MDS stands for its places."""
    return duties_of(session, agent_id, day).places(roles)


def within_reach(
    session: Session, agent_id: int, work: Work, day: date, at: InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """Whether what happens at a place (`at`: its id, or none) comes before an agent, for the places of their roles.

    What nobody whose work it is would see comes before everyone who holds one of the roles: a task without a place,
    or of a place that nobody holds, must not wait for ever.
    """
    own = places_of(session, agent_id, work.roles, day)
    if own is None:
        return true()
    coming = select(Agent.id).where(may_sign_in(day))
    covered = _covered(session, coming, work.workers, day)
    return at.in_(own) if covered is None else or_(at.in_(own), at.is_(None), at.not_in(covered))


def families_of(session: Session, agent_id: int, day: date) -> frozenset[str]:
    """The families of files (pmi, cpef, …) whose reasons an agent may see on a day."""
    return duties_of(session, agent_id, day).families


class Service(NamedTuple):
    """Where an agent books for the service itself, and what. None: every family, every place.

    `may_overbook`: there, they may write over another appointment, on a holiday or outside every opening.
    """

    families: frozenset[str] | None
    place_ids: frozenset[int] | None
    may_overbook: bool


def services_of(session: Session, agent_id: int, day: date) -> tuple[Service, ...]:
    """What each of an agent's roles lets them book on a day; none when no role of theirs books.

    An accueil books for every family at its places, others for the families of files that they hold. An MDS stands
    for the places that answer to it on that day.
    """
    attached = aliased(_ATTACHMENT)
    answering = and_(attached.c.mds_id == Assignment.mds_id, attached.c.valid.op("@>")(day))
    rows = session.execute(
        select(
            Assignment.role,
            Assignment.families,
            Assignment.may_overbook,
            or_(Assignment.mds_id.is_not(None), Assignment.place_id.is_not(None)).label("is_somewhere"),
            func.array_remove(
                func.array_agg(func.coalesce(Assignment.place_id, attached.c.place_id)), None, type_=ARRAY(Integer)
            ).label("place_ids"),
        )
        .join(attached, answering, isouter=True)
        .where(Assignment.agent_id == agent_id, Assignment.role.in_(BOOKERS), Assignment.valid.contains(day))
        .group_by(Assignment.id)
        .order_by(Assignment.id)
    )
    return tuple(
        Service(
            None if row.role == Role.ACCUEIL else frozenset(row.families),
            frozenset(row.place_ids) if row.is_somewhere else None,
            row.may_overbook,
        )
        for row in rows
    )


def _covered(session: Session, agents: Select[int], roles: Collection[str], day: date) -> frozenset[int] | None:
    """The places where one of `agents` holds one of `roles` on a day; None: somebody does everywhere."""
    rows = session.execute(
        select(_IS_EVERYWHERE, _PLACE)
        .join(_ATTACHED, _IS_ANSWERING, isouter=True)
        .where(Assignment.agent_id.in_(agents), Assignment.role.in_(roles), Assignment.valid.contains(day))
        .distinct()
        .order_by(_IS_EVERYWHERE, _PLACE),
        {"day": day},
    ).all()
    if any(is_everywhere for is_everywhere, _place_id in rows):
        return None
    return frozenset(place_id for _is_everywhere, place_id in rows if place_id is not None)


def _is_held(mandate: Mandate, agent: SignedAgent | None, person: SignedPerson | None) -> bool:
    if mandate.agent_id is not None:
        return agent is not None and agent.id == mandate.agent_id and bool(agent.roles)
    if mandate.organisation_id is not None:
        return agent is not None and agent.organisation_id == mandate.organisation_id and bool(agent.roles)
    return person is not None and person.id == mandate.holder_id
