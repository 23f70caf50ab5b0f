"""What waits to be told says what its reader now asks for: nothing of the place, another language, larger print."""

import pytest

from portal.booking import queries
from portal.booking.models import AppointmentStatus
from portal.booking.rewording import hush_cards, say_anew
from portal.booking.services_missed import ask_call, tell_missed
from portal.booking.telling import tell
from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.letters.services_runs import send_back
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message, Status
from portal.notifications.outcomes import record_loss
from portal.notifications.planner import EventKind
from portal.notifications.queries_post import calendar_of as postal_calendar_of
from portal.people.models import Person
from tests.booking.desk import BASE, messages
from tests.letters.messages import ADDRESS
from tests.world import at


@pytest.fixture
def office(world):
    return world.office(neutral_words="rendez-vous à la PMI")


@pytest.fixture
def change(database, clock):
    """Changes a file, then what waits for its person; gives how many messages were written anew."""

    def change(person, **values):
        with database.transaction() as session:
            row = session.get_one(Person, person.id)
            for name, value in values.items():
                setattr(row, name, value)
            return say_anew(session, clock.now, row, hush_cards(session, row), base_url=BASE)

    return change


def promised(database, clock, appointment, kind=EventKind.BOOKED, **given):
    with database.transaction() as session:
        whole = queries.appointment(session, appointment.id)
        departement = session.get_one(Departement, 1)
        tell(session, clock.now, whole, kind, departement=departement, base_url=BASE, **given)


def private(place) -> tuple[str, ...]:
    return (place.name, place.street, place.phone, "PMI", "pièce d'identité")


def test_what_waits_names_neither_place_nor_subject_once_its_reader_asks_for_discretion(
    database, clock, world, office, change, gateways
) -> None:
    place, motif, agent = office
    person = world.person(mobile="+33639980012", email="essai@exemple.fr")
    somebody = world.person(mobile="+33639980013")
    promised(database, clock, world.appointment(agent, place, motif, at("2026-12-14", "09:00"), person))
    promised(database, clock, world.appointment(agent, place, motif, at("2026-12-14", "10:00"), somebody))
    send_due(database, gateways, clock)  # the notices leave, with the place
    assert change(person, wants_discretion=True) == 2
    waiting = [one for one in messages(database) if one.status is Status.WAITING]
    said = {one.person_id: [] for one in waiting}
    for one in waiting:
        said[one.person_id].append(str({**one.context, "return_address": ""}) + str(one.calendar))
    assert len(said[person.id]) == 2
    assert not [words for words in private(place) for text in said[person.id] if words in text]
    assert all(place.name in text for text in said[somebody.id])
    left = [one for one in messages(database) if one.person_id == person.id and one.status is Status.SENT]
    assert [one.context["place_name"] for one in left] == [place.name] * 2


def test_what_a_human_is_to_say_is_written_anew_too(database, clock, world, office, change, gateways) -> None:
    place, motif, agent = office
    person = world.person(landline="+33353010012", mobile=None, email=None)
    promised(database, clock, world.appointment(agent, place, motif, at("2026-12-14", "09:00"), person))
    send_due(database, gateways, clock)
    (task,) = [one for one in messages(database) if one.status is Status.OPEN]
    assert place.name in task.rendered["text"]
    change(person, wants_discretion=True)
    (task,) = [one for one in messages(database) if one.status is Status.OPEN]
    assert not [words for words in private(place) if words in task.rendered["text"]]
    assert "14 décembre" in task.rendered["text"].replace("\u00a0", " ")


def test_what_goes_round_by_another_route_after_its_reader_asked_for_discretion_names_no_place(
    database, clock, world, office, change, gateways
) -> None:
    place, motif, agent = office
    person = world.person(mobile="+33639980012", landline="+33353010012", email=None, address=[])
    promised(database, clock, world.appointment(agent, place, motif, at("2026-11-27", "09:00"), person))
    send_due(database, gateways, clock)
    (sent,) = [one for one in messages(database) if one.status is Status.SENT]
    change(person, wants_discretion=True)
    with database.transaction() as session:
        lost = {"provider_id": sent.provider_id, "code": "undelivered", "refused": True}
        record_loss(session, clock.now, sent.id, **lost, post=postal_calendar_of(session))
    send_due(database, gateways, clock)
    (task,) = [one for one in messages(database) if one.status is Status.OPEN and one.step == "notice"]
    assert not [words for words in private(place) if words in task.rendered["text"]]
    assert "27 novembre" in task.rendered["text"].replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("wanted", "said"), [({"wants_discretion": True}, ("", False)), ({"wants_large_print": True}, ("there", True))]
)
def test_a_letter_drawn_in_the_morning_leaves_as_its_reader_wants_it_by_the_evening(
    database, clock, world, office, change, gateways, wanted, said
) -> None:
    place, motif, agent = office
    person = world.person(
        mobile=None, email=None, address=list(ADDRESS), wants_paper=True, letters_chosen_at=at("2026-11-02", "09:00")
    )
    promised(database, clock, world.appointment(agent, place, motif, at("2026-12-14", "09:00"), person))
    send_due(database, gateways, clock)
    assert {one.status for one in messages(database) if one.route == "letter" and one.step == "notice"} == {
        Status.QUEUED
    }
    change(person, **wanted)
    with database.transaction() as session:
        assert send_back(session, clock.now) == 1
    send_due(database, gateways, clock)
    (letter,) = [one for one in messages(database) if one.route == "letter" and one.step == "notice"]
    assert letter.status is Status.QUEUED
    shown = "there" if letter.context["place_name"] == place.name else letter.context["place_name"]
    assert (shown, letter.context["large_print"]) == said
    with database.transaction() as session:
        assert send_back(session, clock.now) == 0
        session.get_one(Message, letter.id).to = "12 RUE DE LA DEMONSTRATION"  # where it was asked for
    change(person, wants_large_print=not person.wants_large_print, language="en")
    with database.transaction() as session:
        assert send_back(session, clock.now) == 0


