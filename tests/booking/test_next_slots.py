"""The next free slots over many places and agents, soonest first."""

from datetime import date, time, timedelta

import pytest

from portal.booking.availability import Scope, free_slots
from portal.booking.next_slots import next_slots
from portal.clock import paris_day
from portal.directory.models import BookedBy
from tests.world import at


@pytest.fixture
def found(database, clock):
    """The next slots of a motif for staff."""

    def found(motif, *, after=None, count=30, **given):
        with database.transaction() as session:
            scope = Scope(session.merge(motif), **{"for_agent": True} | given)
            return next_slots(session, clock.now, scope, after=after, count=count)

    return found


@pytest.fixture
def town(world):
    """Three places, and an agent who goes to two of them."""
    motif, places, agents = world.motif(), [world.place() for _ in range(3)], [world.agent() for _ in range(3)]
    world.opening(agents[0], places[0], motif)
    world.opening(agents[1], places[1], motif, starts=time(9, 15))
    world.opening(agents[2], places[2], motif, weekdays=[1])
    world.opening(agents[2], places[0], motif, weekdays=[2])
    return motif, places, agents


def test_the_soonest_come_first_one_line_for_each_agent_wherever_they_are(found, town) -> None:
    motif, places, agents = town
    slots = found(motif, count=9)
    assert slots[0] == (at("2026-11-23", "09:15"), agents[1].id, places[1].id)
    assert slots[1] == (at("2026-11-23", "09:30"), agents[0].id, places[0].id)
    assert slots == sorted(slots)


def test_they_are_those_of_the_calendar_whatever_is_asked_for(found, town, database, clock) -> None:
    motif, places, agents = town
    for given in ({}, {"place_ids": [places[0].id, places[2].id]}, {"agent_ids": [agents[2].id]}, {"for_agent": False}):
        with database.transaction() as session:
            scope = Scope(session.merge(motif), **{"for_agent": True} | given)
            every = free_slots(session, clock.now, scope, paris_day(clock.now), date(2027, 3, 31))
        assert found(motif, count=60, **given)[:60] == every[:60]


def test_the_last_hour_is_whole_and_gives_the_next_page(found, town) -> None:
    motif, _, agents = town
    page = found(motif, after=at("2026-11-24", "08:00"), count=1)
    nine = at("2026-11-24", "09:00")
    assert [(slot.starts_at, slot.agent_id) for slot in page] == [(nine, agents[0].id), (nine, agents[2].id)]
    following = found(motif, after=nine, count=1)
    assert [slot.starts_at for slot in following] == [at("2026-11-24", "09:15")]
    pages, after = [], None
    while len(pages) < 50:
        page = found(motif, after=after, count=7)
        pages += page
        after = page[-1].starts_at
    assert pages == found(motif, count=len(pages))


def test_what_is_far_is_found_and_what_is_too_far_is_not(found, world) -> None:
    place, motif = world.place(), world.motif()
    world.opening(world.agent(), place, motif, first_day=date(2028, 3, 1), last_day=date(2028, 3, 31), weekdays=[2])
    assert len(found(motif)) == 30
    assert found(motif, for_agent=False) == []
    assert found(motif, after=at("2029-01-01", "09:00")) == []
    assert found(motif, after=at("2028-03-31", "09:00")) == []


def test_a_motif_that_nobody_books_or_receives_has_none(found, world) -> None:
    world.office()
    assert found(world.motif()) == []
    assert found(world.motif(booked_by=BookedBy.NOBODY)) == []


def test_many_agents_are_looked_at_week_by_week(found, world, clock) -> None:
    place, motif = world.place(), world.motif()
    for _ in range(22):
        world.opening(world.agent(), place, motif, first_day=clock.now.date() + timedelta(days=10))
    slots = found(motif, count=44)
    assert len({slot.agent_id for slot in slots}) == 22
    assert len(slots) == 44
