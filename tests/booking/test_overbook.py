"""A time that no slot gives, taken all the same: by who has the right, with a reason, and seen by everybody."""

from datetime import date, timedelta

import pytest

from portal.booking.availability import Scope, free_slots
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import BookingRefusal
from portal.clock import paris_day
from portal.directory.models import BookedBy, Place
from portal.directory.models_settings import DayException
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from tests.booking.desk import (
    LATER,
    START,
    alive,
    asked,
    confirm,
    count,
    journal,
    messages,
    refused,
    shift,
)
from tests.booking.test_races import at_once, someone
from tests.reading import refusal
from tests.world import at

WHY = "Sortie de maternité demain"
EARLY = at("2026-11-26", "07:30")  # before every opening
HOLIDAY = at("2026-12-25", "09:00")


@pytest.fixture
def office(world):
    """A place, a motif and the agent who receives."""
    return world.office()


@pytest.fixture
def by(world, office):
    """Who may overbook at this place."""
    welcome = world.agent("courrier")
    world.assignment(welcome, "accueil", office[0], may_overbook=True)
    return Actor.agent(welcome.id)


def over(office, **given):
    return asked(office[0], office[1], **{"overbook": WHY} | given)


def test_an_agent_chosen_receives_or_the_booking_is_refused(database, clock, world) -> None:
    place, motif, first = world.office()
    second = world.agent()
    world.opening(second, place, motif)
    world.assignment(first, "accueil")
    hand = Actor.agent(first.id)
    assert confirm(database, clock.now, asked(place, motif, agent_id=second.id), hand).agent_id == second.id
    again = someone(1, place, motif, agent_id=second.id)
    assert refused(database, clock.now, again, hand) is BookingRefusal.AGENT_TAKEN
    assert confirm(database, clock.now, someone(1, place, motif), hand).agent_id == first.id
    assert refused(database, clock.now, someone(2, place, motif), hand) is BookingRefusal.SLOT_TAKEN


@pytest.mark.parametrize("starts_at", [START, EARLY, HOLIDAY, at("2026-11-28", "10:00")])
def test_over_another_outside_an_opening_or_on_a_closed_day(database, clock, world, office, by, starts_at) -> None:
    place, motif, agent = office
    world.appointment(agent, place, motif, START)
    made = confirm(database, clock.now, over(office, starts_at=starts_at, overbook=f"  {WHY} "), by)
    assert (made.agent_id, made.starts_at, made.is_overbooked, made.overbook_reason) == (agent.id, starts_at, True, WHY)
    verbs = [line.verb for line in journal(database)]
    assert verbs == ["appointment.booked", "appointment.overbooked"]
    assert all(WHY not in str(message.context) for message in messages(database))


def test_a_free_slot_is_not_overbooked_whatever_was_written(database, clock, world, office) -> None:
    by = Actor.agent(world.agent("accueil").id)
    made = confirm(database, clock.now, over(office, overbook=""), by)
    assert (made.is_overbooked, made.overbook_reason) == (False, None)
    assert [line.verb for line in journal(database)] == ["appointment.booked"]


def test_without_the_right_or_a_reason_nothing_is_overbooked(database, clock, world, office, by) -> None:
    place, motif, _ = office
    early = over(office, starts_at=EARLY)
    for other in (Actor.agent(world.agent("accueil").id), Actor.person(world.person().id)):
        assert refused(database, clock.now, early, other) is BookingRefusal.NO_RIGHT_TO_OVERBOOK
    for reason in ("ok", "  a  ", "x" * 201):
        written = over(office, starts_at=EARLY, overbook=reason)
        assert refused(database, clock.now, written, by) is BookingRefusal.NO_REASON
    assert refused(database, clock.now, asked(place, motif, starts_at=EARLY), by) is BookingRefusal.SLOT_TAKEN


