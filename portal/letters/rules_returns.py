"""Letters that come back, counted: how many of those posted, by reason; small groups are hidden. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal.letters.models import ReturnReason

SMALLEST = 5  # letters: of fewer, one could tell whose they are
HELD_CODES = ("route_failed", "address_doubtful")  # why a letter to such an address did not leave
BAD_ADDRESS = (ReturnReason.UNKNOWN, ReturnReason.ACCESS)  # the others say nothing of the address


class ReturnFault(StrEnum):
    """Why a return is not noted."""

    UNKNOWN = "unknown"
    NOT_POSTED = "not_posted"  # in no run, or never printed: it has not left the house


@dataclass(frozen=True)
class Tally:
    """Letters posted, and those of them that came back, by reason."""

    posted: int = 0
    returned: Mapping[ReturnReason, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many came back."""
        return sum(self.returned.values())

    @property
    def rate(self) -> float:
        """How many of a hundred came back."""
        return 100 * self.total / self.posted if self.posted else 0.0

    @property
    def is_hidden(self) -> bool:
        """Whether it counts too few letters to be shown."""
        return self.posted < SMALLEST

    def __add__(self, other: "Tally") -> "Tally":
        returned = {one: self.returned.get(one, 0) + other.returned.get(one, 0) for one in ReturnReason}
        return Tally(self.posted + other.posted, returned)


def by_group(rows: Iterable[tuple[str, Tally]]) -> tuple[list[tuple[str, Tally]], Tally | None]:
    """The groups that may be shown, by name; and all the small ones together, if there are any.

    When those together are too few to be shown, the smallest of the others joins them: no subtraction tells them.
    """
    groups: dict[str, Tally] = {}
    for name, tally in rows:
        groups[name] = groups.get(name, Tally()) + tally
    shown = sorted(((name, tally) for name, tally in groups.items() if not tally.is_hidden), key=lambda one: one[0])
    rest = [tally for tally in groups.values() if tally.is_hidden]
    if not rest:
        return shown, None
    others = sum(rest, Tally())
    if others.is_hidden and shown:
        smallest = min(shown, key=lambda one: (one[1].posted, one[0]))
        shown.remove(smallest)
        others += smallest[1]
    return shown, others
