"""Many who want the same hour at the same instant: one has it, the others are refused cleanly."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from portal.booking.availability import Scope
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.queries import appointment, nearest_slots
from portal.booking.rules import BookingRefusal
from portal.people.contacts import Contact
from portal.people.models import Person
from portal.people.rules import Identity
from tests.booking.desk import LATER, START, asked, confirm, count, give_up, messages, people, shift
from tests.together import at_once
from tests.world import at

CROWD = 12


def someone(number: int, place, motif, **given):
    return asked(
        place,
        motif,
        booker=Identity("Essai", "Alix", date(1970, 1, 1) + timedelta(days=number)),
        contact=Contact(mobile=f"+336399801{number:02}"),
        **given,
    )


def test_one_of_a_crowd_has_the_hour_and_the_others_are_refused(database, clock, world) -> None:
    place, motif, _ = world.office()
    crowd = [someone(number, place, motif) for number in range(CROWD)]
    came_to = at_once(*(lambda request=request: confirm(database, clock.now, request) for request in crowd))
    assert came_to == {"done": 1, BookingRefusal.SLOT_TAKEN: CROWD - 1}
    assert (count(database, Appointment), count(database, Person), len(messages(database))) == (1, 1, 2)


def test_a_crowd_shares_the_agents_who_are_free(database, clock, world) -> None:
    place, motif, _ = world.office()
    for _ in range(3):
        world.opening(world.agent(), place, motif)
    crowd = [someone(number, place, motif) for number in range(CROWD)]
    came_to = at_once(*(lambda request=request: confirm(database, clock.now, request) for request in crowd))
    assert came_to == {"done": 4, BookingRefusal.SLOT_TAKEN: CROWD - 4}


def test_hours_that_overlap_at_two_places_are_not_both_taken(database, clock, world) -> None:
    here, short, agent = world.office()
    there, long = world.place(), world.motif(minutes=60)
    world.opening(agent, there, long, starts=at("2026-11-26", "08:30").astimezone().time())
    acts = [someone(number, here, short) for number in range(4)]
    acts += [someone(number + 50, there, long, starts_at=at("2026-11-26", "08:30")) for number in range(4)]
    at_once(*(lambda request=request: confirm(database, clock.now, request) for request in acts))
    assert count(database, Appointment) == 1


def test_a_form_pressed_many_times_makes_one_appointment(database, clock, world) -> None:
    place, motif, _ = world.office()
    world.opening(world.agent(), place, motif)
    request = asked(place, motif)
    assert at_once(*[lambda: confirm(database, clock.now, request)] * 8) == {"done": 8}
    assert (count(database, Appointment), len(people(database)), len(messages(database))) == (1, 1, 2)


def test_the_same_person_at_two_screens_has_one_file_and_one_double(database, clock, world) -> None:
    place, motif, _ = world.office()
    request = asked(place, motif)
    other = replace(request, key=uuid4(), starts_at=LATER)
    assert at_once(lambda: confirm(database, clock.now, request), lambda: confirm(database, clock.now, other)) == {
        "done": 2
    }
    assert [person.maybe_double for person in people(database)] == [False, True]


def test_two_who_move_to_the_same_hour_do_not_both_get_it(database, clock, world) -> None:
    place, motif, agent = world.office()
    first = world.appointment(agent, place, motif, START)
    second = world.appointment(agent, place, motif, at("2026-11-26", "09:30"))
    came_to = at_once(
        lambda: shift(database, clock.now, first.id, LATER), lambda: shift(database, clock.now, second.id, LATER)
    )
    assert came_to == {"done": 1, BookingRefusal.SLOT_TAKEN: 1}


def test_two_who_want_each_other_s_hour_both_keep_theirs(database, clock, world) -> None:
    place, motif, agent = world.office()
    first = world.appointment(agent, place, motif, START)
    second = world.appointment(agent, place, motif, LATER)
    came_to = at_once(
        lambda: shift(database, clock.now, first.id, LATER), lambda: shift(database, clock.now, second.id, START)
    )
    assert came_to == {BookingRefusal.SLOT_TAKEN: 2}


def test_cancelling_from_two_windows_cancels_once(database, clock, world) -> None:
    place, motif, _ = world.office()
    made = confirm(database, clock.now, asked(place, motif))
    assert at_once(*[lambda: give_up(database, clock.now, made.id)] * 6) == {"done": 6}
    with database.transaction() as session:
        left = appointment(session, made.id)
    assert left is not None
    assert (left.status, left.sequence, len(messages(database))) == (AppointmentStatus.EXCUSED, 1, 3)


def test_moving_and_cancelling_at_once_ends_in_one_state(database, clock, world) -> None:
    place, motif, _ = world.office()
    made = confirm(database, clock.now, asked(place, motif))
    came_to = at_once(lambda: shift(database, clock.now, made.id, LATER), lambda: give_up(database, clock.now, made.id))
    assert came_to in ({"done": 2}, {"done": 1, BookingRefusal.ALREADY_CANCELLED: 1})
    with database.transaction() as session:
        left = appointment(session, made.id)
    assert left is not None
    assert left.status is AppointmentStatus.EXCUSED


def test_the_loser_is_offered_the_nearest_hours(database, clock, world) -> None:
    place, motif, agent = world.office()
    world.appointment(agent, place, motif, LATER)
    with database.transaction() as session:
        scope = Scope(session.merge(motif), place_ids=[place.id])
        slots = nearest_slots(session, clock.now, scope, LATER, count=3)
    assert [slot.starts_at for slot in slots] == [
        at("2026-11-26", "09:30"),
        at("2026-11-26", "10:00"),
        at("2026-11-26", "11:00"),
    ]
