"""What a view may ask of the request it answers: the time, a transaction, the portal's parts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import current_app, g
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.clock import Clock
from portal.database import Database
from portal.settings import Settings
from portal.web.access import SignedAgent

Given = TypeVar("Given")

_TRIES = 4  # two requests at once may each wait for the other: the database ends one, which starts again


@dataclass(frozen=True)
class Portal:
    """The parts that `create_app` chose. `gateways` belongs to notifications, which this layer does not know.

    `reads_file`: whether an agent may read the file of a person, by its number: the desk's rule, for pages below it.
    """

    settings: Settings
    clock: Clock
    database: Database
    gateways: Any
    reads_file: Callable[[Session, datetime, SignedAgent, int], bool]


def portal() -> Portal:
    """The portal that this application serves."""
    return cast("Portal", current_app.extensions["portal"])


def now() -> datetime:
    """The time of this request: the same instant however often it is asked."""
    if "now" not in g:
        g.now = portal().clock()
    return cast("datetime", g.now)


@contextmanager
def reading() -> Iterator[Session]:
    """A session of this request that only reads: for what every request asks before its own work."""
    with portal().database.reading() as session:
        yield session


@contextmanager
def transaction() -> Iterator[Session]:
    """A transaction of this request: all of it is kept, or nothing."""
    with portal().database.transaction() as session:
        yield session


def in_its_turn(act: Callable[[Session], Given]) -> Given:
    """What `act` gives, in a transaction of this request; begun anew when the database ends it for another's sake.

    Four times at most; then, and for whatever else is wrong, raises what `act` raised.
    """
    for more in reversed(range(_TRIES)):
        try:
            with transaction() as session:
                return act(session)
        except OperationalError as error:
            if not more or not isinstance(error.orig, DeadlockDetected):
                raise
    raise AssertionError  # the last try has answered or raised
