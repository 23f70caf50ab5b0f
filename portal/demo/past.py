"""The past of the demonstration: three months of appointments and what became of them, and the days people waited."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.booking.models import AppointmentStatus
from portal.booking.recurrence import days_of
from portal.calls.rules import is_working_day
from portal.clock import at_wall_clock
from portal.demo.house import House, working_day_before
from portal.demo.neighbours import Crowd
from portal.demo.story import chance, somebody, told_of
from portal.demo.visits import Visit
from portal.directory.models import Motif
from portal.figures.queries import offered

_PAST = timedelta(days=90)
_NOTED = timedelta(days=60)
_FULL = 45  # of a hundred slots
_LEADS = (1, 4, 6, 10, 20, 40)  # days between taking an appointment and coming
_LATE = timedelta(hours=1)
_ONE_DAY = timedelta(days=1)


def past_visits(house: House, crowd: Crowd, today: date) -> Iterator[Visit]:
    """Appointments of the three months before the last working day, every one of which somebody noted."""
    last = working_day_before(today) - _ONE_DAY
    for opening in house.openings:
        for day in days_of(opening, today - _PAST, last):
            if not is_working_day(day):
                continue
            for rank, (hour, motif) in enumerate(house.starts(opening), crc32((opening.key or "").encode())):
                key = f"{day}/{opening.key}/{hour}"
                if chance(key) < _FULL:
                    person = somebody(crowd, motif, day, rank)
                    yield Visit(
                        key=key,
                        agent_id=opening.agent_id,
                        place_id=opening.place_id,
                        motif=motif,
                        person=person,
                        told=told_of(person, crowd),
                        starts_at=at_wall_clock(day, hour),
                        **_ended(key, at_wall_clock(day, hour), motif),
                    )


def _ended(key: str, starts_at: datetime, motif: Motif) -> dict[str, Any]:
    """What became of it: of a hundred, 78 came, 11 did not, 5 cancelled in time and 3 late, 3 the service cancelled."""
    draw, lead = chance(f"{key}/end"), timedelta(days=_LEADS[chance(f"{key}/lead") % len(_LEADS)])
    ended_at = starts_at + timedelta(minutes=motif.minutes)
    if draw < 89:
        status = AppointmentStatus.SEEN if draw < 78 else AppointmentStatus.NOSHOW
        return {"status": status, "booked_at": starts_at - lead, "changed_at": ended_at}
    status = AppointmentStatus.EXCUSED if draw < 97 else AppointmentStatus.REVOKED
    changed_at = starts_at - (_LATE if 94 <= draw < 97 else lead / 2)
    return {"status": status, "booked_at": starts_at - lead, "changed_at": changed_at}


def note_waiting_times(session: Session, today: date) -> None:
    """The days waited for each motif at each place, on each of the 60 days before today."""
    pairs = [(motif.id, place_id) for motif, place_ids in offered(session, today) for place_id in place_ids]
    motifs, places = zip(*pairs, strict=True)
    first = today - _NOTED
    session.execute(_NOTE, {"motifs": list(motifs), "places": list(places), "first": first, "last": today - _ONE_DAY})


# A number that goes down a day at a time as an opening comes near, and up again when it is full; now and then, no slot.
_NOTE = text(
    """
    INSERT INTO waiting_time (day, motif_id, place_id, days)
    SELECT day::date, motif, place,
        CASE WHEN (day::date - DATE '2020-01-01' + motif * 7 + place * 13) % 31 = 0 THEN NULL
        ELSE period - (day::date - DATE '2020-01-01' + place) % period
            + ((day::date - DATE '2020-01-01') / period + motif * 3 + place) % 5 END
    FROM unnest(CAST(:motifs AS integer[]), CAST(:places AS integer[])) AS pair (motif, place)
        CROSS JOIN LATERAL (SELECT 6 + (motif + place) % 9 AS period) AS pace
        CROSS JOIN generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS day
    ON CONFLICT DO NOTHING
    """
)
