"""Every page of a space in which nothing has happened yet."""

import pytest

PAGES = [
    "",
    "/rendez-vous",
    "/messages",
    "/preferences",
    "/preferences/mobile",
    "/preferences/email",
    "/preferences/mobile/retirer",
    "/preferences/telephone-fixe",
    "/preferences/adresse",
    "/proches",
    "/proches/ajouter",
    "/actions",
    "/connexions",
    "/mes-donnees",
    "/fermer",
    "/fermer/confirmer",
    "/niveau",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("known", [False, True], ids=["reachable", "known"])
def test_every_page_opens_for_its_person_and_is_kept_by_no_browser(client, resident, enter, path, known):
    enter(resident, known=known)
    response = client.get(f"/mon-espace{path}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_nobody_enters_without_signing_in(client, path):
    response = client.get(f"/mon-espace{path}")
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/connexion?suite=/mon-espace")


def test_the_header_shows_how_to_enter_then_the_space_and_how_to_leave(client, resident, enter):
    assert client.get("/aide").page.links()["Me connecter"] == "/connexion"
    enter(resident)
    page = client.get("/aide").page
    assert page.links()["Mon espace"] == "/mon-espace"
    assert "/quitter" in [form.get("action") for form in page.all("form")]


def test_an_empty_space_says_so_and_offers_an_appointment(client, resident, enter):
    enter(resident)
    page = client.get("/mon-espace").page
    assert page.h1 == "Bonjour Camille"
    assert "Aucun rendez-vous à venir" in page.text()
    assert "Accès simple." in page.text()
    assert "/rendez-vous" in page.links().values()
