"""How long it is until the next cut-off. Pure."""

from datetime import datetime
from typing import NamedTuple

_MINUTE = 60  # seconds


class Left(NamedTuple):
    """Time left in whole days, hours and minutes; what is less than a minute is not counted."""

    days: int
    hours: int
    minutes: int


def left_until(moment: datetime, now: datetime) -> Left:
    """The time from `now` to `moment`; none once it is past."""
    minutes = max(0, int((moment - now).total_seconds())) // _MINUTE
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return Left(days, hours, minutes)
