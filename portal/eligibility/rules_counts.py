"""Counts of nobody in particular, and what of them may be shown. Pure."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

SMALLEST = 5  # fewer people may be recognised: their number is not shown


def masked(counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """The same counts without the small ones (None), nor what their total would give away.

    When those hidden are fewer than `SMALLEST` together, or one alone, whoever knows the total knows them: the smallest
    count shown is then hidden too.
    """
    hidden = {key for key, count in counts.items() if count < SMALLEST}
    shown = sorted((key for key in counts if key not in hidden), key=lambda key: (counts[key], str(key)))
    is_known = bool(hidden) and (len(hidden) == 1 or sum(counts[key] for key in hidden) < SMALLEST)
    if is_known and shown:
        hidden.add(shown[0])
    return {key: None if key in hidden else count for key, count in counts.items()}
