"""Roles given and ended, each with its dates; none is ever overwritten."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.journal.services import Actor, record
from portal.locks import Lock, hold
from portal.people.models import Agent
from portal.people.models_access import Assignment
from portal.refusal import Refused
from portal.staff.rules import RoleFault, known_families, role_fault
from portal.staff.services_accounts import refuse_last_admin
from portal.staff.services_history import note_account, role_said
from portal.web.access import Role


@dataclass(frozen=True)
class NewRole:
    """A role: in an MDS, at a place, or (neither) everywhere; from `first` to `last`, included (None: no end)."""

    role: str
    first: date
    last: date | None = None
    mds_id: int | None = None
    place_id: int | None = None
    families: tuple[str, ...] = ()
    may_overbook: bool = False


def give_role(session: Session, now: datetime, *, agent_id: int, new: NewRole, by: Actor) -> Assignment:
    """Adds a role to somebody else's. Raises `Refused` (RoleFault)."""
    if by.is_agent and by.id == agent_id:
        raise Refused(RoleFault.ONESELF)
    after = new.last + timedelta(days=1) if new.last is not None else None
    agent = session.scalars(select(Agent).where(Agent.id == agent_id).with_for_update()).one()
    fault = role_fault(
        new.role,
        is_partner=agent.organisation_id is not None,
        first=new.first,
        after=after,
        may_overbook=new.may_overbook,
    )
    if fault is not None:
        raise Refused(fault)
    valid = Range(new.first, after)
    if session.scalar(
        select(Assignment.id)
        .where(
            Assignment.agent_id == agent_id,
            Assignment.role == new.role,
            Assignment.mds_id.is_not_distinct_from(new.mds_id),
            Assignment.place_id.is_not_distinct_from(new.place_id),
            Assignment.valid.overlaps(valid),
        )
        .limit(1)
    ):
        raise Refused(RoleFault.HELD)
    given = Assignment(
        agent_id=agent_id,
        role=new.role,
        mds_id=new.mds_id,
        place_id=new.place_id,
        valid=valid,
        families=known_families(new.families),
        may_overbook=new.may_overbook,
        is_from_files=False,
    )
    session.add(given)
    session.flush()
    note_account(session, now, agent_id, before=None, after=role_said(session, given), by=by)
    record(
        session,
        now,
        actor=by,
        verb="agent.role_given",
        object_kind="agent",
        object_id=agent_id,
        assignment_id=given.id,
        mds_id=new.mds_id,
        at_place_id=new.place_id,
    )
    return given


def end_role(  # noqa: PLR0913 - whose role, which, until when, and whose hand
    session: Session, now: datetime, *, agent_id: int, assignment_id: int, last: date | None, by: Actor
) -> None:
    """Ends a role after `last`; None: at once, so that today counts no more. One that has not begun is taken back.

    Raises `Refused`: UNKNOWN (not theirs, or over by then already), FROM_FILES, LAST_ADMIN.
    """
    hold(session, Lock.ACCOUNTS, 0)
    today = paris_day(now)
    after = max(today, last + timedelta(days=1)) if last is not None else today
    held = session.scalars(
        select(Assignment)
        .where(Assignment.id == assignment_id, Assignment.agent_id == agent_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if held is None or (held.valid.upper is not None and held.valid.upper <= after):
        raise Refused(RoleFault.UNKNOWN)
    if held.is_from_files:
        raise Refused(RoleFault.FROM_FILES)
    if held.role == Role.ADMIN:
        refuse_last_admin(session, agent_id, after)
    before, later = role_said(session, held), None
    if held.valid.lower is not None and held.valid.lower >= after:
        session.delete(held)
    else:
        held.valid = Range(held.valid.lower, after)
        later = role_said(session, held)
    note_account(session, now, agent_id, before=before, after=later, by=by)
    session.flush()
    record(
        session,
        now,
        actor=by,
        verb="agent.role_ended",
        object_kind="agent",
        object_id=agent_id,
        assignment_id=assignment_id,
    )
