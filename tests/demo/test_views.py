"""The demonstration's doors, on its own invented world."""

from dataclasses import replace

import pytest

from portal.app import create_app
from portal.demo.appointments import book_for_residents
from portal.demo.seed import seed
from tests.checked_pages import CheckedClient
from tests.conftest import NOW, empty
from tests.identity.signing import level_of, who_is_in

URL = "http://127.0.0.1:8000"
INVENTED = ["Camille Exemple", "Odette Modèle", "Marcel Témoin", "Sacha Essai", "Dominique Anonyme", "Noa Fictif"]


@pytest.fixture(scope="module")
def laid(migrated, opened):
    seed(opened, NOW)
    book_for_residents(opened, NOW, URL)
    yield opened
    empty(migrated)


@pytest.fixture
def database(laid):
    """The demonstration, laid once: those who try it share it here as they do in life."""
    return laid


@pytest.fixture
def demo(settings, database, clock, gateways):
    app = create_app(replace(settings, demo=True), clock=clock, database=database, gateways=gateways)
    app.test_client_class = CheckedClient
    app.config["SESSION_COOKIE_SECURE"] = False
    return app.test_client()


def press(demo, path):
    page = demo.get("/demo").page
    door = next(number for number, form in enumerate(page.all("form")) if form.get("action") == path)
    return demo.post(path, data=page.fields(door))


def test_the_doors_list_residents_and_agents_with_one_press_each(demo):
    page = demo.get("/demo").page
    assert len(page.all("form")) >= 5
    assert "Aucun message ne part vraiment" in page.text()


def test_one_press_enters_the_print_room(demo):
    page = demo.get("/demo").page
    forms = [form.get("action") for form in page.all("form")]
    courrier = next(number for number, form in enumerate(page.all("form")) if "olivier" in form.get("action"))
    response = demo.post(forms[courrier], data=page.fields(courrier))
    assert demo.follow(response).page.h1.startswith("Bonjour")
    assert "courriers" in demo.get("/agents/courriers").page.text().lower()


def test_the_residents_have_appointments_and_a_second_start_adds_none(demo, database, clock):
    page = demo.get("/demo").page
    assert sum(link.startswith("/r/") for link in page.links().values()) == 4
    assert [page.text(name) for name in page.all("h3")][:6] == INVENTED
    assert book_for_residents(database, clock.now, URL) == 0


def test_whoever_tries_the_demonstration_is_not_shown_to_the_next(demo, world):
    world.person(family_name="Passante", given_names="Curieuse")
    assert "Curieuse" not in demo.get("/demo").page.text()


@pytest.mark.parametrize(
    ("key", "level"),
    [
        ("camille", "reachable"),
        ("odette", "known"),
        ("marcel", "reachable"),
        ("sacha", "known"),
        ("dominique", "reachable"),
    ],
)
def test_one_press_enters_the_space_of_each_resident(demo, database, key, level):
    response = press(demo, f"/demo/personne/{key}")
    assert response.headers["Location"] == "/mon-espace"
    assert level_of(demo, database) == level
    assert who_is_in(demo, database) is not None


@pytest.mark.parametrize("key", ["odette", "marcel", "dominique"])
def test_an_appointment_that_the_doors_name_is_in_the_space_of_its_resident(demo, key):
    press(demo, f"/demo/personne/{key}")
    assert "Aucun rendez-vous à venir" not in demo.get("/mon-espace/rendez-vous").page.text()


def test_no_press_enters_as_a_child_nor_as_nobody(demo):
    page = demo.get("/demo").page
    for key in ("lou", "personne"):
        assert demo.post(f"/demo/personne/{key}", data=page.fields(0)).status_code == 404


def test_a_door_pressed_without_its_token_stays_shut(demo, database):
    for path in ("/demo/personne/camille", "/demo/agent/olivier"):
        assert demo.post(path).headers["Location"] == "/demo"
    assert demo.get_cookie("porte") is None or who_is_in(demo, database) is None


def test_the_letters_of_who_has_no_address_wait_at_a_place(demo):
    press(demo, "/demo/personne/noa")
    assert "A RETIRER MDS ARRAS NORD" in demo.get("/mon-espace/preferences").page.text()


def test_an_unknown_door_does_not_open(demo):
    page = demo.get("/demo").page
    assert demo.post("/demo/agent/personne", data=page.fields(0)).status_code == 404


def test_the_doors_do_not_exist_outside_the_demonstration(client, world):
    world.departement()
    assert client.get("/demo").status_code == 404
    assert client.get("/demo/messages").status_code == 404
