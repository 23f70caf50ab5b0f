"""One line or table of a file, read key by key: a wrong value is a fault with its line, never an exception."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from portal.files.report import Fault

Choice = TypeVar("Choice", bound=StrEnum)

_KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass
class Row:
    """Values and where each stands. A reader returns something usable after a fault, so that all faults are found."""

    file: str
    line: int
    values: dict[str, Any]
    faults: list[Fault]
    places: dict[str, tuple[str, int]] = field(default_factory=dict)  # of each key: its file and its line
    asked: set[str] = field(default_factory=set)
    # Of each list of tables inside it: where each stands, its file, its line and those of its keys.
    inner: dict[str, list[tuple[str, int, dict[str, int]]]] = field(default_factory=dict)

    def fault(self, what: str, key: str | None = None) -> None:
        """Notes what is wrong, at the line of `key`, or of the whole row."""
        file, line = self.places.get(key or "", (self.file, self.line))
        self.faults.append(Fault(file, line, what))

    def has(self, key: str) -> bool:
        """Whether the row holds something for `key`; an empty cell holds nothing."""
        return self.values.get(key) not in (None, "")

    def text(self, key: str) -> str:
        """A text that must be there, without the spaces around it."""
        found = self.optional_text(key)
        if found is None and not self._has_fault_of(key):
            self.fault(f'"{key}" is missing', key)
        return found or ""

    def optional_text(self, key: str) -> str | None:
        """A text, or None. Characters that cannot be printed are refused."""
        self.asked.add(key)
        if not self.has(key):
            return None
        value = self.values[key]
        if not isinstance(value, str):
            self.fault(f'"{key}" must be a text, between quotes', key)
            return None
        if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign != "\n" for sign in value):
            self.fault(f'"{key}" holds a character that cannot be printed', key)
            return None
        return value.strip() or None

    def key(self, key: str) -> str:
        """A stable name in small letters, figures, hyphens and underscores: "mds-calais-1"."""
        found = self.text(key)
        if found and not _KEY.fullmatch(found):
            self.fault(f'"{found}": "{key}" takes small letters without accents, figures and hyphens', key)
        return found

    def texts(self, key: str) -> list[str]:
        """A list of texts, perhaps empty."""
        self.asked.add(key)
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.fault(f'"{key}" must be a list of texts, such as ["one", "two"]', key)
            return []
        return [item.strip() for item in value]

    def rows(self, key: str) -> list["Row"]:
        """The tables of a list inside this one (`[[agent.roles]]`), perhaps none; each is to be finished too."""
        self.asked.add(key)
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(f'"{key}" must be a list of tables, each under its own heading', key)
            return []
        stand = self.inner.get(key, [])
        rows = []
        for rank, item in enumerate(value):
            file, line, keys = stand[rank] if rank < len(stand) else (self.file, self.line, {})
            places = {name: (file, number) for name, number in keys.items()}
            rows.append(Row(file, line, dict(item), self.faults, places))
        return rows

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number between two bounds, both included."""
        found = self.optional_integer(key, low, high)
        if found is None and default is None and not self.has(key):
            self.fault(f'"{key}" is missing', key)
        return found if found is not None else low if default is None else default

    def optional_integer(self, key: str, low: int, high: int) -> int | None:
        """A whole number between two bounds, both included, or None."""
        self.asked.add(key)
        if not self.has(key):
            return None
        value = self.values[key]
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,12}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(f'"{key}" must be a whole number from {low} to {high}', key)
            return None
        return value

    def optional_number(self, key: str, low: float, high: float) -> float | None:
        """A number between two bounds, both included, or None."""
        self.asked.add(key)
        if not self.has(key):
            return None
        try:
            value = float(self.values[key])
        except (TypeError, ValueError):
            value = float("nan")
        if not low <= value <= high:
            self.fault(f'"{key}" must be a number from {low:g} to {high:g}', key)
            return None
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """A number between two bounds, both included."""
        found = self.optional_number(key, low, high)
        if found is None and not self.has(key):
            self.fault(f'"{key}" is missing', key)
        return low if found is None else found

    def optional_flag(self, key: str) -> bool | None:
        """True, false, or None: not known."""
        self.asked.add(key)
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            self.fault(f'"{key}" must be true or false', key)
            return None
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        found = self.optional_flag(key)
        return default if found is None else found

    def optional_day(self, key: str) -> date | None:
        """A date such as 2027-01-01, or None."""
        self.asked.add(key)
        value = self.values.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.fault(f'"{key}" must be a date without quotes, such as 2027-01-01', key)
            return None
        return value

    def day(self, key: str) -> date:
        """A date such as 2027-01-01."""
        found = self.optional_day(key)
        if found is None and not self.has(key):
            self.fault(f'"{key}" is missing', key)
        return found or date.min

    def hour(self, key: str) -> time:
        """An hour on a wall clock, such as "9:30"."""
        found = _HOUR.fullmatch(self.text(key))
        if self.has(key) and not found:
            self.fault(f'"{key}" must be an hour such as "9:30"', key)
        return time(int(found[1]), int(found[2])) if found else time.min

    def choice(self, key: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        """One of the names of `kind`."""
        names = [name.value for name in kind]
        found = self.optional_text(key) if default is not None else self.text(key)
        if found and found not in names:
            self.fault(f'"{found}": "{key}" must be one of {", ".join(names)}', key)
            found = None
        return kind(found) if found else default or next(iter(kind))

    def one_of(self, key: str, known: Collection[str], what: str) -> str:
        """The key of something declared elsewhere; `what` says what it is, for the fault."""
        found = self.text(key)
        if found and found not in known:
            self.fault(f'"{found}": no {what} has this key', key)
        return found

    def raw(self, key: str) -> Any:
        """The value as the file gives it, whatever it is, or None: for what the caller checks."""
        self.asked.add(key)
        return self.values.get(key)

    def finish(self) -> None:
        """Refuses the keys that nobody asked for: they are misspelt, or of another version."""
        for key in sorted(self.values.keys() - self.asked):
            self.fault(f'"{key}" is not known here: check its spelling', key)

    def _has_fault_of(self, key: str) -> bool:
        file, line = self.places.get(key, (self.file, self.line))
        return self.has(key) and any(fault.file == file and fault.line == line for fault in self.faults)
