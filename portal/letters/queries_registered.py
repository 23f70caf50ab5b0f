"""Registered letters, read: who bears a tracking number, and which one still has none."""

from datetime import datetime

from sqlalchemy import case, select, tuple_
from sqlalchemy.orm import Session

from portal.letters.models import Letter
from portal.letters.queries import of_room


def bearer_of(session: Session, number: str, *, but: int) -> str | None:
    """The reference of another letter than `but` that bears a tracking number, whatever became of it."""
    chosen = select(Letter.reference).where(Letter.is_registered, Letter.tracking_number == number, Letter.id != but)
    return session.scalar(chosen.order_by(Letter.id).limit(1))


def next_unnumbered(session: Session, now: datetime, letter: Letter, *, agent_id: int) -> int | None:
    """The registered letter of the same run that is next in the tray without a number, and of this agent's places.

    After the last one, the first; None when every one has its number, or when the letter is in no run.
    """
    if letter.run_id is None:
        return None
    is_before = tuple_(Letter.file_id, Letter.position) < tuple_(letter.file_id, letter.position)
    chosen = (
        select(Letter.id)
        .join(Letter.message)
        .where(
            Letter.run_id == letter.run_id,
            Letter.id != letter.id,
            Letter.pulled_at.is_(None),
            Letter.returned_at.is_(None),
            Letter.is_registered,
            Letter.tracking_number.is_(None),
            of_room(session, now, agent_id),
        )
    )
    order = case((is_before, 1), else_=0), Letter.file_id, Letter.position, Letter.id
    return session.scalar(chosen.order_by(*order).limit(1))