def test_never_in_the_past_where_it_is_closed_nor_where_nobody_receives(database, clock, world) -> None:
    place, motif, _ = office = world.office()
    world.assignment(world.agent(), "accueil")
    boss = world.agent("courrier")
    world.assignment(boss, "accueil", may_overbook=True)
    hand = Actor.agent(boss.id)

    def reason(**given):
        return refused(database, clock.now, over(office, **given), hand)

    assert reason(starts_at=at("2026-11-23", "08:00")) is BookingRefusal.PAST
    assert reason(starts_at=at("2029-11-26", "07:30")) is BookingRefusal.SLOT_TAKEN
    assert reason(starts_at=EARLY, place_id=world.place().id) is BookingRefusal.NOT_BOOKABLE
    closing = world.place(closed_on=paris_day(START))
    assert reason(place_id=closing.id) is BookingRefusal.CLOSED
    explained = world.motif(booked_by=BookedBy.NOBODY)
    assert reason(motif_id=explained.id) is BookingRefusal.NOT_BOOKABLE
    assert (place.closed_on, motif.closed_on) == (None, None)


def test_who_is_absent_gone_or_receives_for_others_is_not_overbooked(database, clock, world, office, by) -> None:
    place, motif, agent = office
    gone, stranger = world.agent(is_active=False), world.agent()
    world.opening(gone, place, motif)
    world.opening(stranger, place, world.motif())
    for other in (gone, stranger):
        request = over(office, starts_at=EARLY, agent_id=other.id)
        assert refused(database, clock.now, request, by) is BookingRefusal.AGENT_TAKEN
    world.absence(agent, EARLY - timedelta(hours=1), EARLY + timedelta(minutes=1))
    assert refused(database, clock.now, over(office, starts_at=EARLY), by) is BookingRefusal.AGENT_TAKEN


def test_the_least_loaded_of_the_place_or_the_one_asked_for_even_if_they_receive_elsewhere(
    database, clock, world, office, by
) -> None:
    place, motif, busy = office
    calm, away = world.agent(), world.agent()
    world.opening(calm, place, motif)
    world.opening(away, world.place(), motif)
    world.appointment(busy, place, motif, LATER)
    assert confirm(database, clock.now, over(office, starts_at=EARLY), by).agent_id == calm.id
    request = someone(1, place, motif, starts_at=EARLY, overbook=WHY, agent_id=away.id)
    assert confirm(database, clock.now, request, by).agent_id == away.id


def test_a_motif_of_the_referent_is_overbooked_with_the_referent_alone(database, clock, world) -> None:
    place, motif, referent = world.office(with_referent=True)
    other, person, boss = world.agent(), world.person(), world.agent("courrier")
    world.opening(other, place, motif)
    world.referent(person, referent)
    world.assignment(boss, "accueil", may_overbook=True)
    hand, known = Actor.agent(boss.id), {"person_id": person.id, "starts_at": EARLY, "overbook": WHY}
    assert refused(database, clock.now, asked(place, motif, **known, agent_id=other.id), hand) is (
        BookingRefusal.AGENT_TAKEN
    )
    assert confirm(database, clock.now, asked(place, motif, **known), hand).agent_id == referent.id


def test_the_limit_is_the_person_s_and_stays(database, clock, world, office, by) -> None:
    place, motif, agent = office
    person = world.person()
    world.appointment(agent, place, motif, LATER, person)
    request = over(office, starts_at=EARLY, person_id=person.id)
    assert refused(database, clock.now, request, by) is BookingRefusal.LIMIT_REACHED


def test_an_overbooked_time_is_nobody_s_slot(database, clock, office, by) -> None:
    place, motif, _ = office
    confirm(database, clock.now, over(office, starts_at=at("2026-11-26", "09:10")), by)
    with database.transaction() as session:
        slots = free_slots(session, clock.now, Scope(session.merge(motif)), paris_day(START), paris_day(START))
    assert slots[0].starts_at == at("2026-11-26", "09:40")
    assert refused(database, clock.now, asked(place, motif)) is BookingRefusal.SLOT_TAKEN


def test_an_appointment_is_moved_over_another_then_back_to_a_free_hour(database, clock, world, office, by) -> None:
    place, motif, agent = office
    world.appointment(agent, place, motif, LATER)
    made = confirm(database, clock.now, asked(place, motif))
    welcome = Actor.agent(world.agent("accueil").id)
    moved = shift(database, clock.now, made.id, LATER, by=by, overbook=WHY)
    assert (moved.is_overbooked, moved.overbook_reason, moved.agent_id) == (True, WHY, agent.id)
    assert [line.verb for line in journal(database)][1:] == ["appointment.moved", "appointment.overbooked"]
    back = shift(database, clock.now, made.id, START, by=welcome)
    assert (back.is_overbooked, back.overbook_reason, back.status) == (False, None, AppointmentStatus.BOOKED)


