"""Until when the slip at the foot of a letter may be posted. Pure."""

from datetime import date, datetime, timedelta

from portal.notifications.post import LOOKED_AT, PostalCalendar

_ONE_DAY = timedelta(days=1)


def last_to_post(post: PostalCalendar, cancel_until: datetime, now: datetime) -> date | None:
    """The last day to post the slip of a letter drawn at `now`, so that it is opened before `cancel_until`.

    It is opened on a working day before that of the deadline: the postman may come after its hour. None when that day
    is not after the one on which the letter itself arrives: only a call is then in time.
    """
    before = post.day_of(cancel_until)
    days = (before - number * _ONE_DAY for number in range(1, LOOKED_AT))
    opened = next(filter(post.is_working_day, days), before)
    last = post.latest_posting_day(opened)
    return last if last > post.arrival(now) else None
