"""`portal demo` as people run it: real processes, a real port, real signals."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from portal import embedded
from portal.demonstration import prepare
from portal.settings import Settings
from tests.operations.running import Demo, demo, environ, free_port, open_folder, portal


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """Filled by the first demonstration that starts in it; the next ones find it so, and start faster."""
    with open_folder() as folder:
        yield folder


def processes_of(running: Demo) -> dict[str, psutil.Process]:
    """The web's parent process and the worker."""
    return {child.cmdline()[3]: child for child in psutil.Process(running.process.pid).children()}


def server_runs(running: Demo) -> bool:
    return (embedded.home(running.var) / "postgres" / "postmaster.pid").exists()


def the_port_is_not_shared(running: Demo) -> None:
    """A second demonstration says so, and the first goes on."""
    second = portal("demo", f"--port={running.port}", var=running.var)
    assert second.returncode == 1
    assert second.stderr == (
        f"Error: Port {running.port} cannot be used (Address already in use): choose another with --port.\n"
    )
    assert running.get("/healthz") == (200, "ok")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl_c", "sigterm"])
def test_the_demonstration_opens_and_leaves_nothing_behind_when_stopped(var: Path, number: int) -> None:
    with demo(var, PORTAL_NOW="2026-11-24T10:30:00+01:00") as running:
        assert running.get("/")[0] == 200
        assert running.get("/demo")[0] == 200
        children = processes_of(running)
        assert children.keys() == {"serve", "worker"}
        assert server_runs(running)
        if number == signal.SIGINT:
            the_port_is_not_shared(running)
        assert running.stop(number) == 0
        assert not any(child.is_running() for child in children.values())
        assert not server_runs(running)


@pytest.mark.parametrize("dead", ["serve", "worker"])
def test_a_part_that_dies_ends_the_whole_with_a_code_that_says_so(var: Path, dead: str) -> None:
    with demo(var) as running:
        children = processes_of(running)
        children[dead].kill()
        assert running.process.wait(timeout=60) != 0
        assert not any(child.is_running() for child in children.values())
        assert not server_runs(running)


def test_a_database_restarted_under_load_gives_clean_refusals_then_answers_again() -> None:
    # In a folder of its own: who starts the server here, the test, holds it for as long as it runs.
    with open_folder() as var, demo(var) as running:
        seen: Counter[int] = Counter()
        over = threading.Event()

        def visit(path: str) -> None:
            while not over.is_set():
                seen[running.get(path)[0]] += 1

        visitors = [
            threading.Thread(target=visit, args=(path,)) for path in ("/", "/rendez-vous", "/lieux", "/healthz")
        ]
        for visitor in visitors:
            visitor.start()
        time.sleep(1)
        embedded.stop(var)
        time.sleep(3)
        embedded.start(var)
        time.sleep(3)
        over.set()
        for visitor in visitors:
            visitor.join()
        assert seen.keys() == {200, 503}
        assert {running.get(path)[0] for path in ("/", "/rendez-vous", "/lieux", "/healthz")} == {200}
        assert running.process.poll() is None


def test_a_real_departement_is_never_mixed_with_the_demonstration() -> None:
    with open_folder() as var:
        assert portal("migrate", var=var).returncode == 0
        loaded = portal("load", "portal/data/pas-de-calais", var=var)
        assert loaded.returncode == 0, loaded.stderr
        port = free_port()
        for words in (
            ["demo", f"--port={port}"],
            ["demo", "--reset", f"--port={port}"],
            ["serve", "--demo", f"--bind=127.0.0.1:{port}"],
            ["worker", "--demo", "--once"],
        ):
            refused = portal(*words, var=var)
            assert refused.returncode == 1
            assert "holds a real Département" in refused.stderr


def test_reset_starts_again_from_the_invented_people() -> None:
    with open_folder() as var:
        settings = Settings.from_environment(environ(var), demo=True)
        url = embedded.start(var, durable=False)
        prepare(settings, url, reset=False)
        with psycopg.connect(url) as connection:
            invented = connection.execute("SELECT count(*) FROM person").fetchone()
            connection.execute("DELETE FROM invitation")
            connection.execute("UPDATE person SET family_name = 'Autre', match_key = 'autre'")
        prepare(settings, url, reset=True)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM person").fetchone() == invented
            assert connection.execute("SELECT count(*) FROM person WHERE match_key = 'autre'").fetchone() == (0,)
