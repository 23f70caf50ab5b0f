"""The workers of the simulated year: processes side by side, as in production, that read the clock they are told.

Each sends what is due, makes the runs, and takes what the provider calls back about the text messages it handed over.
"""

import logging
import multiprocessing
import random
import time as machine
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from front import BASE_URL
from sqlalchemy.exc import OperationalError
from year_ways import Copyist, Faults, FaultyMail, FaultySms, WorkerDied, whatever_else_runs

from portal.database import Database
from portal.letters.desk import PrintRoom
from portal.letters.making import print_due
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import Gateways
from portal.notifications.outcomes import record_delivery, record_loss
from portal.notifications.queries_post import calendar_of
from portal.sealing import Sealer
from portal.serving import settle

SMS_LOST, NUMBER_DEAD = 0.05, 0.3  # of text messages; of those lost, because the number itself does not work


@dataclass(frozen=True)
class Hiring:
    """What a worker is given as it starts."""

    url: str
    refused: set[str]
    outages: dict[str, tuple[datetime, datetime]]
    now: datetime
    seed: int


@dataclass
class Done:
    """What a worker has done: processor seconds of each thing, the longest time of each, and what it met."""

    spent: Counter[str] = field(default_factory=Counter)
    longest: dict[str, float] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)

    def on(self, what: str, action: Callable[[], object]) -> None:
        """Does something, and notes what it took."""
        begun, used = machine.perf_counter(), machine.process_time()
        action()
        self.spent[what] += machine.process_time() - used
        self.longest[what] = max(self.longest.get(what, 0.0), machine.perf_counter() - begun)

    def add(self, other: "Done") -> None:
        """What another has done too."""
        self.spent.update(other.spent)
        self.met.update(other.met)
        self.longest |= {what: max(took, self.longest.get(what, 0.0)) for what, took in other.longest.items()}


class Crew:
    """Workers that do together what they are told, while whoever tells them does something else."""

    def __init__(self, hirings: list[Hiring]) -> None:
        self.done = Done()
        self._pipes: list[Connection] = []
        self._processes = []
        start = multiprocessing.get_context("spawn")
        for hiring in hirings:
            ours, theirs = start.Pipe()
            process = start.Process(target=_serve, args=(theirs, hiring), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def begin(self, now: datetime, *things: str) -> None:
        """Has every worker do these things, one after the other ("callbacks", "worker", "print"), at this instant."""
        for pipe in self._pipes:
            pipe.send((now, things))

    def wait(self) -> int:
        """Until all have done so; how many of them died at it, and were started again."""
        died = 0
        for pipe in self._pipes:
            done: Done = pipe.recv()
            died += done.met["deaths"]
            self.done.add(done)
        return died

    def close(self) -> None:
        """Lets them go."""
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.close()
            process.join()


class _Worker:
    def __init__(self, hiring: Hiring) -> None:
        self.now = hiring.now
        self.database = Database(hiring.url)
        dice = [random.Random(hiring.seed + number) for number in range(2)]  # noqa: S311 - a repeatable year
        self._dice = dice[0]
        self.faults = Faults(lambda: self.now, dice[1], hiring.refused, hiring.outages)
        self._sms, self._mail = FaultySms(faults=self.faults), FaultyMail(faults=self.faults)
        sealer = Sealer("a key of the bench, long enough to be taken")
        paper = PrintRoom(BASE_URL, sealer, pen=Copyist(self.faults))
        self._gateways = Gateways(sms=self._sms, mail=self._mail, paper=paper, sealer=sealer)
        self.things = {"callbacks": self._call_back, "worker": self._work, "print": self._print}
        self.met: Counter[str] = Counter()

    def _work(self) -> None:
        """All that is due. One that dies is started again at once; what it held waits until its lease is over."""
        is_done = False
        while not is_done:
            try:
                is_done = send_due(self.database, self._gateways, lambda: self.now, limit=1000) < 1000
            except WorkerDied:
                continue
            except OperationalError:  # as `run_worker`: it goes on with the next pass
                self.met["deadlocks"] += 1
        self._mail.sent.clear()
        self._sms.sent.clear()

    def _print(self) -> None:
        while True:
            try:
                print_due(self.database, self._dying_clock)
            except WorkerDied:
                continue
            except OperationalError:  # as `portal worker`: it looks again
                self.met["deadlocks"] += 1
                continue
            return

    def _dying_clock(self) -> datetime:
        self.faults.may_die()
        return self.now

    def _call_back(self) -> None:
        """The provider says what became of the text messages that left since: a request each."""
        handed, self._sms.handed = self._sms.handed, []
        for message_id, provider_id in handed:
            self._say(message_id, provider_id, self._dice.random())

    def _say(self, message_id: int, provider_id: str, drawn: float) -> None:
        def say(session: Any) -> None:
            if drawn >= SMS_LOST:
                record_delivery(session, self.now, message_id, provider_id=provider_id)
                return
            is_dead = drawn < SMS_LOST * NUMBER_DEAD
            post = calendar_of(session)
            given = {"provider_id": provider_id, "code": "undelivered", "refused": is_dead, "post": post}
            record_loss(session, self.now, message_id, **given)

        self.met["lost"] += drawn < SMS_LOST
        self.met["deadlocks"] += whatever_else_runs(self.database, say)

    def leave(self) -> Done:
        """What it has met since it was last asked."""
        done = Done(met=self.met)
        done.met.update(deaths=self.faults.deaths, twice=self.faults.twice)
        self.met, self.faults.deaths, self.faults.twice = Counter(), 0, 0
        return done


def _serve(pipe: Connection, hiring: Hiring) -> None:
    """The life of a worker: until nobody tells it anything more."""
    logging.getLogger("portal").setLevel(logging.ERROR)  # what fails is what is simulated
    worker = _Worker(hiring)
    settle()  # as `portal worker` does
    while True:
        try:
            worker.now, things = pipe.recv()
        except EOFError:
            worker.database.close()
            return
        taken = Done()
        for what in things:
            taken.on(what, worker.things[what])
        taken.add(worker.leave())
        pipe.send(taken)
