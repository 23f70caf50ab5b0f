"""The agents' desk of the demonstration, alive: a day at work, what waits, and three months behind it."""

from datetime import datetime, time

from sqlalchemy import Text, cast, func, select, update
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import at_wall_clock, paris_day
from portal.database import Database
from portal.demo.house import read_house, working_day_before
from portal.demo.neighbours import crowd, neighbours
from portal.demo.past import note_waiting_times, past_visits
from portal.demo.story import visits_of_now
from portal.demo.to_come import Scene, lay
from portal.demo.visits import write
from portal.figures.models import WaitingTime

_MIDNIGHT = time(0)


def open_desk(database: Database, now: datetime, base_url: str) -> None:
    """Lays today, the working day before, what is to come and the past over what is there.

    Safe to repeat: on the same day it adds nothing; on a later one, that day.
    """
    with database.transaction() as session:
        house, people, others = read_house(session, paris_day(now)), neighbours(session, now), crowd(session, now)
        _note_earlier_days(session, now)
        write(session, visits_of_now(house, people, others, now), base_url)
        if session.scalar(select(WaitingTime.day).limit(1)) is None:
            write(session, list(past_visits(house, others, paris_day(now))), base_url)
            note_waiting_times(session, paris_day(now))
    lay(database, Scene(now, house, people, base_url))


def _note_earlier_days(session: Session, now: datetime) -> None:
    """What earlier days held and nobody noted, seats of workshops too, was seen: else each start would leave more."""
    since = at_wall_clock(working_day_before(paris_day(now)), _MIDNIGHT)
    is_laid = func.substr(cast(Appointment.request_key, Text), 15, 1) == "5"  # a key made of words, not drawn at random
    session.execute(
        update(Appointment)
        .where(
            Appointment.status == AppointmentStatus.BOOKED,
            Appointment.ends_at < since,
            is_laid | Appointment.workshop_id.is_not(None),
        )
        .values(status=AppointmentStatus.SEEN)
        .execution_options(synchronize_session=False)
    )
