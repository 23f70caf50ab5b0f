"""What features above keep of a person beside their file: each adds its part, to take away and to forget.

`space` gives a person their data and closes their space; it stands beside these features, and knows none of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.journal.services import Actor
from portal.sealing import Sealer

Tree = dict[str, Any]  # of JSON values; its keys are French, and explained


@dataclass(frozen=True)
class OwnPart:
    """One thing that is kept of a person, for those alone who have proved who they are.

    `key` and `meaning`: in the data for machines. `title`, `entry` (the key that heads each tree) and `labels` (words
    of keys): in the data to read. `trees` gives what is kept, oldest first; `forget` erases it, when the person closes
    their space.
    """

    key: str
    meaning: str
    title: str
    entry: str
    labels: Mapping[str, str]
    trees: Callable[[Session, Sealer, int], list[Tree]]
    forget: Callable[[Session, datetime, int, Actor], None]


_PARTS: list[OwnPart] = []


def add_part(part: OwnPart) -> None:
    """Adds a part, once, as its feature is imported."""
    if all(known.key != part.key for known in _PARTS):
        _PARTS.append(part)


def own_parts() -> Sequence[OwnPart]:
    """Every part, by key."""
    return sorted(_PARTS, key=lambda part: part.key)
