"""What the worker does once a night: forgets what is no longer of use."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.booking.models import CodeTries
from portal.web.sessions import forget_old_sessions

KEEP_WRONG_TRIES = timedelta(days=1)


@dataclass(frozen=True)
class Upkeep:
    """How many rows were forgotten."""

    sessions: int
    code_tries: int


def upkeep(session: Session, now: datetime) -> Upkeep:
    """Removes browser sessions that can no longer be used, and wrong tries of codes older than a day."""
    tries = session.execute(delete(CodeTries).where(CodeTries.last_at < now - KEEP_WRONG_TRIES))
    return Upkeep(sessions=forget_old_sessions(session, now), code_tries=tries.rowcount)  # type: ignore[attr-defined]
