"""Agents' local accounts: a password, checked in the same time whether the account exists or not."""

from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from portal.people.models import Agent

SHORTEST_PASSWORD = 12  # characters


class PasswordTooShortError(ValueError):
    """Fewer than `SHORTEST_PASSWORD` characters."""


def agent_by_id(session: Session, agent_id: int) -> Agent | None:
    """The agent of a signed-in session, unless the account was suspended since."""
    return session.scalars(select(Agent).where(Agent.id == agent_id, Agent.is_active)).one_or_none()


def agent_by_key(session: Session, key: str) -> Agent | None:
    """The active agent with this key."""
    return session.scalars(select(Agent).where(Agent.key == key, Agent.is_active)).one_or_none()


def authenticated(session: Session, *, email: str, password: str) -> Agent | None:
    """The active agent whose address and password these are, or None; it takes the same time in every case."""
    agent = session.scalars(select(Agent).where(Agent.email == email.strip().lower(), Agent.is_active)).one_or_none()
    stored = agent.password_hash if agent is not None else None
    is_right = check_password_hash(stored or _nobodys_hash(), password)
    return agent if agent is not None and stored and is_right else None


def set_password(session: Session, *, email: str, password: str) -> Agent | None:
    """Gives an agent a new password (12 characters or more). None when no agent has this address.

    Raises `PasswordTooShortError`.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShortError
    agent = session.scalars(select(Agent).where(Agent.email == email.strip().lower())).one_or_none()
    if agent is not None:
        agent.password_hash = generate_password_hash(password)
    return agent


@cache
def _nobodys_hash() -> str:
    return generate_password_hash("nobody has this password")
