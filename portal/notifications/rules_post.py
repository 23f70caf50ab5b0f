"""What the post does to letters: when each leaves and arrives, and what a closed day changes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.clock import paris_day
from portal.notifications.models import Message, Status
from portal.notifications.post import PostalCalendar

LONGEST = 31  # days in a row
PAST_KEPT = 14  # days: a strike may be known only after it began
FURTHEST = 366  # days ahead

_LEFT = (Status.POSTED, Status.RETURNED)


@dataclass(frozen=True)
class LetterDays:
    """When a letter is posted, or was, and about when it arrives."""

    posted: date
    arrives: date
    has_left: bool


@dataclass(frozen=True)
class Effect:
    """What closed days change for letters not arrived yet: how many arrive later, how many of those too late."""

    letters: int
    later: int
    too_late: int


def letter_days(message: Message, post: PostalCalendar, now: datetime) -> LetterDays:
    """When a letter is posted and arrives: as noted when it was posted, else as the calendar foresees it now."""
    if message.status in _LEFT and message.sent_at is not None:
        posted = post.day_of(message.sent_at)
        return LetterDays(posted, message.arrives_on or post.arrival_of_posting(posted), has_left=True)
    posted = post.posting_day(message.due_at)
    if posted < post.day_of(now):
        posted = post.posting_day(now)
    return LetterDays(posted, post.arrival_of_posting(posted), has_left=False)


def is_too_late(arrives: date, expires_at: datetime) -> bool:
    """Whether a letter that arrives on this day arrives on the day of its appointment, or after."""
    return arrives >= paris_day(expires_at)


def effect_of(letters: Iterable[Message], before: PostalCalendar, after: PostalCalendar, now: datetime) -> Effect:
    """What letters on their way, or waiting, become when one calendar takes the place of another."""
    count = later = too_late = 0
    for message in letters:
        was, becomes = arrival_under(message, before, now), arrival_under(message, after, now)
        count += 1
        later += becomes > was
        too_late += is_too_late(becomes, message.expires_at) and not is_too_late(was, message.expires_at)
    return Effect(count, later, too_late)


def arrival_under(message: Message, post: PostalCalendar, now: datetime) -> date:
    """When a letter arrives by a calendar, whatever was noted: one that was posted is still on its way."""
    if message.status is Status.POSTED and message.sent_at is not None:
        return post.arrival_of_posting(post.day_of(message.sent_at))
    return letter_days(message, post, now).arrives


def days_between(first: date, last: date) -> list[date]:
    """Every day from one to another, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
