"""A real PostgreSQL, emptied after each test; an application with a clock one can set; gateways that remember."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Select, event, func, text
from sqlalchemy.orm import ORMExecuteState, Session

from portal import embedded, migrations
from portal.app import create_app
from portal.database import Database
from portal.letters.desk import PrintRoom
from portal.notifications.gateways import Gateways
from portal.notifications.gateways.memory import MemoryMail, MemorySms
from portal.sealing import Sealer
from portal.settings import Settings
from tests.checked_pages import CheckedClient
from tests.world import World, at

# Mappers, templates and catalogues stay as long as the process: looking for garbage among them finds none.
gc.set_threshold(50_000, 20, 20)

# Speed is measured in tests/bench alone: a busy machine must not fail a test of what is right.
hypothesis.settings.register_profile(
    "portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("portal")

NOW = at("2026-11-23", "09:02")  # a Monday morning
SECRET_KEY = "a key of the tests, long enough to be taken"


# Only what a test has filled is emptied: the others are many.
_EMPTY = text(
    """
    DO $$
    DECLARE name text; is_filled boolean;
    BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO is_filled;
            IF is_filled THEN
                EXECUTE format('DELETE FROM %I', name);
            END IF;
        END LOOP;
        FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
            PERFORM setval(format('%I', name)::regclass, 1, false);
        END LOOP;
    END
    $$
    """
)


class CompiledOnce(BytecodeCache):
    """Templates compiled by one application serve the others."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What another application compiled, if it did."""
        if (compiled := self._compiled.get(bucket.key + bucket.checksum)) is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps what was compiled."""
        self._compiled[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = CompiledOnce()


class SetClock:
    """A clock that a test sets and moves; it stands still otherwise."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        """It is now this instant."""
        self.now = now

    def forward(self, step: timedelta) -> None:
        """Time passes."""
        self.now += step


def pytest_addoption(parser: pytest.Parser) -> None:
    """How the tables of addresses and permissions are written anew."""
    parser.addoption("--write-tables", action="store_true", help="write addresses.txt and the README's table")


def pytest_configure(config: pytest.Config) -> None:
    """A folder for the server of this run, that PostgreSQL's account may enter: pytest's own are closed to it."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="porte-tests-")
        Path(folder).chmod(0o755)
        os.environ["PORTAL_TEST_VAR"] = folder  # the other test processes inherit it


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing stays of that server."""
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ.pop("PORTAL_TEST_VAR"))
        home = embedded.home(folder)
        embedded.stop(folder)
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url(worker_id: str, testrun_uid: str) -> Iterator[str]:
    """A PostgreSQL server shared by all test processes, and a database for this one."""
    given = os.environ.get("PORTAL_TEST_DATABASE_URL")
    url = given or embedded.start(Path(os.environ["PORTAL_TEST_VAR"]), durable=False)
    name = f"portal_test_{testrun_uid}_{worker_id}"  # two runs at once may be given one server
    admin = Database(url, role=None)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    url_of_mine = admin.engine.url.set(database=name, drivername="postgresql")
    yield url_of_mine.render_as_string(hide_password=False)
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.close()


@pytest.fixture(scope="session")
def migrated(server_url: str) -> Iterator[Database]:
    """One database, brought to this version once, as its owner sees it."""
    database = Database(server_url, role=None)
    migrations.upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def opened(migrated: Database) -> Iterator[Database]:
    """The same, with the rights of the web and the worker alone."""
    database = Database(migrated.url)
    yield database
    database.close()


@pytest.fixture
def database(migrated: Database, opened: Database) -> Iterator[Database]:
    """An empty database of this version, with the rights of the web and the worker."""
    yield opened
    empty(migrated)


def empty(owned: Database) -> None:
    """Nothing is left in the database but its tables; `owned` is its owner's."""
    with owned.engine.begin() as connection:
        # The journal refuses it to everyone: its triggers are off for the length of this clean-up alone.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(_EMPTY)


@event.listens_for(Session, "do_orm_execute")
def _shuffle_what_has_no_order(state: ORMExecuteState) -> None:
    """A query that forgets its order gives its rows in another one each time, so that no test leans on luck."""
    query = state.statement
    if state.is_select and isinstance(query, Select) and not state.is_column_load and not state.is_relationship_load:
        is_plain = not (query._order_by_clauses or query._distinct or query._group_by_clauses)
        if is_plain and query._limit_clause is None:
            state.statement = query.order_by(func.random())


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A transaction that ends with the test, kept."""
    with database.transaction() as session:
        yield session


@pytest.fixture
def clock() -> SetClock:
    """Monday 23 November 2026, 9:02 in France."""
    return SetClock(NOW)


@pytest.fixture
def world(database: Database, clock: SetClock) -> World:
    """Builders of rows."""
    return World(database, clock.now)


@pytest.fixture
def gateways() -> Gateways:
    """Ways out that remember what left."""
    sealer = Sealer(SECRET_KEY)
    paper = PrintRoom("https://porte.exemple.fr", sealer)
    return Gateways(sms=MemorySms(), mail=MemoryMail(), paper=paper, sealer=sealer)


@pytest.fixture
def settings(tmp_path: Path, server_url: str) -> Settings:
    """Those of a production behind https."""
    return Settings.from_environment(
        {
            "PORTAL_VAR": str(tmp_path),
            "PORTAL_DATABASE_URL": server_url,
            "PORTAL_SECRET_KEY": SECRET_KEY,
            "PORTAL_BASE_URL": "https://porte.exemple.fr",
        }
    )


@pytest.fixture(scope="session")
def served() -> dict[tuple[str, str, bool], Flask]:
    """The applications of this process that tests share: to make one takes longer than to answer three pages."""
    return {}


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    served: dict[tuple[str, str, bool], Flask],
    settings: Settings,
    database: Database,
    clock: SetClock,
    gateways: Gateways,
) -> Iterator[Flask]:
    """The application, with the parts of this test. It refuses new doors: a test that adds some names `own_app`."""
    if "own_app" in request.fixturenames:
        yield request.getfixturevalue("own_app")
        return
    key = (settings.secret_key, settings.base_url, settings.demo)
    if key not in served:
        served[key] = _made(settings, database, clock, gateways)
        served[key].test_client().get("/healthz")  # once it has answered, Flask lets nobody add to it
    app = served[key]
    app.test_client_class = CheckedClient
    config, extensions = app.config.copy(), app.extensions.copy()
    app.extensions["portal"] = replace(
        app.extensions["portal"], settings=settings, clock=clock, database=database, gateways=gateways
    )
    yield app
    app.config.clear()
    app.config.update(config)
    app.extensions.clear()
    app.extensions.update(extensions)


@pytest.fixture
def own_app(settings: Settings, database: Database, clock: SetClock, gateways: Gateways) -> Flask:
    """An application of this test alone, which may change it."""
    return _made(settings, database, clock, gateways)


def _made(settings: Settings, database: Database, clock: SetClock, gateways: Gateways) -> Flask:
    app = create_app(settings, clock=clock, database=database, gateways=gateways)
    app.jinja_env.bytecode_cache = _COMPILED
    app.test_client_class = CheckedClient
    app.testing = False  # errors are answered as in production
    return app


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    """A browser without JavaScript, whose every page is checked."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    client.environ_base["wsgi.url_scheme"] = "https"
    return client
