"""What agents change: who cancels and why, another place, another agent; and the second of two sees the first."""

from datetime import time, timedelta

import pytest

from portal.booking.models import AppointmentStatus, CancelReason
from portal.booking.models_waiting import Wish, WishEnd
from portal.booking.queries import appointment, colleagues, proposals
from portal.booking.rules import BookingRefusal
from portal.clock import paris_day
from portal.directory.models import BookedBy, Mode, Motif, Place
from portal.directory.models_settings import DayException
from portal.journal.services import Actor
from portal.notifications.models import Route, Status
from portal.notifications.render import email, task
from tests.booking.desk import (
    LATER,
    START,
    alive,
    asked,
    confirm,
    give,
    give_up,
    journal,
    messages,
    shift,
)
from tests.booking.test_races import at_once, someone
from tests.reading import refusal
from tests.world import at

CHANGED = BookingRefusal.CHANGED


@pytest.fixture
def by(world):
    """Someone at a welcome desk."""
    return Actor.agent(world.agent("accueil").id)


@pytest.fixture
def made(database, clock, world):
    """Booked online by Dominique, at nine on Thursday."""
    place, motif, _ = world.office()
    return confirm(database, clock.now, asked(place, motif))


@pytest.fixture
def whole(database):
    """An appointment as it is now, with what `question` answers about it."""

    def whole(number, question=lambda _session, found: found):
        with database.transaction() as session:
            return question(session, appointment(session, number))

    return whole


def last(database, kind="appointment_cancelled"):
    return [one for one in messages(database) if one.status is Status.WAITING and one.kind == kind][-1]


# Cancelling


def test_an_agent_notes_that_the_person_cancels(database, clock, made, by) -> None:
    gone = give_up(database, clock.now, made.id, by=by, by_person=True, sequence=0)
    assert (gone.status, gone.cancel_reason) == (AppointmentStatus.EXCUSED, CancelReason.PERSON_ASKED)
    assert last(database).context["cancelled_by"] == "person"
    assert give_up(database, clock.now, made.id, by=by, by_person=True, sequence=0).sequence == 1  # pressed twice


def test_the_service_cancels_with_its_reason(database, clock, made, by) -> None:
    gone = give_up(database, clock.now, made.id, by=by, reason=CancelReason.AGENT_AWAY)
    assert (gone.status, gone.cancel_reason) == (AppointmentStatus.REVOKED, CancelReason.AGENT_AWAY)
    assert last(database).context["cancelled_by"] == "service"


def test_a_person_gives_no_reason(database, clock, made) -> None:
    gone = give_up(database, clock.now, made.id)
    assert (gone.status, gone.cancel_reason) == (AppointmentStatus.EXCUSED, None)


def test_who_did_not_see_a_change_is_told_and_changes_nothing(database, clock, world, made, by) -> None:
    shift(database, clock.now, made.id, LATER, by=by, sequence=0)
    other = world.agent()
    world.opening(other, made.place, made.motif)
    sent = len(messages(database))
    assert refusal(shift, database, clock.now, made.id, START, by=by, sequence=0) is CHANGED
    assert refusal(give, database, clock.now, made.id, other, by, sequence=0) is CHANGED
    assert refusal(give_up, database, clock.now, made.id, by=by, sequence=0) is CHANGED
    assert len(messages(database)) == sent
    give_up(database, clock.now, made.id, by=by, reason=CancelReason.MISTAKE, sequence=1)
    assert refusal(give_up, database, clock.now, made.id, by=by, by_person=True, sequence=1) is CHANGED
    assert give_up(database, clock.now, made.id, by=by).cancel_reason is CancelReason.MISTAKE


def test_moving_to_where_it_already_is_changes_nothing_even_pressed_twice(database, clock, made, by) -> None:
    shift(database, clock.now, made.id, LATER, by=by, sequence=0)
    again = shift(
        database, clock.now, made.id, LATER, by=by, sequence=0, place_id=made.place_id, agent_id=made.agent_id
    )
    assert again.sequence == 1


# Another place


def moved_elsewhere(database, clock, world, made, by, starts_at=START, **given):
    there, other = world.place(name="Maison d'Essai"), world.agent()
    world.opening(other, there, made.motif)
    return shift(database, clock.now, made.id, starts_at, by=by, place_id=there.id, **given)


def test_it_moves_to_another_place_at_the_same_hour_and_the_person_is_told(database, clock, world, made, by) -> None:
    moved = moved_elsewhere(database, clock, world, made, by)
    assert (moved.place.name, moved.starts_at, moved.agent_id) != (made.place.name, made.starts_at, made.agent_id)
    told = last(database, "appointment_moved")
    assert (told.context["place_name"], told.context["old_place"]) == ("Maison d'Essai", made.place.name)
    assert told.context["old_starts_at"] is None
    for words in (email(told.kind, told.context).text, task(told.kind, told.context, Route.CALL)):
        assert "Votre rendez-vous a un nouveau lieu." in words
        assert made.place.name in words
        assert "Il n'a plus lieu le" not in words


