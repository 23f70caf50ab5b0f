"""Time. A `Clock` is handed to the application; everything else takes `now` as an argument."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

PARIS = ZoneInfo("Europe/Paris")


def system_clock() -> datetime:
    """The machine's time, with its zone (UTC)."""
    return datetime.now(UTC)


def clock_started_at(start: datetime) -> Clock:
    """A clock that reads `start` now and runs on at the pace of the machine's own."""
    if start.tzinfo is None:
        raise ValueError("a clock starts at an instant with its offset")
    shift = start - system_clock()
    return lambda: system_clock() + shift


def paris(moment: datetime) -> datetime:
    """The same instant, as a clock on a wall in France shows it."""
    return moment.astimezone(PARIS)


def paris_day(moment: datetime) -> date:
    """The calendar day of an instant in France."""
    return moment.astimezone(PARIS).date()


def at_wall_clock(day: date, hour: time) -> datetime:
    """The instant (UTC) at which clocks in France show `hour` on `day`.

    An hour that the spring change skips is read as the instant one hour later on the wall; an hour that the
    autumn change repeats is its first occurrence. Both are what `zoneinfo` does with `fold=0`.
    """
    return datetime.combine(day, hour, tzinfo=PARIS).astimezone(UTC)
