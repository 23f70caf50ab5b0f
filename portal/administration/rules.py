"""What may be changed on screen, and what somebody else changed meanwhile. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum, StrEnum
from typing import Any

_DAY = 24 * 60  # minutes

MOTIF_COLUMNS = (
    "title",
    "line",
    "detail",
    "neutral_words",
    "minutes",
    "buffer_minutes",
    "notice_minutes",
    "horizon_days",
    "cancel_minutes",
    "move_minutes",
    "upcoming_limit",
    "booked_by",
    "bring",
    "before",
    "after",
)
PLACE_COLUMNS = ("name", "street", "phone", "step_free", "directions", "hours", "urgent_hours")


class Kind(StrEnum):
    """What the history is of."""

    MOTIF = "motif"
    PLACE = "place"
    DAY = "day"
    OPENING = "opening"  # written by the agenda, as absences are
    ABSENCE = "absence"
    AGENT = "agent"  # written by the accounts: their roles too


class SettingFault(StrEnum):
    """Why a change of settings is refused."""

    CHANGED = "changed"  # somebody else changed it since the page was shown
    DAY_KNOWN = "day_known"  # that day is already written for that place
    DAY_PAST = "day_past"


def values_of(row: object, columns: tuple[str, ...]) -> dict[str, Any]:
    """What a row says of what may be changed."""
    return {name: getattr(row, name) for name in columns}


def marks(values: Mapping[str, Any]) -> str:
    """What a page showed, so that a change made meanwhile is seen: a mark for each thing."""
    return ",".join(f"{name}={_mark(value)}" for name, value in values.items())


def changed_since(values: Mapping[str, Any], shown: str) -> frozenset[str]:
    """What is no longer as the page of these marks showed it; all of it when they are no marks."""
    read = dict(part.split("=", 1) for part in shown.split(",") if "=" in part)
    return frozenset(name for name, value in values.items() if read.get(name) != _mark(value))


def mark_of_all(ids: Iterable[int]) -> str:
    """What a page showed of a list, so that one more or one less is seen."""
    return hashlib.sha256(repr(sorted(ids)).encode()).hexdigest()[:16]


def leaves_no_slot(*, notice_minutes: int, horizon_days: int) -> bool:
    """Whether the horizon ends before the notice does: nothing could ever be booked."""
    return horizon_days * _DAY <= notice_minutes


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as the history keeps it."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _mark(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:10]
