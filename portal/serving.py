"""The web process (gunicorn) and the worker process, each made of the settings alone."""

import gc
import logging
import signal
import threading
from contextlib import suppress
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker
from sqlalchemy import inspect, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from portal import embedded, migrations
from portal.app import clock_of, create_app, gateways_of
from portal.booking.pages import PostalNames
from portal.clock import Clock
from portal.database import APPLICATION, Database
from portal.directory.models import Departement
from portal.directory.queries import commune_index
from portal.journal.services_chain import BATCH, seal
from portal.letters.making import look_after_kept, print_due
from portal.letters.models import Printer
from portal.mandates.services import tell_endings
from portal.notifications.dispatch import run_worker, send_due
from portal.settings import Settings
from portal.upkeep import NOTHING, upkeep

UPKEEP_EVERY = 600.0  # seconds
SEAL_EVERY = 60.0
PRINT_EVERY = 5.0
YOUNG = 20_000  # objects made and not dropped since the last search for garbage
WHOLE_EVERY = 60  # passes: once an hour the whole journal is looked through for lines not sealed

_REFUSED = """<!doctype html><html lang="fr"><head><meta charset="utf-8">
<title>Demande refusée – La Bonne Porte</title><link rel="stylesheet" href="/static/portal.css"></head>
<body><main id="contenu"><div class="wrap"><h1>Cette demande ne peut pas être lue</h1>
<p>Elle est peut-être trop longue. Revenez à la page d'avant, et écrivez un texte plus court.</p>
<p><a href="/">Revenir à l'accueil</a></p></div></main></body></html>""".encode()

log = logging.getLogger(__name__)


class NotReadyError(Exception):
    """The database cannot be served as it is; the message is a sentence that says what to do."""


def database_url(settings: Settings) -> str:
    """The address of the database, after the embedded server was started where there is no other."""
    return settings.database_url or embedded.start(settings.var)


def require_version(database: Database) -> None:
    """Raises NotReadyError unless the database is at the version of this code."""
    found, wanted = migrations.current(database), migrations.latest()
    if found != wanted:
        state = f"at version {found}" if found else "empty"
        raise NotReadyError(f"The database is {state}, and this code needs version {wanted}: run `portal migrate`.")


def require_role(url: str) -> None:
    """Raises NotReadyError unless the application's role can be taken: a copy restored on another server lacks it."""
    database = Database(url)
    try:
        database.engine.connect().close()
    except OperationalError as error:
        raise NotReadyError(
            f"The database has no role {APPLICATION} for this login: run `portal migrate` as the database's owner."
        ) from error
    finally:
        database.close()


def refuse_real_data(database: Database) -> None:
    """Raises NotReadyError when the database holds a real Département.

    The demonstration lets anyone in as anyone, and what it sends reaches nobody.
    """
    with database.engine.connect() as connection:
        if not inspect(connection).has_table(Departement.__tablename__):
            return
        is_demo = connection.execute(select(Departement.is_demo)).scalar()
    if is_demo is False:
        raise NotReadyError("This database holds a real Département: give the demo another one, by PORTAL_VAR.")


def check(settings: Settings, url: str) -> None:
    """Raises NotReadyError unless the database at `url` can be served as it is. Leaves no connection open."""
    owner = Database(url, role=None)
    try:
        require_version(owner)
        if settings.demo:
            refuse_real_data(owner)
    finally:
        owner.close()
    require_role(url)


class PlainWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Gunicorn's threads; a request that cannot be read is answered with a page in plain words and a way on."""

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: Exception) -> None:
        """Logs the kind of fault alone: gunicorn would quote the address asked for, and an address may be personal."""
        statuses = {LimitRequestLine: "414 URI Too Long", LimitRequestHeaders: "431 Request Header Fields Too Large"}
        is_theirs = isinstance(exc, ParseException)
        status = statuses.get(type(exc), "400 Bad Request") if is_theirs else "500 Internal Server Error"
        log.log(logging.WARNING if is_theirs else logging.ERROR, "request not read: %s", type(exc).__name__)
        head = (
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
            "Content-Security-Policy: default-src 'none'; style-src 'self'\r\n"
            f"Cache-Control: no-store\r\nContent-Length: {len(_REFUSED)}\r\n\r\n"
        )
        with suppress(OSError):  # they may have left
            write_nonblock(client, head.encode() + _REFUSED)


