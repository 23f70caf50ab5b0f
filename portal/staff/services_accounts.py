"""Accounts given and taken: invitations, suspension, the last day, a lost telephone."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.directory.models import Departement
from portal.journal.services import MACHINE, Actor, record
from portal.locks import Lock, hold
from portal.notifications.models import Route
from portal.notifications.notices import base_context, send_to
from portal.people.models import Agent
from portal.people.models_access import Assignment, RecoveryCode
from portal.people.queries_access import may_sign_in
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.staff.queries import holds_admin, other_admins
from portal.staff.rules import INVITED_FOR, AccountFault, role_fault
from portal.staff.services import checked_hash
from portal.staff.services_history import last_said, note_account, role_said
from portal.staff.services_sessions import end_sessions


@dataclass(frozen=True)
class Newcomer:
    """Someone to invite. `email` in small letters; `expires_on`: the first day on which the account is closed."""

    given_name: str
    family_name: str
    job: str
    email: str
    organisation_id: int | None = None
    expires_on: date | None = None


@dataclass(frozen=True)
class Sender:
    """What an invitation is made and signed with."""

    sealer: Sealer
    departement: Departement
    base_url: str


def create(session: Session, now: datetime, *, newcomer: Newcomer, by: Actor) -> Agent:
    """A new account, which holds no role and opens nothing yet. Raises `Refused` (EMAIL_TAKEN)."""
    hold(session, Lock.ACCOUNTS, 0)
    if session.scalar(select(Agent.id).where(Agent.email == newcomer.email)) is not None:
        raise Refused(AccountFault.EMAIL_TAKEN)
    # No key of a file can be this one: whoever writes agents.toml does not take over an account by its key.
    agent = Agent(key=f"compte-{secrets.token_hex(6)}", is_active=True, **vars(newcomer))
    session.add(agent)
    session.flush()
    note_account(session, now, agent.id, before=None, after={"job": agent.job}, by=by)
    record(session, now, actor=by, verb="agent.created", object_kind="agent", object_id=agent.id)
    return agent


def invite(session: Session, now: datetime, *, agent_id: int, by: Actor, sender: Sender) -> None:
    """Sends an agent a link that lets them choose a password, once, within 7 days; a former link is worth nothing.

    The password they had, if any, stays until then, and the second proof is asked as ever. Raises `Refused`: NO_EMAIL,
    NOT_OPEN (suspended, expired or closed).
    """
    agent = _locked(session, agent_id)
    if agent.email is None:
        raise Refused(AccountFault.NO_EMAIL)
    _refuse_closed(session, now, agent)
    key, until = uuid4(), now + INVITED_FOR
    agent.invitation_hash, agent.invited_until = _hash(sender.sealer, sender.sealer.link(key)), until
    send_to(
        session,
        now,
        kind="agent_invitation",
        route=Route.EMAIL,
        to=agent.email,
        context=base_context(sender.departement, sender.base_url)
        | {
            "name": f"{agent.given_name} {agent.family_name}",
            "link": f"{sender.base_url}/agents/invitation/",
            "invitation": str(key),  # the secret end of the link is made of it as the e-mail leaves, and stands nowhere
            "until": until.isoformat(),
        },
        expires_at=until,
        subject="agent",
        subject_id=agent.id,
    )
    record(session, now, actor=by, verb="agent.invited", object_kind="agent", object_id=agent.id)


def invited(session: Session, now: datetime, *, token: str, sealer: Sealer) -> Agent | None:
    """Whom a link invites, if it still holds; looking changes nothing."""
    return session.scalars(
        select(Agent).where(
            Agent.invitation_hash == _hash(sealer, token), Agent.invited_until > now, may_sign_in(paris_day(now))
        )
    ).one_or_none()


def accept(session: Session, now: datetime, *, token: str, password: str, sealer: Sealer) -> Agent:
    """Takes an invitation up: the password is theirs, the link is spent, and no session of before goes on.

    Raises `Refused`: INVITATION_OVER, or a PasswordFault, after which the link still holds.
    """
    agent = invited(session, now, token=token, sealer=sealer)
    if agent is None:
        raise Refused(AccountFault.INVITATION_OVER)
    take(session, now, agent=agent, token=token, stored=checked_hash(agent, password), sealer=sealer)
    return agent


def take(  # noqa: PLR0913 - whose invitation, and what is kept of the password
    session: Session, now: datetime, *, agent: Agent, token: str, stored: str, sealer: Sealer
) -> None:
    """Spends an invitation that was seen to hold. Raises `Refused` (INVITATION_OVER) when another press was first."""
    taken = session.execute(
        update(Agent)
        .where(Agent.id == agent.id, Agent.invitation_hash == _hash(sealer, token))
        .values(password_hash=stored, invitation_hash=None, invited_until=None)
        .returning(Agent.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is None:  # pressed twice at once
        raise Refused(AccountFault.INVITATION_OVER)
    end_sessions(session, now, agent_id=agent.id)
    record(session, now, actor=Actor.agent(agent.id), verb="agent.invitation_accepted")


def suspend(session: Session, now: datetime, *, agent_id: int, by: Actor) -> None:
    """Closes an account at once: its sessions end, its invitation too. Raises `Refused`: ONESELF, LAST_ADMIN."""
    hold(session, Lock.ACCOUNTS, 0)
    if by.id == agent_id:
        raise Refused(AccountFault.ONESELF)
    refuse_last_admin(session, agent_id, paris_day(now))
    agent = _locked(session, agent_id)
    was = {"suspended": agent.suspended_at is not None}
    note_account(session, now, agent_id, before=was, after={"suspended": True}, by=by)
    agent.suspended_at = agent.suspended_at or now
    agent.invitation_hash = agent.invited_until = None
    end_sessions(session, now, agent_id=agent_id)
    record(session, now, actor=by, verb="agent.suspended", object_kind="agent", object_id=agent_id)


def resume(session: Session, now: datetime, *, agent_id: int, by: Actor) -> None:
    """Opens a suspended account again, with the roles it holds."""
    agent = _locked(session, agent_id)
    was = {"suspended": agent.suspended_at is not None}
    note_account(session, now, agent_id, before=was, after={"suspended": False}, by=by)
    agent.suspended_at = None
    record(session, now, actor=by, verb="agent.resumed", object_kind="agent", object_id=agent_id)


def change_expiry(  # noqa: PLR0913 - what was, what will be, and whose hand
    session: Session, now: datetime, *, agent_id: int, expires_on: date | None, was: date | None, by: Actor
) -> None:
    """From `expires_on` the account no longer opens; None: no end. `was`: what the admin saw.

    Raises `Refused`: CHANGED when another admin was first, LAST_ADMIN.
    """
    hold(session, Lock.ACCOUNTS, 0)
    agent = _locked(session, agent_id)
    if agent.expires_on != was:
        raise Refused(AccountFault.CHANGED)
    if expires_on is not None:
        refuse_last_admin(session, agent_id, max(expires_on, paris_day(now)))
    said = {"before": {"last_day": last_said(was)}, "after": {"last_day": last_said(expires_on)}}
    note_account(session, now, agent_id, **said, by=by)
    agent.expires_on = expires_on
    record(session, now, actor=by, verb="agent.expiry_changed", object_kind="agent", object_id=agent_id)


def unlock(session: Session, now: datetime, *, agent_id: int, by: Actor) -> None:
    """Forgets the telephone and the recovery codes of someone whose identity was checked: they join another one.

    Their sessions end; the password stays. Raises `Refused` (ONESELF).
    """
    if by.id == agent_id:
        raise Refused(AccountFault.ONESELF)
    agent = _locked(session, agent_id)
    agent.totp_secret = agent.totp_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    end_sessions(session, now, agent_id=agent_id)
    record(session, now, actor=by, verb="agent.unlocked", object_kind="agent", object_id=agent_id)


def refuse_last_admin(session: Session, agent_id: int, day: date) -> None:
    """Raises `Refused` (LAST_ADMIN) when nobody but this agent could be admin on `day`, and they are now or later.

    The caller holds Lock.ACCOUNTS.
    """
    if holds_admin(session, agent_id, day) and not other_admins(session, agent_id, day):
        raise Refused(AccountFault.LAST_ADMIN)


def _refuse_closed(session: Session, now: datetime, agent: Agent) -> None:
    opens = select(Agent.id).where(Agent.id == agent.id, may_sign_in(paris_day(now)))
    if session.scalar(opens) is None:
        raise Refused(AccountFault.NOT_OPEN)


def _locked(session: Session, agent_id: int) -> Agent:
    chosen = select(Agent).where(Agent.id == agent_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(chosen).one()


def _hash(sealer: Sealer, token: str) -> str:
    return sealer.hash("invitation", token)


def invite_first(session: Session, now: datetime, *, newcomer: Newcomer, role: str, sender: Sender) -> bool:
    """Invites whoever has this address, with a role held everywhere from today: for `portal invite`.

    Someone known keeps their name, and is given the role only if they lack it; False then. Raises `Refused`: NOT_OPEN,
    or PARTNER_ONLY and STAFF_ONLY (RoleFault).
    """
    known = session.scalars(select(Agent).where(Agent.email == newcomer.email)).one_or_none()
    agent = known or create(session, now, newcomer=newcomer, by=MACHINE)
    day = paris_day(now)
    held = select(Assignment.id).where(
        Assignment.agent_id == agent.id,
        Assignment.role == role,
        Assignment.valid.contains(day),
        Assignment.mds_id.is_(None),
        Assignment.place_id.is_(None),
    )
    if session.scalar(held.limit(1)) is None:
        fault = role_fault(role, is_partner=agent.organisation_id is not None, first=day, after=None)
        if fault is not None:
            raise Refused(fault)
        given = Assignment(agent_id=agent.id, role=role, valid=Range(day, None), is_from_files=False)
        session.add(given)
        session.flush()
        note_account(session, now, agent.id, before=None, after=role_said(session, given), by=MACHINE)
        record(session, now, actor=MACHINE, verb="agent.role_given", object_kind="agent", object_id=agent.id)
    invite(session, now, agent_id=agent.id, by=MACHINE, sender=sender)
    return known is None
