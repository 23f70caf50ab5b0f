"""Who is there: one of several people with one telephone, or someone new."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.people.models_credentials import Credential
from tests.identity.signing import BORN, MOBILE, born, enter, people, prove, send, verbs, who_is_in

NAMES = {"family_name": "Essai", "given_names": "Camille"}
OTHER_DAY = born(date(1990, 1, 2))


@pytest.fixture(autouse=True)
def departement(world):
    world.departement()


def test_a_birth_date_picks_one_of_a_couple_who_share_a_mobile(client, world, settings, database):
    world.person(mobile=MOBILE)
    partner = world.person(mobile=MOBILE, birth_date=date(1990, 1, 2))
    response = enter(client, world, settings, **OTHER_DAY)
    assert response.status_code == 303
    assert who_is_in(client, database) == partner.id


def test_twins_who_share_a_mobile_say_their_given_name(client, world, settings, database):
    world.person(mobile=MOBILE, given_names="Anne")
    twin = world.person(mobile=MOBILE, given_names="Jeanne")
    response = enter(client, world, settings)
    assert response.headers["Location"] == "/connexion/prenom"
    page = client.follow(response).page
    assert [page.text(label) for label in page.all("label")] == ["Anne", "Jeanne"]
    assert send(client, "/connexion/prenom").status_code == 422
    assert send(client, "/connexion/prenom", name="7").status_code == 422
    assert client.post("/connexion/prenom", data={"name": "1"}).status_code == 422  # without its token
    send(client, "/connexion/prenom", name="1")
    assert who_is_in(client, database) == twin.id


def test_two_people_of_one_given_name_say_their_family_name_too(client, world, settings):
    for family_name in ("Essai", "Modèle"):
        world.person(mobile=MOBILE, given_names="Anne", family_name=family_name)
    page = client.follow(enter(client, world, settings)).page
    assert [page.text(label) for label in page.all("label")] == ["Anne Essai", "Anne Modèle"]


def test_nobody_chooses_a_name_without_the_birth_date(client, world, settings, database):
    world.person(mobile=MOBILE, given_names="Anne")
    prove(client, world, settings)
    fields = client.get("/connexion/qui").page.fields(0) | {"name": "0"}
    for response in (client.get("/connexion/prenom"), client.post("/connexion/prenom", data=fields)):
        assert response.headers["Location"] == "/connexion/qui"
    assert who_is_in(client, database) is None


def test_two_files_of_one_person_are_one_choice(client, world, settings, database):
    world.person(mobile=MOBILE, given_names="Anne", maybe_double=True)
    file = world.person(mobile=MOBILE, given_names="Anne")
    enter(client, world, settings)
    assert who_is_in(client, database) == file.id


def test_a_card_or_a_relative_is_nobody_who_signs_in(client, world, settings):
    person = world.person(mobile=MOBILE)
    world.person(mobile=MOBILE, birth_date=date(1990, 1, 2), card_of_id=person.id)
    world.person(mobile=MOBILE, birth_date=date(1990, 1, 2), guardian_id=person.id)
    assert enter(client, world, settings, **OTHER_DAY).status_code == 422


def test_an_unknown_birth_date_offers_a_first_space(client, world, settings):
    world.person(mobile=MOBILE)
    response = enter(client, world, settings, **OTHER_DAY)
    assert response.status_code == 422
    assert "Ouvrir mon premier espace" in response.page.links()
    assert verbs(world)[-1] == "sign_in.failed"


def test_five_wrong_birth_dates_wait_a_quarter_of_an_hour_whatever_the_browser(client, world, settings, clock):
    world.person(mobile=MOBILE)
    prove(client, world, settings)
    for _try in range(5):
        assert send(client, "/connexion/qui", **OTHER_DAY).status_code == 422
    response = send(client, "/connexion/qui", **BORN)
    assert response.status_code == 429
    assert "Attendez 15 minutes" in response.page.text()
    assert send(client, "/connexion/nouveau", **NAMES, **BORN).status_code == 429
    clock.forward(timedelta(minutes=15))
    assert enter(client, world, settings).status_code == 303


def test_twenty_wrong_birth_dates_wait_for_the_next_day(client, world, settings, clock):
    world.person(mobile=MOBILE)
    for _quarter in range(4):
        prove(client, world, settings)
        for _try in range(5):
            assert send(client, "/connexion/qui", **OTHER_DAY).status_code == 422
        clock.forward(timedelta(minutes=15))
    prove(client, world, settings)
    assert send(client, "/connexion/qui", **BORN).status_code == 429
    clock.forward(timedelta(hours=23))
    assert enter(client, world, settings).status_code == 303


def test_a_birth_date_sent_twice_at_once_lets_in(app, client, world, settings, database):
    person = world.person(mobile=MOBILE)
    prove(client, world, settings)
    typed = client.get("/connexion/qui").page.fields(0) | BORN
    presses = [app.test_client() for _press in range(4)]
    for press in presses:
        press.set_cookie("porte", client.get_cookie("porte").value)
        press.environ_base["wsgi.url_scheme"] = "https"
    with ThreadPoolExecutor(len(presses)) as pool:
        answers = list(pool.map(lambda press: press.post("/connexion/qui", data=typed).status_code, presses))
    assert set(answers) == {303}
    with database.transaction() as session:
        assert list(session.scalars(select(Credential.person_id))) == [person.id]


def test_right_birth_dates_use_nothing_up(client, world, settings):
    world.person(mobile=MOBILE)
    for _family_of_one_telephone in range(5):
        assert enter(client, world, settings).status_code == 303
        client.post("/quitter")


def test_someone_new_opens_a_first_space_with_what_was_proved(client, world, settings, database):
    prove(client, world, settings)
    response = send(client, "/connexion/nouveau", **NAMES, **BORN)
    assert response.headers["Location"] == "/mon-espace"
    (file,) = people(world)
    assert (file.given_names, file.mobile, file.maybe_double) == ("Camille", MOBILE, False)
    assert who_is_in(client, database) == file.id


def test_someone_known_by_another_mobile_gets_a_file_apart_that_is_flagged(client, world, settings):
    world.person(**NAMES, mobile="+33639980099")
    prove(client, world, settings)
    send(client, "/connexion/nouveau", **NAMES, **BORN)
    assert [(file.mobile, file.maybe_double) for file in people(world)] == [("+33639980099", False), (MOBILE, True)]


def test_what_is_wrong_with_a_first_file_is_said_and_nothing_typed_is_lost(client, world, settings):
    prove(client, world, settings)
    response = send(client, "/connexion/nouveau", family_name="", given_names="Zoé", birth_date=["31", "2", "1980"])
    assert response.status_code == 422
    assert "Écrivez votre nom de famille" in response.page.text()
    assert "Cette date n'existe pas" in response.page.text()
    assert response.page.fields()["given_names"] == "Zoé"
    future = {"birth_date": ["1", "1", "2030"]}
    assert "dans le futur" in send(client, "/connexion/nouveau", **NAMES, **future).page.text()
    assert people(world) == []


def test_the_birth_date_is_asked_on_a_page_that_no_browser_keeps(client, world, settings):
    prove(client, world, settings)
    assert client.get("/connexion/qui").headers["Cache-Control"] == "no-store"
