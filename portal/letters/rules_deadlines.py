"""The days that a letter prints and the calendar moves: whether a sheet drawn before still says them right. Pure."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from portal.letters.rules_coupon import last_to_post
from portal.notifications.deadlines import read_by
from portal.notifications.models import Route
from portal.notifications.post import PostalCalendar

CODE_SERVES = timedelta(days=30)  # from the day on which its letter should arrive


class Drawn(NamedTuple):
    """What a sheet says, each as ISO 8601 or None.

    The deadlines of the site; the last day to post its slip, "" when a call alone is in time; the last day of its code.
    """

    cancel_until: str | None
    move_until: str | None
    post_by: str | None
    code_until: str | None


def code_until(post: PostalCalendar, now: datetime) -> date:
    """The last day on which the code of a letter drawn at `now` opens a space."""
    return post.arrival(now) + CODE_SERVES


def post_slip_by(post: PostalCalendar, cancel_until: str, now: datetime) -> str:
    """The last day to post the slip of a letter drawn at `now`, as ISO 8601; empty when none is in time."""
    last = last_to_post(post, datetime.fromisoformat(cancel_until), now)
    return last.isoformat() if last else ""


def is_moved(drawn: Drawn, post: PostalCalendar, now: datetime) -> bool:
    """Whether a letter drawn before would say other days if it were drawn at `now`, by this calendar.

    A deadline that would be over as it arrives, another day to post its slip, or too few days left to its code.
    """
    read = read_by(Route.LETTER, now, post)
    deadlines = [until for until in (drawn.cancel_until, drawn.move_until) if until]
    if any(datetime.fromisoformat(until) <= read for until in deadlines):
        return True
    if drawn.cancel_until and drawn.post_by != post_slip_by(post, drawn.cancel_until, now):
        return True
    return drawn.code_until is not None and date.fromisoformat(drawn.code_until) < code_until(post, now)