def test_it_moves_to_another_place_and_hour(database, clock, world, made, by) -> None:
    moved_elsewhere(database, clock, world, made, by, LATER)
    told = last(database, "appointment_moved")
    words = email(told.kind, told.context)
    assert "Votre rendez-vous a une nouvelle date et un nouveau lieu." in words.text
    assert (
        "<h1>Votre rendez-vous a une nouvelle date et un nouveau lieu</h1>" in words.html
        or "nouveau lieu" in words.html
    )


def test_a_discreet_person_reads_no_place(database, clock, world, by) -> None:
    place, motif, agent = world.office()
    person = world.person(wants_discretion=True)
    made = world.appointment(agent, place, motif, START, person)
    there, other = world.place(), world.agent()
    world.opening(other, there, motif)
    assert shift(database, clock.now, made.id, START, by=by, place_id=there.id).place_id == there.id
    told = last(database, "appointment_moved")
    assert told.context["old_place"] == ""
    assert place.name not in email(told.kind, told.context).text


def test_another_place_of_a_phone_call_is_told_to_nobody(database, clock, world, by) -> None:
    place, motif, _ = world.office(mode=Mode.PHONE)
    made = confirm(database, clock.now, asked(place, motif))
    before = alive(database)
    assert moved_elsewhere(database, clock, world, made, by).sequence == 1
    assert alive(database) == before


def test_a_place_that_does_not_exist_or_is_closed_is_no_place_to_go(database, clock, world, made, by) -> None:
    def reason(place_id):
        return refusal(shift, database, clock.now, made.id, START, by=by, place_id=place_id)

    assert reason(9999) is BookingRefusal.NOT_BOOKABLE
    assert reason(world.place(closed_on=START.date()).id) is BookingRefusal.CLOSED
    assert reason(world.place().id) is BookingRefusal.SLOT_TAKEN


# Another agent


def test_it_is_handed_over_at_any_minute_and_nobody_is_told(database, clock, world, made, by) -> None:
    other, person_id = world.agent(), made.participations[0].person_id
    world.opening(other, made.place, made.motif, starts=time(8, 45))
    before = alive(database)
    given = give(database, clock.now, made.id, other, by, sequence=0)
    assert (given.agent_id, given.starts_at, given.sequence) == (other.id, START, 1)
    assert alive(database) == before
    line = journal(database)[-1]
    assert (line.verb, line.object_id, line.for_person_id) == ("appointment.handed_over", made.id, person_id)
    assert give(database, clock.now, made.id, other, by, sequence=0).sequence == 1  # pressed twice


def test_only_who_receives_there_then_and_is_free_takes_it_over(database, clock, world, whole, made, by) -> None:
    place, motif = made.place, made.motif
    names = ["Absent", "Ailleurs", "Libre", "Occupé", "Parti", "Plus tard", "Autre motif"]
    agents = {name: world.agent(family_name=name, is_active=name != "Parti") for name in names}
    for name in ("Absent", "Libre", "Occupé", "Parti"):
        world.opening(agents[name], place, motif)
    world.opening(agents["Ailleurs"], world.place(), motif)
    world.opening(agents["Plus tard"], place, motif, starts=time(9, 15))
    world.opening(agents["Autre motif"], place, world.motif())
    world.absence(agents["Absent"], START + timedelta(minutes=20), START + timedelta(hours=1))
    world.appointment(agents["Occupé"], place, motif, START)
    assert [agent.family_name for agent in whole(made.id, colleagues)] == ["Libre"]
    for name in set(names) - {"Libre"}:
        assert refusal(give, database, clock.now, made.id, agents[name], by) is BookingRefusal.AGENT_TAKEN
    assert give(database, clock.now, made.id, agents["Libre"], by).agent_id == agents["Libre"].id


@pytest.mark.parametrize("closed", ["place", "motif", "day", "holiday"])
def test_where_it_is_closed_that_day_nobody_takes_it_over(database, clock, world, by, closed) -> None:
    place, motif, agent = world.office()
    other = world.agent()
    world.opening(other, place, motif)
    made = world.appointment(agent, place, motif, at("2026-12-25", "09:00") if closed == "holiday" else START)
    with database.transaction() as session:
        day = paris_day(START)
        if closed == "day":
            session.add(DayException(day=day, place_id=place.id, is_open=False, label="Travaux"))
        if closed in {"place", "motif"}:
            session.get_one(
                Place if closed == "place" else Motif, (place if closed == "place" else motif).id
            ).closed_on = day
    assert refusal(give, database, clock.now, made.id, other, by) is BookingRefusal.CLOSED
    if closed == "holiday":  # open all the same, at this place
        with database.transaction() as session:
            session.add(DayException(day=paris_day(made.starts_at), place_id=place.id, is_open=True, label="Ouvert"))
        assert give(database, clock.now, made.id, other, by).agent_id == other.id


