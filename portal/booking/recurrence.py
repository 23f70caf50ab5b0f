"""The days and hours of an opening: from "every second Tuesday, 9 to 12" to instants. Pure.

Days are counted as ordinals and instants as whole seconds since 1970 (UTC): a list of places looks through thousands
of them, and plain integers are what keeps it fast.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol

from portal.booking.models import Recurrence
from portal.clock import at_wall_clock

DAY = 86_400  # seconds, when no clock changes
_MIDNIGHT = time(0)


class Recurring(Protocol):
    """What is read of an opening; the model `Opening` and the rows that queries load both have it."""

    @property
    def recurrence(self) -> str:
        """One of `Recurrence`."""

    @property
    def weekdays(self) -> Collection[int]:
        """0 is Monday."""

    @property
    def interval_weeks(self) -> int:
        """Weekly: every n weeks, counted from the week (Monday to Sunday) of the first day."""

    @property
    def nth_week(self) -> int | None:
        """Monthly: the nth such weekday of the month (1 to 4), or -1 for the last."""

    @property
    def first_day(self) -> date:
        """Included; the only day of an opening that happens once, unless the last day is before it."""

    @property
    def last_day(self) -> date | None:
        """Included; None when no end is known."""

    @property
    def skipped(self) -> Collection[date]:
        """Days on which it does not happen."""

    @property
    def starts(self) -> time:
        """On a wall clock in France."""

    @property
    def ends(self) -> time:
        """On a wall clock in France, the same day."""


def days_of(opening: Recurring, first: date, last: date) -> list[date]:
    """The days on which an opening happens, from `first` to `last` included, in order, each once.

    Public holidays are not taken out here. An opening that comes back without weekdays, or monthly without its week,
    never happens.
    """
    skipped = {day.toordinal() for day in opening.skipped}
    ordinals = set(_ordinals(opening, first.toordinal(), last.toordinal()))
    return [date.fromordinal(day) for day in sorted(ordinals - skipped)]


def hours_of(
    opening: Recurring, first: date, last: date, closed: Collection[int] = frozenset()
) -> list[tuple[int, int]]:
    """The start and end (seconds since 1970, UTC) of an opening on each of its days from `first` to `last` included.

    In no particular order, never twice the same day. `closed` are ordinals of days without any opening. Hours are
    those of a wall clock in France, so 9 o'clock is 9 o'clock in March and in November. Hours that the spring change
    skips are no time at all; those that the autumn change repeats are longer by an hour.
    """
    skipped = {day.toordinal() for day in opening.skipped}
    start, end = _seconds(opening.starts), _seconds(opening.ends)
    hours = []
    for day in _ordinals(opening, first.toordinal(), last.toordinal()):
        if day in skipped or day in closed:
            continue
        midnight, changes = _midnight(day)
        opens, closes = midnight + start, midnight + end
        if changes:
            opens, closes = _on_wall(day, opening.starts), _on_wall(day, opening.ends)
        if opens < closes:
            hours.append((opens, closes))
    return hours


def midnight_of(day: date) -> int:
    """The instant (seconds since 1970, UTC) at which a day begins in France."""
    return _midnight(day.toordinal())[0]


def _ordinals(opening: Recurring, first: int, last: int) -> Iterator[int]:
    """The days as ordinals, skipped ones included; grouped by weekday, each once."""
    begins = opening.first_day.toordinal()
    low = max(first, begins)
    high = last if opening.last_day is None else min(last, opening.last_day.toordinal())
    if opening.recurrence == Recurrence.ONCE:
        if first <= begins <= high:
            yield begins
    elif opening.recurrence == Recurrence.WEEKLY:
        period = 7 * opening.interval_weeks
        monday = begins - opening.first_day.weekday()
        for weekday in set(opening.weekdays):
            anchor = monday + weekday
            # The first of its days that is not before `low`: a division rounded up, and never below the anchor's week.
            yield from range(anchor + max(0, -((anchor - low) // period)) * period, high + 1, period)
    elif opening.nth_week is not None and low <= high:
        yield from _monthly(frozenset(opening.weekdays), opening.nth_week, low, high)


def _monthly(weekdays: frozenset[int], nth: int, low: int, high: int) -> Iterator[int]:
    start, stop = date.fromordinal(low), date.fromordinal(high)
    for month in range(start.year * 12 + start.month - 1, stop.year * 12 + stop.month):
        for weekday in weekdays:
            day = _nth_weekday(month // 12, month % 12 + 1, weekday, nth)
            if low <= day <= high:
                yield day


@lru_cache(maxsize=4096)
def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> int:
    if nth > 0:
        first = date(year, month, 1)
        return first.toordinal() + (weekday - first.weekday()) % 7 + 7 * (nth - 1)
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last.toordinal() - (last.weekday() - weekday) % 7


@lru_cache(maxsize=4096)
def _midnight(day: int) -> tuple[int, bool]:
    """When a day begins (seconds since 1970), and whether clocks change in it."""
    begins = _on_wall(day, _MIDNIGHT)
    return begins, _on_wall(day + 1, _MIDNIGHT) - begins != DAY


def _on_wall(day: int, hour: time) -> int:
    return int(at_wall_clock(date.fromordinal(day), hour).timestamp())


def _seconds(hour: time) -> int:
    return hour.hour * 3600 + hour.minute * 60 + hour.second


def instant(seconds: int) -> datetime:
    """The aware UTC datetime of a number of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
