"""Statuses that nobody has noted, as far as an agent may note them."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.agenda.rules_agenda import Viewer
from portal.booking.queries_status import Forgotten, count_forgotten, forgotten


def count_of(session: Session, now: datetime, viewer: Viewer) -> int:
    """How many wait for this agent: at the places where they receive or lead; without such a place, their own."""
    return count_forgotten(session, now, **_scope(viewer))


def forgotten_of(session: Session, now: datetime, viewer: Viewer, page: int) -> Forgotten:
    """A page of them, the oldest first."""
    return forgotten(session, now, **_scope(viewer), page=page)


def _scope(viewer: Viewer) -> dict[str, frozenset[int] | None]:
    if viewer.desk is None:
        return {}
    return {"place_ids": viewer.desk} if viewer.desk else {"agent_ids": frozenset({viewer.agent_id})}
