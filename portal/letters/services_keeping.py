"""How long the bytes of letters are kept: as long as one may be printed again. Their hashes stay for ever."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Text, and_, case, literal, or_, select, update
from sqlalchemy.orm import Session

from portal.letters.models import Letter, PrintRun, RunFile
from portal.letters.wording_pages import OWN
from portal.notifications.models import Message, Status

KEPT = timedelta(days=30)  # after the post took them: ours to choose, long enough to print a spoiled sheet again
_ENDED = (Status.WITHDRAWN, Status.EXPIRED, Status.FAILED, Status.DONE)  # the last: answered in another way
FILES, OTHERS = 40, 1000  # in one call
_UNREAD = {"synchronize_session": False}


def forget_bytes(session: Session, now: datetime, *, files: int = FILES, others: int = OTHERS) -> int:
    """Removes the bytes of runs posted 30 days ago, and of letters as old that ended in no run; how many letters.

    Of a letter there remain its hash, its words (the message's) and where it stands; of one that carries somebody's own
    answers, nothing that they say. By slices, each far from what the database lets one statement take: at most so many
    `files` of runs, and so many `others`, in one call. The rest is for the next one, which comes after some minutes.
    """
    done = [number for file_id in _old_files(session, now, files) for number in _forget_file(session, file_id)]
    done += _forget_ended(session, now, others)
    _forget_words(session, now, done, others)
    return len(done)


def _old_files(session: Session, now: datetime, most: int) -> Sequence[int]:
    old = select(RunFile.id).join(PrintRun, PrintRun.id == RunFile.run_id)
    old = old.where(PrintRun.posted_at <= now - KEPT, RunFile.pdf.is_not(None))
    return session.scalars(old.order_by(RunFile.id).limit(most)).all()


def _forget_file(session: Session, file_id: int) -> list[int]:
    """The numbers of the messages whose letters were in it."""
    session.execute(update(RunFile).where(RunFile.id == file_id).values(pdf=None).execution_options(**_UNREAD))
    return _forget_letters(session, Letter.file_id == file_id)


def _forget_ended(session: Session, now: datetime, most: int) -> list[int]:
    ended = select(Letter.id).join(Letter.message)
    ended = ended.where(
        Letter.run_id.is_(None),
        Letter.pdf.is_not(None),
        Letter.drawn_at <= now - KEPT,
        or_(Message.status.in_(_ENDED), Letter.pulled_at.is_not(None)),
    )
    return _forget_letters(session, Letter.id.in_(ended.order_by(Letter.id).limit(most)))


def _forget_letters(session: Session, which: ColumnElement[bool]) -> list[int]:
    emptied = update(Letter).where(which, Letter.pdf.is_not(None)).values(pdf=None).returning(Letter.message_id)
    return list(session.scalars(emptied.execution_options(**_UNREAD)))


def _forget_words(session: Session, now: datetime, done: Sequence[int], most: int) -> None:
    """What somebody's own pages say, of letters that are forgotten or were never drawn."""
    never_drawn = and_(Message.status.in_(_ENDED), Message.expires_at <= now)
    own = select(Message.id).where(
        Message.subject == OWN, Message.context.has_key("pages"), or_(Message.id.in_(done), never_drawn)
    )
    first = case((Message.id.in_(done), 0), else_=1)  # nothing would name those of this call again
    some = own.order_by(first, Message.id).limit(len(done) + most)
    less = Message.context.op("-")(literal("pages", Text))
    emptied = update(Message).where(Message.id.in_(some)).values(context=less)
    session.execute(emptied.execution_options(**_UNREAD))
