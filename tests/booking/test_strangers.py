"""Whose file a booking joins, who is told of it, how many one may have: and nothing of it shown to strangers."""

from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from portal.booking.models import AppointmentStatus
from portal.booking.rules import BookingRefusal
from portal.directory.models import BookedBy
from portal.journal.services import Actor
from portal.letters.wording import content_of
from portal.notifications import render
from portal.notifications.models import Message, Route
from portal.people.contacts import Contact
from portal.people.rules import Identity, contact_of
from tests.booking.desk import (
    LATER,
    MOBILE,
    NOE,
    ZOE,
    alive,
    asked,
    confirm,
    journal,
    messages,
    people,
    refused,
)
from tests.world import at

TOLD = Contact(mobile=MOBILE, email="dominique@exemple.fr")


def test_a_browser_that_never_booked_does_not_get_the_appointment_of_another(database, clock, world) -> None:
    place, motif, _ = world.office()
    world.opening(world.agent(), place, motif)
    first = confirm(database, clock.now, asked(place, motif))
    assert confirm(database, clock.now, asked(place, motif)).code != first.code


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


def test_an_agent_s_booking_by_names_is_told_where_they_said_and_leaves_the_file_to_the_desk(
    database, clock, world
) -> None:
    (place, motif, _), welcome = world.office(), world.agent("accueil")
    file = world.person(
        family_name="Essai", given_names="Dominique", mobile=MOBILE, email=None, landline="+33353010012",
        wants_paper=True,
    )  # fmt: skip
    made = confirm(database, clock.now, asked(place, motif, contact=TOLD), Actor.agent(welcome.id))
    assert made.told is not None
    assert contact_of(made.told) == replace(TOLD, landline="+33353010012", wants_paper=True)
    assert (people(database)[0].id, contact_of(people(database)[0])) == (file.id, contact_of(file))


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
    (place, motif, agent), welcome = world.office(), world.agent("accueil")
    file = world.person(family_name="Essai", given_names="Dominique", mobile=MOBILE)
    world.appointment(agent, place, motif, LATER, file)
    request = asked(place, motif)
    assert refused(database, clock.now, request, by=Actor.agent(welcome.id)) is BookingRefusal.LIMIT_REACHED
    invited = replace(request, key=uuid4(), invitation_code=world.invitation(file, motif).code)
    assert refused(database, clock.now, invited) is BookingRefusal.LIMIT_REACHED


def test_whoever_asks_for_everything_by_post_is_told_by_letter_once_whether_there_was_a_file_or_not(
    database, clock, world
) -> None:
    place, motif, _ = world.office(upcoming_limit=9)
    paper = Contact(mobile=MOBILE, address=("", "", "12 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"), wants_paper=True)

    def told() -> list[tuple[str, int]]:
        return [(route, number) for kind, route, number in alive(database) if kind == "paper_chosen"]

    confirm(database, clock.now, asked(place, motif, contact=paper))
    (file,) = people(database)
    assert told() == [("letter", file.id)]
    assert [line.details for line in journal(database) if line.verb == "paper.chosen"] == [{"how": 1}]
    confirm(database, clock.now, asked(place, motif, contact=paper, starts_at=LATER))
    assert told() == [("letter", file.id)]
    elsewhere = replace(paper, address=("", "", "7 RUE DE L ESSAI", "", "62000 ARRAS"))
    made = confirm(database, clock.now, asked(place, motif, contact=elsewhere, starts_at=at("2026-11-26", "11:00")))
    assert told() == [("letter", file.id), ("letter", made.told.id)]
    with database.transaction() as session:
        rows = session.scalars(select(Message).where(Message.kind == "paper_chosen").order_by(Message.id)).all()
        words = [content_of(row.kind, row.context).as_text() for row in rows]
        calls = [render.task(row.kind, row.context, Route.CALL) for row in rows]
    assert words[0] == words[1]  # nor do its words tell
    assert "à chaque étape de ce rendez-vous" in words[0]
    assert not any("tout par courrier" in said for said in (*words, *calls))
    hidden = world.motif(discreet=True)
    world.opening(world.agent(), place, hidden)
    confirm(database, clock.now, asked(place, hidden, booker=ZOE, contact=replace(paper, mobile="+33639980099")))
    assert len(told()) == 2
    assert len([line for line in journal(database) if line.verb == "paper.chosen"]) == 1


def test_an_agent_who_makes_a_file_on_paper_has_it_told_that_everything_comes_by_post(database, clock, world) -> None:
    (place, motif, _), welcome = world.office(upcoming_limit=9), world.agent("accueil")
    paper = Contact(mobile=MOBILE, address=("", "", "12 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"), wants_paper=True)
    confirm(database, clock.now, asked(place, motif, contact=paper), by=Actor.agent(welcome.id))
    with database.transaction() as session:
        (row,) = session.scalars(select(Message).where(Message.kind == "paper_chosen")).all()
        for said in (content_of(row.kind, row.context).as_text(), render.task(row.kind, row.context, Route.CALL)):
            assert "tout par courrier" in said
            assert "ce rendez-vous" not in said
