"""Who works at places: read by those who answer for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.directory.models import Mds, Place, PlaceAttachment
from portal.people.models import Agent
from portal.people.models_access import Assignment
from portal.staff.queries import RoleHeld
from portal.staff.rules import AccountState, state_of


@dataclass(frozen=True)
class Colleague:
    """An agent, where the account stands, and the roles held today at the places asked for."""

    agent: Agent
    state: AccountState
    roles: tuple[RoleHeld, ...]


def colleagues(session: Session, now: datetime, place_ids: Collection[int] | None) -> list[Colleague]:
    """The agents who hold a role today at these places, or at the MDS of one, by name; None: every agent.

    Whoever holds a role in the whole Département works at none of them in particular.
    """
    today = paris_day(now)
    rows = session.execute(
        select(Agent, Assignment, Mds.name, Place.name)
        .join(Assignment, Assignment.agent_id == Agent.id)
        .join(Mds, Mds.id == Assignment.mds_id, isouter=True)
        .join(Place, Place.id == Assignment.place_id, isouter=True)
        .where(Assignment.valid.contains(today), _held_at(place_ids, today))
        .order_by(Agent.family_name, Agent.given_name, Agent.id, Assignment.id)
    )
    found: dict[int, tuple[Agent, list[RoleHeld]]] = {}
    for agent, assignment, mds, place in rows:
        found.setdefault(agent.id, (agent, []))[1].append(RoleHeld(assignment, mds or place, is_over=False))
    return [Colleague(agent, state_of(agent, now), tuple(held)) for agent, held in found.values()]


def colleague_ids(session: Session, now: datetime, place_ids: Collection[int]) -> frozenset[int]:
    """Their numbers alone."""
    today = paris_day(now)
    held = select(Assignment.agent_id).where(Assignment.valid.contains(today), _held_at(place_ids, today))
    return frozenset(session.scalars(held.order_by(Assignment.agent_id)))


def house_ids(session: Session, now: datetime, place_ids: Collection[int]) -> frozenset[int]:
    """The MDS of these places today."""
    houses = _houses_of(place_ids, paris_day(now))
    return frozenset(session.scalars(houses.order_by(PlaceAttachment.mds_id)))


def _held_at(place_ids: Collection[int] | None, day: date) -> ColumnElement[bool]:
    if place_ids is None:
        return true()
    return or_(Assignment.place_id.in_(place_ids), Assignment.mds_id.in_(_houses_of(place_ids, day)))


def _houses_of(place_ids: Collection[int], day: date) -> Select[int]:
    return select(PlaceAttachment.mds_id).where(
        and_(PlaceAttachment.place_id.in_(place_ids), PlaceAttachment.valid.contains(day))
    )
