"""The codes that this browser has opened, each for 30 minutes."""

from datetime import datetime, timedelta

from flask import session

OPEN_FOR = timedelta(minutes=30)
_MOST = 10  # codes of one browser at once


def keep_open(code: str, now: datetime) -> None:
    """Opens a code in this browser for 30 minutes."""
    still = {known: until for known, until in _opened().items() if _holds(until, now) and known != code}
    kept = dict(list(still.items())[-(_MOST - 1) :])
    session["opened"] = {**kept, code: (now + OPEN_FOR).isoformat()}


def is_open(code: str, now: datetime) -> bool:
    """Whether this browser has opened a code less than 30 minutes ago."""
    until = _opened().get(code)
    return until is not None and _holds(until, now)


def _opened() -> dict[str, str]:
    return dict(session.get("opened", {}))


def _holds(until: str, now: datetime) -> bool:
    return now < datetime.fromisoformat(until)
