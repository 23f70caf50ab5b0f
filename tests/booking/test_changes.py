"""Moved and cancelled: the old time freed, the old messages withdrawn, the new ones told, once."""

from datetime import timedelta

from portal.booking.models import AppointmentStatus
from portal.booking.rules import BookingRefusal
from portal.directory.models import BookedBy
from portal.journal.services import Actor
from portal.notifications.models import Status
from portal.people.contacts import Contact
from tests.booking.desk import BASE, LATER, NOE, START, ZOE, alive, asked, confirm, give_up, messages, shift
from tests.reading import refusal
from tests.world import at


def booked(database, clock, world, **motif):
    place, kind, agent = world.office(**motif)
    return confirm(database, clock.now, asked(place, kind)), place, kind, agent


def test_a_move_frees_the_old_time_and_takes_the_new_one(database, clock, world) -> None:
    made, place, motif, _ = booked(database, clock, world, buffer_minutes=15)
    moved = shift(database, clock.now, made.id, LATER)
    assert (moved.id, moved.code, moved.starts_at, moved.sequence) == (made.id, made.code, LATER, 1)
    assert (moved.ends_at, moved.busy_until) == (at("2026-11-26", "11:00"), at("2026-11-26", "11:15"))
    assert confirm(database, clock.now, asked(place, motif)).starts_at == START


def test_a_move_withdraws_the_old_messages_and_promises_the_new_ones(database, clock, world) -> None:
    made, *_ = booked(database, clock, world)
    (person_id,) = [participation.person_id for participation in made.participations]
    shift(database, clock.now, made.id, LATER)
    assert [message.status for message in messages(database)[:2]] == [Status.WITHDRAWN, Status.WITHDRAWN]
    assert alive(database) == [("appointment_moved", "sms", person_id), ("appointment_reminder", "sms", person_id)]
    moved, reminder = messages(database)[2:]
    assert moved.context["old_starts_at"] == "2026-11-26T09:00:00+01:00"
    assert moved.context["starts_at"] == "2026-11-26T10:30:00+01:00"
    assert reminder.due_at == at("2026-11-24", "10:30")
    assert "SEQUENCE:1" in (moved.calendar or "")


def test_moving_to_the_hour_it_has_changes_nothing(database, clock, world) -> None:
    made, *_ = booked(database, clock, world)
    assert shift(database, clock.now, made.id, START).sequence == 0
    shift(database, clock.now, made.id, LATER)
    again = shift(database, clock.now, made.id, LATER)
    assert again.sequence == 1
    assert len(messages(database)) == 4


def test_an_appointment_does_not_stand_in_its_own_way(database, clock, world) -> None:
    place, motif, agent = world.office(minutes=60)
    made = confirm(database, clock.now, asked(place, motif))
    world.opening(agent, place, motif, starts=START.astimezone().time().replace(hour=8, minute=30))
    slots_start = at("2026-11-26", "08:30")
    assert shift(database, clock.now, made.id, slots_start).starts_at == slots_start


def test_a_move_may_take_another_agent_when_the_first_is_busy(database, clock, world) -> None:
    made, place, motif, agent = booked(database, clock, world)
    other = world.agent()
    world.opening(other, place, motif)
    world.appointment(agent, place, motif, LATER)
    assert shift(database, clock.now, made.id, LATER).agent_id == other.id


def test_a_move_to_a_taken_or_impossible_hour_is_refused_and_changes_nothing(database, clock, world) -> None:
    made, place, motif, agent = booked(database, clock, world)
    world.appointment(agent, place, motif, LATER)
    for wanted in (LATER, at("2026-11-26", "09:07"), at("2026-11-28", "09:00")):
        assert refusal(shift, database, clock.now, made.id, wanted) is BookingRefusal.SLOT_TAKEN
    assert refusal(shift, database, clock.now, made.id, at("2026-11-20", "09:00")) is BookingRefusal.PAST
    assert len(alive(database)) == 2


def test_a_child_is_not_moved_to_a_day_on_which_it_is_too_old(database, clock, world) -> None:
    place, motif, _ = world.office(max_age_years=4)
    made = confirm(database, clock.now, asked(place, motif, relatives=(NOE,)))
    clock.set(at("2027-04-20", "09:00"))
    late = world.appointment(world.agent(), place, motif, at("2027-04-28", "09:00"), made.participations[0].person)
    assert refusal(shift, database, clock.now, late.id, at("2027-05-04", "09:00")) is BookingRefusal.WRONG_AGE


