"""The ways out of the simulated year: memory gateways with faults, and workers that die at their work."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.database import Database
from portal.letters.layout import Drawn, Post, draw
from portal.notifications.gateways import Mail, PermanentFailure, TransientFailure
from portal.notifications.gateways.memory import MemoryMail, MemorySms

DEATHS = 1 / 1500  # of what a worker does
_PRESSES = 4  # of one button
_SHAPES = 20  # letters really drawn for each kind; the others have their bytes


class WorkerDied(BaseException):
    """As a kill -9: whatever was under way is left as it stands."""


@dataclass
class Faults:
    """What does not work, by the moved clock. `outages`: from when to when, for SMS and e-mail."""

    clock: Callable[[], datetime]
    dice: random.Random
    refused: set[str]
    outages: dict[str, tuple[datetime, datetime]]
    deaths: int = 0
    twice: int = 0  # messages that had left when their worker died

    def meet(self, way: str, receiver: str) -> None:
        """Raises what the provider answers, if anything is wrong."""
        self.may_die()
        begins, ends = self.outages[way]
        if begins <= self.clock() < ends:
            raise TransientFailure("outage")
        if receiver in self.refused:
            raise PermanentFailure("unknown_receiver")

    def may_die(self, *, has_left: bool = False) -> None:
        """Kills the worker now and then."""
        if self.dice.random() < DEATHS:
            self.deaths += 1
            self.twice += has_left
            raise WorkerDied


@dataclass
class FaultySms(MemorySms):
    """Text messages that leave, unless something is wrong."""

    faults: Faults = field(kw_only=True)
    count: int = 0
    handed: list[tuple[int, str]] = field(default_factory=list)  # by message and provider's number, to be called back

    def send(self, number: str, text: str, reference: str) -> str:
        """As the provider does."""
        self.faults.meet("sms", number)
        self.count += 1
        given = f"{super().send(number, text, reference)}-{os.getpid()}-{self.count}"
        self.handed.append((int(reference), given))
        self.faults.may_die(has_left=True)
        return given


@dataclass
class FaultyMail(MemoryMail):
    """E-mails that leave, unless something is wrong."""

    faults: Faults = field(kw_only=True)

    def send(self, mail: Mail) -> str:
        """As the server does."""
        self.faults.meet("email", mail.to)
        return super().send(mail)


def whatever_else_runs(database: Database, action: Callable[[Session], object]) -> int:
    """One transaction, begun again when the database ends it because two wait for each other: as the portal, or whoever
    presses, does. How often that was.
    """
    for often in count():
        try:
            with database.transaction() as session:
                action(session)
        except OperationalError as error:
            if often >= _PRESSES or not isinstance(error.orig, DeadlockDetected):
                raise
        else:
            return often
    return 0


class Copyist:
    """Draws a few letters of each kind, then gives the bytes of those: drawing is measured by bench_runs."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._drawn: dict[object, list[Drawn]] = {}
        self._count = 0

    def __call__(self, post: Post) -> Drawn:
        """A letter, of the same kind at least."""
        self._faults.may_die()
        kind = (post.large_print, len(post.content.sections), len(post.address))
        known = self._drawn.setdefault(kind, [])
        if len(known) < _SHAPES:
            known.append(draw(post))
            return known[-1]
        self._count += 1
        return known[self._count % _SHAPES]
