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


def rounded(count: int) -> int:
    """The multiple of `SMALLEST` just below, or the count itself.

    Two numbers of the same people (a theme, and a right shown in it) do not then give by their difference how many
    people one of them leaves out.
    """
    return count - count % SMALLEST


def shown(by_key: Mapping[str, Mapping[str, int]]) -> dict[str, tuple[dict[str, int | None], int | None]]:
    """What a table says of each key: its counts by territory, and their total; None is hidden, the rest is rounded.

    A key whose total is hidden shows nothing of its territories.
    """
    totals = masked({key: sum(parts.values()) for key, parts in by_key.items()})
    return {
        key: ({} if total is None else _rounded(masked(by_key[key])), None if total is None else rounded(total))
        for key, total in totals.items()
    }


def _rounded(counts: Mapping[str, int | None]) -> dict[str, int | None]:
    return {key: None if count is None else rounded(count) for key, count in counts.items()}
