"""The first proof: the password of a local account, checked in the same time whether the account exists or not."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from portal.clock import paris_day
from portal.journal.services import VISITOR, Actor, record
from portal.people.models import Agent
from portal.people.queries_access import may_sign_in
from portal.refusal import Refused
from portal.staff.rules_passwords import composed, password_fault

METHOD = "scrypt:32768:8:1"
# The hash of a random text that nobody kept: what is compared when there is no account.
NOBODY = (
    "scrypt:32768:8:1$o8SjNTV0tdm2ykhR$"
    "d333c7fccc73ee8b91058a781f70c5ac65ff91bf8a43cf2dd4e653a4f75722e9"
    "481ad0d002b49e1ebcce339d42ccc9730bd6dd4da2dfd20cd3e68ca4feccba69"
)


def first_proof(session: Session, now: datetime, *, email: str, password: str) -> Agent | None:
    """The agent whose address and password these are, if their account opens today; else None, noted in the journal.

    It takes the same time, and the same statements, in every case. A hash made with former parameters is made anew.
    """
    agent = session.scalars(select(Agent).where(Agent.email == email.strip().lower())).one_or_none()
    stored = agent.password_hash if agent is not None else None
    is_right = check_password_hash(stored or NOBODY, composed(password))
    known = agent.id if agent is not None else None
    opens = session.scalar(select(Agent.id).where(Agent.id == (known or 0), may_sign_in(paris_day(now))))
    if agent is None or stored is None or not is_right or not opens:
        record(session, now, actor=VISITOR, verb="sign_in.agent_refused", object_kind="agent", object_id=known)
        return None
    if not stored.startswith(f"{METHOD}$"):
        agent.password_hash = hashed(password)
    return agent


def set_password(session: Session, *, email: str, password: str) -> Agent | None:
    """Gives an agent a new password. None when no agent has this address. Raises `Refused` (PasswordFault)."""
    agent = session.scalars(select(Agent).where(Agent.email == email.strip().lower())).one_or_none()
    if agent is not None:
        agent.password_hash = checked_hash(agent, password)
    elif fault := password_fault(password):
        raise Refused(fault)
    return agent


def change_password(session: Session, now: datetime, *, agent_id: int, password: str, by: Actor) -> None:
    """Gives an agent the new password that they chose. Raises `Refused` (PasswordFault)."""
    agent = session.get_one(Agent, agent_id)
    agent.password_hash = checked_hash(agent, password)
    record(session, now, actor=by, verb="agent.password_changed", object_kind="agent", object_id=agent_id)


def choose_shortcuts(session: Session, *, agent_id: int, are_on: bool) -> None:
    """Switches on or off, for this agent, the keys that act by themselves (WCAG 2.1, criterion 2.1.4)."""
    session.get_one(Agent, agent_id).wants_shortcuts = are_on


def checked_hash(agent: Agent, password: str) -> str:
    """What is kept of a new password of this agent. Raises `Refused` (PasswordFault)."""
    fault = password_fault(password, email=agent.email or "", names=(agent.given_name, agent.family_name))
    if fault is not None:
        raise Refused(fault)
    return hashed(password)


def hashed(password: str) -> str:
    """What is kept of a password: nobody can read it back."""
    return generate_password_hash(composed(password), method=METHOD)
