"""The house of the demonstration's agents: its places, who receives there and when, and for what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from portal.booking.models import Opening
from portal.booking.recurrence import days_of
from portal.calls.rules import is_working_day, next_working_day
from portal.directory.models import Mds, Motif, Place, PlaceAttachment
from portal.people.models import Agent

MDS = "mds-arrageois"
_MAIN = "mds-arras-nord"  # where an agent is who has no opening that day
_FOLLOWED = "denise-libellule"  # she receives elsewhere too
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class House:
    """What is read once: motifs, places and agents by key, and the openings, with their motifs."""

    motifs: dict[str, Motif]
    places: dict[str, int]
    agents: dict[str, int]
    openings: list[Opening]
    own_places: frozenset[int]  # those of its MDS

    def place_of(self, agent: str, day: date, hour: time) -> int:
        """Where an agent receives on a day at an hour: as the openings say, those of the half day first."""
        theirs = [one for one in self.openings if one.agent_id == self.agents[agent] and days_of(one, day, day)]
        theirs.sort(key=lambda one: (not one.starts <= hour < one.ends, one.starts, one.id))
        return theirs[0].place_id if theirs else self.places[_MAIN]

    def starts(self, opening: Opening) -> Iterator[tuple[time, Motif]]:
        """The hours of an opening one after the other, each with a motif of its own in turn."""
        minute, last = _minutes(opening.starts), _minutes(opening.ends)
        motifs = sorted(opening.motifs, key=lambda motif: motif.position)
        number = 0
        while minute + motifs[number % len(motifs)].minutes <= last:
            motif = motifs[number % len(motifs)]
            yield time(minute // 60, minute % 60), motif
            minute += motif.minutes + motif.buffer_minutes
            number += 1


def read_house(session: Session, today: date) -> House:
    """The house as it is today."""
    attached = (
        select(PlaceAttachment.place_id)
        .join(Mds, Mds.id == PlaceAttachment.mds_id)
        .where(Mds.key == MDS, PlaceAttachment.valid.contains(today))
    )
    followed = select(Agent.id).where(Agent.key == _FOLLOWED)
    openings = session.scalars(
        select(Opening)
        .where(or_(Opening.place_id.in_(attached), Opening.agent_id.in_(followed)), Opening.key.is_not(None))
        .options(selectinload(Opening.motifs))
        .order_by(Opening.key)
    ).all()
    return House(
        motifs={motif.key: motif for motif in session.scalars(select(Motif).order_by(Motif.id))},
        places={row[0]: row[1] for row in session.execute(select(Place.key, Place.id).order_by(Place.id))},
        agents={row[0]: row[1] for row in session.execute(select(Agent.key, Agent.id).order_by(Agent.id))},
        openings=[one for one in openings if one.motifs],
        own_places=frozenset(session.scalars(attached.order_by(PlaceAttachment.place_id))),
    )


def like(day: date) -> date:
    """The day whose openings a day of the demonstration has: itself, or the next working day.

    The demonstration receives on Sundays too: whoever looks at it then finds a house at work.
    """
    return day if is_working_day(day) else next_working_day(day)


def working_day_before(day: date) -> date:
    """The last working day before this one."""
    day -= _ONE_DAY
    while not is_working_day(day):
        day -= _ONE_DAY
    return day


def _minutes(hour: time) -> int:
    return hour.hour * 60 + hour.minute
