"""What the post does to letters: when each leaves and arrives, and what a closed day changes. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.models_post import Closure
from portal.notifications.planner import PRINT_ROOM_OPENS, REMINDER_DAYS
from portal.notifications.post import Holds, PostalCalendar

LONGEST = 31  # days in a row
PAST_KEPT = 14  # days: a strike may be known only after it began
FURTHEST = 366  # days ahead

_LEFT = (Status.POSTED, Status.RETURNED)
_IN_NO_RUN = (Status.WAITING, Status.SENDING, Status.QUEUED)
_STOPS = {Closure.ROOM: {Holds.POSTED}, Closure.POST: {Holds.POSTED, Holds.DELIVERED, Holds.CLOSED}}


class ClosureFault(StrEnum):
    """Why days are not closed."""

    BACKWARDS = "backwards"  # the last before the first
    TOO_LONG = "too_long"
    TOO_OLD = "too_old"
    TOO_FAR = "too_far"
    NOTHING = "nothing"  # nothing leaves, or arrives, on those days anyway; or they are closed so already
    BUSY = "busy"  # letters under way change at this instant


class UnderWay(NamedTuple):
    """A letter promised that has not arrived yet: what its post needs of its message, and no word of it."""

    id: int
    status: Status
    step: Step
    route: Route
    due_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    arrives_on: date | None


@dataclass(frozen=True)
class LetterDays:
    """When a letter is posted, or was, and about when it arrives."""

    posted: date
    arrives: date
    has_left: bool


@dataclass(frozen=True)
class Effect:
    """What becomes of letters that have not arrived: how many there are, arrive later, too late by it, or earlier."""

    letters: int
    later: int
    too_late: int
    earlier: int = 0


def letter_days(message: Message | UnderWay, post: PostalCalendar, now: datetime) -> LetterDays:
    """When a letter is posted and arrives: as noted when it was posted, else as the calendar foresees it now.

    One that is in no run yet leaves with the next cut-off, never with one that is past.
    """
    if message.status in _LEFT and message.sent_at is not None:
        posted = post.day_of(message.sent_at)
        return LetterDays(posted, message.arrives_on or post.arrival_of_posting(posted), has_left=True)
    posted = post.posting_day(max(message.due_at, now) if message.status in _IN_NO_RUN else message.due_at)
    if posted < post.day_of(now):
        posted = post.posting_day(now)
    return LetterDays(posted, post.arrival_of_posting(posted), has_left=False)


def is_too_late(arrives: date, expires_at: datetime, post: PostalCalendar) -> bool:
    """Whether a letter that arrives on this day arrives on the day of its appointment, or after.

    Both are days where letters are posted, overseas too.
    """
    return arrives >= post.day_of(expires_at)


def becomes_too_late(was: date, becomes: date, expires_at: datetime, post: PostalCalendar) -> bool:
    """Whether a letter that was in time for its appointment is so no more, by its new day of arrival."""
    return is_too_late(becomes, expires_at, post) and not is_too_late(was, expires_at, post)


def arrival_under(message: UnderWay, post: PostalCalendar, now: datetime) -> date:
    """When a letter arrives by a calendar, whatever was noted: one that was posted is still on its way."""
    if message.status is Status.POSTED and message.sent_at is not None:
        return post.arrival_of_posting(post.day_of(message.sent_at))
    posted = post.posting_day(max(brought_forward(message, post, now), now))
    return post.arrival_of_posting(posted)


def brought_forward(message: UnderWay, post: PostalCalendar, now: datetime) -> datetime:
    """When a letter is to be drawn so that it still reminds two days before, as its reminders do; never later."""
    if (message.status, message.step, message.route) != (Status.WAITING, Step.REMINDER, Route.LETTER):
        return message.due_at
    posting = post.latest_posting_day(post.day_of(message.expires_at) - timedelta(days=REMINDER_DAYS))
    if posting < post.posting_day(now):
        return message.due_at  # no post is early enough any more
    return min(message.due_at, max(now, post.instant(posting, PRINT_ROOM_OPENS)))


def effect_of(letters: Iterable[UnderWay], before: PostalCalendar, after: PostalCalendar, now: datetime) -> Effect:
    """What letters on their way, or waiting, become when one calendar takes the place of another."""
    count = later = too_late = earlier = 0
    for message in letters:
        was, becomes = arrival_under(message, before, now), arrival_under(message, after, now)
        count += 1
        later += becomes > was
        earlier += becomes < was
        too_late += becomes_too_late(was, becomes, message.expires_at, after)
    return Effect(count, later, too_late, earlier)


def days_to_close(post: PostalCalendar, first: date, last: date, closure: Closure) -> list[date]:
    """The days of a range that closing so changes: neither Sundays nor holidays, nor those closed so already.

    A closed room is noted under a strike too: it stays closed when the strike is taken away.
    """
    bare = replace(post, stopped=frozenset()) if closure is Closure.ROOM else post
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if bare.holds(day) in _STOPS[closure]]


def closure_fault(post: PostalCalendar, first: date, last: date, closure: Closure, today: date) -> ClosureFault | None:
    """Why a range of days cannot be closed, or None."""
    if last < first:
        return ClosureFault.BACKWARDS
    if first < today - timedelta(days=PAST_KEPT):
        return ClosureFault.TOO_OLD
    if last > today + timedelta(days=FURTHEST):
        return ClosureFault.TOO_FAR
    if (last - first).days >= LONGEST:
        return ClosureFault.TOO_LONG
    return None if days_to_close(post, first, last, closure) else ClosureFault.NOTHING


def with_closed(post: PostalCalendar, days: Collection[date], closure: Closure) -> PostalCalendar:
    """The calendar with more closed days."""
    if closure is Closure.POST:
        return replace(post, stopped=post.stopped | set(days))
    return replace(post, closed_days=post.closed_days | set(days))


def without_closed(post: PostalCalendar, days: Collection[date], closure: Closure) -> PostalCalendar:
    """The calendar with none of these days closed in this way; what else is closed then stays so."""
    if closure is Closure.POST:
        return replace(post, stopped=post.stopped - set(days))
    return replace(post, closed_days=post.closed_days - set(days))
