"""What is told of a household, and how what is told later changes it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal.people.models_household import Household

# How long an answer about children or a couple stands for the next ones. No law says it: a child leaves an age band,
# two people part, and a right would be shown or hidden by what is no longer so. Half a year asks twice a year at most.
LASTS = timedelta(days=183)


@dataclass(frozen=True)
class Told:
    """What somebody told of their household. `children`: sorted; empty: not told."""

    commune: str | None = None  # INSEE number
    is_couple: bool | None = None
    children: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was told."""
        return self == Told()

    def over(self, before: "Told") -> "Told":
        """What is told now; of what it leaves out, what was told before."""
        return Told(
            self.commune or before.commune,
            before.is_couple if self.is_couple is None else self.is_couple,
            self.children or before.children,
        )


def told_of(row: Household | None) -> Told:
    """What a row holds; nothing for no row."""
    return Told(row.commune, row.is_couple, tuple(row.children)) if row else Told()


def still_told(row: Household | None, now: datetime, address_confirmed_at: datetime | None) -> Told:
    """What of a row still stands for an answer: of children and a couple, what was told within `LASTS`.

    A commune stands until an address is confirmed after it was told: that address says where the person lives.
    """
    told = told_of(row)
    if row is None:
        return told
    if now - row.told_at > LASTS:
        told = Told(told.commune)
    is_elsewhere = address_confirmed_at is not None and address_confirmed_at > row.told_at
    return replace(told, commune=None) if is_elsewhere else told
