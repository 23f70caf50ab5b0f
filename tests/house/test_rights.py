"""What the application's role may do, table by table; who can migrate; and a full database brought forward."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal import migrations
from portal.database import APPLICATION, Database
from portal.journal.queries_chain import check
from portal.journal.services import MACHINE, record
from portal.journal.services_chain import drop_before, seal
from tests.conftest import NOW

ALL = {"SELECT", "INSERT", "UPDATE", "DELETE"}
LESS = {
    "journal_line": {"SELECT", "INSERT"},
    "journal_link": {"SELECT", "INSERT"},
    "journal_closing": {"SELECT"},
    "alembic_version": {"SELECT"},
}
GRANTED = f"""
    SELECT relname, privilege FROM pg_class,
        unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND
        has_table_privilege('{APPLICATION}', oid, privilege)
"""  # noqa: S608 - our own name
FULL = """
    INSERT INTO territory (key, name) VALUES ('arrageois', 'Arrageois');
    INSERT INTO person (family_name, given_names, birth_date, match_key, mobile_state, email_state, address_state,
        address, language, wants_paper, wants_large_print, wants_silence, maybe_double, created_at)
        SELECT 'Essai', 'Dominique ' || n, '1980-02-29', 'essai ' || n, 'untried', 'untried', 'untried',
            '{}', 'fr', true, false, false, false, '2026-11-23' FROM generate_series(1, 50) n;
    INSERT INTO agent (key, given_name, family_name, job, role, email)
        SELECT 'agent-' || role, 'Camille', 'Essai', 'agent', role, role || '@exemple.fr'
        FROM unnest(ARRAY['accueil', 'professionnel', 'référent', 'courrier', 'encadrant', 'admin']) role;
    INSERT INTO journal_line (at, actor, verb, details)
        SELECT '2026-11-23'::timestamptz - n * interval '1 hour', 'machine', 'message.told', '{"agent_id": 3}'
        FROM generate_series(1, 500) n;
    INSERT INTO web_session (key_hash, agent_id, data, created_at, seen_at)
        SELECT 'hash-' || n, 1, '{"agent_id": 1}', '2026-11-23', '2026-11-23' FROM generate_series(1, 5) n;
    INSERT INTO message (event_id, event, subject, subject_id, person_id, kind, step, route, status, context, attempts,
        created_at, due_at, retry_until, expires_at)
        SELECT gen_random_uuid(), '{}', 'appointment', 1, id, 'appointment_booked', 'notice', 'sms', 'waiting', '{}', 0,
            '2026-11-23', '2026-11-23', '2026-11-23', '2026-11-24' FROM person;
"""


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """An empty database, of a server that knows no role of ours; its owner is no superuser."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE ROLE keeper LOGIN CREATEROLE CREATEDB")
        connection.execute("CREATE DATABASE kept OWNER keeper")
    yield server.replace("/portal?", "/kept?").replace("postgres@", "keeper@")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE kept WITH (FORCE)")
        connection.execute(f"DROP ROLE IF EXISTS {APPLICATION}")
        connection.execute("DROP ROLE keeper")


@pytest.fixture
def keeper(url: str) -> Iterator[Database]:
    database = Database(url, role=None)
    yield database
    database.close()


