"""Takes an agent's time when many want it at once.

The exclusion constraint decides; what is here makes it decide cleanly. Two inserts that meet in a GiST exclusion
constraint may each wait for the other, and PostgreSQL then ends one with a deadlock error after a second. So whoever
writes over an agent's time first takes a lock on that agent, inside a savepoint, and only one such lock at a time:
undoing the savepoint releases it before the next agent is tried. No cycle of waits can form; the loser of a race
waits some milliseconds, reads that the time is gone, and is refused. Other agents' bookings do not wait at all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from portal.booking.availability import Scope, free_agents
from portal.booking.rules import BookingRefusal
from portal.database import broken_constraint
from portal.locks import Lock, hold
from portal.refusal import Refused

Held = TypeVar("Held")

_ROUNDS = 5  # each one starts from what was committed since the last; losing them all is losing the time
_TRY_AGAIN = frozenset({"ex_appointment_agent_busy", "uq_appointment_code"})


def hold_a_slot(  # noqa: PLR0913 - a place and an hour in a scope, and what to write there
    session: Session,
    now: datetime,
    scope: Scope,
    *,
    place_id: int,
    starts_at: datetime,
    write: Callable[[int], Held],
) -> Held:
    """Calls `write(agent_id)` for a free agent, the least loaded first, until the database accepts; gives its result.

    `write` flushes one row over the agent's time; it is undone and called again for another agent when somebody else
    took the time at the same instant. Raises `Refused(SLOT_TAKEN)` when nobody is free, or when it is no slot.
    """
    for _ in range(_ROUNDS):
        agents = free_agents(session, now, scope, place_id, starts_at)
        if not agents:
            break
        for agent_id in agents:
            with _unless_lost(), session.begin_nested():
                hold(session, Lock.AGENT, agent_id)
                return write(agent_id)
    raise Refused(BookingRefusal.SLOT_TAKEN)


def hold_this_agent(session: Session, agent_id: int, write: Callable[[int], Held]) -> Held:
    """Calls `write(agent_id)` until the database accepts, and gives its result; no slot is looked for.

    For a row that holds no time alone (an overbooked one), or whose time the caller knows to be free. Raises
    `Refused(AGENT_TAKEN)` when somebody else holds it.
    """
    for _ in range(_ROUNDS):
        with _unless_lost(), session.begin_nested():
            hold(session, Lock.AGENT, agent_id)
            return write(agent_id)
    raise Refused(BookingRefusal.AGENT_TAKEN)


@contextmanager
def _unless_lost() -> Iterator[None]:
    """Goes on after a race that was lost; raises whatever else happens."""
    try:
        yield
    except (IntegrityError, OperationalError) as error:
        if not _is_a_lost_race(error):
            raise


def _is_a_lost_race(error: IntegrityError | OperationalError) -> bool:
    if isinstance(error, IntegrityError):
        return broken_constraint(error) in _TRY_AGAIN
    return isinstance(error.orig, DeadlockDetected)
