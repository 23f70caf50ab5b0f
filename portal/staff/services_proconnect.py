"""Whose account someone is whom ProConnect names."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.journal.services import VISITOR, Actor, record
from portal.people.models import Agent
from portal.staff.rules import AccountState, state_of
from portal.staff.rules_proconnect import ProConnectFault

_CLOSED = {
    AccountState.SUSPENDED: ProConnectFault.SUSPENDED,
    AccountState.EXPIRED: ProConnectFault.EXPIRED,
    AccountState.CLOSED: ProConnectFault.UNKNOWN,
}


def enter(session: Session, now: datetime, *, subject: str, email: str | None) -> Agent | ProConnectFault:
    """The account of `subject`, ProConnect's identifier; at the first time, the one with this e-mail, joined to it.

    `email`: proved, in small letters. The account opens today: named by the Département's files or invited, neither
    suspended nor expired. Otherwise nothing is joined, and what is wrong is given. The journal notes either.
    """
    agent = session.scalars(select(Agent).where(Agent.proconnect_sub == subject)).one_or_none()
    if agent is None:
        found = _by_email(session, email)
        if isinstance(found, ProConnectFault):
            return _refused(session, now, found)
        agent = found
    fault = _CLOSED.get(state_of(agent, now))
    if fault is not None:
        return _refused(session, now, fault, agent.id)
    if agent.proconnect_sub is None:
        agent.proconnect_sub = subject
        session.flush()
        record(session, now, actor=Actor.agent(agent.id), verb="agent.proconnect_joined")
    record(session, now, actor=Actor.agent(agent.id), verb="sign_in.agent_proconnect")
    return agent


def note_doubt(session: Session, now: datetime) -> None:
    """Writes that an answer of ProConnect did not hold together, and opened nothing."""
    record(session, now, actor=VISITOR, verb="sign_in.agent_refused", object_kind="proconnect")


def _by_email(session: Session, email: str | None) -> Agent | ProConnectFault:
    if email is None:
        return ProConnectFault.EMAIL_UNPROVED
    # Held: two first times at once would both be joined to it.
    agent = session.scalars(select(Agent).where(Agent.email == email).with_for_update()).one_or_none()
    if agent is None:
        return ProConnectFault.UNKNOWN
    return agent if agent.proconnect_sub is None else ProConnectFault.OTHER_ACCOUNT


def _refused(session: Session, now: datetime, fault: ProConnectFault, agent_id: int | None = None) -> ProConnectFault:
    record(session, now, actor=VISITOR, verb="sign_in.agent_refused", object_kind="agent", object_id=agent_id)
    return fault
