"""A new file: made once, with anything known or nothing; those that resemble it are seen first; nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.desk.queries import similar
from portal.desk.services_new import NewFault, make_file
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.people.contacts import Contact
from portal.people.models import Person
from portal.people.rules import Identity
from portal.refusal import Refused

NEW = "/agents/personnes/nouvelle"
ODETTE = {"family_name": "Modèle", "given_names": "Odette", "birth_date": ["2", "11", "1947"]}


@pytest.fixture(autouse=True)
def accueil(world, house, enter):
    agent = world.agent("accueil", place=house.here)
    enter(agent)
    return agent


def send(client, page=None, **typed):
    """Sends the form of a page as it stands, with what is typed."""
    page = page or client.get(NEW).page
    return client.post(NEW, data=page.fields() | typed)


def count(database):
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Person))


def one(database, given_names):
    with database.transaction() as session:
        return session.scalars(select(Person).where(Person.given_names == given_names)).one()


def test_a_file_is_made_with_a_landline_alone(client, database) -> None:
    answer = send(client, **ODETTE, landline="03 53 01 00 71", birth_name="Durand")
    odette = one(database, "Odette")
    assert answer.headers["Location"] == f"/agents/personnes/{odette.id}?fait=creee"
    assert (odette.landline, odette.mobile, odette.birth_name) == ("+33353010071", None, "Durand")
    with database.transaction() as session:
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "file.created")).one()
        assert (line.for_person_id, line.details) == (odette.id, {})


def test_or_with_nothing_at_all_or_with_all_that_is_known(client, database) -> None:
    send(client, **ODETTE)
    assert (one(database, "Odette").landline, one(database, "Odette").address) == (None, [])
    known = {"mobile": "06 39 98 00 71", "email": "marcel@exemple.fr", "street": "12 place du Modèle"}
    town = {"postcode": "62000", "town": "Arras", "wants_paper": "y", "language": "en"}
    names = {"family_name": "Témoin", "given_names": "Marcel", "birth_date": ["1", "3", "1952"]}
    send(client, **names, **known, **town)
    marcel = one(database, "Marcel")
    assert (marcel.mobile, marcel.email, marcel.wants_paper, marcel.language) == (
        "+33639980071",
        "marcel@exemple.fr",
        True,
        "en",
    )
    assert marcel.address[-1] == "62000 Arras"


@pytest.mark.parametrize(
    "typed",
    [
        {"family_name": ""},
        {"birth_date": ["2", "11", "2047"]},
        {"mobile": "03 53 01 00 71"},
        {"wants_paper": "y"},
        {"birth_name": "123"},
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(client, database, typed) -> None:
    before = count(database)
    answer = send(client, **(ODETTE | {"landline": "03 53 01 00 71"} | typed))
    assert answer.status_code == 422
    assert answer.page.title.startswith("Erreur :")
    assert answer.page.fields()["landline"] == "03 53 01 00 71"
    assert count(database) == before


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ({"family_name": "Lefebvre", "given_names": "Kamille", "birth_date": ["4", "5", "1990"]}, "names by ear"),
        (ODETTE | {"mobile": "06 39 98 00 33"}, "the same mobile"),
        (ODETTE | {"email": "Camille@exemple.fr"}, "the same e-mail"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_resemble_are_shown_before_a_new_one_is_made(client, database, house, typed, who) -> None:
    with database.transaction() as session:
        session.get_one(Person, house.person.id).email = "camille@exemple.fr"
    before = count(database)
    answer = send(client, **typed, flat="Chez Louise", street="1 rue de la Paix", postcode="62000", town="Arras")
    assert answer.status_code == 409, who
    assert "Une fiche ressemble" in answer.page.text()
    assert f"/agents/personnes/{house.person.id}" in answer.page.links().values()
    assert count(database) == before
    fields = answer.page.fields()
    assert (fields["given_names"], fields["flat"]) == (typed["given_names"], "Chez Louise")
    made = client.post(NEW, data=fields)
    assert made.status_code == 303
    assert count(database) == before + 1


@pytest.mark.usefixtures("house")
def test_somebody_else_with_the_same_names_and_birth_date_is_marked(client, database) -> None:
    typed = {"family_name": "LEFEVRE ESSAI", "given_names": "Camille", "birth_date": ["4", "5", "1990"]}
    client.post(NEW, data=send(client, **typed).page.fields())
    with database.transaction() as session:
        marks = session.scalars(select(Person.maybe_double).where(Person.birth_date == date(1990, 5, 4)))
        assert sorted(marks) == [False, True]
    twin = typed | {"given_names": "Dominique", "mobile": "06 39 98 00 33"}
    client.post(NEW, data=send(client, **twin).page.fields())
    with database.transaction() as session:
        assert session.scalars(select(Person.maybe_double).where(Person.mobile == "+33639980033")).all() == [False] * 2


def test_the_form_sent_twice_makes_one_file(client, database) -> None:
    fields = client.get(NEW).page.fields() | ODETTE
    before = count(database)
    first, second = client.post(NEW, data=fields), client.post(NEW, data=fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert count(database) == before + 1


def test_two_at_once_make_one_file_too(database, clock, accueil) -> None:
    key, identity = uuid4(), Identity("Modèle", "Odette", date(1947, 11, 2))

    def make(_number):
        with database.transaction() as session:
            given = {"birth_name": None, "contact": Contact(), "by": Actor.agent(accueil.id), "is_other": False}
            return make_file(session, clock.now, key=key, identity=identity, **given).id

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(make, range(4)))) == 1


def test_two_agents_who_make_the_same_person_at_once_do_not_both_miss_the_other(database, clock, accueil) -> None:
    identity = Identity("Modèle", "Odette", date(1947, 11, 2))

    def make(_number):
        try:
            with database.transaction() as session:
                given = {"birth_name": None, "contact": Contact(), "by": Actor.agent(accueil.id), "is_other": False}
                make_file(session, clock.now, key=uuid4(), identity=identity, **given)
        except Refused as refused:
            return refused.reason
        return None

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(make, range(4)), key=str) == [None] + [NewFault.SIMILAR] * 3


def test_what_was_typed_in_the_box_begins_the_form(client) -> None:
    token = client.get("/agents/personnes").page.fields(0)["csrf_token"]
    typed = "dupont marie-jeanne 24/11/1980 06 39 98 00 12"
    fields = client.post(NEW, data={"csrf_token": token, "q": typed}).page.fields()
    assert (fields["family_name"], fields["given_names"]) == ("Dupont", "Marie-Jeanne")
    assert (fields["birth_date"], fields["mobile"].split()) == (["24", "11", "1980"], ["06", "39", "98", "00", "12"])


def test_a_relative_is_made_under_whoever_answers_for_them(client, database, house) -> None:
    page = client.get(f"{NEW}?proche={house.person.id}").page
    assert "Nouveau proche, pour Camille Lefèvre-Essai" in page.h1
    names = {"family_name": "Lefèvre-Essai", "given_names": "Noé", "birth_date": ["2", "11", "2021"]}
    answer = client.post(f"{NEW}?proche={house.person.id}", data=page.fields() | names)
    assert answer.status_code == 303
    noe = one(database, "Noé")
    assert (noe.guardian_id, noe.mobile) == (house.person.id, None)
    for wrong in (noe.id, 2_000_000_000, 99_999_999_999, "x"):  # a relative answers for nobody
        assert client.get(f"{NEW}?proche={wrong}").status_code == 404


def test_whoever_may_not_open_the_file_that_resembles_is_told_that_there_is_one(client, world, house, enter) -> None:
    enter(world.agent("professionnel", place=house.there))
    typed = {"family_name": "Lefèvre-Essai", "given_names": "Camille", "birth_date": ["4", "5", "1990"]}
    page = send(client, **typed).page
    assert "Une autre fiche ressemble. Vous ne pouvez pas l'ouvrir : demandez à un accueil." in page.text()
    assert f"/agents/personnes/{house.person.id}" not in page.links().values()


def test_a_phone_given_for_one_appointment_makes_its_file_resemble(database, world, house) -> None:
    world.person(given_names="Camille", mobile="+33639980044", card_of_id=house.person.id)
    stranger = Identity("Autre", "Quelqu'un", date(1960, 1, 1))
    with database.transaction() as session:
        found = similar(session, stranger, Contact(mobile="+33639980044"))
        assert [person.id for person in found] == [house.person.id]
        assert similar(session, stranger, Contact(mobile="+33639980099")) == []


def test_a_birth_name_is_written_later_and_the_person_is_found_by_it(client, database, house, search) -> None:
    address = f"/agents/personnes/{house.person.id}/modifier"
    for name, kept in (("Durand", "Durand"), ("", None)):
        assert client.post(address, data=client.get(address).page.fields() | {"birth_name": name}).status_code == 303
        with database.transaction() as session:
            assert session.get_one(Person, house.person.id).birth_name == kept
        found = "Lefèvre-Essai Camille" in search(q="durand").page.links()
        assert found is bool(name)
