"""Booking by people who are known: their own file, as it stands; under a mandate, held; one browser's tabs in turn."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import BookingRefusal
from portal.booking.told import foreseen
from portal.directory.models import BookedBy
from portal.journal.services import Actor, ActorKind
from portal.notifications.models import Route
from portal.people.contacts import Contact
from portal.people.mandates import MandateFault
from portal.people.models import Person
from portal.people.models_mandates import MandateKind
from portal.people.rules import Identity, contact_of
from tests.booking.desk import (
    LATER,
    MOBILE,
    NOE,
    START,
    alive,
    asked,
    confirm,
    count,
    give_up,
    journal,
    messages,
    people,
    refused,
    shift,
)
from tests.booking.test_races import at_once
from tests.french_post import FRENCH_POST
from tests.world import at


def known(place, motif, person: Person, **given):
    """A request by someone signed in, who typed nothing but for whom."""
    booker = Identity(person.family_name, person.given_names, person.birth_date)
    return asked(place, motif, booker=booker, contact=Contact(), person_id=person.id, **given)


@pytest.fixture
def office(world):
    return world.office()


@pytest.fixture
def person(world):
    return world.person(given_names="Dominique", mobile=MOBILE, email="dominique@exemple.fr")


def test_the_file_itself_is_used_and_nothing_of_it_is_rewritten(database, clock, office, person) -> None:
    place, motif, _ = office
    before = contact_of(person)
    made = confirm(database, clock.now, known(place, motif, person), Actor.person(person.id))
    (file,) = people(database)
    assert ([one.person_id for one in made.participations], made.told) == ([person.id], None)
    assert (contact_of(file), count(database, Person)) == (before, 1)
    assert {person_id for _, _, person_id in alive(database)} == {person.id}
    assert [(line.actor, line.actor_id, line.for_person_id) for line in journal(database)] == [
        ("person", person.id, person.id)
    ]
    assert "acted_by" not in messages(database)[0].context


def test_a_relative_is_booked_for_by_their_file_and_someone_new_has_one(database, clock, world, office, person) -> None:
    place, motif, _ = office
    child = world.person(given_names="Noé", birth_date=NOE.birth_date, guardian_id=person.id, mobile=None, email=None)
    made = confirm(database, clock.now, known(place, motif, person, relative_ids=(child.id,)), Actor.person(person.id))
    assert [one.person_id for one in made.participations] == [child.id]
    new = replace(NOE, given_names="Zoé")
    request = known(place, motif, person, relatives=(new,), starts_at=LATER)
    made = confirm(database, clock.now, request, Actor.person(person.id))
    assert made.participations[0].person.guardian_id == person.id
    assert messages(database)[-1].context["names"] == ["Zoé Essai"]


def test_a_file_that_is_not_theirs_is_refused(database, clock, world, office, person) -> None:
    place, motif, _ = office
    other = world.person(guardian_id=world.person().id)
    by = Actor.person(person.id)
    assert refused(database, clock.now, known(place, motif, person, relative_ids=(other.id,)), by) is (
        BookingRefusal.NOT_THEIRS
    )
    card = world.person(card_of_id=person.id)
    assert refused(database, clock.now, known(place, motif, card), by) is BookingRefusal.NOT_THEIRS


def test_the_limit_is_said_openly_to_whoever_is_known(database, clock, world, office, person) -> None:
    place, motif, agent = office
    world.appointment(agent, place, motif, LATER, person)
    assert refused(database, clock.now, known(place, motif, person)) is BookingRefusal.LIMIT_REACHED
    child = world.person(given_names="Noé", guardian_id=person.id)
    request = known(place, motif, person, relative_ids=(child.id,))
    confirm(database, clock.now, request)
    again = replace(request, key=uuid4(), starts_at=at("2026-11-26", "09:30"))
    assert refused(database, clock.now, again) is BookingRefusal.LIMIT_REACHED


def test_the_invitation_of_another_opens_nothing_for_whoever_is_known(database, clock, world, person) -> None:
    place, motif, _ = world.office(booked_by=BookedBy.INVITED)
    other = world.person(birth_date=person.birth_date)
    theirs, mine = world.invitation(other, motif), world.invitation(person, motif)
    request = known(place, motif, person, invitation_code=theirs.code)
    assert refused(database, clock.now, request) is BookingRefusal.NOT_INVITED
    made = confirm(database, clock.now, replace(request, invitation_code=mine.code))
    assert [one.person_id for one in made.participations] == [person.id]


# Under a mandate


@pytest.fixture
def mandate(world, person):
    """An agent's, for one call."""
    agent = world.agent("accueil")
    return world.mandate(person, agent_id=agent.id, kind=MandateKind.PHONE)


