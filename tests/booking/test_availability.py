import itertools
import random
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from portal.booking.availability import (
    Scope,
    Slot,
    choose_agent,
    first_day_with_slots,
    free_agents,
    free_slots,
    merged,
    next_free,
)
from portal.booking.models import AppointmentStatus, Recurrence
from portal.clock import PARIS
from portal.directory.models import BookedBy
from tests.world import at

TUESDAY = date(2026, 11, 24)  # the day after the world's now
EVERY_DAY = date(2026, 1, 1), date(2028, 1, 1)


@pytest.fixture
def free(database, clock):
    """The hours of the free slots of a day, Tuesday unless told."""

    def hours(motif, day=TUESDAY, **given):
        with database.transaction() as session:
            slots = free_slots(session, clock.now, Scope(motif, **given), day, day)
        return [f"{slot.starts_at.astimezone(PARIS):%H:%M}" for slot in slots]

    return hours


@pytest.fixture
def ask(database, clock):
    """Calls a function of availability on its own transaction."""

    def call(function, scope, *arguments):
        with database.transaction() as session:
            return function(session, clock.now, scope, *arguments)

    return call


def change(database, row, **values):
    with database.transaction() as session:
        stored = session.get(type(row), row.id)
        for name, value in values.items():
            setattr(stored, name, value)


ALL = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]


def test_an_opening_gives_its_slots_with_agent_and_place(world, ask):
    place, motif, agent = world.office()
    slots = ask(free_slots, Scope(motif), TUESDAY, TUESDAY)
    assert slots[0] == Slot(at("2026-11-24", "09:00"), agent.id, place.id)
    assert len(slots) == 6


def test_an_opening_for_another_motif_gives_none(world, free):
    world.office()
    assert free(world.motif()) == []


def test_a_monthly_opening_comes_from_the_database_as_it_was_written(world, ask):
    place, motif, agent = world.place(), world.motif(minutes=180), world.agent()
    world.opening(agent, place, motif, recurrence=Recurrence.MONTHLY, weekdays=[1], nth_week=-1, skipped=[TUESDAY])
    days = [slot.starts_at.date() for slot in ask(free_slots, Scope(motif), *EVERY_DAY)]
    assert days == [date(2026, 12, 29)]


@pytest.mark.parametrize("status", list(AppointmentStatus))
def test_an_appointment_holds_the_agents_time_unless_it_was_cancelled(world, free, status):
    _place, motif, agent = world.office(buffer_minutes=5)
    elsewhere, other = world.place(), world.motif(minutes=20, buffer_minutes=10)
    world.appointment(agent, elsewhere, other, at("2026-11-24", "09:10"), status=status)
    gone = status in {AppointmentStatus.EXCUSED, AppointmentStatus.REVOKED}
    assert free(motif)[0] == ("09:00" if gone else "09:40")


def test_an_overbooked_appointment_holds_time_too(world, free):
    place, motif, agent = world.office()
    world.appointment(agent, place, motif, at("2026-11-24", "09:00"), is_overbooked=True, overbook_reason="Urgence")
    assert free(motif) == ALL[1:]


def test_an_appointment_begun_the_day_before_holds_the_time_it_reaches_into(world, free):
    place, motif, agent = world.office()
    long = {"ends_at": at("2026-11-24", "08:00"), "busy_until": at("2026-11-24", "09:15")}
    world.appointment(agent, place, motif, at("2026-11-23", "09:30"), **long)
    assert free(motif)[0] == "09:15"


def test_no_appointment_can_be_longer_than_a_day(world):
    place, motif, agent = world.office()
    late = {"ends_at": at("2026-11-25", "09:00"), "busy_until": at("2026-11-25", "09:01")}
    with pytest.raises(IntegrityError, match="length"):
        world.appointment(agent, place, motif, at("2026-11-24", "09:00"), **late)


def test_an_absence_hides_slots_however_long_it_has_lasted(world, free):
    _, motif, agent = world.office()
    world.absence(agent, at("2025-11-24", "09:00"), at("2026-11-24", "09:40"))
    world.absence(agent, at("2026-11-24", "11:00"), at("2027-11-24", "09:30"))
    assert free(motif) == ["09:40", "10:10"]


