"""Letters that stay because of their person: the print room hands them to who may open files, in one press, once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.letters.address import AddressFault, AddressReason
from portal.letters.making import print_due
from portal.letters.rules_blocked import Check, check_of, code_of
from portal.letters.services_check import ask_check
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person, RouteState
from portal.refusal import Refused
from tests.entering import enter
from tests.letters.messages import ADDRESS
from tests.letters.runs import queued_to
from tests.together import at_once

TODAY = "/agents/courriers"
BLOCKED = f"{TODAY}/bloques"
SITE = "https://porte.exemple.fr"
AT = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def room(client, world):
    world.departement()
    enter(client, world.agent("courrier"))
    return client


def stays(world, *, code="address_doubtful", place=None, **person):
    """The message of a letter that failed, to somebody with a landline; the file as it is since."""
    receiver = world.person(address=ADDRESS, mobile=None, email=None, landline="+33353010012")
    letter = queued_to(world, receiver)
    with world.database.transaction() as session:
        message = session.get_one(Message, letter.message_id)
        message.status, message.last_error = Status.FAILED, code
        message.place_id = place.id if place else None
        row = session.get_one(Person, receiver.id)
        for name, value in person.items():
            setattr(row, name, value)
    return message


@pytest.mark.parametrize(
    ("file", "why", "asks"),
    [
        ({"code": "name_too_long"}, "Le nom ne s'imprime pas", "Comment vous joindre autrement"),
        ({"wants_discretion": True}, "L'accueil doit vérifier avec la personne.", "Où pouvons-nous écrire"),
        ({"maybe_double": True}, "L'accueil doit vérifier avec la personne.", "ouvrez les deux fiches"),
    ],
)
def test_a_letter_that_stays_for_its_person_is_handed_to_who_opens_files_in_one_press(
    room, world, database, gateways, clock, file, why, asks
):
    place = world.place()
    message = stays(world, place=place, **file)
    today = room.get(TODAY).page
    assert "1 lettre bloquée par une fiche à vérifier" in today.text()
    assert "par une adresse" not in today.text()
    assert today.links()["Faire vérifier"] == f"{BLOCKED}#personnes"
    page = room.get(BLOCKED).page
    assert why in page.text()
    assert ADDRESS[2] not in page.text()
    assert "discrétion" not in page.text()
    assert "ressemble" not in page.text()
    assert ("Corriger l'adresse" in page.text()) is ("maybe_double" in file)
    done = room.follow(room.post(f"{BLOCKED}/{message.id}/verifier", data=page.fields()))
    assert "C'est confié à l'accueil." in done.page.text()
    assert "Confié à l'accueil." in done.page.text()
    assert "à vérifier" not in room.get(TODAY).page.text()
    send_due(database, gateways, clock)
    with database.transaction() as session:
        task = session.scalars(select(Message).where(Message.kind == "person_check")).one()
        assert (task.route, task.status, task.place_id) == (Route.CALL, Status.OPEN, place.id)
        assert asks in task.rendered["text"].replace("\u00a0", " ")
        assert session.get_one(Message, message.id).status is Status.FAILED
        assert session.scalars(select(JournalLine.verb).where(JournalLine.verb == "letter.check_asked")).all()


def test_whoever_prints_and_mends_reads_no_more_of_the_file(room, world):
    message = stays(world, wants_discretion=True)
    page = room.get(f"{BLOCKED}/{message.id}").page
    refused = room.post(f"{BLOCKED}/{message.id}", data=page.fields())
    assert refused.status_code == 422
    assert "L'accueil doit vérifier avec la personne." in refused.page.text()
    assert "discrétion" not in refused.page.text()


def test_several_wait_and_nobody_is_asked_twice_whoever_presses(room, world, database):
    first, second = stays(world, maybe_double=True), stays(world, wants_discretion=True)
    assert "2 lettres bloquées par une fiche à vérifier" in room.get(TODAY).page.text()
    sent = room.get(BLOCKED).page.fields()

    def press():
        with database.transaction() as session:
            ask_check(session, world.now, message_id=first.id, by=Actor.agent(1), base_url=SITE)

    at_once(press, press)
    again = room.follow(room.post(f"{BLOCKED}/{first.id}/verifier", data=sent))
    assert "C'était déjà confié" in again.page.text()
    with database.transaction() as session:
        assert len(session.scalars(select(Message.id).where(Message.kind == "person_check")).all()) == 1
        session.get_one(Message, second.id).status = Status.WITHDRAWN
    assert "déjà été traitée" in room.follow(room.post(f"{BLOCKED}/{second.id}/verifier", data=sent)).page.text()
    assert "Appuyez de nouveau" in room.follow(room.post(f"{BLOCKED}/{first.id}/verifier")).page.text()
    assert room.post(f"{BLOCKED}/999/verifier", data=sent).status_code == 404


def test_an_answer_sends_the_letter_back_to_those_whose_address_is_mended_here(room, world, database):
    message = stays(world, wants_discretion=True)
    with database.transaction() as session:
        session.get_one(Person, message.person_id).letters_chosen_at = world.now
    words = room.get(TODAY).page.text()
    assert "1 lettre bloquée par une adresse" in words
    assert "à vérifier" not in words


@pytest.mark.parametrize(
    ("asked", "answer"),
    [({"wants_discretion": True}, {"letters_chosen_at": AT}), ({"maybe_double": True}, {"maybe_double": False})],
)
def test_nobody_asks_any_more_when_no_letter_of_the_person_stays(world, database, gateways, clock, asked, answer):
    world.departement()
    answered, other = stays(world, **asked), stays(world, **asked)
    with database.transaction() as session:
        for message in (answered, other):
            ask_check(session, world.now, message_id=message.id, by=Actor.agent(1), base_url=SITE)

    def tasks():
        with database.transaction() as session:
            chosen = select(Message.person_id, Message.status).where(Message.kind == "person_check")
            return dict(session.execute(chosen).all())

    send_due(database, gateways, clock)
    print_due(database, clock)
    assert tasks() == {answered.person_id: Status.OPEN, other.person_id: Status.OPEN}
    with database.transaction() as session:
        person = session.get_one(Person, answered.person_id)
        for name, value in answer.items():
            setattr(person, name, value)
    print_due(database, clock)
    assert tasks() == {answered.person_id: Status.WITHDRAWN, other.person_id: Status.OPEN}


def test_whoever_asks_for_silence_is_asked_nothing_and_keeps_no_letter_blocked(room, world, database):
    stays(world, wants_silence=True, maybe_double=True)
    stays(world, wants_silence=True, code="name_missing")
    back = stays(world, wants_silence=True, address_state=RouteState.DOUBTFUL)
    with database.transaction() as session:
        session.get_one(Message, back.id).status = Status.RETURNED
    assert "bloqué" not in room.get(TODAY).page.text().replace("Les lettres bloquées", "")
    with database.transaction() as session, pytest.raises(Refused):
        ask_check(session, world.now, message_id=back.id, by=Actor.agent(1), base_url=SITE)


def test_a_page_asked_for_under_a_name_that_no_envelope_holds_is_for_a_human_to_answer(room, world, database):
    message = stays(world, code="name_bad_character")
    with database.transaction() as session:
        row = session.get_one(Message, message.id)
        row.kind, row.event, row.person_id, row.to = "page_asked", {"kind": "single"}, None, "\n".join(ADDRESS)
    assert "1 page demandée par courrier ne peut pas partir" in room.get(TODAY).page.text()
    page = room.get(BLOCKED).page.text()
    assert "Un signe du nom ne peut pas être imprimé." in page
    assert "Confier à l'accueil" not in page


def test_what_is_to_be_checked_follows_from_the_fault_and_the_file():
    assert code_of(AddressFault(1, AddressReason.NAME_MISSING)) == "name_missing"
    assert code_of(AddressFault(1, AddressReason.TOO_LONG)) == "name_too_long"
    assert code_of(AddressFault(4, AddressReason.TOO_LONG)) == "address_too_long"
    hidden_double = {"is_hidden": True, "maybe_double": True}
    assert check_of("address_doubtful", is_to_file=True, **hidden_double) is Check.DISCREET
    assert check_of("name_missing", is_to_file=True, **hidden_double) is Check.NAME
    assert check_of("address_doubtful", is_to_file=False, **hidden_double) is None
    assert check_of(None, is_to_file=True, is_hidden=False, maybe_double=True) is Check.DOUBLE
    assert check_of(None, is_to_file=True, is_hidden=False, maybe_double=False) is None