def hand(mandate) -> Actor:
    if mandate.holder_id:
        return Actor(ActorKind.PERSON, mandate.holder_id, mandate.id)
    return Actor(ActorKind.AGENT, mandate.agent_id or 1, mandate.id)


def test_who_acts_is_in_the_journal_and_in_the_messages(database, clock, office, person, mandate) -> None:
    place, motif, _ = office
    made = confirm(database, clock.now, known(place, motif, person), hand(mandate))
    assert {message.context["acted_by"] for message in messages(database)} == {"un agent du Département"}
    shift(database, clock.now, made.id, LATER, hand(mandate))
    assert messages(database)[-1].context["acted_by"] == "un agent du Département"
    give_up(database, clock.now, made.id, hand(mandate))
    last = messages(database)[-1]
    assert (last.context["acted_by"], last.context["cancelled_by"]) == ("un agent du Département", "person")
    with database.transaction() as session:
        assert session.get_one(Appointment, made.id).status is AppointmentStatus.EXCUSED
    assert {(line.actor_id, line.mandate_id, line.for_person_id) for line in journal(database)} == {
        (mandate.agent_id, mandate.id, person.id)
    }


def test_an_organisation_a_relative_and_a_partner_s_agent_are_named(database, clock, world, office, person) -> None:
    place, motif, _ = office
    ccas = world.organisation(name="CCAS d'Essai")
    carer = world.person(given_names="Alix", family_name="Proche")
    helper = world.agent("partenaire 1", organisation_id=ccas.id)
    hours = (START, LATER, at("2026-11-26", "11:00"))
    holders = ({"organisation_id": ccas.id}, {"holder_id": carer.id}, {"agent_id": helper.id})
    for hour, holder in zip(hours, holders, strict=True):
        mandate = world.mandate(person, **holder)
        made = confirm(database, clock.now, known(place, motif, person, starts_at=hour), hand(mandate))
        give_up(database, clock.now, made.id, hand(mandate))
    told = [message.context["acted_by"] for message in messages(database) if message.kind == "appointment_cancelled"]
    assert list(dict.fromkeys(told)) == ["CCAS d'Essai", "Alix Proche"]
    assert told[-1] == "CCAS d'Essai"


def test_the_deadlines_of_residents_bind_whoever_acts_for_them(database, clock, world, office, person, mandate) -> None:
    place, motif, agent = office
    soon = world.appointment(agent, place, motif, clock.now + timedelta(hours=1), person)
    with pytest.raises(Exception, match="too_late_to_cancel"):
        give_up(database, clock.now, soon.id, hand(mandate))


def test_a_mandate_that_ended_or_is_for_another_writes_nothing(database, clock, world, office, person, mandate) -> None:
    place, motif, agent = office
    request = known(place, motif, person)
    assert refused(database, mandate.ends_at, request, hand(mandate)) is MandateFault.OVER
    messages_only = world.mandate(person, agent_id=agent.id, procedures=["messages"])
    assert refused(database, clock.now, request, hand(messages_only)) is MandateFault.NOT_NAMED
    of_other = world.mandate(world.person(), agent_id=agent.id)
    with pytest.raises(LookupError):
        confirm(database, clock.now, request, hand(of_other))


def test_who_acts_for_a_guardian_changes_what_is_booked_for_a_child(
    database, clock, world, office, person, mandate
) -> None:
    place, motif, agent = office
    child = world.person(given_names="Noé", guardian_id=person.id)
    made = world.appointment(agent, place, motif, LATER, child)
    assert give_up(database, clock.now, made.id, hand(mandate)).status is AppointmentStatus.EXCUSED


# One browser, several tabs


