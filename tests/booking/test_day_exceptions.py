"""Days that are not as the calendar says: closed though it is no holiday, open though it is one."""

from datetime import date, time

import pytest

from portal.booking.availability import Scope, free_agents, free_slots, next_free
from portal.booking.next_slots import next_slots
from portal.booking.queries_workshops import is_closed_day
from portal.booking.rules import BookingRefusal
from portal.booking.rules_closed import Closed, OddDay, closed_days
from portal.clock import paris_day
from portal.directory.models import Departement
from tests.booking.desk import START, asked, confirm, refused
from tests.world import at

THURSDAY = date(2026, 11, 26)
ARMISTICE, CHRISTMAS = date(2026, 11, 11), date(2026, 12, 25)
HERE, THERE = 1, 2


def closed(*odd: OddDay) -> Closed:
    return closed_days(2026, 2026, odd)


def is_closed(days: Closed, day: date, place_id: int = HERE) -> bool:
    return day.toordinal() in days.of(place_id)


def test_without_any_the_calendar_s_holidays_are_closed_everywhere() -> None:
    assert is_closed(closed(), CHRISTMAS)
    assert is_closed(closed(), CHRISTMAS, THERE)
    assert not is_closed(closed(), THURSDAY)
    assert not is_closed(Closed(), CHRISTMAS)


@pytest.mark.parametrize(
    ("day", "is_open"), [(THURSDAY, False), (CHRISTMAS, True), (THURSDAY, True), (CHRISTMAS, False)]
)
def test_a_day_is_changed_everywhere_or_at_one_place(day, is_open) -> None:
    everywhere = closed(OddDay(day, None, is_open))
    assert [is_closed(everywhere, day, place) for place in (HERE, THERE)] == [not is_open] * 2
    here = closed(OddDay(day, HERE, is_open))
    assert is_closed(here, day) is not is_open
    assert is_closed(here, day, THERE) is (day == CHRISTMAS)
    assert is_closed(here, ARMISTICE)


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_said_of_a_place_counts_more_than_what_is_said_of_all(order) -> None:
    both = [OddDay(THURSDAY, None, is_open=False), OddDay(THURSDAY, HERE, is_open=True)][::order]
    assert [is_closed(closed(*both), THURSDAY, place) for place in (HERE, THERE)] == [False, True]


@pytest.fixture
def days(database, clock):
    """The days with slots at each place, from Wednesday to Friday and around Christmas."""

    def days(motif, *places, **given):
        with database.transaction() as session:
            scope = Scope(session.merge(motif), **given)
            slots = free_slots(session, clock.now, scope, date(2026, 11, 25), date(2026, 11, 27))
            slots += free_slots(session, clock.now, scope, date(2026, 12, 24), CHRISTMAS)
        found = [(slot.place_id, f"{paris_day(slot.starts_at):%d/%m}") for slot in slots]
        return [sorted({day for place_id, day in found if place_id == place.id}) for place in places]

    return days


@pytest.mark.parametrize("for_agent", [True, False])
def test_no_slot_on_a_closed_day_and_slots_on_an_open_holiday_at_that_place(world, days, for_agent) -> None:
    (here, motif, _), there = world.office(), world.place()
    world.opening(world.agent(), there, motif, weekdays=[2, 4])  # Wednesdays and Fridays: Christmas is one
    world.odd_day(THURSDAY, here)
    world.odd_day(CHRISTMAS, there, is_open=True)
    assert days(motif, here, there, for_agent=for_agent) == [["24/12", "25/11", "27/11"], ["25/11", "25/12", "27/11"]]


def test_every_way_to_a_slot_agrees(database, clock, world) -> None:
    here, motif, agent = world.office()
    for day in (23, 24, 25):
        world.odd_day(date(2026, 11, day))
    world.odd_day(date(2026, 11, 25), here, is_open=True)
    first = at("2026-11-25", "09:00")
    with database.transaction() as session:
        scope = Scope(session.merge(motif))
        assert next_free(session, clock.now, scope) == {here.id: first}
        assert next_slots(session, clock.now, scope, count=1)[0].starts_at == first
        assert free_agents(session, clock.now, scope, here.id, first) == [agent.id]
        assert free_agents(session, clock.now, scope, here.id, at("2026-11-24", "09:00")) == []


def test_a_closed_day_is_booked_by_nobody_and_an_open_holiday_by_anybody(database, clock, world) -> None:
    here, motif, _ = world.office()
    world.odd_day(THURSDAY, here)
    world.odd_day(CHRISTMAS, is_open=True)
    assert refused(database, clock.now, asked(here, motif, starts_at=START)) is BookingRefusal.SLOT_TAKEN
    made = confirm(database, clock.now, asked(here, motif, starts_at=at("2026-12-25", "09:00")))
    assert paris_day(made.starts_at) == CHRISTMAS


def test_where_two_openings_overlap_that_of_a_closed_place_does_not_hide_the_other(world, days) -> None:
    here, there, motif, agent = world.place(), world.place(), world.motif(), world.agent()
    world.opening(agent, here, motif, ends=time(10))
    world.opening(agent, there, motif, ends=time(9, 45), weekdays=[3])
    assert days(motif, here, there) == [["25/11", "27/11"], ["24/12", "26/11"]]
    world.odd_day(THURSDAY, there)
    assert days(motif, here, there) == [["25/11", "26/11", "27/11"], ["24/12"]]


def test_the_holidays_of_the_departement_s_own_region_give_no_slot(database, clock, world) -> None:
    world.departement(holiday_region="alsace_moselle")
    place, motif, _ = world.office(horizon_days=200)
    good_friday, monday = date(2027, 3, 26), date(2027, 3, 29)
    world.odd_day(monday, is_open=True)

    def given(day: date) -> int:
        with database.transaction() as session:
            return len(free_slots(session, clock.now, Scope(session.merge(motif)), day, day))

    assert given(date(2027, 3, 25)) > 0
    assert (given(good_friday), given(monday) > 0) == (0, True)
    with database.transaction() as session:
        assert is_closed_day(session, place.id, good_friday)
        assert not is_closed_day(session, place.id, monday)
        session.get_one(Departement, 1).holiday_region = "atlantide"
        session.flush()
        assert not is_closed_day(session, place.id, good_friday)
    assert given(good_friday) > 0