def test_the_deadline_to_move_binds_residents_not_staff(database, clock, world) -> None:
    made, _, _, agent = booked(database, clock, world)
    clock.set(at("2026-11-25", "09:01"))
    assert refusal(shift, database, clock.now, made.id, LATER) is BookingRefusal.TOO_LATE_TO_MOVE
    assert shift(database, clock.now, made.id, LATER, by=Actor.agent(agent.id)).starts_at == LATER


def test_staff_alone_move_what_staff_alone_books(database, clock, world) -> None:
    place, motif, agent = world.office(booked_by=BookedBy.AGENTS)
    made = confirm(database, clock.now, asked(place, motif), Actor.agent(world.agent("accueil").id))
    assert messages(database)[0].context["move_until"] is None
    assert refusal(shift, database, clock.now, made.id, LATER) is BookingRefusal.NOT_BOOKABLE
    assert shift(database, clock.now, made.id, LATER, by=Actor.agent(agent.id)).starts_at == LATER


def test_cancelling_frees_the_time_and_tells_it_once(database, clock, world) -> None:
    made, place, motif, _ = booked(database, clock, world)
    (person_id,) = [participation.person_id for participation in made.participations]
    gone = give_up(database, clock.now, made.id)
    again = give_up(database, clock.now, made.id)
    assert (gone.status, again.status, again.sequence) == (AppointmentStatus.EXCUSED, AppointmentStatus.EXCUSED, 1)
    assert alive(database) == [("appointment_cancelled", "sms", person_id)]
    (told,) = [message for message in messages(database) if message.status is Status.WAITING]
    assert told.context["cancelled_by"] == "person"
    assert (told.context["cancel_until"], told.context["move_until"]) == (None, None)
    assert "METHOD:CANCEL" in (told.calendar or "")
    assert confirm(database, clock.now, asked(place, motif)).starts_at == START


def test_the_service_revokes_and_says_so(database, clock, world) -> None:
    made, _, _, agent = booked(database, clock, world)
    assert give_up(database, clock.now, made.id, by=Actor.agent(agent.id)).status is AppointmentStatus.REVOKED
    assert messages(database)[-1].context["cancelled_by"] == "service"


def test_the_deadline_to_cancel_binds_residents_not_staff(database, clock, world) -> None:
    made, _, _, agent = booked(database, clock, world)
    clock.set(at("2026-11-26", "05:01"))
    assert refusal(give_up, database, clock.now, made.id) is BookingRefusal.TOO_LATE_TO_CANCEL
    assert give_up(database, clock.now, made.id, by=Actor.agent(agent.id)).status is AppointmentStatus.REVOKED


def test_what_has_begun_is_not_cancelled(database, clock, world) -> None:
    made, _, _, agent = booked(database, clock, world)
    clock.set(START + timedelta(minutes=1))
    assert refusal(give_up, database, clock.now, made.id, by=Actor.agent(agent.id)) is BookingRefusal.PAST


def test_a_cancelled_appointment_is_not_moved(database, clock, world) -> None:
    made, *_ = booked(database, clock, world)
    give_up(database, clock.now, made.id)
    assert refusal(shift, database, clock.now, made.id, LATER) is BookingRefusal.ALREADY_CANCELLED
    assert refusal(shift, database, clock.now, made.id, START) is BookingRefusal.ALREADY_CANCELLED


def test_a_guardian_is_told_once_of_each_change(database, clock, world) -> None:
    place, motif, _ = world.office()
    made = confirm(database, clock.now, asked(place, motif, relatives=(NOE, ZOE)))
    guardian_id = made.participations[0].person.guardian_id
    shift(database, clock.now, made.id, LATER)
    give_up(database, clock.now, made.id)
    assert alive(database) == [("appointment_cancelled", "sms", guardian_id)]


def test_a_discreet_motif_stays_silent_to_the_end(database, clock, world) -> None:
    made, *_ = booked(database, clock, world, discreet=True)
    shift(database, clock.now, made.id, LATER)
    give_up(database, clock.now, made.id)
    assert messages(database) == []


def test_changes_are_told_on_the_card_of_the_booking(database, clock, world) -> None:
    place, motif, _ = world.office()
    world.person(family_name="Essai", given_names="Dominique", mobile="+33639980012", email="connu@exemple.fr")
    made = confirm(database, clock.now, asked(place, motif, contact=Contact(mobile="+33639980012")))
    give_up(database, clock.now, made.id)
    assert alive(database) == [("appointment_cancelled", "sms", made.told_id)]
    assert messages(database)[0].context["link"] == f"{BASE}/r/{made.code}"