def test_two_tabs_that_confirm_different_forms_at_once_make_one_appointment(database, clock, world, office) -> None:
    place, motif, _ = office
    for _ in range(3):
        world.opening(world.agent(), place, motif)
    tabs = [asked(place, motif, browser=12345) for _ in range(4)]
    came_to = at_once(*(lambda request=request: confirm(database, clock.now, request) for request in tabs))
    assert came_to == {"done": 4}
    assert (count(database, Appointment), len(people(database)), len(messages(database))) == (1, 1, 2)


def test_two_tabs_at_once_for_two_hours_are_held_to_the_limit(database, clock, office) -> None:
    place, motif, _ = office
    tabs = [asked(place, motif, browser=12345, starts_at=hour) for hour in (START, LATER)]
    came_to = at_once(*(lambda request=request: confirm(database, clock.now, request) for request in tabs))
    assert came_to == {"done": 1, BookingRefusal.LIMIT_REACHED: 1}


def test_two_browsers_know_nothing_of_each_other(database, clock, world, office) -> None:
    place, motif, _ = office
    world.opening(world.agent(), place, motif)
    first = confirm(database, clock.now, asked(place, motif, browser=1))
    assert confirm(database, clock.now, asked(place, motif, browser=2)).code != first.code


# Discretion


def test_to_whoever_wants_discretion_messages_tell_neither_the_place_nor_the_subject(
    database, clock, world, person
) -> None:
    place, motif, _ = world.office(before="Venez tôt.", after="Rentrez bien.", neutral_words="rendez-vous à la PMI")
    with database.transaction() as session:
        session.merge(person).wants_discretion = True
    made = confirm(database, clock.now, known(place, motif, person))
    message = next(one for one in messages(database) if one.calendar)
    told = str({**message.context, "return_address": ""}) + str(message.calendar)
    for private in (place.name, place.street, "porte bleue", "pièce d'identité", "tôt", "Rentrez", "PMI", place.phone):
        assert private not in told
    assert (message.context["words"], message.context["phone"]) == ("rendez-vous", "03 53 01 00 62")
    assert made.code[:4] in message.context["code"]
    (event,) = Calendar.from_ical(message.calendar).events
    assert (event["SUMMARY"], event.get("LOCATION")) == ("Rendez-vous", None)


def test_discretion_holds_for_a_stranger_s_booking_that_only_the_person_reads(database, clock, world) -> None:
    place, motif, _ = world.office()
    file = world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE, email=None, wants_discretion=True)
    confirm(database, clock.now, asked(place, motif))
    assert messages(database)[0].context["place_name"] == ""
    assert messages(database)[0].person_id == file.id


def test_what_a_file_wants_changes_nothing_for_a_stranger_who_types_other_ways(database, clock, world) -> None:
    place, motif, _ = world.office()
    wishes = {"wants_discretion": True, "wants_sms": False, "wants_email": False}
    world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE, email=None, **wishes)
    made = confirm(database, clock.now, asked(place, motif, contact=Contact(mobile=MOBILE, email="autre@exemple.fr")))
    assert made.told is not None
    assert {(message.route, message.context["place_name"]) for message in messages(database)} == {
        (Route.SMS, place.name),
        (Route.EMAIL, place.name),
    }


# What will be told


def test_the_page_foretells_what_the_planner_then_promises(database, clock, world, office) -> None:
    place, motif, _ = office
    address = ["", "", "1 rue de la Démonstration", "", "62000 ARRAS"]
    for number, choices in enumerate(
        (
            {},
            {"wants_sms": False},
            {"wants_sms": False, "wants_email": False},
            {"wants_paper": True, "address": address},
            {"wants_silence": True},
            {"mobile": None, "email": None},
        )
    ):
        someone = world.person(birth_date=at(f"198{number}-01-01", "12:00").date(), **choices)
        world.opening(world.agent(), place, motif)
        seen = foreseen(clock.now, person=someone, motif=motif, starts_at=START, post=FRENCH_POST)
        made = confirm(database, clock.now, known(place, motif, someone))
        told = [one for one in messages(database) if one.subject_id == made.id and one.step == "notice"]
        assert list(seen.now) == [one.route for one in told]
        assert seen.is_by_choice is (choices.get("wants_email") is False)
