"""The post: when a letter leaves the Département, and when it arrives. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.clock import at_wall_clock, paris
from portal.holidays import is_holiday

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PostalCalendar:
    """The rules of the post (letters.md): cut-off 16:30 Europe/Paris on working days, three postal days to arrive.

    `closed_days` are days on which this Département's post room does not work (bridges); the postman still does. On a
    `stopped` day nobody does (a strike). All days are days in France.
    """

    is_holiday: Callable[[date], bool]
    closed_days: frozenset[date] = frozenset()
    stopped: frozenset[date] = frozenset()
    cut_off: time = time(16, 30)
    delivery_days: int = 3

    def is_working_day(self, day: date) -> bool:
        """Whether letters are posted on `day`: Monday to Friday, no public holiday, post room not closed."""
        return day.weekday() < _SATURDAY and self.is_postal_day(day) and day not in self.closed_days

    def is_postal_day(self, day: date) -> bool:
        """Whether the postman goes round on `day`: Monday to Saturday, no public holiday, no strike."""
        return day.weekday() <= _SATURDAY and not self.is_holiday(day) and day not in self.stopped

    def posting_day(self, now: datetime) -> date:
        """The day on which a letter queued at `now` is posted: a working day's cut-off itself is too late for it."""
        wall = paris(now)
        day = wall.date()
        if self.is_working_day(day) and wall.time() < self.cut_off:
            return day
        return self._next(day, self.is_working_day)

    def last_cut_off(self, now: datetime) -> datetime:
        """The latest cut-off of a working day at or before `now` (UTC)."""
        day = paris(now).date()
        while not self.is_working_day(day) or at_wall_clock(day, self.cut_off) > now:
            day -= _ONE_DAY
        return at_wall_clock(day, self.cut_off)

    def arrival(self, now: datetime) -> date:
        """The day on which a letter queued at `now` arrives."""
        return self.arrival_of_posting(self.posting_day(now))

    def arrival_of_posting(self, posted: date) -> date:
        """The day on which a letter posted on `posted` arrives: that many postal days later."""
        day = posted
        for _ in range(self.delivery_days):
            day = self._next(day, self.is_postal_day)
        return day

    def latest_posting_day(self, arrives_by: date) -> date:
        """The last working day on which a letter may be posted and still arrive on `arrives_by` or before."""
        day = arrives_by
        while not (self.is_working_day(day) and self.arrival_of_posting(day) <= arrives_by):
            day -= _ONE_DAY
        return day

    @staticmethod
    def _next(day: date, counts: Callable[[date], bool]) -> date:
        day += _ONE_DAY
        while not counts(day):
            day += _ONE_DAY
        return day


FRENCH_POST = PostalCalendar(is_holiday)
