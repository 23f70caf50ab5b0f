"""The database's versions: the numbered files of this folder, run in order, each once.

Only `__init__.py` and migrations may lie here: alembic reads every other file as one. They go forward only; a
mistake is undone by the next number.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from portal.database import Database

_FOLDER = Path(__file__).parent
_LOCK = 620_000_001  # any number, as long as it stays: those who migrate wait for each other on it


def upgrade(database: Database) -> None:
    """Brings the database to the latest version, all or nothing; does nothing when it is there already.

    Processes that start at once wait for each other, however long the migrations take.
    """
    script = _script()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs("head", revision)  # noqa: SLF001 - what alembic's own `upgrade` command calls

    with database.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        with EnvironmentContext(Config(), script, fn=steps) as environment:
            environment.configure(connection=connection)
            environment.run_migrations()


def current(database: Database) -> str | None:
    """The version of the database, such as "0001"; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def latest() -> str:
    """The version that this code works with."""
    heads: Sequence[str] = _script().get_heads()
    (head,) = heads
    return head


def _script() -> ScriptDirectory:
    return ScriptDirectory(_FOLDER, version_locations=[_FOLDER])
