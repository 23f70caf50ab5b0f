"""When a person must have been told, when to try again, and who may be told in their place. Pure.

The deadlines are the portal's own: no text sets any. Working days: Monday to Friday, public holidays left out, those of
the territory too (`region`: a key of `holidays.REGIONS`, which names the law of each).
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from portal.clock import at_wall_clock, paris, paris_day
from portal.holidays import METROPOLE, is_holiday

HELD_FOR = timedelta(minutes=15)  # a task in one agent's hands; each act prolongs it
BEFORE_EVENT = timedelta(hours=24)
AT_LEAST = timedelta(hours=1)
A_PRESS = timedelta(seconds=10)  # a second press within is the same one
CALLBACK_LASTS = timedelta(days=14)  # after the moment asked for
CALLBACK = "callback"  # the kind of a message: somebody asked to be called

_DAY_BEGINS, _NOON, _AFTERNOON, _DAY_ENDS = time(9), time(12), time(14), time(17)  # when desks call, on the wall
_AGAIN = timedelta(hours=2)
_ONE_DAY = timedelta(days=1)
_WEEKEND = 5


class TaskFault(StrEnum):
    """Why what was done about a task is refused."""

    ENDED = "ended"  # told by another, or overtaken
    TAKEN = "taken"  # in another agent's hands
    TWICE = "twice"  # the same press a second time: it is noted already
    NOT_THEIRS = "not_theirs"  # this relative may not be told
    NO_NUMBER = "no_number"  # the task has no such number any more
    NO_APPOINTMENT = "no_appointment"  # there is none to move or cancel: the task is about something else
    TOO_LATE = "too_late"  # to try again at that moment: past, or after the event


class CallFault(StrEnum):
    """Why a call received is not noted."""

    NO_NUMBER = "no_number"  # to be called back, and no number to call
    NO_PARTNER = "no_partner"  # sent to a partner, and none was chosen


class Moment(StrEnum):
    """When somebody who called is to be called back."""

    SOON = "soon"  # within two working hours, as far as the day goes
    MORNING = "morning"  # the next one
    AFTERNOON = "afternoon"  # the next one
    NEXT_DAY = "next_day"  # the working day after today


class Reason(StrEnum):
    """Why somebody is to be called back, in words that tell nothing to whoever overhears."""

    APPOINTMENT = "appointment"
    PAPERS = "papers"
    QUESTION = "question"
    NEWS = "news"  # they wait for an answer


class Window(NamedTuple):
    """From when to when somebody expects a call."""

    starts_at: datetime
    ends_at: datetime


def is_working_day(day: date, region: str = METROPOLE) -> bool:
    """Monday to Friday, and no public holiday of the region."""
    return day.weekday() < _WEEKEND and not is_holiday(day, region)


def next_working_day(day: date, region: str = METROPOLE) -> date:
    """The first working day after this one."""
    day += _ONE_DAY
    while not is_working_day(day, region):
        day += _ONE_DAY
    return day


def deadline(opened_at: datetime, event_at: datetime, region: str) -> datetime:
    """By when a person must have been told.

    The sooner of the same hour on the next working day and 24 hours before the event; at least an hour after the task
    opened, so that there is time to call; never after the event.
    """
    opened = paris(opened_at)
    next_day = at_wall_clock(next_working_day(opened.date(), region), opened.time())
    wanted = min(next_day, event_at - BEFORE_EVENT)
    return min(max(wanted, opened_at + AT_LEAST), event_at)


def callback_deadline(opened_at: datetime, asked_until: datetime) -> datetime:
    """By when somebody who asked to be called must have been: as they asked, and an hour after the task at least."""
    return max(asked_until, opened_at + AT_LEAST)


def event_at(expires_at: datetime, opened_at: datetime, event: Mapping[str, Any]) -> datetime:
    """The moment after which telling is worth nothing: for a move, the old hour too, or they would come for nothing.

    `event`: what the message keeps of it (`notifications.packing`). An old hour that was past when the task opened
    counts for nothing.
    """
    old = event.get("old_starts_at")
    former = datetime.fromisoformat(old) if old else expires_at
    return min(former, expires_at) if former > opened_at else expires_at


def window(moment: Moment, now: datetime, region: str) -> Window:
    """From when to when to call back somebody who asked for this moment. Never begins before `now`."""
    day = paris_day(now)
    if moment is Moment.SOON:
        return _soon(now, region)
    following = next_working_day(day, region)
    if moment is Moment.NEXT_DAY:
        return _between(following, _DAY_BEGINS, _DAY_ENDS)
    begins, ends = (_DAY_BEGINS, _NOON) if moment is Moment.MORNING else (_AFTERNOON, _DAY_ENDS)
    if is_working_day(day, region) and now < at_wall_clock(day, begins):
        return _between(day, begins, ends)
    return _between(following, begins, ends)


def proposals(now: datetime, misses: int, event: datetime, region: str) -> list[datetime]:
    """When to try again after so many calls without an answer (this one counted), the best first.

    Two hours later; another half of the day; the next working day at another hour. What falls outside calling hours
    (9 h to 17 h, working days) goes to the next ones; nothing is proposed at or after the event. None is left when the
    event is that near: then as soon as one can.
    """
    wall = paris(now)
    day = wall.date()
    is_morning = wall.time() < _NOON
    following = next_working_day(day, region)
    half = at_wall_clock(day, _AFTERNOON) if is_morning else at_wall_clock(following, _DAY_BEGINS)
    other = at_wall_clock(following, _AFTERNOON if is_morning else time(10, 30))
    asked = [_calling(now + _AGAIN, region), _calling(half, region), other]
    first = min(max(misses, 1), len(asked)) - 1
    ordered = asked[first:] + asked[:first]
    return [moment for at, moment in enumerate(ordered) if moment < event and moment not in ordered[:at]]


def again_fault(again_at: datetime, now: datetime, event: datetime) -> TaskFault | None:
    """Why one cannot try again at this moment, or None: later than now, before the event."""
    return None if now < again_at < event else TaskFault.TOO_LATE


def _soon(now: datetime, region: str) -> Window:
    begins = _calling(now, region)
    return Window(begins, min(begins + _AGAIN, at_wall_clock(paris_day(begins), _DAY_ENDS)))


def _between(day: date, begins: time, ends: time) -> Window:
    return Window(at_wall_clock(day, begins), at_wall_clock(day, ends))


def _calling(moment: datetime, region: str) -> datetime:
    """The moment, or the next at which desks call."""
    day = paris_day(moment)
    if is_working_day(day, region) and moment < at_wall_clock(day, _DAY_ENDS):
        return max(moment, at_wall_clock(day, _DAY_BEGINS))
    return at_wall_clock(next_working_day(day, region), _DAY_BEGINS)
