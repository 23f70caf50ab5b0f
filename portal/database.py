"""The database: column types, the base of all models, and transactions."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any, ClassVar

import psycopg
from sqlalchemy import DateTime, Engine, Enum, MetaData, Text, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A moment in time: stored and read in UTC; one without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """In UTC. Raises ValueError for a moment without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """In UTC, with its zone."""
        return None if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables. Relationships are declared `lazy="raise"`: what a rule needs is loaded by a query, on purpose."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: Text(),
        datetime: Instant(),
        dict[str, Any]: JSONB(),
        StrEnum: Enum(StrEnum, native_enum=False, length=20, values_callable=lambda names: [n.value for n in names]),
    }


_ANSWERED = "answered"
_A_MOMENT = 1.0  # seconds

APPLICATION = "portal_app"  # the role that everything but maintenance takes: it can only add to the journal


class Database:
    """One PostgreSQL database, and the only way to open a transaction on it.

    Each connection takes `role` as it opens. `None` keeps the rights of the login: for `portal migrate` and what else
    looks after the database itself. Where the role lacks, or the login may not take it, connecting raises
    OperationalError.
    """

    def __init__(self, url: str, *, pool_size: int = 10, role: str | None = APPLICATION) -> None:
        self.url = url
        options = "-c timezone=UTC -c statement_timeout=20s -c idle_in_transaction_session_timeout=60s"
        self.engine = create_engine(
            _with_driver(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,  # seconds: beyond, a clean refusal is better than a page that never comes
            hide_parameters=True,  # an error's text goes to the log: it must hold no name and no number
            connect_args={"connect_timeout": 5, "options": f"{options} -c role={role}" if role else options},
        )
        _notice_restarts(self.engine)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(
            self.engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False, autoflush=False
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are all kept, or none: committed at the end, rolled back on any exception."""
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: half the way to the server and back, and no less consistent (READ COMMITTED).

        For what every request asks before its own work. Nothing is written: what is changed in it is lost.
        """
        with self._readers() as session:
            yield session

    @contextmanager
    def at_once(self) -> Iterator[Session]:
        """A session in which each statement is a transaction of its own: for a change that one of them makes whole.

        It flushes nothing: what is written is written by a statement.
        """
        with self._readers() as session:
            yield session

    def close(self) -> None:
        """Closes the connections of the pool; open sessions keep theirs until they end."""
        self.engine.dispose()


def _notice_restarts(engine: Engine) -> None:
    """A restarted server is noticed before the request, not by it.

    A connection taken from the pool is asked whether it still answers; one that did a moment ago is asked again only
    if its socket has something to say, as that of a server which stops has.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_ANSWERED] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        answered = record.info.get(_ANSWERED)  # None: it has just been opened
        if answered is None or (monotonic() - answered < _A_MOMENT and not _has_something_to_say(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise InvalidatePoolError from error


def _has_something_to_say(connection: DBAPIConnection) -> bool:
    if connection.closed:
        return True
    asked = select.poll()
    asked.register(connection.fileno(), select.POLLIN)
    return bool(asked.poll(0))


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that refused a statement, or an empty string when the server gives none."""
    diagnostic = getattr(error.orig, "diag", None)
    return getattr(diagnostic, "constraint_name", None) or ""


def _with_driver(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgres", "postgresql"} else url
