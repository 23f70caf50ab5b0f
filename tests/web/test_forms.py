import pytest

from portal.staff.services import set_password


def post(client, **typed):
    page = client.get("/agents/connexion").page
    return client.post("/agents/connexion", data=page.fields() | typed)


@pytest.fixture(autouse=True)
def departement(world):
    world.departement()


def test_a_form_without_its_token_is_refused_and_keeps_what_was_typed(client):
    response = client.post("/agents/connexion", data={"email": "nour@exemple.fr", "password": "x"})
    assert "nour@exemple.fr" in response.get_data(as_text=True)
    assert "Rien n'est perdu" in response.page.text()
    assert response.page.title.startswith("Erreur :")


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, world):
    world.agent(role="courrier", email="nour.demo@exemple.fr")
    with world.database.transaction() as session:
        set_password(session, email="nour.demo@exemple.fr", password="a long invented phrase")
    known = post(client, email="nour.demo@exemple.fr", password="wrong")
    unknown = post(client, email="personne@exemple.fr", password="wrong")
    assert "ne vont pas ensemble" in known.page.text()
    assert known.page.text() == unknown.page.text()


@pytest.mark.parametrize(
    "suite", ["//autre.exemple/agents", "https://autre.exemple", "/\\autre.exemple", "/agents/../x"]
)
def test_signing_in_never_leads_to_another_site(client, world, suite):
    world.agent(role="courrier", email="nour.demo@exemple.fr")
    with world.database.transaction() as session:
        set_password(session, email="nour.demo@exemple.fr", password="a long invented phrase")
    page = client.get("/agents/connexion").page
    typed = {"email": "nour.demo@exemple.fr", "password": "a long invented phrase"}
    response = client.post(f"/agents/connexion?suite={suite}", data=page.fields() | typed)
    assert response.headers["Location"].startswith("/agents")


def test_a_name_with_nul_bytes_is_answered_beside_its_field(client):
    response = post(client, email="a\x00b", password="x")
    assert response.status_code == 200
    assert "signes simples" in response.page.text()


def test_a_name_of_ten_thousand_characters_is_answered_beside_its_field(client):
    assert "254 caractères au plus" in post(client, email="a" * 10_000, password="x").page.text()
