"""What an address or a form asks for, read without trust: an instant, a week, a slot. Pure."""

from datetime import UTC, date, datetime, timedelta

from portal.booking.slots import Slot
from portal.clock import paris_day
from portal.web.text import whole

_LONGEST = 40  # characters: no written instant needs more
_BETWEEN = "~"
_WEEK = timedelta(days=7)


def written(moment: datetime) -> str:
    """An instant as it stands in addresses and forms: "2026-11-24T09:30Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def instant(text: str | None, now: datetime) -> datetime | None:
    """The instant written in ISO 8601 with its offset, or None when it is none, or years away from `now`."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or abs(moment.year - now.year) > 10:
        return None
    return moment.astimezone(UTC)


def slot_text(slot: Slot) -> str:
    """A slot as it stands in addresses and forms: its instant, its agent and its place."""
    return _BETWEEN.join((written(slot.starts_at), str(slot.agent_id), str(slot.place_id)))


def slot_of(text: str | None, now: datetime) -> Slot | None:
    """The slot that `slot_text` wrote, or None for anything else."""
    hour, *ids = (text or "").split(_BETWEEN, 3)
    starts_at = instant(hour, now)
    match [whole(one) for one in ids]:
        case [int() as agent_id, int() as place_id] if starts_at is not None:
            return Slot(starts_at, agent_id, place_id)
    return None


def sequence_of(text: str | None) -> int:
    """The number of changes of an appointment that a page had seen; -1, which none has, for what is no number."""
    number = whole(text)
    return -1 if number is None else number


def day(text: str | None) -> date | None:
    """The day written "2026-11-24", or None when it is none."""
    if not text or len(text) != len("2026-11-24"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def monday_of(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def week(asked: date, now: datetime, horizon_days: int) -> date:
    """The Monday of the week asked for, held between this week and the last one in which a slot may be."""
    first = monday_of(paris_day(now))
    last = monday_of(paris_day(now + timedelta(days=horizon_days)))
    return min(max(monday_of(asked), first), last)


def around(monday: date, now: datetime, horizon_days: int) -> tuple[date | None, date | None]:
    """The Mondays before and after a week, where a slot may be; None where the way is closed."""
    first, last = week(date.min, now, horizon_days), week(monday_of(date.max - _WEEK), now, horizon_days)
    return (monday - _WEEK if monday > first else None, monday + _WEEK if monday < last else None)
