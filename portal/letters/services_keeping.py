"""How long the bytes of letters are kept: as long as one may be printed again. Their hashes stay for ever."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.letters.models import Letter, PrintRun, RunFile
from portal.notifications.models import Message, Status

KEPT = timedelta(days=30)  # after the post took them (letters.md: reprint)
_ENDED = (Status.WITHDRAWN, Status.EXPIRED, Status.FAILED)


def forget_bytes(session: Session, now: datetime) -> int:
    """Removes the bytes of runs posted 30 days ago, and of letters as old that ended in no run; how many letters.

    Of a letter there remain its hash, its words (the message's) and where it stands.
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
    done = [session.execute(one.values(pdf=None).execution_options(**_UNREAD)) for one in (posted, ended)]
    return sum(one.rowcount for one in done)  # type: ignore[attr-defined]


_UNREAD = {"synchronize_session": False}
