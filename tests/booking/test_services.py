"""An appointment made: with its messages and no other, its line in the journal, and nothing told to strangers."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import BookingRefusal
from portal.directory.models import BookedBy
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.models import Message
from portal.people.contacts import Contact
from portal.people.models import Person
from portal.people.rules import Identity, IdentityFault, contact_of
from portal.refusal import Refused
from tests.booking.desk import (
    LATER,
    MOBILE,
    NOE,
    START,
    ZOE,
    alive,
    asked,
    confirm,
    count,
    messages,
    people,
)
from tests.world import at

TOLD = Contact(mobile=MOBILE, email="dominique@exemple.fr")


def refused(database, now, request, **by) -> object:
    before = [count(database, model) for model in (Appointment, Person, Message, JournalLine)]
    with pytest.raises(Refused) as found:
        confirm(database, now, request, **by)
    assert [count(database, model) for model in (Appointment, Person, Message, JournalLine)] == before
    return found.value.reason


def journal(database) -> list[JournalLine]:
    with database.transaction() as session:
        return list(session.scalars(select(JournalLine).order_by(JournalLine.id)))


def test_a_booking_holds_the_time_tells_the_person_and_leaves_a_line(database, clock, world) -> None:
    place, motif, agent = world.office(buffer_minutes=15)
    made = confirm(database, clock.now, asked(place, motif, contact=TOLD))
    (person,) = people(database)
    assert (made.starts_at, made.ends_at, made.busy_until) == (
        START,
        at("2026-11-26", "09:30"),
        at("2026-11-26", "09:45"),
    )
    assert (made.status, made.agent_id, made.sequence) == (AppointmentStatus.BOOKED, agent.id, 0)
    assert sorted(alive(database)) == [
        ("appointment_booked", "email", person.id),
        ("appointment_booked", "sms", person.id),
        ("appointment_reminder", "email", person.id),
        ("appointment_reminder", "sms", person.id),
    ]
    (line,) = journal(database)
    assert (line.verb, line.actor, line.for_person_id, line.object_id) == (
        "appointment.booked",
        "visitor",
        person.id,
        made.id,
    )


def test_the_context_says_what_templates_may_say_and_never_the_motif(database, clock, world) -> None:
    place, motif, _ = world.office(title="Consultation PMI", before="Venez à l'heure.")
    made = confirm(database, clock.now, asked(place, motif))
    context = messages(database)[0].context
    assert context == {
        "code": f"{made.code[:4]}-{made.code[4:]}",
        "link": f"https://porte.exemple.fr/r/{made.code}",
        "starts_at": "2026-11-26T09:00:00+01:00",
        "ends_at": "2026-11-26T09:30:00+01:00",
        "mode": "place",
        "place_name": place.name,
        "place_lines": [place.street, "62000 Arras"],
        "place_phone": "03 53 01 00 10",
        "step_free": True,
        "directions": place.directions,
        "words": "rendez-vous avec le Département",
        "names": [],
        "bring": ["Une pièce d'identité"],
        "before": "Venez à l'heure.",
        "after": None,
        "cancel_until": "2026-11-26T05:00:00+01:00",
        "move_until": "2026-11-25T09:00:00+01:00",
        "phone": "03 53 01 00 10",
        "phone_hours": None,
        "departement": "Pas-de-Calais",
        "return_address": ["Département du Pas-de-Calais", "62018 ARRAS CEDEX 9"],
        "cancelled_by": None,
        "old_starts_at": None,
        "recipient_name": "Dominique Essai",
        "language": "fr",
        "large_print": False,
        "demo": True,
    }


def test_a_place_without_phone_gives_the_departement_s_and_a_call_gives_no_address(database, clock, world) -> None:
    place, agent = world.place(phone=None), world.agent()
    motif = world.motif(mode="phone")
    world.opening(agent, place, motif)
    confirm(database, clock.now, asked(place, motif))
    context = messages(database)[0].context
    assert (context["phone"], context["phone_hours"]) == ("03 53 01 00 62", "du lundi au vendredi, de 9 h à 17 h")
    assert (context["place_lines"], context["step_free"], context["directions"]) == ([], None, None)


def test_a_deadline_already_past_is_not_printed(database, clock, world) -> None:
    place, motif, _ = world.office()
    confirm(database, clock.now, asked(place, motif, starts_at=at("2026-11-23", "11:00")))
    context = messages(database)[0].context
    assert (context["cancel_until"], context["move_until"]) == (None, None)


def test_someone_with_no_way_to_be_told_leaves_a_task_for_the_place(database, clock, world) -> None:
    place, motif, _ = world.office()
    confirm(database, clock.now, asked(place, motif, contact=Contact()))
    (message,) = messages(database)
    assert (message.route, message.place_id) == ("desk", place.id)


def test_a_discreet_motif_promises_nothing(database, clock, world) -> None:
    place, motif, _ = world.office(discreet=True)
    confirm(database, clock.now, asked(place, motif, contact=TOLD))
    assert messages(database) == []


def test_two_children_are_one_appointment_told_to_their_guardian_once(database, clock, world) -> None:
    place, motif, _ = world.office(max_age_years=6)
    made = confirm(database, clock.now, asked(place, motif, relatives=(ZOE, NOE, NOE)))
    guardian, *children = people(database)
    assert [participation.person_id for participation in made.participations] == [child.id for child in children]
    assert all(child.guardian_id == guardian.id and child.mobile is None for child in children)
    assert alive(database) == [
        ("appointment_booked", "sms", guardian.id),
        ("appointment_reminder", "sms", guardian.id),
    ]
    assert messages(database)[0].context["names"] == ["Zoé Essai", "Noé Essai"]


def test_a_child_too_old_on_the_day_is_refused(database, clock, world) -> None:
    place, motif, _ = world.office(max_age_years=6)
    six = Identity("Essai", "Sacha", date(2020, 11, 26))
    assert refused(database, clock.now, asked(place, motif, relatives=(six,))) is BookingRefusal.WRONG_AGE
    assert refused(database, clock.now, asked(place, motif)) is BookingRefusal.WRONG_AGE


def test_confirming_the_same_form_twice_makes_one_appointment_and_one_set_of_messages(database, clock, world) -> None:
    place, motif, _ = world.office()
    world.opening(world.agent(), place, motif)
    request = asked(place, motif)
    first, again = confirm(database, clock.now, request), confirm(database, clock.now, request)
    assert first.id == again.id
    assert (count(database, Appointment), len(messages(database)), len(journal(database))) == (1, 2, 1)


def test_two_tabs_of_one_browser_make_one_appointment(database, clock, world) -> None:
    place, motif, _ = world.office()
    world.opening(world.agent(), place, motif)
    first = confirm(database, clock.now, asked(place, motif))
    known = frozenset({first.id})
    again = confirm(database, clock.now, asked(place, motif, known_appointment_ids=known))
    assert again.id == first.id
    other = asked(place, motif, known_appointment_ids=known, booker=Identity("Essai", "Alix", date(1990, 1, 1)))
    assert confirm(database, clock.now, other).id != first.id


def test_a_browser_that_never_booked_does_not_get_the_appointment_of_another(database, clock, world) -> None:
    place, motif, _ = world.office()
    world.opening(world.agent(), place, motif)
    first = confirm(database, clock.now, asked(place, motif))
    assert confirm(database, clock.now, asked(place, motif)).code != first.code


@pytest.mark.parametrize("hour", ["09:10", "12:00", "14:00"])
def test_what_is_no_slot_is_refused(database, clock, world, hour) -> None:
    place, motif, _ = world.office()
    request = asked(place, motif, starts_at=at("2026-11-26", hour))
    assert refused(database, clock.now, request) is BookingRefusal.SLOT_TAKEN


def test_a_slot_of_another_motif_or_place_is_refused(database, clock, world) -> None:
    place, motif, _ = world.office()
    assert refused(database, clock.now, asked(place, world.motif())) is BookingRefusal.SLOT_TAKEN
    assert refused(database, clock.now, asked(world.place(), motif)) is BookingRefusal.SLOT_TAKEN


def test_forged_numbers_past_hours_and_wrong_names_are_refused(database, clock, world) -> None:
    place, motif, _ = world.office()
    forged = replace(asked(place, motif), motif_id=999)
    assert refused(database, clock.now, forged) is BookingRefusal.NOT_BOOKABLE
    past = asked(place, motif, starts_at=at("2026-11-20", "09:00"))
    assert refused(database, clock.now, past) is BookingRefusal.PAST
    nameless = asked(place, motif, booker=Identity("", "Dominique", date(1980, 1, 1)))
    assert refused(database, clock.now, nameless) is IdentityFault.NAME_MISSING


def test_what_staff_alone_books_is_refused_to_residents(database, clock, world) -> None:
    place, motif, agent = world.office(booked_by=BookedBy.AGENTS)
    assert refused(database, clock.now, asked(place, motif)) is BookingRefusal.NOT_BOOKABLE
    made = confirm(database, clock.now, asked(place, motif), Actor.agent(agent.id))
    assert made.status is AppointmentStatus.BOOKED
    assert journal(database)[0].actor_id == agent.id


def test_only_the_invited_person_books_what_needs_an_invitation(database, clock, world) -> None:
    place, motif, _ = world.office(booked_by=BookedBy.INVITED)
    person = world.person()
    invitation = world.invitation(person, motif)
    request = asked(place, motif, booker=Identity("Autre", "Nom", person.birth_date))
    assert refused(database, clock.now, request) is BookingRefusal.NOT_INVITED
    wrong = replace(request, invitation_code=invitation.code, booker=Identity("Essai", "X", date(1999, 1, 1)))
    assert refused(database, clock.now, wrong) is BookingRefusal.NOT_INVITED
    made = confirm(database, clock.now, replace(request, invitation_code=invitation.code))
    assert [participation.person_id for participation in made.participations] == [person.id]


def test_an_invited_person_is_told_where_the_file_says_and_where_they_say(database, clock, world) -> None:
    place, motif, _ = world.office(booked_by=BookedBy.INVITED)
    person = world.person(email=None)
    request = asked(
        place,
        motif,
        booker=Identity("Essai", "X", person.birth_date),
        contact=Contact(email="nouveau@exemple.fr"),
        invitation_code=world.invitation(person, motif).code,
    )
    made = confirm(database, clock.now, request)
    assert made.told is not None
    assert contact_of(made.told) == Contact(mobile=person.mobile, email="nouveau@exemple.fr")


def test_a_follow_up_is_booked_with_the_person_s_own_referent(database, clock, world) -> None:
    place, motif, _ = world.office(booked_by=BookedBy.INVITED, with_referent=True)
    person, referent = world.person(), world.agent()
    world.opening(referent, place, motif)
    request = asked(
        place,
        motif,
        booker=Identity("Essai", "X", person.birth_date),
        invitation_code=world.invitation(person, motif).code,
    )
    assert refused(database, clock.now, request) is BookingRefusal.SLOT_TAKEN
    world.referent(person, referent)
    assert confirm(database, clock.now, request).agent_id == referent.id


def test_an_agent_s_booking_writes_what_they_were_told_in_the_file(database, clock, world) -> None:
    place, motif, agent = world.office()
    file = world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE, email=None)
    made = confirm(database, clock.now, asked(place, motif, contact=TOLD), Actor.agent(agent.id))
    assert made.told is None
    assert contact_of(people(database)[0]) == TOLD
    assert people(database)[0].id == file.id


def test_a_booking_that_joins_a_file_is_told_where_its_form_said_and_nowhere_else(database, clock, world) -> None:
    place, motif, _ = world.office()
    file = world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE, email="connu@exemple.fr")
    made = confirm(database, clock.now, asked(place, motif, contact=Contact(mobile=MOBILE)))
    assert [participation.person_id for participation in made.participations] == [file.id]
    assert made.told is not None
    assert alive(database) == [
        ("appointment_booked", "sms", made.told.id),
        ("appointment_reminder", "sms", made.told.id),
    ]
    assert contact_of(people(database)[0]) == contact_of(file)


def test_what_is_said_keeps_the_spelling_typed_so_that_no_accent_tells_of_a_file(database, clock, world) -> None:
    place, motif, _ = world.office()
    guardian = world.person(family_name="Éssai", given_names="Dominique", mobile=MOBILE, email=None)
    world.person(family_name="Essai", given_names="Noé", birth_date=NOE.birth_date, guardian_id=guardian.id)
    made = confirm(database, clock.now, asked(place, motif, relatives=(replace(NOE, given_names="NOE"),)))
    assert messages(database)[0].context["recipient_name"] == "Dominique Essai"
    assert messages(database)[0].context["names"] == ["NOE Essai"]
    assert len(people(database)) == 2
    assert made.participations[0].person.given_names == "Noé"


def test_a_guardian_who_joins_a_file_is_told_on_their_card(database, clock, world) -> None:
    place, motif, _ = world.office()
    world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE, email=None)
    made = confirm(database, clock.now, asked(place, motif, contact=TOLD, relatives=(NOE,)))
    assert made.told is not None
    assert {person_id for _, _, person_id in alive(database)} == {made.told.id}
    assert messages(database)[0].context["names"] == ["Noé Essai"]


def test_a_browser_s_own_appointments_count_openly_towards_the_limit(database, clock, world) -> None:
    place, motif, _ = world.office()
    first = confirm(database, clock.now, asked(place, motif))
    again = asked(place, motif, starts_at=LATER, known_appointment_ids=frozenset({first.id}))
    assert refused(database, clock.now, again) is BookingRefusal.LIMIT_REACHED


def test_a_limit_above_one_is_counted(database, clock, world) -> None:
    place, motif, _ = world.office(upcoming_limit=2)
    first = confirm(database, clock.now, asked(place, motif))
    second = confirm(
        database, clock.now, asked(place, motif, starts_at=LATER, known_appointment_ids=frozenset({first.id}))
    )
    third = asked(
        place,
        motif,
        starts_at=at("2026-11-26", "11:00"),
        known_appointment_ids=frozenset({first.id, second.id}),
    )
    assert refused(database, clock.now, third) is BookingRefusal.LIMIT_REACHED
    assert len(people(database)) == 1


def test_past_cancelled_and_other_appointments_do_not_count(database, clock, world) -> None:
    place, motif, agent = world.office()
    file = world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE)
    world.appointment(agent, place, motif, at("2026-11-20", "09:00"), file)
    world.appointment(agent, place, motif, LATER, file, status=AppointmentStatus.EXCUSED)
    world.appointment(agent, place, world.motif(), at("2026-11-27", "09:00"), file)
    confirm(database, clock.now, asked(place, motif))
    assert [person.id for person in people(database)] == [file.id]


def test_a_stranger_learns_nothing_of_a_file_at_its_limit(database, clock, world) -> None:
    place, motif, agent = world.office()
    file = world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE)
    world.appointment(agent, place, motif, LATER, file)
    made = confirm(database, clock.now, asked(place, motif))
    (person,) = [participation.person for participation in made.participations]
    assert person.id != file.id
    assert person.maybe_double


def test_a_stranger_learns_nothing_of_a_child_at_its_limit(database, clock, world) -> None:
    place, motif, agent = world.office()
    guardian = world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE)
    child = world.person(
        family_name="Essai",
        given_names="Noé",
        birth_date=NOE.birth_date,
        guardian_id=guardian.id,
        mobile=None,
        email=None,
    )
    world.appointment(agent, place, motif, LATER, child)
    made = confirm(database, clock.now, asked(place, motif, relatives=(NOE, ZOE)))
    doubles = {participation.person.given_names: participation.person for participation in made.participations}
    assert doubles["Noé"].id != child.id
    assert (doubles["Noé"].maybe_double, doubles["Zoé"].maybe_double) == (True, False)
    assert {person.guardian_id for person in doubles.values()} == {guardian.id}


def test_staff_and_invited_people_are_told_of_the_limit(database, clock, world) -> None:
    place, motif, agent = world.office()
    file = world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE)
    world.appointment(agent, place, motif, LATER, file)
    request = asked(place, motif)
    assert refused(database, clock.now, request, by=Actor.agent(agent.id)) is BookingRefusal.LIMIT_REACHED
    invited = replace(request, key=uuid4(), invitation_code=world.invitation(file, motif).code)
    assert refused(database, clock.now, invited) is BookingRefusal.LIMIT_REACHED


def test_the_least_loaded_agent_is_taken(database, clock, world) -> None:
    place, motif, busy = world.office()
    free = world.agent()
    world.opening(free, place, motif)
    world.appointment(busy, place, motif, LATER)
    assert confirm(database, clock.now, asked(place, motif)).agent_id == free.id


def test_an_hour_taken_meanwhile_is_refused(database, clock, world) -> None:
    place, motif, agent = world.office()
    world.appointment(agent, place, motif, START)
    assert refused(database, clock.now, asked(place, motif)) is BookingRefusal.SLOT_TAKEN
