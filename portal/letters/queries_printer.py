"""What is read of the runs that an outside printer has."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.journal.models import JournalLine
from portal.letters.models import Letter, Printer, PrintRun, RunFile, RunState
from portal.letters.rules_post import LEFT
from portal.notifications.models import Message
from portal.notifications.post import PostalCalendar

LEFT_PULLED = "letter.left_pulled"  # in the journal


def to_give(session: Session) -> Sequence[int]:
    """The numbers of the runs made for the printer, with all their files, that it was not given yet."""
    unmade = select(RunFile.id).where(RunFile.run_id == PrintRun.id, RunFile.made_at.is_(None)).exists()
    chosen = select(PrintRun.id).where(
        PrintRun.printer == Printer.OUTSIDE,
        PrintRun.given_at.is_(None),
        PrintRun.state.in_((RunState.MADE, RunState.PRINTED)),
        ~unmade,
    )
    return session.scalars(chosen.order_by(PrintRun.id)).all()


def given(session: Session) -> Sequence[int]:
    """The numbers of the runs that the printer has, and of which a letter is still to leave."""
    chosen = select(PrintRun.id).where(
        PrintRun.printer == Printer.OUTSIDE, PrintRun.given_at.is_not(None), PrintRun.state != RunState.POSTED
    )
    return session.scalars(chosen.order_by(PrintRun.id)).all()


def given_and_over(session: Session, numbers: Collection[int], *, before: datetime) -> set[int]:
    """Those of these runs that the printer was given, and that were over at a moment."""
    chosen = select(PrintRun.id).where(
        PrintRun.id.in_(numbers),
        PrintRun.printer == Printer.OUTSIDE,
        PrintRun.given_at.is_not(None),
        PrintRun.state == RunState.POSTED,
        PrintRun.posted_at <= before,
    )
    return set(session.scalars(chosen.order_by(PrintRun.id)))


def is_there(session: Session, letter_id: int) -> bool:
    """Whether the printer has a letter: its run was given, and it was not pulled."""
    chosen = select(Letter.id).join(PrintRun, PrintRun.id == Letter.run_id).where(Letter.id == letter_id)
    chosen = chosen.where(PrintRun.printer == Printer.OUTSIDE, PrintRun.given_at.is_not(None))
    return session.scalar(chosen.where(Letter.pulled_at.is_(None))) is not None


def is_any_to_leave(session: Session, run_id: int) -> bool:
    """Whether a letter of a run was neither pulled from it, nor posted, nor brought back.

    One that something overtook is still there, until it is pulled or said to have left.
    """
    here = select(Letter.id).join(Letter.message).where(Letter.run_id == run_id, Letter.pulled_at.is_(None))
    # One that came back may have left its message to another letter.
    here = here.where(Letter.returned_at.is_(None), Message.status.not_in(LEFT)).order_by(Letter.id)
    return session.scalar(here.limit(1)) is not None


def last_posting(session: Session, run: PrintRun, now: datetime, post: PostalCalendar) -> date | None:
    """The latest day on which a letter of a run left; None when none did.

    When all that is known of it is that its letters came back: the day it was for, or today if that is to come.
    """
    left = select(func.count(Letter.id), func.max(Message.sent_at).filter(_SENT_IN_IT)).join(Letter.message)
    count, last = session.execute(left.where(Letter.run_id == run.id, Letter.pulled_at.is_(None))).one()
    if last is not None:
        return post.day_of(last)
    return min(run.posting_day, post.day_of(now)) if count else None


def is_told_left(session: Session, letter: Letter) -> bool:
    """Whether the journal says that a letter left though it was pulled; its message is loaded."""
    said = select(JournalLine.id).where(
        JournalLine.at >= letter.pulled_at,
        JournalLine.for_person_id == letter.message.person_id,
        JournalLine.verb == LEFT_PULLED,
        JournalLine.object_id == letter.id,
    )
    return session.scalar(said.order_by(JournalLine.id).limit(1)) is not None


# The message of one that came back may have been sent again, in another run.
_SENT_IN_IT = or_(
    and_(Letter.returned_at.is_(None), Message.status.in_(LEFT)),
    Message.sent_at <= Letter.returned_at,
)