def test_public_holidays_have_no_slots(world, free):
    _, motif, _ = world.office()
    assert free(motif, date(2026, 12, 24)) == ALL
    assert free(motif, date(2026, 12, 25)) == []


def test_an_agent_who_left_gives_no_slots(world, free):
    place, motif = world.place(), world.motif()
    world.opening(world.agent(is_active=False), place, motif)
    assert free(motif) == []


def test_a_place_closes_on_its_day_and_not_before(world, free):
    place, motif, agent = world.place(closed_on=date(2026, 11, 25)), world.motif(), world.agent()
    world.opening(agent, place, motif)
    once = {"recurrence": Recurrence.ONCE, "first_day": date(2026, 11, 25), "starts": time(14), "ends": time(15)}
    world.opening(agent, place, motif, **once)
    assert free(motif) == ALL
    assert free(motif, date(2026, 11, 25)) == []


def test_a_closed_place_does_not_keep_the_agent_from_another(world, free):
    closed, place, motif, agent = world.place(closed_on=TUESDAY), world.place(), world.motif(), world.agent()
    world.opening(agent, closed, motif, starts=time(10))
    world.opening(agent, place, motif)
    assert free(motif, place_ids=[place.id]) == ALL


def test_a_motif_closes_on_its_day_and_not_before(world, free):
    _, motif, _ = world.office(closed_on=date(2026, 11, 25))
    assert free(motif) == ALL
    assert free(motif, date(2026, 11, 25)) == []
    assert free(motif, date(2026, 11, 25), for_agent=True) == []


def test_a_motif_that_is_only_explained_or_for_agents_gives_residents_nothing(world, free, ask):
    _, explained, _ = world.office(booked_by=BookedBy.NOBODY)
    _, theirs, _ = world.office(booked_by=BookedBy.AGENTS)
    assert free(explained, for_agent=True) == free(theirs) == []
    assert free(theirs, for_agent=True) == ALL
    assert ask(next_free, Scope(theirs)) == {}
    assert ask(first_day_with_slots, Scope(theirs), TUESDAY) is None


def test_a_scope_narrows_the_answer_and_never_changes_it(world, ask):
    here, there, motif, agent = world.place(), world.place(), world.motif(minutes=40), world.agent()
    world.opening(agent, here, motif)
    world.opening(agent, there, motif, starts=time(10))
    world.opening(world.agent(), there, motif)
    every = ask(free_slots, Scope(motif), TUESDAY, date(2026, 12, 1))
    for place in (here, there):
        narrow = ask(free_slots, Scope(motif, place_ids=[place.id]), TUESDAY, date(2026, 12, 1))
        assert narrow == [slot for slot in every if slot.place_id == place.id]
    alone = ask(free_slots, Scope(motif, agent_ids=[agent.id]), TUESDAY, date(2026, 12, 1))
    assert alone == [slot for slot in every if slot.agent_id == agent.id]


def test_asking_for_no_place_or_no_agent_gives_nothing(world, ask):
    _, motif, _ = world.office()
    assert ask(free_slots, Scope(motif, place_ids=[]), *EVERY_DAY) == []
    assert ask(free_slots, Scope(motif, agent_ids=[]), *EVERY_DAY) == []


def test_an_agent_with_two_overlapping_openings_is_never_offered_twice_at_once(world, ask):
    here, there, motif, agent = world.place(), world.place(), world.motif(buffer_minutes=10), world.agent()
    world.opening(agent, here, motif)
    world.opening(agent, there, motif, starts=time(9, 45), ends=time(12, 30))
    world.opening(agent, here, motif, starts=time(11), ends=time(15))
    slots = ask(free_slots, Scope(motif), TUESDAY, TUESDAY)
    gaps = [later.starts_at - sooner.starts_at for sooner, later in itertools.pairwise(slots)]
    assert {slot.place_id for slot in slots} == {here.id, there.id}
    assert min(gaps) >= timedelta(minutes=40)


def test_notice_and_horizon_bind_residents_to_the_minute(world, clock, free):
    _, motif, _ = world.office(notice_minutes=60, horizon_days=7)
    clock.set(at("2026-11-24", "09:30"))
    assert free(motif)[0] == "10:30"
    assert free(motif, date(2026, 12, 1))[-1] == "09:30"
    clock.forward(timedelta(minutes=1))
    assert free(motif)[0] == "11:00"
    assert free(motif, date(2026, 12, 1))[-1] == "09:30"
    clock.set(at("2026-11-24", "09:29"))
    assert free(motif, date(2026, 12, 1))[-1] == "09:00"