@pytest.mark.parametrize("starts_at", [EARLY, HOLIDAY, at("2026-11-27", "09:00")])
def test_an_appointment_is_moved_to_an_hour_without_a_slot_and_the_person_is_told(
    database, clock, office, by, starts_at
) -> None:
    place, motif, agent = office
    with database.transaction() as session:
        session.add(DayException(day=date(2026, 11, 27), place_id=place.id, is_open=False, label="Travaux"))
    made = confirm(database, clock.now, asked(place, motif))
    moved = shift(database, clock.now, made.id, starts_at, by=by, overbook=f" {WHY} ", sequence=0)
    assert (moved.starts_at, moved.agent_id, moved.sequence) == (starts_at, agent.id, 1)
    assert (moved.is_overbooked, moved.overbook_reason) == (True, WHY)
    assert [line.verb for line in journal(database)][1:] == ["appointment.moved", "appointment.overbooked"]
    assert "appointment_moved" in {kind for kind, _route, _person in alive(database)}
    assert all(WHY not in str(message.context) for message in messages(database))
    again = shift(database, clock.now, made.id, starts_at, by=by, overbook=WHY, sequence=0)  # pressed twice
    assert (again.sequence, count(database, JournalLine)) == (1, 3)


def test_a_move_without_a_slot_asks_for_the_right_and_a_reason(database, clock, world, office, by) -> None:
    place, motif, agent = office
    made = confirm(database, clock.now, asked(place, motif))
    strangers = [Actor.agent(world.agent("accueil").id), Actor.agent(agent.id)]
    stays = journal(database)

    def reason(who=by, starts_at=EARLY, **given):
        why = {"overbook": WHY} | given
        return refusal(shift, database, clock.now, made.id, starts_at, by=who, **why)

    for other in strangers:
        assert reason(other) is BookingRefusal.NO_RIGHT_TO_OVERBOOK
    for words in ("", "ok", "  a  ", "x" * 201):
        assert reason(overbook=words) is BookingRefusal.NO_REASON
    assert reason(overbook=None) is BookingRefusal.SLOT_TAKEN
    assert reason(starts_at=at("2026-11-23", "08:00")) is BookingRefusal.PAST
    elsewhere = world.place()
    assert reason(place_id=elsewhere.id) is BookingRefusal.NOT_YOUR_SERVICE
    assert reason(agent_id=world.agent().id) is BookingRefusal.AGENT_TAKEN
    assert reason(sequence=3) is BookingRefusal.CHANGED
    world.absence(agent, EARLY - timedelta(hours=1), EARLY + timedelta(minutes=1))
    assert reason() is BookingRefusal.AGENT_TAKEN
    with database.transaction() as session:
        session.get_one(Place, place.id).closed_on = paris_day(EARLY)
    assert reason() is BookingRefusal.CLOSED
    assert len(journal(database)) == len(stays)


def test_beside_a_booking_at_the_same_instant_both_are_made_and_one_is_overbooked(database, clock, office, by) -> None:
    place, motif, agent = office
    acts = [
        lambda: confirm(database, clock.now, someone(1, place, motif)),
        lambda: confirm(database, clock.now, someone(2, place, motif, overbook=WHY, agent_id=agent.id), by),
    ]
    came_to = at_once(*acts)
    taken = came_to[BookingRefusal.SLOT_TAKEN]  # the resident came second: the hour was gone, rightly
    assert came_to["done"] == 2 - taken
    assert taken in {0, 1}


def test_two_agents_who_want_the_same_agent_s_hour_do_not_both_get_it(database, clock, world, office) -> None:
    place, motif, agent = office
    hands = [Actor.agent(world.agent("accueil").id) for _ in range(4)]
    came_to = at_once(
        *(
            lambda number=number, hand=hand: confirm(
                database, clock.now, someone(number, place, motif, agent_id=agent.id), hand
            )
            for number, hand in enumerate(hands)
        )
    )
    assert came_to == {"done": 1, BookingRefusal.AGENT_TAKEN: 3}
    assert count(database, Appointment) == 1
