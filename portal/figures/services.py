"""The waiting times of the day, noted once."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.booking.availability import Scope, next_free
from portal.clock import paris_day
from portal.directory.models import BookedBy
from portal.figures import queries
from portal.figures.models import WaitingTime


def note_waiting(session: Session, now: datetime) -> int:
    """Notes, once a day, the days until the next free slot of each motif and place, as those who book it see them.

    That is residents, whom notice and horizon bind; agents where they alone book, or where each person has a référent.
    Gives how many were written: none when the day is already noted, by this worker or by another at the same instant.
    """
    today = paris_day(now)
    if queries.is_noted(session, today):
        return 0
    rows = []
    for motif, place_ids in queries.offered(session, today):
        is_of_agents = motif.booked_by is BookedBy.AGENTS or motif.with_referent
        free = next_free(session, now, Scope(motif, place_ids=place_ids, for_agent=is_of_agents))
        for place_id in place_ids:
            start = free.get(place_id)
            days = None if start is None else (paris_day(start) - today).days
            rows.append({"day": today, "motif_id": motif.id, "place_id": place_id, "days": days})
    if not rows:
        return 0
    written = insert(WaitingTime).values(rows).on_conflict_do_nothing().returning(WaitingTime.place_id)
    return len(session.execute(written).all())
