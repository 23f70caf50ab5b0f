"""Locks on things that have no row yet, as long as a transaction lasts: names in PostgreSQL's advisory space.

Rows come among them in this order, whoever needs several: a print run; people, by number, with `FOR NO KEY UPDATE`, for
whom a message is added need not wait; an appointment; what messages are about (SUBJECT, all of them in the order of
`notifications.holding`); messages, by number, and their letters. Whoever changes messages of many subjects at once (a
run that is posted, all that is over) holds no subject: it waits for no message that somebody else has, and takes them
all at one instant (`take_all`) or leaves those for later (`free_ones`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.orm import Session

from portal.database import Database

_HOLD = select(func.pg_advisory_xact_lock(bindparam("kind", type_=Integer), bindparam("key", type_=Integer)))
_ALONE = select(func.pg_try_advisory_lock(bindparam("kind", type_=Integer), 0))
_NOT_ALONE = select(func.pg_advisory_unlock(bindparam("kind", type_=Integer), 0))


class Lock(IntEnum):
    """What may be locked, in the order in which a transaction that needs several takes them: no cycle, no deadlock."""

    BROWSER = 0  # what one browser has booked: two of its tabs do not book at the same instant
    REQUEST = 1  # one form shown: confirming it twice waits for the first
    BIRTH_DATE = 2  # the files of the people born on a day: two bookings do not both make the same new file
    AGENT = 3  # an agent's time
    SUBJECT = 4  # what messages are about: a new event and a route that fails do not cross
    LOAD = 5  # the files of the Département: two loads do not cross
    JOURNAL = 6  # the chain of the journal: two workers do not seal the same line
    ACCOUNTS = 7  # agents' accounts: two admins do not each remove the last other one
    RUN = 8  # the letters that wait: two print runs do not take the same
    TRACKING = 9  # the number of a registered letter: two letters do not both bear it
    PRINTER = 10  # what is written for the outside printer: two commands do not give the same run (`alone`)


class TakenError(Exception):
    """Somebody else does it at this instant."""


def hold(session: Session, lock: Lock, key: int) -> None:
    """Waits for the lock and holds it until the transaction ends, or until the savepoint taken before is undone.

    `key` is any whole number; its lowest 31 bits count. What is read afterwards, by another statement, sees all that
    the former holder committed (READ COMMITTED). Raises what the database does when `statement_timeout` passes.
    """
    session.connection().execute(_HOLD, {"kind": int(lock), "key": key & 0x7FFFFFFF})


@contextmanager
def alone(database: Database, lock: Lock) -> Iterator[None]:
    """Holds the lock of a task that takes many transactions, or none; one whose process dies lets go of it.

    Raises `TakenError` at once when another has it.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(_ALONE, {"kind": int(lock)}):
            raise TakenError
        try:
            yield
        finally:
            connection.execute(_NOT_ALONE, {"kind": int(lock)})
