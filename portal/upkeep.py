"""What the worker does every few minutes: forgets what is no longer of use, however much of it robots leave."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.booking.guard import LOCKED_FOR
from portal.booking.models import CodeTries
from portal.web.sessions import forget_old_sessions


@dataclass(frozen=True)
class Upkeep:
    """How many rows were forgotten."""

    sessions: int
    code_tries: int


def upkeep(session: Session, now: datetime) -> Upkeep:
    """Removes browser sessions that can no longer be used, and wrong tries that no longer count (15 minutes)."""
    tries = session.execute(delete(CodeTries).where(CodeTries.last_at <= now - LOCKED_FOR))
    return Upkeep(sessions=forget_old_sessions(session, now), code_tries=tries.rowcount)  # type: ignore[attr-defined]
