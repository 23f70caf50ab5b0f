"""Finding a person: by a name and a birth date, a phone, a code; never those of others; and no word in the journal."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.people.rules import match_key
from tests.world import at

BORN = ["4", "5", "1990"]


def lines(database, verb):
    with database.transaction() as session:
        return list(session.scalars(select(JournalLine).where(JournalLine.verb == verb).order_by(JournalLine.id)))


@pytest.mark.parametrize(
    "typed",
    [
        {"family_name": "LEFEVRE ESSAI", "birth_date": BORN},
        {"given_names": "camille", "birth_date": BORN},
        {"phone": "06.39.98.00.33"},
        {"phone": "+33 (0)6 39 98 00 33"},
        {"family_name": "lefèvre", "given_names": "camille", "phone": "0639980033"},
    ],
)
def test_a_person_is_found_by_what_they_say(house, world, enter, search, database, typed) -> None:
    enter(world.agent("accueil", place=house.here))
    page = search(**typed).page
    assert page.links()["Lefèvre-Essai Camille"] == f"/agents/personnes/{house.person.id}"
    (line,) = lines(database, "people.searched")
    assert (line.for_person_id, line.details) == (None, {"found": 1})


def test_a_person_is_found_by_the_code_of_their_appointment_and_so_is_their_guardian(
    house, world, enter, search
) -> None:
    child = world.person(given_names="Noé", family_name="Lefèvre-Essai", guardian_id=house.person.id, mobile=None)
    made = world.appointment(house.doctor, house.here, world.motif(), at("2026-11-27", "09:00"), child)
    enter(world.agent("accueil", place=house.here))
    found = search(code=f" {made.code[:4].lower()}-{made.code[4:]}").page.links()
    assert {"Lefèvre-Essai Camille", "Lefèvre-Essai Noé"} <= set(found)
    assert "Aucune fiche" in search(code="K7M2-9XQ4").page.text()


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"family_name": "Lefèvre"},
        {"birth_date": BORN},
        {"phone": "12"},
        {"code": "K7"},
        {"birth_date": ["31", "2", "1990"], "family_name": "Lefèvre"},
        {"family_name": "\x00"},
    ],
)
def test_too_little_or_nonsense_is_said_and_finds_nobody(house, world, enter, search, database, typed) -> None:
    enter(world.agent("accueil", place=house.here))
    answer = search(**typed)
    assert answer.status_code == 422
    assert "Camille" not in answer.page.text()
    assert lines(database, "people.searched") == []


def test_those_of_others_are_not_found(house, world, enter, search) -> None:
    for agent in (world.agent("encadrant", place=house.there), world.agent("professionnel"), world.agent("référent")):
        enter(agent)
        assert "Aucune fiche" in search(family_name="Lefèvre", birth_date=BORN).page.text()


def test_a_card_is_not_found(house, world, enter, search) -> None:
    world.person(given_names="Camille", mobile="+33639980044", card_of_id=house.person.id)
    enter(world.agent("accueil"))
    assert "Aucune fiche" in search(phone="0639980044").page.text()


def test_twenty_are_shown_and_the_rest_is_said(world, enter, search) -> None:
    world.departement()
    for number in range(22):
        world.person(family_name="Essai", given_names=f"Alix {'ABCDEFGHIJKLMNOPQRSTUV'[number]}")
    enter(world.agent("accueil"))
    page = search(family_name="essai", birth_date=["29", "2", "1980"]).page
    assert len([link for link in page.links() if link.startswith("Essai Alix")]) == 20
    assert "Il y en a d'autres" in page.text()
    assert match_key("Essai", "Alix A", date(1980, 2, 29))


def test_nothing_that_was_typed_stands_in_an_address(house, world, enter, client) -> None:
    enter(world.agent("accueil", place=house.here))
    (form,) = [form for form in client.get("/agents/personnes").page.all("form") if form.get("novalidate") is not None]
    assert (form.get("method"), form.get("action")) == ("post", "/agents/personnes")


def test_the_sixty_first_search_of_a_minute_waits(house, world, enter, client) -> None:
    enter(world.agent("accueil", place=house.here))
    fields = client.get("/agents/personnes").page.fields() | {"phone": "0639980033"}
    answers = [client.post("/agents/personnes", data=fields).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


@pytest.mark.parametrize("role", ["courrier", "admin"])
def test_letters_and_settings_search_nobody(world, enter, client, role) -> None:
    enter(world.agent(role))
    assert client.get("/agents/personnes").status_code == 403