@pytest.fixture
def application(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.close()


def as_superuser(server: str, *statements: str) -> None:
    with psycopg.connect(server.replace("/portal?", "/kept?"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def to_version(database: Database, version: str) -> None:
    """The migrations up to one, as an older release of the portal ran them."""
    script = ScriptDirectory(Path(migrations.__file__).parent, version_locations=[Path(migrations.__file__).parent])
    with database.engine.begin() as connection:
        steps = EnvironmentContext(Config(), script, fn=lambda revision, _: script._upgrade_revs(version, revision))
        with steps:
            steps.configure(connection=connection)
            steps.run_migrations()


def values(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_the_role_has_what_each_table_needs_and_no_more(keeper: Database) -> None:
    migrations.upgrade(keeper)
    found: dict[str, set[str]] = {}
    for table, privilege in values(keeper, GRANTED):
        found.setdefault(str(table), set()).add(str(privilege))
    assert {table: found[table] for table in LESS} == LESS
    assert {frozenset(granted) for table, granted in found.items() if table not in LESS} == {frozenset(ALL)}
    assert len(found) == len(values(keeper, "SELECT FROM pg_tables WHERE schemaname = 'public'"))


def test_an_owner_who_is_no_superuser_migrates_and_the_application_works(
    keeper: Database, application: Database
) -> None:
    assert values(keeper, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
    migrations.upgrade(keeper)
    migrations.upgrade(keeper)
    assert values(application, "SELECT current_user") == [(APPLICATION,)]
    with application.transaction() as session:
        record(session, NOW - timedelta(days=800), actor=MACHINE, verb="message.told")
        assert seal(session) == 1
    with keeper.transaction() as session:
        assert drop_before(session, NOW - timedelta(days=400), NOW).lines == 1
    with application.transaction() as session:
        assert check(session, NOW).faults == []


def test_a_full_database_of_the_first_version_goes_forward(keeper: Database, application: Database) -> None:
    to_version(keeper, "0001")
    with keeper.engine.begin() as connection:
        connection.exec_driver_sql(FULL)
    assert migrations.current(keeper) == "0001"
    migrations.upgrade(keeper)
    assert migrations.current(keeper) == migrations.latest()
    held = "SELECT key, assignment.role FROM agent JOIN assignment ON agent_id = agent.id WHERE valid @> current_date"
    assert all(key == f"agent-{role}" for key, role in values(keeper, held))
    assert len(values(keeper, held)) == 6
    kept = "SELECT count(*) FROM {}"
    counts = {table: values(application, kept.format(table))[0][0] for table in ("person", "message", "web_session")}
    assert counts == {"person": 50, "message": 50, "web_session": 5}
    with application.transaction() as session:
        assert seal(session) == 500
        assert check(session, NOW).faults == []


def test_before_the_first_migration_the_application_cannot_connect(application: Database) -> None:
    with pytest.raises(OperationalError, match=f'role "{APPLICATION}" does not exist'):
        application.engine.connect()


def test_a_copy_restored_on_another_server_gets_its_rights_back(
    server: str, keeper: Database, application: Database
) -> None:
    migrations.upgrade(keeper)
    as_superuser(server, f"DROP OWNED BY {APPLICATION}", f"DROP ROLE {APPLICATION}")
    with pytest.raises(OperationalError):
        application.engine.connect()
    migrations.upgrade(keeper)
    assert values(application, "SELECT count(*) FROM person") == [(0,)]


def test_rights_that_somebody_added_are_taken_back(keeper: Database) -> None:
    migrations.upgrade(keeper)
    with keeper.engine.begin() as connection:
        connection.exec_driver_sql(f"GRANT ALL ON journal_line, journal_link, journal_closing TO {APPLICATION}")
    migrations.upgrade(keeper)
    allowed = {(table, right) for table, right in values(keeper, GRANTED) if str(table).startswith("journal")}
    assert allowed == {(table, right) for table in LESS if table.startswith("journal") for right in LESS[table]}


def test_an_owner_who_may_make_no_role_is_told_so_and_nothing_is_half_done(server: str, keeper: Database) -> None:
    as_superuser(server, "ALTER ROLE keeper NOCREATEROLE")
    with pytest.raises(ProgrammingError, match="permission denied to create role"):
        migrations.upgrade(keeper)
    assert migrations.current(keeper) is None


def test_an_owner_whom_an_administrator_gave_the_role_needs_no_right_to_make_one(
    server: str, keeper: Database, application: Database
) -> None:
    as_superuser(
        server,
        "ALTER ROLE keeper NOCREATEROLE",
        f"CREATE ROLE {APPLICATION} NOLOGIN",
        f"GRANT {APPLICATION} TO keeper",
    )
    migrations.upgrade(keeper)
    assert values(application, "SELECT count(*) FROM journal_line") == [(0,)]


def test_a_login_of_the_application_alone_serves_and_cannot_take_the_owner_s_rights(
    server: str, keeper: Database, url: str
) -> None:
    migrations.upgrade(keeper)
    as_superuser(server, "CREATE ROLE web LOGIN", f"GRANT {APPLICATION} TO web")
    database = Database(url.replace("keeper@", "web@"))
    owner = Database(url.replace("keeper@", "web@"), role=None)
    try:
        assert values(database, "SELECT current_user") == [(APPLICATION,)]
        assert migrations.current(owner) == migrations.latest()
        with pytest.raises(ProgrammingError, match="permission denied"):
            values(owner, "DELETE FROM journal_line RETURNING id")
    finally:
        database.close()
        owner.close()
        as_superuser(server, "DROP ROLE web")
