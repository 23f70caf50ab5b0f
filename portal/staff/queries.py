"""Agents' accounts, their roles, their places and their sessions, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.clock import paris_day
from portal.directory.models import Mds, Place
from portal.people.keys import plain
from portal.people.models import Agent
from portal.people.models_access import Assignment, Organisation
from portal.people.queries_access import may_sign_in, places_of
from portal.staff.rules import AccountState, state_of
from portal.web.access import AGENTS, Role
from portal.web.sessions import WebSession, is_usable

LISTED = 200  # accounts on one page


@dataclass(frozen=True)
class Account:
    """An agent's account as the list shows it."""

    agent: Agent
    state: AccountState
    roles: tuple[str, ...]  # held today, each once


@dataclass(frozen=True)
class RoleHeld:
    """A role and where it holds; `where` is None when it is everywhere."""

    assignment: Assignment
    where: str | None
    is_over: bool

    @property
    def last(self) -> date | None:
        """The last day on which it holds; None without end."""
        return self.assignment.valid.upper - timedelta(days=1) if self.assignment.valid.upper else None


def agent_by_key(session: Session, key: str, day: date) -> Agent | None:
    """The agent with this key, whose account opens."""
    return session.scalars(select(Agent).where(Agent.key == key, may_sign_in(day))).one_or_none()


def agent_by_id(session: Session, agent_id: int) -> Agent | None:
    """An agent with their organisation, whatever the account's state."""
    chosen = select(Agent).where(Agent.id == agent_id).options(joinedload(Agent.organisation))
    return session.scalars(chosen).one_or_none()


def accounts(session: Session, now: datetime, *, words: str = "", state: str = "") -> list[Account]:
    """The accounts whose names, job or e-mail hold each of `words`, in one state if given; by name.

    Accents, case and hyphens do not count.
    """
    wanted = [plain(word) for word in words.split() if plain(word)]
    rows = session.scalars(
        select(Agent)
        .options(selectinload(Agent.assignments), joinedload(Agent.organisation))
        .order_by(func.lower(Agent.family_name), func.lower(Agent.given_name), Agent.id)
    )
    listed = [Account(agent, state_of(agent, now), _held_today(agent, paris_day(now))) for agent in rows]
    return [
        one
        for one in listed
        if (not state or one.state == state) and all(word in _searched(one.agent) for word in wanted)
    ]


def roles_of(session: Session, agent_id: int, day: date) -> list[RoleHeld]:
    """Every role an agent holds, will hold or has held; those that run first, then by their dates."""
    rows = session.execute(
        select(Assignment, Mds.name, Place.name)
        .join(Mds, Mds.id == Assignment.mds_id, isouter=True)
        .join(Place, Place.id == Assignment.place_id, isouter=True)
        .where(Assignment.agent_id == agent_id)
        .order_by(func.lower(Assignment.valid), Assignment.id)
    )
    held = [
        RoleHeld(one, mds or place, one.valid.upper is not None and one.valid.upper <= day) for one, mds, place in rows
    ]
    return sorted(held, key=lambda one: one.is_over)


def seats(session: Session, agent_id: int, day: date) -> Sequence[Place]:
    """The places where an agent may sit today: those where they hold a role, all of them for a role held everywhere."""
    held = places_of(session, agent_id, [role.value for role in AGENTS], day)
    chosen = select(Place).where(or_(Place.closed_on.is_(None), Place.closed_on > day))
    if held is not None:
        chosen = chosen.where(Place.id.in_(held))
    return session.scalars(chosen.order_by(Place.name, Place.id)).all()


def sits_everywhere(session: Session, agent_id: int, day: date) -> bool:
    """Whether an agent holds a role in the whole Département today."""
    return places_of(session, agent_id, [role.value for role in AGENTS], day) is None


def mds_and_places(session: Session, day: date) -> tuple[Sequence[Mds], Sequence[Place]]:
    """Where a role may be given, by name."""
    houses = session.scalars(select(Mds).order_by(Mds.name, Mds.id)).all()
    chosen = select(Place).where(or_(Place.closed_on.is_(None), Place.closed_on > day))
    return houses, session.scalars(chosen.order_by(Place.name, Place.id)).all()


def organisations(session: Session, day: date) -> Sequence[Organisation]:
    """The partners whose convention runs or is to come, by name."""
    running = Organisation.convention.overlaps(Range(day, None))
    return session.scalars(select(Organisation).where(running).order_by(Organisation.name, Organisation.id)).all()


def sessions_of(session: Session, now: datetime, agent_id: int) -> Sequence[WebSession]:
    """The browsers in which an agent is signed in, the last seen first."""
    mine = select(WebSession).where(WebSession.agent_id == agent_id, is_usable(now))
    return session.scalars(mine.order_by(WebSession.seen_at.desc(), WebSession.key_hash)).all()


def holds_admin(session: Session, agent_id: int, day: date) -> bool:
    """Whether an agent is admin on `day` or later."""
    chosen = select(Assignment.id).where(
        Assignment.agent_id == agent_id,
        Assignment.role == Role.ADMIN.value,
        Assignment.valid.overlaps(Range(day, None)),
    )
    return session.scalar(chosen.limit(1)) is not None


def other_admins(session: Session, agent_id: int, day: date) -> bool:
    """Whether somebody else is admin on `day` and can sign in: one who was only invited may never come."""
    chosen = (
        select(Agent.id)
        .join(Assignment, Assignment.agent_id == Agent.id)
        .where(
            Agent.id != agent_id,
            may_sign_in(day),
            or_(Agent.password_hash.is_not(None), Agent.proconnect_sub.is_not(None)),
            Agent.organisation_id.is_(None),
            Assignment.role == Role.ADMIN.value,
            Assignment.valid.contains(day),
        )
    )
    return session.scalar(chosen.limit(1)) is not None


def _held_today(agent: Agent, day: date) -> tuple[str, ...]:
    held = [one.role for one in agent.assignments if day in one.valid]
    return tuple(dict.fromkeys(held))


def _searched(agent: Agent) -> str:
    return " ".join(plain(text) for text in (agent.family_name, agent.given_name, agent.job, agent.email or ""))
