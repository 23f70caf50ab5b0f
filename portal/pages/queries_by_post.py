"""What is read for a page that leaves by post: the free hours of a motif at a place, as soon as an answer may come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from portal.booking.availability import free_slots, merged
from portal.booking.pages import Call, by_day, call_for, offers, scope_of
from portal.clock import at_wall_clock, paris_day
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Motif, Place
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person

_TO_ANSWER = timedelta(days=1)  # after the letter has come: a call, or a letter back
_LOOKED_AT = timedelta(days=27)  # four weeks, to the end
MOST_DAYS = 12  # with a free hour: more would be a list that nobody reads
MOST_HOURS = 8  # of a day, spread over it


@dataclass(frozen=True)
class FreeHours:
    """Hours that were free when the letter was asked for. `until`: when the last of them begins, or would have."""

    motif: Motif
    place: Place
    call: Call
    days: Sequence[tuple[date, Sequence[datetime]]]
    until: datetime


def free_hours(session: Session, now: datetime, motif_key: str, place_key: str) -> FreeHours | None:
    """The free hours of a place from the day after a letter asked for now arrives.

    None when there is no such motif or place, or when not everybody may book it there.
    """
    day = paris_day(now)
    motif, place = directory.motif(session, motif_key, day), directory.place(session, place_key, day)
    if motif is None or place is None or motif.booked_by is not BookedBy.EVERYONE or motif.with_referent:
        return None
    scope = scope_of(session, now, motif, None, place.id)
    if not offers(session, now, scope, place.id):
        return None
    first = calendar_of(session).arrival(now) + _TO_ANSWER
    slots = merged(free_slots(session, now, scope, first, first + _LOOKED_AT))
    days = [(one, _spread(hours)) for one, hours in by_day(slots)[:MOST_DAYS]]
    last = days[-1][1][-1] if days else at_wall_clock(first + _LOOKED_AT, time.min)
    return FreeHours(motif, place, call_for(session, place), days, last)


def file_of(session: Session, person_id: int) -> Person:
    """The file of whoever is signed in."""
    return session.get_one(Person, person_id)


def _spread(hours: Sequence[datetime]) -> Sequence[datetime]:
    """The first and the last hours of a day, and some between."""
    if len(hours) <= MOST_HOURS:
        return hours
    step = (len(hours) - 1) / (MOST_HOURS - 1)
    return [hours[round(at * step)] for at in range(MOST_HOURS)]
