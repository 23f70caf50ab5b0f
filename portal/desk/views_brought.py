"""What people bring to their appointments, on the agents' pages: features that stand above them add their own."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session


class Brought(NamedTuple):
    """Something to read for an appointment. `words`: of its link; `mark`: a few for a list. Neither says a subject."""

    words: str
    mark: str
    url: str


Maker = Callable[[Session, Collection[int]], Iterable[tuple[int, Brought]]]
_MAKERS: list[Maker] = []


def add_brought(maker: Maker) -> Maker:
    """Adds what a feature knows of appointments, by their numbers.

    The maker gives only what the signed-in agent may open, and asks as many statements for one as for many.
    """
    _MAKERS.append(maker)
    return maker


def brought(database: Session, appointment_ids: Collection[int]) -> Mapping[int, list[Brought]]:
    """What is brought to each of these appointments, for the signed-in agent; nothing to most."""
    found: dict[int, list[Brought]] = {}
    for maker in _MAKERS:
        for number, one in maker(database, appointment_ids):
            found.setdefault(number, []).append(one)
    return found
