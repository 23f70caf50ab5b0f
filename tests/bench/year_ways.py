"""The ways out of the simulated year: memory gateways with faults, and workers that die at their work."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from portal.letters.layout import Drawn, Post, draw
from portal.notifications.gateways import Mail, PermanentFailure, TransientFailure
from portal.notifications.gateways.memory import MemoryMail, MemorySms

DEATHS = 1 / 1500  # of what a worker does
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
    handed: list[tuple[int, str]] = field(default_factory=list)  # by message and provider's number, to be called back

    def send(self, number: str, text: str, reference: str) -> str:
        """As the provider does."""
        self.faults.meet("sms", number)
        given = super().send(number, text, reference)
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
