"""The migrations lead to what the models say, and to nothing else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from portal import migrations
from portal.database import Database
from portal.migrations.draft import exclusions, whole_schema
from portal.people.models import Person

COLUMNS = """
    SELECT table_name, column_name, data_type, udt_name, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    ORDER BY table_name, column_name
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('alembic_version'), 0)
    ORDER BY 1, 2
"""
INDEXES = """
    SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2
"""
PEOPLE = """
    INSERT INTO person (family_name, given_names, birth_date, match_key, mobile, mobile_state, email_state,
        address_state, address, language, wants_paper, wants_large_print, wants_silence, maybe_double, created_at)
        SELECT 'Lefèvre', 'Anne-Marie', '1980-02-29', 'essai ' || n, '+33639980012', 'untried', 'untried', 'untried',
            '{}', 'fr', true, false, false, false, '2026-11-23' FROM generate_series(1, 2003) n
"""


@pytest.fixture
def empty(server: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from _made(server, f"empty_{abs(hash(request.node.name))}")


@pytest.fixture
def modelled(server: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    for database in _made(server, f"modelled_{abs(hash(request.node.name))}"):
        whole_schema().create_all(database.engine)
        yield database


def _made(server: str, name: str) -> Iterator[Database]:
    keeper = Database(server, role=None)
    with keeper.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    database = Database(server.replace("/portal?", f"/{name}?"), role=None)
    yield database
    database.close()
    keeper.close()


def _rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.mark.parametrize("query", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "constraints", "indexes"])
def test_the_migrated_schema_is_that_of_the_models(empty: Database, modelled: Database, query: str) -> None:
    migrations.upgrade(empty)
    migrated = _rows(empty, query)
    assert migrated == _rows(modelled, query)
    assert len(migrated) > 20


def test_alembic_finds_nothing_left_to_migrate(empty: Database) -> None:
    migrations.upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, whole_schema()) == []


def test_every_exclusion_constraint_of_the_models_is_in_the_database(empty: Database) -> None:
    migrations.upgrade(empty)
    found = {name: table for table, name, words in _rows(empty, CONSTRAINTS) if str(words).startswith("EXCLUDE")}
    assert found == exclusions(whole_schema())
    assert "ex_appointment_agent_busy" in found


def test_migrating_twice_changes_nothing_more(empty: Database) -> None:
    assert migrations.current(empty) is None
    migrations.upgrade(empty)
    before = _rows(empty, COLUMNS)
    migrations.upgrade(empty)
    assert migrations.current(empty) == migrations.latest()
    assert _rows(empty, COLUMNS) == before


def test_processes_that_migrate_at_once_wait_for_each_other(empty: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrations.upgrade, [empty] * 4))
    assert migrations.current(empty) == migrations.latest()


def test_people_who_were_there_are_found_as_those_who_come_after(empty: Database) -> None:
    script = ScriptDirectory(
        str(Path(migrations.__file__).parent), version_locations=[str(Path(migrations.__file__).parent)]
    )
    with empty.engine.begin() as connection:
        steps = lambda revision, _context: script._upgrade_revs("0002", revision)  # noqa: E731
        with EnvironmentContext(Config(), script, fn=steps) as environment:
            environment.configure(connection=connection)
            environment.run_migrations()
        connection.execute(text(PEOPLE))
    migrations.upgrade(empty)
    with empty.transaction() as session:
        people = list(session.scalars(select(Person).order_by(Person.id)))
        assert len(people) == 2_003  # more than a batch
        assert {"lefevre", "annemarie", "~lefevr", "=1980-02-29", "+33639980012"} <= set(people[-1].search_keys)
        kept = {person.id: list(person.search_keys) for person in people}
        for person in people:
            person.language = "en"
    with empty.transaction() as session:
        assert {person.id: person.search_keys for person in session.scalars(select(Person))} == kept


def test_migrations_are_numbered_without_a_gap() -> None:
    files = sorted(path.name for path in Path(migrations.__file__).parent.glob("[0-9]*.py"))
    assert [name[:4] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert migrations.latest() == files[-1][:4]


@pytest.mark.parametrize(
    "change",
    ["UPDATE journal_line SET verb = 'x'", "DELETE FROM journal_line", "TRUNCATE journal_line"],
    ids=["changed", "removed", "emptied"],
)
def test_a_line_of_the_journal_cannot_be(empty: Database, change: str) -> None:
    migrations.upgrade(empty)
    with empty.transaction() as session:
        line = "INSERT INTO journal_line (at, actor, verb, details) VALUES (now(), 'machine', 'tried', '{}')"
        session.execute(text(line))
    with pytest.raises(IntegrityError, match="never changed or removed"), empty.transaction() as session:
        session.execute(text(change))
    assert _rows(empty, "SELECT verb FROM journal_line") == [("tried",)]
