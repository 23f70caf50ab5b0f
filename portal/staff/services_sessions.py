"""Agents' sessions: the browsers in which they are signed in, ended one by one or together."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.web.sessions import WebSession

MARK_LENGTH = 16  # signs of a key's hash: enough to tell an agent's own sessions apart


def end_sessions(
    session: Session, now: datetime, *, agent_id: int, mark: str | None = None, but: str | None = None
) -> int:
    """Ends an agent's sessions at once; gives how many. `mark`: that one alone; `but`: all except that one.

    Both are the first `MARK_LENGTH` signs of the hash of a key.
    """
    chosen = update(WebSession).where(WebSession.agent_id == agent_id, WebSession.ended_at.is_(None))
    if mark is not None:
        chosen = chosen.where(WebSession.key_hash.startswith(mark, autoescape=True))
    if but is not None:
        chosen = chosen.where(~WebSession.key_hash.startswith(but, autoescape=True))
    ended = chosen.values(ended_at=now, data={}).returning(WebSession.key_hash)
    return len(session.execute(ended.execution_options(synchronize_session=False)).all())