def test_notice_and_horizon_do_not_bind_agents_but_the_past_does(world, clock, free):
    _, motif, _ = world.office(notice_minutes=60, horizon_days=7)
    clock.set(at("2026-11-24", "09:31"))
    assert free(motif, for_agent=True) == ALL[2:]
    assert free(motif, date(2027, 11, 24), for_agent=True) == ALL
    assert free(motif, date(2026, 11, 23), for_agent=True) == []


def test_days_that_no_calendar_has_slots_for_are_answered_like_others(world, ask):
    _, motif, _ = world.office()
    for scope in (Scope(motif), Scope(motif, for_agent=True)):
        assert ask(free_slots, scope, date.min, TUESDAY) != []
        assert ask(free_slots, scope, date.max, date.max) == []
        assert ask(free_slots, scope, TUESDAY, date(2026, 11, 23)) == []
        assert ask(first_day_with_slots, scope, date.max) is None


def test_the_first_free_slot_of_each_place(world, ask):
    soon, later, never, motif = world.place(), world.place(), world.place(), world.motif()
    world.opening(world.agent(), soon, motif, first_day=date(2026, 11, 26))
    world.opening(world.agent(), soon, motif, first_day=date(2026, 11, 27))
    world.opening(world.agent(), later, motif, first_day=date(2027, 1, 12), starts=time(10))
    world.opening(world.agent(), never, motif, first_day=date(2027, 6, 1))
    first = {soon.id: at("2026-11-26", "09:00"), later.id: at("2027-01-12", "10:00")}
    assert ask(next_free, Scope(motif)) == first
    assert ask(next_free, Scope(motif, place_ids=[later.id, never.id])) == {later.id: first[later.id]}
    assert ask(next_free, Scope(motif, for_agent=True))[never.id] == at("2027-06-01", "09:00")


def test_the_first_day_with_slots_from_a_day_on(world, ask):
    _place, motif, agent = world.office()
    world.absence(agent, at("2026-11-24", "00:00"), at("2026-12-24", "12:00"))
    assert ask(first_day_with_slots, Scope(motif), date(2026, 11, 1)) == date(2026, 11, 23)
    assert ask(first_day_with_slots, Scope(motif), TUESDAY) == date(2026, 12, 28)
    assert ask(first_day_with_slots, Scope(motif), date(2026, 12, 28)) == date(2026, 12, 28)
    assert ask(first_day_with_slots, Scope(motif), date(2027, 11, 1)) is None


def test_the_least_loaded_agent_of_the_day_is_chosen(world, ask):
    place, motif = world.place(), world.motif()
    busy, calm, calm_too = agents = [world.agent() for _ in range(3)]
    for agent in agents:
        world.opening(agent, place, motif)
    world.appointment(busy, world.place(), world.motif(), at("2026-11-24", "17:00"))
    world.appointment(calm, place, motif, at("2026-11-25", "17:00"))
    world.appointment(calm, place, motif, at("2026-11-24", "17:00"), status=AppointmentStatus.EXCUSED)
    ten = at("2026-11-24", "10:00")
    assert ask(free_agents, Scope(motif), place.id, ten) == [calm.id, calm_too.id, busy.id]
    assert ask(choose_agent, Scope(motif), place.id, ten) == calm.id
    assert ask(choose_agent, Scope(motif, agent_ids=[busy.id]), place.id, ten) == busy.id


def test_what_is_no_slot_has_no_agent(world, ask):
    place, motif, agent = world.office(notice_minutes=60)
    scope = Scope(motif)
    world.appointment(agent, place, motif, at("2026-11-24", "10:00"))
    for moment in (
        at("2026-11-24", "10:00"),  # taken
        at("2026-11-24", "10:10"),  # between two slots
        at("2026-11-24", "12:00"),  # after the opening
        at("2026-11-28", "09:00"),  # a Saturday
        at("2026-11-23", "09:30"),  # too soon
        at("2026-11-20", "09:00"),  # past
        at("2027-11-24", "09:00"),  # too far
        at("0001-01-02", "09:00"),
        at("9999-12-30", "09:00"),
    ):
        assert ask(choose_agent, scope, place.id, moment) is None
    nine = at("2026-11-24", "09:00")
    assert ask(choose_agent, scope, place.id, nine) == agent.id
    assert ask(choose_agent, scope, world.place().id, nine) is None
    assert ask(choose_agent, replace(scope, place_ids=[place.id + 1]), place.id, nine) is None


