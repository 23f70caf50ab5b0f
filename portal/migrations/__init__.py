"""The database's versions: the numbered files of this folder, run in order, each once.

Only `__init__.py` and migrations may lie here: alembic reads every other file as one. They go forward only; a
mistake is undone by the next number. The rights of the application's role are given anew after them, each time.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from portal.database import APPLICATION, Database

_FOLDER = Path(__file__).parent
_LOCK = 620_000_001  # any number, as long as it stays: those who migrate wait for each other on it

# A role belongs to the whole server: another database of it may have made it, at this very instant.
_MAKE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION}') THEN
        CREATE ROLE {APPLICATION} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$
"""
_MAY_TAKE_ROLE = f"""
DO $$
DECLARE
    wanted text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF NOT pg_has_role(current_user, '{APPLICATION}', wanted) THEN
        GRANT {APPLICATION} TO CURRENT_USER;
    END IF;
END
$$
"""
# Of our own tables alone: a managed server may have put some of its own beside them.
_GIVE_ALL = f"""
DO $$
DECLARE
    thing record;
BEGIN
    FOR thing IN
        SELECT oid::regclass AS name, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind IN ('r', 'S') AND pg_has_role(relowner, 'USAGE')
    LOOP
        IF thing.relkind = 'S' THEN
            EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO {APPLICATION}', thing.name);
        ELSE
            EXECUTE format('REVOKE ALL ON %s FROM {APPLICATION}', thing.name);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO {APPLICATION}', thing.name);
        END IF;
    END LOOP;
END
$$
"""  # noqa: S608 - our own name
# All that the web and the worker need, and no more: they only add to the journal, and only its owner closes a month.
_RIGHTS = (
    _MAKE_ROLE,
    _MAY_TAKE_ROLE,
    f"GRANT USAGE ON SCHEMA public TO {APPLICATION}",
    _GIVE_ALL,
    f"REVOKE UPDATE, DELETE ON journal_line, journal_link FROM {APPLICATION}",
    f"REVOKE INSERT, UPDATE, DELETE ON journal_closing, alembic_version FROM {APPLICATION}",
)


def upgrade(database: Database) -> None:
    """Brings the database of its owner to the latest version, all or nothing, and gives the application its rights.

    Run again, it changes nothing, or mends the rights: a copy restored on another server has none. Processes that start
    at once wait for each other, however long the migrations take. Raises ProgrammingError when the login may neither
    make the role nor take it.
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
        for statement in _RIGHTS:
            connection.execute(text(statement))


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
