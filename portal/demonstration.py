"""What `make run` starts: the embedded server, the data, the web and the worker, and one way to stop them all."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import FrameType

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from portal import migrations
from portal.app import clock_of
from portal.database import Database
from portal.demo.appointments import book_for_residents
from portal.demo.desk import open_desk
from portal.demo.post_room import open_post_room
from portal.demo.rights import keep_answers
from portal.demo.seed import seed
from portal.embedded import home
from portal.sealing import Sealer
from portal.serving import NotReadyError, database_url, refuse_real_data
from portal.settings import DEMO_BASE_URL, Settings

HOST = "127.0.0.1"
_START = 90.0  # seconds for the web to answer
_STOP = 30.0  # seconds to end in good order


def run(settings: Settings, environ: Mapping[str, str], *, port: int, reset: bool, say: Callable[[str], None]) -> int:
    """Runs the demonstration until Ctrl-C or SIGTERM (0), or until one of its processes ends (its code, 1 at least).

    Raises NotReadyError when the port is taken, or when the database holds anything but the demonstration.
    """
    stop = _stop_event()
    if settings.base_url == DEMO_BASE_URL:
        settings = replace(settings, base_url=f"http://{HOST}:{port}")
    _require_free(port)
    url = database_url(settings)
    if settings.database_url is None:
        say(f"The database lives in {home(settings.var)}")
    prepare(settings, url, reset=reset)
    children = _start(settings, environ, port)
    try:
        if _answers(f"http://{HOST}:{port}/healthz", children, stop):
            say(f"La Bonne Porte is open: {settings.base_url} (whom to enter as: {settings.base_url}/demo)")
            say("Ctrl-C closes it.")
        return _watch(children, stop)
    finally:
        _end(children)


def prepare(settings: Settings, url: str, *, reset: bool) -> None:
    """Brings the database to this version and fills it with the demonstration; with `reset`, after emptying it."""
    owner = Database(url, role=None)
    try:
        refuse_real_data(owner)
        if reset:
            owner.close()
            _remake(url)
        migrations.upgrade(owner)
    finally:
        owner.close()
    database = Database(url)
    try:
        now = clock_of(settings)()
        seed(database, now)
        book_for_residents(database, now, settings.base_url)
        open_desk(database, now, settings.base_url)
        open_post_room(database, now, settings.base_url, Sealer(settings.secret_key))
        keep_answers(database, now, Sealer(settings.secret_key))
    finally:
        database.close()


def _remake(url: str) -> None:
    address = make_url(Database(url, role=None).engine.url)
    engine = create_engine(address.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    name = engine.dialect.identifier_preparer.quote(address.database or "")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))


def _stop_event() -> threading.Event:
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop


def _require_free(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does: one just left is free
        try:
            tried.bind((HOST, port))
        except OSError as error:
            raise NotReadyError(
                f"Port {port} cannot be used ({error.strerror}): choose another with --port."
            ) from error


def _start(settings: Settings, environ: Mapping[str, str], port: int) -> dict[str, subprocess.Popen[bytes]]:
    environ = {**environ, "PORTAL_VAR": str(settings.var), "PORTAL_BASE_URL": settings.base_url}
    if settings.now:
        environ["PORTAL_NOW"] = clock_of(settings)().isoformat()
    commands = {
        "web": ["serve", "--demo", f"--bind={HOST}:{port}", "--workers=2", "--threads=8"],
        "worker": ["worker", "--demo"],
    }
    return {  # in groups of their own: Ctrl-C reaches this process alone, which stops them in good order
        name: subprocess.Popen([sys.executable, "-m", "portal.cli", *words], env=environ, process_group=0)  # noqa: S603
        for name, words in commands.items()
    }


def _answers(address: str, children: Mapping[str, subprocess.Popen[bytes]], stop: threading.Event) -> bool:
    deadline = time.monotonic() + _START
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and all(child.poll() is None for child in children.values()):
        with suppress(urllib.error.URLError, OSError), opener.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
        if stop.wait(0.2):
            break
    return False


def _watch(children: Mapping[str, subprocess.Popen[bytes]], stop: threading.Event) -> int:
    while not stop.wait(0.3):
        for child in children.values():
            if (code := child.poll()) is not None:
                return code if code > 0 else 1  # one that is gone while the other stays is a fault, however it left
    return 0


def _end(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.send_signal(signal.SIGINT)  # gunicorn closes at once; SIGTERM would wait for idle browsers
    deadline = time.monotonic() + _STOP
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
        _end_group(child)


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """Ends what a child that died left behind: its own children still hold the port and the database."""
    for _ in range(20):
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            break
        time.sleep(0.1)  # the dead count until the system has noticed
    child.wait()