def test_an_appointment_being_moved_does_not_stand_in_its_own_way(world, free, ask):
    place, motif, agent = world.office(minutes=60)
    moved = world.appointment(agent, place, motif, at("2026-11-24", "09:30"))
    assert free(motif) == ["10:30"]
    assert free(motif, ignoring=moved.id) == ["09:00", "10:00", "11:00"]
    other = world.agent()
    world.opening(other, place, motif)
    scope = Scope(motif, ignoring=moved.id)
    assert ask(choose_agent, scope, place.id, at("2026-11-24", "10:00")) == agent.id


def test_every_view_and_the_confirmation_agree_on_a_crowded_world(world, clock, ask):
    """A slot displayed is a slot accepted: by the list, the week, the choice of an agent and the constraint."""
    dice = random.Random(62)  # noqa: S311 - a repeatable world
    motif, other = world.motif(minutes=25, buffer_minutes=10, horizon_days=21), world.motif(minutes=15)
    places = [world.place() for _ in range(3)]
    agents = [world.agent() for _ in range(4)]
    for agent in agents:
        for _ in range(3):
            starts, hours = dice.randint(8, 15), dice.randint(1, 4)
            days = dice.sample(range(7), 3)
            world.opening(
                agent, dice.choice(places), motif, starts=time(starts), ends=time(starts + hours), weekdays=days
            )
        begins = at("2026-11-25", "08:00") + timedelta(hours=dice.randint(0, 200))
        world.absence(agent, begins, begins + timedelta(hours=9))
        for day in range(1, 20):
            start = at("2026-11-23", "08:00") + timedelta(days=day, minutes=5 * dice.randint(0, 100))
            world.appointment(agent, places[0], other, start)
    scope, days = Scope(motif), (clock.now.date(), clock.now.date() + timedelta(days=30))
    slots = ask(free_slots, scope, *days)
    assert ask(next_free, scope) == {
        place.id: min(slot.starts_at for slot in slots if slot.place_id == place.id) for place in places
    }
    assert ask(first_day_with_slots, scope, days[0]) == slots[0].starts_at.date()
    for slot in dice.sample(slots, 40):
        assert slot.agent_id in ask(free_agents, scope, slot.place_id, slot.starts_at)
    for slot in slots:  # all of them, one after the other: none may be refused by the constraint
        place = next(place for place in places if place.id == slot.place_id)
        world.appointment(next(a for a in agents if a.id == slot.agent_id), place, motif, slot.starts_at)
    assert ask(free_slots, scope, *days) == []


def test_the_same_hour_of_two_agents_is_shown_once(world, ask):
    place, motif = world.place(), world.motif()
    for _ in range(2):
        world.opening(world.agent(), place, motif)
    slots = ask(free_slots, Scope(motif), TUESDAY, TUESDAY)
    assert len(slots) == 12
    assert len(merged(slots)) == 6


def test_a_list_of_many_places_takes_few_statements(world, database, clock):
    motif = world.motif()
    for _ in range(12):
        world.opening(world.agent(), world.place(), motif, first_day=date(2026, 12, 24))
    said = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with database.transaction() as session:
            assert len(next_free(session, clock.now, Scope(motif))) == 12
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert len(said) <= 1 + 3  # openings once; busy times for each look


@pytest.mark.parametrize(
    "wrong",
    [
        {"recurrence": Recurrence.MONTHLY},
        {"weekdays": []},
        {"weekdays": [7]},
        {"interval_weeks": 0},
        {"nth_week": 5},
        {"ends": time(9)},
        {"last_day": date(2026, 1, 4)},
    ],
)
def test_the_database_refuses_an_opening_that_means_nothing(world, wrong):
    with pytest.raises(IntegrityError):
        world.opening(world.agent(), world.place(), world.motif(), **wrong)
