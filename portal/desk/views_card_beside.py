"""What features above the desk tell of a person on their card: each adds its own; the desk knows none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class CardPart:
    """A part of the card, for whoever reads the whole file. `lines`: labels, and words of the data, in French."""

    title: str
    lines: Sequence[tuple[str, str]]
    note: str  # who said it, and when


_PARTS: list[Callable[[Session, int], CardPart | None]] = []


def add_card_part(part: Callable[[Session, int], CardPart | None]) -> Callable[[Session, int], CardPart | None]:
    """Adds what a feature tells of the person of a number, as it is imported; None when there is nothing to tell."""
    _PARTS.append(part)
    return part


def card_parts(database: Session, person_id: int) -> list[CardPart]:
    """What is told of a person, in the order of the features."""
    return [told for part in _PARTS if (told := part(database, person_id)) is not None]
