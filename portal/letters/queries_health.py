"""What is wrong in the print room, for whoever looks after the portal."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.letters.models import PrintRun, RunFile, RunState
from portal.notifications.post import PostalCalendar

PATIENCE = timedelta(minutes=15)  # to make the files of a run


class Late(NamedTuple):
    """`unmade`: files that nobody has made after a quarter of an hour. `unposted`: runs that two posts have missed."""

    unmade: int
    unposted: int


def late_runs(session: Session, now: datetime, post: PostalCalendar) -> Late:
    """How many files and runs are late. A run missed the post of its day, and that of the working day after."""
    unmade = (
        select(func.count(RunFile.id))
        .join(PrintRun, PrintRun.id == RunFile.run_id)
        .where(RunFile.made_at.is_(None), PrintRun.made_at < now - PATIENCE)
    )
    waiting = select(PrintRun.posting_day).where(PrintRun.state != RunState.POSTED).order_by(PrintRun.id)
    days, today = session.scalars(waiting).all(), post.day_of(now)
    unposted = sum(1 for day in days if post.posting_day(post.cut_off_of(day)) < today)
    return Late(session.scalar(unmade) or 0, unposted)
