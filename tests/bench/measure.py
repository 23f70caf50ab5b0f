"""One line of the table that `make bench` prints, and how times are taken."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What was measured, beside its reference taken in the same run."""

    what: str
    value: float
    unit: str
    reference: float | None
    ratio: float | None
    goal: str
    ok: bool


def timed_together(*actions: Callable[[], object], rounds: int, warm_up: int = 6) -> list[list[float]]:
    """The milliseconds that each action took in each round; actions take turns, so that they meet the same machine."""
    times: list[list[float]] = [[] for _ in actions]
    for number in range(warm_up + rounds):
        for action, taken in zip(actions, times, strict=True):
            gc.collect(1)
            begun = time.perf_counter()
            action()
            if number >= warm_up:
                taken.append((time.perf_counter() - begun) * 1000)
    return times


def p95(times: Sequence[float]) -> float:
    """The time under which 95 of 100 stay."""
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def median(times: Sequence[float]) -> float:
    """The time under which half of them stay."""
    ordered = sorted(times)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
