"""What is told of a household, and how what is told later changes it. Pure."""

from dataclasses import dataclass

from portal.people.models_household import Household


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
