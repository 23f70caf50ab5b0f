"""The post: when a letter leaves the Département, and when it arrives. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.clock import PARIS

LOOKED_AT = 366  # days: further than anything that a letter is about
DRAWN_WITHIN = timedelta(minutes=5)  # of a cut-off, what was due before it: over twice the lease of a dead worker

_SATURDAY, _SUNDAY = 5, 6
_ONE_DAY = timedelta(days=1)


class Holds(StrEnum):
    """What holds on a day."""

    POSTED = "posted"  # letters leave, and arrive
    DELIVERED = "delivered"  # letters arrive, none leaves: a Saturday
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    CLOSED = "closed"  # the post room is closed; letters arrive
    STOPPED = "stopped"  # the post itself stands still


@dataclass(frozen=True)
class PostalCalendar:
    """When letters leave and arrive: cut-off 16:30 on working days, three postal days, unless a Département says else.

    `closed_days` are days on which this Département's post room does not work (bridges); the postman still does. On a
    `stopped` day nobody does (a strike). Days and the cut-off are those of clocks in `zone`.

    Every answer comes after at most `LOOKED_AT` days looked at. When nothing leaves, or arrives, for longer, the answer
    is the day so far away: no letter is then in time for anything, and the planner takes another route.
    """

    is_holiday: Callable[[date], bool]
    closed_days: frozenset[date] = frozenset()
    stopped: frozenset[date] = frozenset()
    cut_off: time = time(16, 30)
    delivery_days: int = 3
    zone: ZoneInfo = PARIS

    def holds(self, day: date) -> Holds:
        """What holds on `day`."""
        if day.weekday() == _SUNDAY:
            return Holds.SUNDAY
        if self.is_holiday(day):
            return Holds.HOLIDAY
        if day in self.stopped:
            return Holds.STOPPED
        if day.weekday() == _SATURDAY:
            return Holds.DELIVERED
        return Holds.CLOSED if day in self.closed_days else Holds.POSTED

    def is_working_day(self, day: date) -> bool:
        """Whether letters are posted on `day`: Monday to Friday, no public holiday, no strike, post room not closed."""
        return self.holds(day) is Holds.POSTED

    def is_postal_day(self, day: date) -> bool:
        """Whether the postman goes round on `day`: Monday to Saturday, no public holiday, no strike."""
        return self.holds(day) in {Holds.POSTED, Holds.DELIVERED, Holds.CLOSED}

    def day_of(self, moment: datetime) -> date:
        """The calendar day of an instant where letters are posted."""
        return moment.astimezone(self.zone).date()

    def cut_off_of(self, day: date) -> datetime:
        """The instant (UTC) of the cut-off of `day`, whether letters leave then or not.

        An hour that a clock change skips or repeats is read as `portal.clock.at_wall_clock` reads it.
        """
        return self.instant(day, self.cut_off)

    def instant(self, day: date, hour: time) -> datetime:
        """The instant (UTC) at which clocks show `hour` on `day` where letters are posted, read as above."""
        return datetime.combine(day, hour, tzinfo=self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The instant (UTC) at which a day ends where letters are posted: the first that is no longer of it."""
        return self.instant(day + _ONE_DAY, time.min)

    def posting_day(self, now: datetime) -> date:
        """The day on which a letter queued at `now` is posted: a working day's cut-off itself is too late for it."""
        day = self.day_of(now)
        if self.is_working_day(day) and now < self.cut_off_of(day):
            return day
        return self._next(day, self.is_working_day)

    def next_cut_off(self, now: datetime) -> datetime:
        """The cut-off (UTC) that a letter queued at `now` leaves with: always after `now`."""
        return self.cut_off_of(self.posting_day(now))

    def last_cut_off(self, now: datetime) -> datetime:
        """The latest cut-off (UTC) of a working day at or before `now`."""
        day = self.day_of(now)
        for _ in range(LOOKED_AT):
            if self.is_working_day(day) and self.cut_off_of(day) <= now:
                break
            day -= _ONE_DAY
        return self.cut_off_of(day)

    def leaves_with(self, due_at: datetime, now: datetime) -> datetime:
        """The instant that counts for a letter drawn at `now`: just before the cut-off whose run waits, or `now`."""
        cut_off = self.last_cut_off(now)
        return cut_off - timedelta.resolution if due_at < cut_off and now < cut_off + DRAWN_WITHIN else now

    def arrival(self, now: datetime) -> date:
        """The day on which a letter queued at `now` arrives."""
        return self.arrival_of_posting(self.posting_day(now))

    def arrival_of_posting(self, posted: date) -> date:
        """The day on which a letter posted on `posted` arrives: that many postal days later."""
        left, day = self.delivery_days, posted
        for _ in range(LOOKED_AT):
            if not left:
                break
            day += _ONE_DAY
            left -= self.is_postal_day(day)
        return day

    def latest_posting_day(self, arrives_by: date) -> date:
        """The last working day on which a letter may be posted and still arrive on `arrives_by` or before."""
        left, day = self.delivery_days, arrives_by
        for _ in range(LOOKED_AT):
            if left <= 0 and self.is_working_day(day):
                break
            left -= self.is_postal_day(day)
            day -= _ONE_DAY
        return day

    @staticmethod
    def _next(day: date, counts: Callable[[date], bool]) -> date:
        for _ in range(LOOKED_AT):
            day += _ONE_DAY
            if counts(day):
                break
        return day
