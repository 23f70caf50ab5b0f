"""What a change of openings or absences does, shown before it is saved. Pure: days and instants are arguments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from portal.agenda.rules_openings import Draft
from portal.booking.recurrence import days_of
from portal.booking.rules_closed import Closed
from portal.booking.slots import Days, Interval, Pace, Window, agent_starts, stretches

WATCHED = timedelta(weeks=8)  # how far slots gained and lost are counted
_CLASHES = timedelta(weeks=13)  # how far an agent is checked not to be at two places at once, as for loaded files


class Taken(NamedTuple):
    """An appointment to come: where, for what, and from when to when (seconds since 1970)."""

    id: int
    place_id: int
    motif_id: int
    start: int
    end: int


@dataclass(frozen=True)
class Situation:
    """An agent's openings and absences, as they are or as they would be. `away` is sorted by start."""

    openings: tuple[Draft, ...]
    away: tuple[Interval, ...] = ()


@dataclass(frozen=True)
class Look:
    """What does not change: the days and the window looked at, the motifs, the closed days, and what is booked.

    `held`: the time of appointments, buffers included, sorted. `closed` covers the days and those of `booked`. `until`:
    by motif, the instant from which it gives no slot (it closes, or the agent's account ends); missing: it goes on.
    """

    days: Days
    window: Window
    paces: Mapping[int, Pace]
    closed: Closed
    held: tuple[Interval, ...] = ()
    booked: tuple[Taken, ...] = ()
    until: Mapping[int, int] = field(default_factory=dict)


class Clash(NamedTuple):
    """An opening that would want the agent at one place while another one wants them at another, and when first."""

    wanted: Draft
    other: Draft
    day: date


@dataclass(frozen=True)
class Effect:
    """Slots gained and lost by motif within eight weeks, the appointments touched, and the first clashes."""

    gained: Mapping[int, int] = field(default_factory=dict)
    lost: Mapping[int, int] = field(default_factory=dict)
    touched: tuple[int, ...] = ()
    clashes: tuple[Clash, ...] = ()


def effect(before: Situation, later: Situation, look: Look) -> Effect:
    """What changes between two situations.

    Touched: what an opening covered and none covers any more, and what the agent would be away from. A change counts
    the slots that no longer start where they did as lost, and the others as gained.
    """
    gained, lost = {}, {}
    for motif_id, pace in sorted(look.paces.items()):
        old, new = (_starts(one, motif_id, pace, look) for one in (before, later))
        gained[motif_id], lost[motif_id] = len(new - old), len(old - new)
    return Effect(
        {number: count for number, count in gained.items() if count},
        {number: count for number, count in lost.items() if count},
        touched(before, later, look),
        tuple(clashes(before.openings, later.openings, look.days.first)),
    )


def touched(before: Situation, later: Situation, look: Look) -> tuple[int, ...]:
    """The appointments that lose their opening, or over which the agent would be away; in their order."""
    uncovered = _covered(before, look) - _covered(later, look)
    return tuple(
        one.id
        for one in look.booked
        if one.id in uncovered or (_is_away(one, later.away) and not _is_away(one, before.away))
    )


def clashes(before: Iterable[Draft], later: Sequence[Draft], today: date) -> list[Clash]:
    """The openings that were not there, each with the others it overlaps at another place within thirteen weeks."""
    known = {draft.id for draft in before}
    found = []
    for one in (draft for draft in later if draft.id not in known):
        since = max(today, one.first_day)
        for other in later:
            if other.place_id != one.place_id and one.starts < other.ends and other.starts < one.ends:
                common = set(days_of(one, since, since + _CLASHES)) & set(days_of(other, since, since + _CLASHES))
                found += [Clash(one, other, min(common))] if common else []
    return found


def _starts(situation: Situation, motif_id: int, pace: Pace, look: Look) -> set[tuple[int, int]]:
    openings = [draft for draft in situation.openings if motif_id in draft.motif_ids]
    busy = sorted((*look.held, *situation.away))
    latest = min(look.window.latest, look.until.get(motif_id, look.window.latest + 1) - 1)
    return set(agent_starts(openings, busy, pace, look.window._replace(latest=latest), look.days, closed=look.closed))


def _covered(situation: Situation, look: Look) -> set[int]:
    """The appointments that lie within an opening for their motif, at their place."""
    found: set[int] = set()
    for motif_id in {one.motif_id for one in look.booked}:
        own = [one for one in look.booked if one.motif_id == motif_id]
        openings = [draft for draft in situation.openings if motif_id in draft.motif_ids]
        first, last = _days_between(own)
        parts = stretches(openings, first, last, look.closed)
        found |= {
            one.id
            for one in own
            if any(part.start <= one.start and one.end <= part.end and part.place_id == one.place_id for part in parts)
        }
    return found


def _days_between(booked: Sequence[Taken]) -> tuple[date, date]:
    """Days that hold them all, a day wider at each end: nobody's midnight is asked for."""
    low, high = min(one.start for one in booked), max(one.end for one in booked)
    epoch = date(1970, 1, 1)
    return epoch + timedelta(days=low // 86_400 - 1), epoch + timedelta(days=high // 86_400 + 1)


def _is_away(one: Taken, away: Iterable[Interval]) -> bool:
    return any(begins < one.end and one.start < ends for begins, ends in away)
