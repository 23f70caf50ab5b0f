"""What a message keeps of its event, so that the planner can go round again, as JSON values."""

from datetime import datetime
from typing import Any

from portal.notifications.models import Route
from portal.notifications.planner import Event, EventKind, Tidings

SINGLE = "single"  # one message, to where it was asked: nothing takes its place
# Beside an event: it was told before, and is told by one more route. It holds the number of the change told.
AGAIN = "again"
_TIDINGS = "tidings"


def pack(event: Event | Tidings) -> dict[str, Any]:
    """The event as JSON values. `happened_at` must be said."""
    if isinstance(event, Tidings):
        avoid = sorted(route.value for route in event.avoid)
        return {"kind": _TIDINGS, "happened_at": event.happened_at.isoformat(), "avoid": avoid}
    return {
        "kind": event.kind.value,
        "starts_at": event.starts_at.isoformat(),
        "discreet": event.discreet,
        "old_starts_at": event.old_starts_at.isoformat() if event.old_starts_at else None,
        "happened_at": event.happened_at.isoformat() if event.happened_at else None,
    }


def unpack(packed: dict[str, Any]) -> Event | Tidings | None:
    """What `pack` made these values of; None for a single message."""
    if packed["kind"] == SINGLE:
        return None
    happened_at = datetime.fromisoformat(packed["happened_at"])
    if packed["kind"] == _TIDINGS:
        return Tidings(happened_at, frozenset(Route(name) for name in packed["avoid"]))
    old = packed["old_starts_at"]
    return Event(
        kind=EventKind(packed["kind"]),
        starts_at=datetime.fromisoformat(packed["starts_at"]),
        discreet=packed["discreet"],
        old_starts_at=datetime.fromisoformat(old) if old else None,
        happened_at=happened_at,
    )
