"""An appointment made: with its messages and no other, its line in the journal, and nothing told to strangers."""

from dataclasses import replace
from datetime import date

import pytest

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import BookingRefusal
from portal.directory.models import BookedBy
from portal.journal.services import Actor
from portal.people.contacts import Contact
from portal.people.rules import Identity, IdentityFault
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
    journal,
    messages,
    people,
    refused,
)
from tests.world import at

TOLD = Contact(mobile=MOBILE, email="dominique@exemple.fr")


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
        "place_lines": [place.street, "62000 Arras", "adresse de démonstration"],
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
        "departement": "Département du Pas-de-Calais",
        "return_address": ["DEPARTEMENT DU PAS DE CALAIS", "62018 ARRAS CEDEX 9"],
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
    (place, motif, _), welcome = world.office(booked_by=BookedBy.AGENTS), world.agent("accueil")
    assert refused(database, clock.now, asked(place, motif)) is BookingRefusal.NOT_BOOKABLE
    made = confirm(database, clock.now, asked(place, motif), Actor.agent(welcome.id))
    assert made.status is AppointmentStatus.BOOKED
    assert journal(database)[0].actor_id == welcome.id


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
