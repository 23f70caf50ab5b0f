"""How long the bytes of letters are kept: as long as one may be printed again. Their hashes stay for ever."""

from datetime import datetime, timedelta

from sqlalchemy import Text, and_, literal, or_, select, update
from sqlalchemy.orm import Session

from portal.letters.models import Letter, PrintRun, RunFile
from portal.letters.wording_pages import OWN
from portal.notifications.models import Message, Status

KEPT = timedelta(days=30)  # after the post took them (letters.md: reprint)
_ENDED = (Status.WITHDRAWN, Status.EXPIRED, Status.FAILED, Status.DONE)  # the last: answered in another way


def forget_bytes(session: Session, now: datetime) -> int:
    """Removes the bytes of runs posted 30 days ago, and of letters as old that ended in no run; how many letters.

    Of a letter there remain its hash, its words (the message's) and where it stands; of one that carries somebody's own
    answers, nothing that they say.
    """
    runs = session.scalars(
        select(RunFile.run_id)
        .join(PrintRun, PrintRun.id == RunFile.run_id)
        .where(PrintRun.posted_at <= now - KEPT, RunFile.pdf.is_not(None))
        .distinct()
        .order_by(RunFile.run_id)
    ).all()
    session.execute(update(RunFile).where(RunFile.run_id.in_(runs)).values(pdf=None).execution_options(**_UNREAD))
    posted = update(Letter).where(Letter.run_id.in_(runs), Letter.pdf.is_not(None))
    ended = update(Letter).where(
        Letter.run_id.is_(None),
        Letter.pdf.is_not(None),
        Letter.drawn_at <= now - KEPT,
        Letter.message_id == Message.id,
        or_(Message.status.in_(_ENDED), Letter.pulled_at.is_not(None)),
    )
    changed = [one.values(pdf=None).returning(Letter.message_id) for one in (posted, ended)]
    done = [number for one in changed for number in session.scalars(one.execution_options(**_UNREAD))]
    never_drawn = and_(Message.status.in_(_ENDED), Message.expires_at <= now)
    own = update(Message).where(
        Message.subject == OWN, Message.context.has_key("pages"), or_(Message.id.in_(done), never_drawn)
    )
    less = Message.context.op("-")(literal("pages", Text))
    session.execute(own.values(context=less).execution_options(**_UNREAD))
    return len(done)


_UNREAD = {"synchronize_session": False}
