"""The web process (gunicorn) and the worker process, each made of the settings alone."""

import logging
import signal
import threading
from datetime import datetime, time, timedelta

from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import SQLAlchemyError

from portal import embedded, migrations
from portal.app import clock_of, create_app, gateways_of
from portal.clock import Clock, at_wall_clock, paris_day
from portal.database import Database
from portal.notifications.dispatch import run_worker, send_due
from portal.settings import Settings
from portal.upkeep import upkeep

NIGHT = time(3, 30)  # on a wall clock in France: few people are on the site

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


class Web(BaseApplication):  # type: ignore[misc] # gunicorn has no types
    """Gunicorn around the portal. Its workers share nothing but the clock, which starts once, in their parent."""

    def __init__(self, settings: Settings, url: str, *, bind: str, workers: int, threads: int) -> None:
        self.settings, self.url, self.threads, self.clock = settings, url, threads, clock_of(settings)
        self.options = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
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
        return create_app(self.settings, clock=self.clock, database=database, gateways=gateways_of(self.settings))


def serve(settings: Settings, *, bind: str, workers: int, threads: int) -> None:
    """Serves until SIGTERM or SIGINT. Raises NotReadyError when the database is not at this version."""
    url = database_url(settings)
    gateways_of(settings)  # a gateway that cannot be made stops the start, not a worker
    _checked(url).close()  # connections do not outlive a fork
    Web(settings, url, bind=bind, workers=workers, threads=threads).run()


def work(settings: Settings, *, once: bool) -> int:
    """Sends what is due, until SIGTERM or SIGINT; with `once`, what is due now. Gives how many messages `once` did.

    Raises NotReadyError when the database is not at this version.
    """
    clock, gateways = clock_of(settings), gateways_of(settings)
    database = _checked(database_url(settings))
    try:
        if once:
            return send_due(database, gateways, clock, limit=1_000_000)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        night = threading.Thread(target=_each_night, args=(database, clock, stop))
        night.start()
        log.info("the worker runs")
        run_worker(database, gateways, clock, stop)
        night.join()
        return 0
    finally:
        database.close()


def following_night(now: datetime) -> datetime:
    """The next instant of nightly upkeep: half past three in France, after `now`."""
    day = paris_day(now)
    tonight = at_wall_clock(day, NIGHT)
    return tonight if tonight > now else at_wall_clock(day + timedelta(days=1), NIGHT)


def _each_night(database: Database, clock: Clock, stop: threading.Event) -> None:
    due = following_night(clock())
    while not stop.wait(30):
        if clock() < due:
            continue
        try:
            with database.transaction() as session:
                log.info("upkeep: %s", upkeep(session, clock()))
        except SQLAlchemyError as error:
            log.warning("upkeep waits: %s", type(error).__name__)
        else:
            due = following_night(clock())


def _checked(url: str) -> Database:
    database = Database(url)
    try:
        require_version(database)
    except BaseException:
        database.close()
        raise
    return database
