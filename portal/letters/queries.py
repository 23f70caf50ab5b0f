"""What the print room reads."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, undefer

from portal.letters.models import Letter
from portal.notifications.models import Message, Status

LISTED = 200  # letters on one page of the print room


def letter_of_message(session: Session, message_id: int) -> Letter | None:
    """The letter that was drawn for a message, if one was. Its PDF is not loaded."""
    return session.scalars(select(Letter).where(Letter.message_id == message_id)).one_or_none()


def letters_waiting(session: Session) -> Sequence[Letter]:
    """Letters drawn that wait for the post, oldest first, with their messages; at most `LISTED`."""
    return session.scalars(
        select(Letter)
        .join(Letter.message)
        .where(Message.status == Status.QUEUED)
        .options(joinedload(Letter.message))
        .order_by(Letter.drawn_at, Letter.id)
        .limit(LISTED)
    ).all()


def count_waiting(session: Session) -> int:
    """How many letters wait for the post."""
    return (
        session.scalar(select(func.count(Letter.id)).join(Letter.message).where(Message.status == Status.QUEUED)) or 0
    )


def letter(session: Session, letter_id: int, *, with_pdf: bool = False) -> Letter | None:
    """One letter with its message, whatever its state; its bytes too when they are asked for."""
    chosen = select(Letter).where(Letter.id == letter_id).options(joinedload(Letter.message))
    return session.scalars(chosen.options(undefer(Letter.pdf)) if with_pdf else chosen).one_or_none()
