"""What is read for a page that leaves by post: the free hours of a motif at a place, as soon as an answer may come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from portal.booking.availability import free_slots, merged
from portal.booking.pages import Call, by_day, call_for, offers, scope_of
from portal.clock import at_wall_clock, paris_day
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Motif, Place
from portal.notifications.post import LOOKED_AT, PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person

_ONE_DAY = timedelta(days=1)  # after the letter has come: to call, or to write back
_LOOKED_AT = timedelta(days=27)  # four weeks, to the end
MOST_DAYS = 12  # with a free hour: more would be a list that nobody reads
MOST_NEAR = 4  # of them, that a call alone can take
MOST_HOURS = 8  # of a day, spread over it
_FEWER = (8, 5)  # days, where the letter would not hold them all

Days = Sequence[tuple[date, Sequence[datetime]]]


@dataclass(frozen=True)
class FreeHours:
    """Hours that were free when the letter was asked for. `until`: when the last of them begins, or would have.

    `near`: those that are too soon for a letter back; none where nobody can be called. `days`: the others: a letter
    posted on `post_by` comes, is opened, and is answered by another letter before them.
    """

    motif: Motif
    place: Place
    call: Call
    near: Days
    days: Days
    post_by: date
    until: datetime

    def shorter(self) -> list["FreeHours"]:
        """The same with fewer days, the most first."""
        return [
            replace(self, near=self.near[: most // 3], days=self.days[: most - len(self.near[: most // 3])])
            for most in _FEWER
        ]


def free_hours(session: Session, now: datetime, motif_key: str, place_key: str) -> FreeHours | None:
    """The free hours of a place from the day after a letter asked for now arrives, by how one may still take them.

    None when there is no such motif or place, or when not everybody may book it there.
    """
    day = paris_day(now)
    motif, place = directory.motif(session, motif_key, day), directory.place(session, place_key, day)
    if motif is None or place is None or motif.booked_by is not BookedBy.EVERYONE or motif.with_referent:
        return None
    scope = scope_of(session, now, motif, None, place.id)
    if not offers(session, now, scope, place.id):
        return None
    post, call = calendar_of(session), call_for(session, place)
    first = post.arrival(now) + _ONE_DAY
    slots = merged(free_slots(session, now, scope, first, first + _LOOKED_AT))
    free = [(one, _spread(hours)) for one, hours in by_day(slots)]
    post_by, answered = _round(post, first)
    near = [one for one in free if one[0] <= answered][:MOST_NEAR] if call.phone else []
    days = [one for one in free if one[0] > answered][: MOST_DAYS - len(near)]
    shown = [*near, *days]
    until = shown[-1][1][-1] if shown else at_wall_clock(first + _LOOKED_AT, time.min)
    return FreeHours(motif, place, call, near, days, post_by, until)


def _round(post: PostalCalendar, first: date) -> tuple[date, date]:
    """By when to post a letter back, from `first` on; and when our own letter, which answers it, has arrived.

    It is opened, and answered, on the first working day from the day on which it comes.
    """
    post_by = next(day for day in (first + number * _ONE_DAY for number in range(LOOKED_AT)) if post.is_postal_day(day))
    opened = post.posting_day(post.instant(post.arrival_of_posting(post_by), time.min))
    return post_by, post.arrival_of_posting(opened)


def file_of(session: Session, person_id: int) -> Person:
    """The file of whoever is signed in."""
    return session.get_one(Person, person_id)


def _spread(hours: Sequence[datetime]) -> Sequence[datetime]:
    """The first and the last hours of a day, and some between."""
    if len(hours) <= MOST_HOURS:
        return hours
    step = (len(hours) - 1) / (MOST_HOURS - 1)
    return [hours[round(at * step)] for at in range(MOST_HOURS)]