def test_another_place_stays_said_and_a_language_follows(database, clock, world, office, change) -> None:
    _place, motif, agent = office
    there = world.place(name="Maison de Lens")
    person = world.person(mobile="+33639980012")
    moved = world.appointment(agent, there, motif, at("2026-12-14", "09:00"), person, sequence=1)
    promised(database, clock, moved, EventKind.MOVED, old_place="Maison d'Arras")
    change(person, language="en", wants_large_print=True)
    said = [one.context for one in messages(database) if one.kind == "appointment_moved"]
    assert said
    assert {(one["old_place"], one["language"], one["large_print"]) for one in said} == {("Maison d'Arras", "en", True)}
    change(person, wants_discretion=True)
    assert {one.context["old_place"] for one in messages(database) if one.kind == "appointment_moved"} == {""}


def test_what_follows_a_missed_appointment_still_leads_to_another_date(
    database, clock, world, office, change, gateways
) -> None:
    place, motif, agent = office
    person = world.person(mobile="+33639980012", landline="+33353010012", email=None)
    missed = {"status": AppointmentStatus.NOSHOW}
    made = world.appointment(agent, place, motif, at("2026-11-20", "09:00"), person, **missed)
    desk = Actor.agent(world.agent("accueil").id)
    with database.transaction() as session:
        for verb in (tell_missed, ask_call):
            verb(session, clock.now, appointment_id=made.id, by=desk, base_url=BASE)
    assert change(person, language="en") == 2
    assert {(one.context["online"], one.context["link"]) for one in messages(database)} == {
        (True, f"{BASE}/rendez-vous")
    }
    send_due(database, gateways, clock)
    assert [one.last_error for one in messages(database)] == [None, None]


def test_what_goes_to_a_number_that_was_typed_and_what_is_about_nobody_s_appointment_keep_their_words(
    database, clock, world, office, change
) -> None:
    place, motif, agent = office
    person = world.person(mobile="+33639980012")
    promised(database, clock, world.appointment(agent, place, motif, at("2026-12-14", "09:00"), person))
    with database.transaction() as session:
        rows = session.query(Message).order_by(Message.id).all()
        rows[0].to = "+33639980099"
        for row in rows[1:]:
            row.subject_id = 0  # told of it no more, for whatever reason
    change(person, language="en")
    first, *others = messages(database)
    assert first.context["language"] == "fr"
    assert {(one.context["language"], one.context["place_name"]) for one in others} == {("en", place.name)}


def test_what_was_asked_for_one_appointment_is_hidden_by_the_file_s_own_ways_and_never_told_to_another(
    database, clock, world, office, change
) -> None:
    place, motif, agent = office
    person = world.person(mobile="+33639980012", email=None)
    own = world.person(mobile="+33639980012", email=None, card_of_id=person.id)
    other = world.person(mobile="+33639980013", email=None, card_of_id=person.id)
    for hour, card in ((9, own), (10, other)):
        start = at("2026-12-14", f"{hour:02}:00")
        promised(database, clock, world.appointment(agent, place, motif, start, person, told_id=card.id))
    change(person, wants_discretion=True)
    said = {one.person_id: one.context["place_name"] for one in messages(database)}
    assert said == {own.id: "", other.id: place.name}


def test_a_letter_to_the_file_about_what_was_asked_for_by_another_number_is_hidden_as_well(
    database, clock, world, office, change
) -> None:
    place, motif, agent = office
    person = world.person(mobile="+33639980012", email=None)
    other = world.person(mobile="+33639980013", email=None, card_of_id=person.id)
    promised(
        database, clock, world.appointment(agent, place, motif, at("2026-12-14", "09:00"), person, told_id=other.id)
    )
    with database.transaction() as session:
        for row in session.query(Message):
            row.person_id = person.id  # as whoever moves what waits to the post writes it
    change(person, wants_discretion=True)
    said = [one.context for one in messages(database)]
    assert {(one["place_name"], one["recipient_name"]) for one in said} == {
        ("", f"{person.given_names} {person.family_name}")
    }
