"""The agents' desk of the demonstration: alive at any hour of any day, and laid once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from portal.booking.models import Absence, Appointment, AppointmentStatus, Participation
from portal.booking.models_waiting import Wish
from portal.booking.models_workshops import Workshop
from portal.calls.models import CallReceived
from portal.clock import at_wall_clock, paris_day
from portal.demo.desk import open_desk
from portal.demo.house import working_day_before
from portal.demo.seed import seed
from portal.directory.models_settings import DayException
from portal.figures.models import WaitingTime
from portal.notifications.models import Message
from portal.people.models import Agent, Person

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # 10 h 30 in France
SUNDAY_NIGHT = datetime(2026, 11, 22, 22, 10, tzinfo=UTC)
HOLIDAY_AT_NOON = datetime(2026, 11, 11, 11, 0, tzinfo=UTC)
URL = "http://127.0.0.1:8000"
CAST = {"nadia-tulipe", "denise-libellule", "helene-rossignol", "ines-tournesol"}
TABLES = (Appointment, Participation, Message, Person, Absence, Wish, Workshop, CallReceived, DayException, WaitingTime)


def lay(database, now):
    seed(database, now)
    open_desk(database, now, URL)


def counts(database):
    with database.transaction() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def held(database, *conditions):
    """Whose agendas hold an appointment like this."""
    with database.transaction() as session:
        wanted = select(Agent.key).join(Appointment, Appointment.agent_id == Agent.id).where(*conditions)
        return set(session.scalars(wanted.order_by(Agent.key)))


def the_day(now):
    begins = at_wall_clock(paris_day(now), time(0))
    return Appointment.starts_at.between(begins, begins + timedelta(days=1))


def left_open(database, now):
    """The days of the appointments whose status nobody has noted."""
    with database.transaction() as session:
        wanted = (
            select(Appointment.starts_at)
            .join(Participation, Participation.appointment_id == Appointment.id)
            .where(Appointment.status == AppointmentStatus.BOOKED, Appointment.ends_at < now)
        )
        return {paris_day(starts_at) for starts_at in session.scalars(wanted)}


def test_the_desk_has_all_that_an_agent_meets_once_however_often_it_is_opened(database):
    lay(database, TUESDAY)
    before = counts(database)
    assert all(before)
    assert held(database, the_day(TUESDAY)) >= CAST
    for kind in (
        Appointment.status == AppointmentStatus.SEEN,
        Appointment.status == AppointmentStatus.NOSHOW,
        Appointment.arrived_at.is_not(None) & Appointment.called_at.is_(None),
        Appointment.is_overbooked,
        Appointment.workshop_id.is_not(None),
    ):
        assert held(database, the_day(TUESDAY), kind)
    assert held(database, Appointment.is_door_closed) == {"nadia-tulipe"}
    away = (Absence.agent_id == Agent.id) & Appointment.starts_at.between(Absence.starts_at, Absence.ends_at)
    assert held(database, away) == {"yasmine-epervier"}
    assert left_open(database, TUESDAY) == {working_day_before(paris_day(TUESDAY))}
    numbers_are_kept_for_fiction(database)

    lay(database, TUESDAY + timedelta(hours=2))
    assert counts(database) == before

    later = TUESDAY + timedelta(days=7)
    lay(database, later)
    assert held(database, the_day(later)) >= CAST
    assert left_open(database, later) == {working_day_before(paris_day(later))}


@pytest.mark.parametrize("now", [SUNDAY_NIGHT, HOLIDAY_AT_NOON], ids=["sunday_night", "holiday"])
def test_no_day_nor_hour_leaves_the_desk_empty(database, now):
    lay(database, now)
    assert all(counts(database))
    assert held(database, the_day(now)) >= CAST


def numbers_are_kept_for_fiction(database):
    with database.transaction() as session:
        for mobile, landline in session.execute(select(Person.mobile, Person.landline)):
            assert mobile is None or mobile.startswith("+3363998")
            assert landline is None or landline.startswith("+3335301")
