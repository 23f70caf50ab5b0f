"""Where each rule stands: whether it is asked, whether somebody checked it against its source, if it ends. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from portal.eligibility.rules_rights import Right, Theme

SOON = timedelta(days=90)  # before its last day, somebody looks for what comes after


class State(StrEnum):
    """Whether a rule is asked today."""

    IN_FORCE = "in_force"
    OFF = "off"
    TO_COME = "to_come"
    OVER = "over"


class Check(StrEnum):
    """What is known of its checking. A rule that was checked may end all the same."""

    CHECKED = "relue"
    NEVER = "jamais"
    DATED = "datee"  # its last day is past, or comes within `SOON`


def state_of(right: Right, day: date) -> State:
    """Whether a rule is asked on a day, and else why not."""
    if not right.is_enabled:
        return State.OFF
    if right.valid_from is not None and day < right.valid_from:
        return State.TO_COME
    return State.OVER if right.valid_to is not None and right.valid_to < day else State.IN_FORCE


def checks_of(right: Right, day: date) -> frozenset[Check]:
    """Checked or never; and whether its last day is past or near."""
    is_dated = right.valid_to is not None and right.valid_to <= day + SOON
    return frozenset({Check.CHECKED if right.checked_on else Check.NEVER, *([Check.DATED] if is_dated else [])})


def tally(rights: Iterable[Right], day: date) -> dict[Check, int]:
    """How many rules are of each kind."""
    found = [checks_of(right, day) for right in rights]
    return {check: sum(check in one for one in found) for check in Check}


def of_check(rights: Iterable[Right], day: date, check: Check | None) -> list[Right]:
    """The rules of one kind, or all of them."""
    return [right for right in rights if check is None or check in checks_of(right, day)]


def by_theme(rights: Sequence[Right], themes: Mapping[str, Theme]) -> list[tuple[Theme, list[Right], list[Right]]]:
    """A working list: each theme with the rules to read there, each once, and those that stand in an earlier one.

    Themes without a rule are left out.
    """
    found = []
    for key, theme in themes.items():
        here = [right for right in rights if key in right.themes]
        first = [right for right in here if next(one for one in themes if one in right.themes) == key]
        if here:
            found.append((theme, first, [right for right in here if right not in first]))
    return found
