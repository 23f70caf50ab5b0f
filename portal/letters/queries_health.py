"""What is wrong in the print room, for whoever looks after the portal."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.letters.models import Letter, PrintRun, PullReason, RunFile, RunState
from portal.notifications.post import PostalCalendar

PATIENCE = timedelta(minutes=15)  # to make the files of a run
_REMEMBERED = timedelta(days=7)


class Wrong(NamedTuple):
    """`unmade`: files that nobody has made after a quarter of an hour. `unposted`: runs that two posts have missed.

    `altered`: letters set aside these last 7 days, for their bytes were no longer those that were drawn.
    """

    unmade: int
    unposted: int
    altered: int


def wrong_in_room(session: Session, now: datetime, post: PostalCalendar) -> Wrong:
    """What is late or altered. A run missed the post of its day, and that of the working day after."""
    unmade = (
        select(func.count(RunFile.id))
        .join(PrintRun, PrintRun.id == RunFile.run_id)
        .where(RunFile.made_at.is_(None), PrintRun.made_at < now - PATIENCE)
    )
    waiting = select(PrintRun.posting_day).where(PrintRun.state != RunState.POSTED).order_by(PrintRun.id)
    days, today = session.scalars(waiting).all(), post.day_of(now)
    unposted = sum(1 for day in days if post.posting_day(post.cut_off_of(day)) < today)
    altered = select(func.count(Letter.id)).where(
        Letter.pull_reason == PullReason.ALTERED, Letter.pulled_at > now - _REMEMBERED
    )
    return Wrong(session.scalar(unmade) or 0, unposted, session.scalar(altered) or 0)
