"""What a load found wrong, or what it did."""

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong in a file, and where. `line` is 0 when it is the file itself."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class FilesError(Exception):
    """The files have faults, and nothing of them was loaded. `faults` holds them all, by file and line."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass
class Tally:
    """How many things of one kind were added, changed, closed, or left as they were."""

    added: int = 0
    changed: int = 0
    closed: int = 0
    same: int = 0

    @property
    def changes(self) -> int:
        """How many are not as they were before."""
        return self.added + self.changed + self.closed


@dataclass
class Report:
    """What a load did, by kind of thing, and what it accepted that is worth knowing."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def tally(self, kind: str) -> Tally:
        """The tally of one kind, begun when it is first asked for."""
        return self.tallies.setdefault(kind, Tally())

    @property
    def changes(self) -> int:
        """How many things are not as they were before: 0 when the same files were loaded already."""
        return sum(tally.changes for tally in self.tallies.values())
