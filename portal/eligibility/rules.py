"""Conditions of a rule, evaluated in the three values of Kleene: yes, no, not known. Pure.

A condition says yes or no only when no answer still to come can change it (as far as its parts are seen one by one):
an answer more never unsettles what is settled. From the same pass comes what each question could settle.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from math import prod
from types import MappingProxyType
from typing import NamedTuple

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


class Chance(NamedTuple):
    """How likely the answer to one question is to settle a condition by itself, its answers being equally likely."""

    no: float
    yes: float


Chances = Mapping[str, Chance]
_NONE: Chances = MappingProxyType({})


class Seen(NamedTuple):
    """A condition beside what is known: its truth, and the facts that led there.

    While the truth is unknown, `chances` says what each question could settle.
    """

    truth: Truth
    chances: Chances = _NONE
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One fact compared. `share`: the part of the answers one may give for which the comparison holds, 0 to 1."""

    fact: str
    holds: Callable[[Value, date], bool]
    share: float
    _seen: tuple[Seen, Seen, Seen] = field(init=False, repr=False, compare=False)  # no, yes, not known: made once

    def __post_init__(self) -> None:
        """Makes what `see` gives."""
        not_known = Seen(Truth.UNKNOWN, {self.fact: Chance(1 - self.share, self.share)})
        settled = (Seen(truth, _NONE, (self.fact,)) for truth in (Truth.NO, Truth.YES))
        object.__setattr__(self, "_seen", (*settled, not_known))

    def see(self, facts: Facts, day: date) -> Seen:
        """Yes or no once the fact is known."""
        value = facts.get(self.fact)
        return self._seen[2 if value is None else self.holds(value, day)]

    def facts(self) -> Iterable[str]:
        """The facts that it compares."""
        yield self.fact


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    part: "Condition"

    def see(self, facts: Facts, day: date) -> Seen:
        """No for yes, yes for no."""
        truth, chances, because = self.part.see(facts, day)
        turned = {fact: Chance(chance.yes, chance.no) for fact, chance in chances.items()} if chances else _NONE
        return Seen(~truth, turned, because)

    def facts(self) -> Iterable[str]:
        """The facts that it compares."""
        yield from self.part.facts()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. Without a part: yes."""

    parts: tuple["Condition", ...]

    def see(self, facts: Facts, day: date) -> Seen:
        """No as soon as one part says no; yes when all do; else not known."""
        return _seen_of(self.parts, facts, day, decisive=Truth.NO) if self.parts else _HOLDS

    def facts(self) -> Iterable[str]:
        """The facts that it compares."""
        for part in self.parts:
            yield from part.facts()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds. Without a part: no."""

    parts: tuple["Condition", ...]

    def see(self, facts: Facts, day: date) -> Seen:
        """Yes as soon as one part says yes; no when all say no; else not known."""
        return _seen_of(self.parts, facts, day, decisive=Truth.YES)

    def facts(self) -> Iterable[str]:
        """The facts that it compares."""
        for part in self.parts:
            yield from part.facts()


Condition = Leaf | Not | All | AnyOf
_HOLDS = Seen(Truth.YES)


def any_of(*parts: Condition) -> Condition:
    """At least one part holds: not all of them fail."""
    return AnyOf(parts)


def _seen_of(parts: Sequence[Condition], facts: Facts, day: date, *, decisive: Truth) -> Seen:
    """What several parts say together, of which one that says `decisive` suffices."""
    because: tuple[str, ...] = ()
    open_parts: list[Chances] = []
    for part in parts:
        seen = part.see(facts, day)
        truth = seen.truth
        if truth is decisive:
            return seen
        if truth is Truth.UNKNOWN:
            open_parts.append(seen.chances)
        else:
            because += seen.because
    if not open_parts:
        return Seen(~decisive, _NONE, because)
    if len(open_parts) == 1:
        return Seen(Truth.UNKNOWN, open_parts[0], because)
    return Seen(Truth.UNKNOWN, _together(open_parts, decisive), because)


def _together(parts: Sequence[Chances], decisive: Truth) -> Chances:
    """What each question could settle of several open parts.

    One part that turns `decisive` suffices; a question alone settles the contrary only where every part waits for it.
    """
    one, other = (0, 1) if decisive is Truth.NO else (1, 0)  # of a Chance
    suffices: dict[str, float] = {}
    for chances in parts:
        for fact, chance in chances.items():
            before = suffices.get(fact)
            suffices[fact] = chance[one] if before is None else 1 - (1 - before) * (1 - chance[one])
    merged = {fact: Chance(likely, 0.0) if one == 0 else Chance(0.0, likely) for fact, likely in suffices.items()}
    for fact in set(parts[0]).intersection(*parts[1:]):
        likely = prod(chances[fact][other] for chances in parts)
        merged[fact] = Chance(suffices[fact], likely) if one == 0 else Chance(likely, suffices[fact])
    return merged


def age_between(low: int | None, high: int | None, on: date | None = None) -> Callable[[Value, date], bool]:
    """Whether somebody born on a day is at least `low` and at most `high` years old, on `on` or else that day.

    A birth date, or an age in whole years, which is then that of the day.
    """

    def holds(value: Value, day: date) -> bool:
        years = age_on(value, on or day) if isinstance(value, date) else value
        return isinstance(years, int) and (low is None or years >= low) and (high is None or years <= high)

    return holds