def test_an_overbooked_appointment_handed_over_is_so_no_more(database, clock, world, by) -> None:
    place, motif, agent = world.office()
    other = world.agent()
    world.opening(other, place, motif)
    made = world.appointment(agent, place, motif, START, is_overbooked=True, overbook_reason="Urgence")
    given = give(database, clock.now, made.id, other, by)
    assert (given.is_overbooked, given.overbook_reason) == (False, None)


def test_what_is_past_cancelled_or_a_seat_is_not_handed_over(database, clock, world, by) -> None:
    place, motif, agent = world.office()
    other = world.agent()
    world.opening(other, place, motif)
    session = world.workshop(agent, place, motif, LATER)
    seat = world.appointment(agent, place, motif, LATER, workshop_id=session.id)
    gone = world.appointment(agent, place, motif, START, status=AppointmentStatus.REVOKED)
    for number in (seat.id, session.appointment_id):
        assert refusal(give, database, clock.now, number, other, by) is BookingRefusal.NOT_BOOKABLE
        assert refusal(shift, database, clock.now, number, START, by=by) is BookingRefusal.NOT_BOOKABLE
    assert refusal(give, database, clock.now, gone.id, agent, by) is BookingRefusal.ALREADY_CANCELLED
    assert refusal(give_up, database, clock.now, session.appointment_id, by=by) is BookingRefusal.NOT_BOOKABLE


# What is proposed instead


def test_other_hours_are_proposed_at_the_same_place_then_at_those_of_its_mds(clock, world, whole) -> None:
    place, motif, agent = world.office(minutes=60, booked_by=BookedBy.AGENTS)
    beside, other = world.place(), world.agent()
    world.opening(other, beside, motif)
    made = world.appointment(agent, place, motif, at("2026-11-26", "10:00"))
    world.absence(agent, at("2026-11-27", "00:00"), at("2027-01-27", "00:00"))
    world.absence(agent, at("2026-11-23", "00:00"), at("2026-11-26", "09:00"))

    def found(count):
        return whole(made.id, lambda session, held: proposals(session, clock.now, held, count=count))

    here = [(at("2026-11-26", hour), place.id) for hour in ("09:00", "11:00")]
    assert [slot[::2] for slot in found(2)] == here
    there = [(at("2026-11-26", hour), beside.id) for hour in ("09:00", "10:00", "11:00")]
    assert [slot[::2] for slot in found(5)] == here + there


def test_what_was_before_today_is_not_proposed_and_the_referent_s_are_theirs(clock, world, whole) -> None:
    place, motif, referent = world.office(with_referent=True)
    world.opening(world.agent(), place, motif)
    person = world.person()
    world.referent(person, referent)
    made = world.appointment(referent, place, motif, at("2026-11-20", "09:00"), person)
    slots = whole(made.id, lambda session, held: proposals(session, clock.now, held))
    assert len(slots) == 6
    assert min(slot.starts_at for slot in slots) > clock.now
    assert {slot.agent_id for slot in slots} == {referent.id}


# What an appointment answers, and races


def test_an_appointment_answers_the_wish_of_its_person(database, clock, world, by) -> None:
    place, motif, _ = world.office()
    person = world.person()
    wish, other = world.wish(person, motif, place), world.wish(person, world.motif())
    made = confirm(database, clock.now, asked(place, motif, person_id=person.id), by)
    with database.transaction() as session:
        ended, waiting = session.get_one(Wish, wish.id), session.get_one(Wish, other.id)
    assert (ended.ended_how, ended.appointment_id, waiting.ended_at) == (WishEnd.BOOKED, made.id, None)


def test_a_seat_in_a_workshop_holds_no_time_and_is_beside_the_limit(database, clock, world) -> None:
    place, motif, agent = world.office()
    person = world.person()
    world.appointment(agent, place, motif, START, person, workshop_id=world.workshop(agent, place, motif, LATER).id)
    made = confirm(database, clock.now, asked(place, motif, person_id=person.id), Actor.person(person.id))
    assert made.starts_at == START


def test_handed_over_beside_a_booking_an_agent_has_one_of_them(database, clock, world, made, by) -> None:
    other = world.agent()
    world.opening(other, made.place, made.motif)
    request = someone(7, made.place, made.motif, agent_id=other.id)
    came_to = at_once(
        lambda: give(database, clock.now, made.id, other, by), lambda: confirm(database, clock.now, request, by)
    )
    assert came_to == {"done": 1, BookingRefusal.AGENT_TAKEN: 1}


def test_of_two_agents_at_once_the_second_is_told(database, clock, made, by) -> None:
    came_to = at_once(
        lambda: shift(database, clock.now, made.id, LATER, by=by, sequence=0),
        lambda: give_up(database, clock.now, made.id, by=by, sequence=0),
    )
    assert came_to == {"done": 1, CHANGED: 1}


def test_an_appointment_that_does_not_exist_is_handed_to_nobody(database, clock, world, by) -> None:
    with pytest.raises(LookupError):
        give(database, clock.now, 999, world.agent(), by)