class Web(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """Gunicorn around the portal. Its workers share nothing but the clock, which starts once, in their parent."""

    def __init__(self, settings: Settings, url: str, *, bind: str, workers: int, threads: int) -> None:
        self.settings, self.url, self.threads, self.clock = settings, url, threads, clock_of(settings)
        self.options = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": PlainWorker,
            "proc_name": "la-bonne-porte",
            "timeout": 60,
            "graceful_timeout": 20,
            "accesslog": None,  # the address of an appointment is personal
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Only our own options: neither a file nor the environment changes them."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """One application for each worker, with connections of its own."""
        database = Database(self.url, pool_size=self.threads)
        app = create_app(self.settings, clock=self.clock, database=database, gateways=gateways_of(self.settings))
        settle()
        return app


def settle() -> None:
    """Sets what is loaded by now apart from the search for garbage, for as long as the process lives.

    An application that stands is some 195,000 objects that never die. Python looked through them all again after every
    few requests, and the one that it happened to stop waited 130 to 160 ms more: most of the slowest answers. What
    requests leave behind is still looked for, every 20,000 objects and not every 700, of which a full page has as many
    at once: some megabytes at most.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)


def serve(settings: Settings, *, bind: str, workers: int, threads: int) -> None:
    """Serves until SIGTERM or SIGINT. Raises NotReadyError when the database is not fit for it."""
    url = database_url(settings)
    gateways_of(settings)  # a gateway that cannot be made stops the start, not a worker
    check(settings, url)
    Web(settings, url, bind=bind, workers=workers, threads=threads).run()


def seal_all(database: Database, *, is_whole: bool) -> int:
    """Seals every line of the journal that is committed; gives how many. A batch to a transaction."""
    sealed = 0
    while True:
        with database.transaction() as session:
            count = seal(session, is_whole=is_whole)
        sealed += count
        if count < BATCH:
            return sealed


def work(settings: Settings, *, once: bool) -> int:
    """Sends what is due, until SIGTERM or SIGINT; with `once`, what is due now. Gives how many messages `once` did.

    Raises NotReadyError when the database is not at this version, or is not for it.
    """
    clock, gateways = clock_of(settings), gateways_of(settings)
    url = database_url(settings)
    check(settings, url)
    database = Database(url)
    try:
        if once:
            done = send_due(database, gateways, clock, limit=1_000_000)
            print_due(database, clock, printer=Printer(settings.printer))
            seal_all(database, is_whole=True)
            return done
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        beside = [
            threading.Thread(target=_upkeep_from_time_to_time, args=(database, clock, settings.base_url, stop)),
            threading.Thread(target=_seal_from_time_to_time, args=(database, stop)),
            threading.Thread(target=_print_from_time_to_time, args=(database, clock, Printer(settings.printer), stop)),
        ]
        settle()
        for thread in beside:
            thread.start()
        log.info("the worker runs")
        run_worker(database, gateways, clock, stop)
        for thread in beside:
            thread.join()
        return 0
    finally:
        database.close()


def _upkeep_from_time_to_time(database: Database, clock: Clock, base_url: str, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with database.transaction() as session:
                forgotten = upkeep(session, clock())
            with database.transaction() as session:
                tell_endings(session, clock(), base_url=base_url)
            with database.transaction() as session:
                communes = PostalNames(commune_index(session))
            look_after_kept(database, clock, communes, base_url=base_url)
            if forgotten != NOTHING:
                log.info("upkeep: %s", forgotten)
        except SQLAlchemyError as error:
            log.warning("upkeep waits: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a thread that ends is seen by nobody: it looks again
            log.error("upkeep failed: %s", type(error).__name__)  # noqa: TRY400 - the stack may quote a file
        stop.wait(UPKEEP_EVERY)


def _seal_from_time_to_time(database: Database, stop: threading.Event) -> None:
    passes = 0
    while not stop.is_set():
        try:
            seal_all(database, is_whole=passes % WHOLE_EVERY == 0)
        except SQLAlchemyError as error:
            log.warning("the journal waits to be sealed: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - as for upkeep
            log.error("the journal is not sealed: %s", type(error).__name__)  # noqa: TRY400
        passes += 1
        stop.wait(SEAL_EVERY)


def _print_from_time_to_time(database: Database, clock: Clock, printer: Printer, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            print_due(database, clock, printer=printer)
        except SQLAlchemyError as error:
            log.warning("the print room waits: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one run that cannot be made must not stop the next
            log.error("print run failed: %s", type(error).__name__)  # noqa: TRY400 - the stack may quote a letter
        stop.wait(PRINT_EVERY)
