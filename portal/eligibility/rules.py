"""Conditions of a rule, evaluated in the three values of Kleene: yes, no, not known. Pure.

A condition says yes or no only when no answer still to come can change it (as far as its parts are seen one by one):
an answer more never unsettles what is settled. From the same pass comes what each question could settle.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from portal.people.rules import age_on

Value = str | int | date | tuple[str, ...]
Facts = Mapping[str, Value]  # what is known: a fact that nobody knows is absent


class Truth(Enum):
    """What is known of a condition."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __invert__(self) -> "Truth":
        return _OPPOSITES[self]


_OPPOSITES = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely the answer to one question is to settle a condition by itself, its answers being equally likely."""

    no: float
    yes: float


Chances = Mapping[str, Chance]


@dataclass(frozen=True, slots=True)
class Seen:
    """A condition beside what is known: its truth, and the facts that led there.

    While the truth is unknown, `chances` says what each question could settle.
    """

    truth: Truth
    chances: Chances = field(default_factory=dict)
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One fact compared. `share`: the part of the answers one may give for which the comparison holds, 0 to 1."""

    fact: str
    holds: Callable[[Value, date], bool]
    share: float

    def see(self, facts: Facts, day: date) -> Seen:
        """Yes or no once the fact is known."""
        value = facts.get(self.fact)
        if value is None:
            return Seen(Truth.UNKNOWN, {self.fact: Chance(no=1 - self.share, yes=self.share)})
        return Seen(Truth.YES if self.holds(value, day) else Truth.NO, because=(self.fact,))

    def facts(self) -> Iterable[str]:
        """The facts that it compares."""
        yield self.fact


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    part: "Condition"

    def see(self, facts: Facts, day: date) -> Seen:
        """No for yes, yes for no."""
        seen = self.part.see(facts, day)
        turned = {fact: Chance(no=chance.yes, yes=chance.no) for fact, chance in seen.chances.items()}
        return Seen(~seen.truth, turned, seen.because)

    def facts(self) -> Iterable[str]:
        """The facts that it compares."""
        yield from self.part.facts()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. Without a part: yes."""

    parts: tuple["Condition", ...]

    def see(self, facts: Facts, day: date) -> Seen:
        """No as soon as one part says no; yes when all do; else not known."""
        because: tuple[str, ...] = ()
        open_parts: list[Chances] = []
        for part in self.parts:
            seen = part.see(facts, day)
            if seen.truth is Truth.NO:
                return Seen(Truth.NO, because=seen.because)
            if seen.truth is Truth.UNKNOWN:
                open_parts.append(seen.chances)
            else:
                because += seen.because
        if not open_parts:
            return Seen(Truth.YES, because=because)
        return Seen(Truth.UNKNOWN, _together(open_parts), because)

    def facts(self) -> Iterable[str]:
        """The facts that it compares."""
        for part in self.parts:
            yield from part.facts()


Condition = Leaf | Not | All


def any_of(*parts: Condition) -> Condition:
    """At least one part holds: not all of them fail."""
    return Not(All(tuple(Not(part) for part in parts)))


def _together(parts: list[Chances]) -> Chances:
    """What each question could settle of parts that must all hold.

    One part that fails suffices to say no; a question alone says yes only where every open part waits for it.
    """
    if len(parts) == 1:
        return parts[0]
    merged: dict[str, Chance] = {}
    for fact in {fact: None for part in parts for fact in part}:
        stays, yes = 1.0, 1.0
        for part in parts:
            chance = part.get(fact)
            stays *= 1 - chance.no if chance else 1
            yes *= chance.yes if chance else 0
        merged[fact] = Chance(no=1 - stays, yes=yes)
    return merged


def age_between(low: int | None, high: int | None, on: date | None = None) -> Callable[[Value, date], bool]:
    """Whether somebody born on a day is at least `low` and at most `high` years old, on `on` or else that day.

    A birth date, or an age in whole years, which is then that of the day.
    """

    def holds(value: Value, day: date) -> bool:
        years = age_on(value, on or day) if isinstance(value, date) else value
        return isinstance(years, int) and (low is None or years >= low) and (high is None or years <= high)

    return holds
