"""Signing in by SMS or e-mail, as a browser without scripts does it."""

import re
from datetime import timedelta

import pytest

from portal.people.models_credentials import CredentialKind
from tests.identity.signing import (
    BORN,
    MOBILE,
    TYPED,
    ask,
    code_sent,
    enter,
    last_challenge,
    level_of,
    prove,
    send,
    verbs,
    who_is_in,
    wrong,
)


@pytest.fixture(autouse=True)
def departement(world):
    world.departement()


@pytest.fixture
def browser(app):
    """Another browser."""
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


def test_someone_signs_in_by_sms(client, world, settings, database, worker_of, gateways):
    person = world.person(mobile=MOBILE)
    response = ask(client)
    assert (response.status_code, response.headers["Location"]) == (303, "/connexion/code")
    page = client.get("/connexion/code").page
    assert "06 •• •• •• 12" in page.text()
    assert "encore 10 minutes" in page.text()
    assert MOBILE not in page.html
    worker_of()
    code = re.search(r"\d{6}", gateways.sms.sent[-1].text).group()
    assert code == code_sent(world, settings)
    response = send(client, "/connexion/code", code=f" {code[:3]} {code[3:]}")
    assert response.headers["Location"] == "/connexion/qui"
    response = send(client, "/connexion/qui", **BORN)
    assert response.headers["Location"] == "/mon-espace"
    assert who_is_in(client, database) == person.id
    assert level_of(client, database) == "reachable"
    assert verbs(world) == ["sign_in.code_sent", "sign_in.succeeded"]


def test_someone_signs_in_by_e_mail_however_it_is_written(client, world, settings, database):
    person = world.person(email="Camille.Essai@exemple.fr")
    enter(client, world, settings, " camille.essai@EXEMPLE.fr")
    assert who_is_in(client, database) == person.id


def test_a_vouched_mobile_opens_the_upper_level(client, world, settings, database):
    person = world.person(mobile=MOBILE)
    world.credential(person, CredentialKind.MOBILE, MOBILE, is_vouched=True)
    enter(client, world, settings)
    assert level_of(client, database) == "known"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Écrivez votre numéro de mobile"),
        ("03 53 01 00 71", "n'est pas un mobile"),
        ("06 39", "Il manque des chiffres"),
        ("camille", "Il manque le signe @"),
        ("camille@exemple", "Il manque la fin"),
        ("x" * 300, "254 caractères au plus"),
        ("06\u202e39", "lettres, des chiffres"),
    ],
)
def test_what_can_be_no_contact_is_said_and_nothing_is_sent(client, world, typed, sentence):
    response = ask(client, typed)
    assert response.status_code == 422
    assert sentence in response.page.text()
    assert verbs(world) == []


def test_the_page_without_a_code_asked_for_leads_to_the_first(client):
    for path in ("/connexion/code", "/connexion/qui", "/connexion/prenom", "/connexion/nouveau"):
        assert client.get(path).headers["Location"] == "/connexion"
    assert client.post("/connexion/code").headers["Location"] == "/connexion"


def test_a_code_is_sent_by_a_press_alone(client, world):
    ask(client)
    for path in ("/connexion", "/connexion/code", "/connexion/code/autre", "/connexion?contact=0639980012"):
        client.get(path)
    assert verbs(world) == ["sign_in.code_sent"]


def test_another_code_replaces_the_first(client, world, settings):
    ask(client)
    first = code_sent(world, settings)
    response = client.post("/connexion/code/autre", data=client.get("/connexion/code").page.fields())
    assert "Un autre code part" in client.follow(response).page.text()
    assert code_sent(world, settings) != first
    assert send(client, "/connexion/code", code=first).status_code == 422
    assert send(client, "/connexion/code", code=code_sent(world, settings)).status_code == 303


def test_a_wrong_code_is_said_and_the_fifth_ends_it(client, world, settings):
    ask(client)
    bad = wrong(code_sent(world, settings))
    for _try in range(4):
        assert "n'est pas le bon" in send(client, "/connexion/code", code=bad).page.text()
    assert "trop d'essais" in send(client, "/connexion/code", code=bad).page.text()
    assert "trop d'essais" in send(client, "/connexion/code", code=code_sent(world, settings)).page.text()
    assert verbs(world).count("sign_in.failed") == 6


def test_what_can_be_no_code_costs_no_try(client, world):
    ask(client)
    for typed in ("", "12 34", "abcdef", "1" * 70):
        assert send(client, "/connexion/code", code=typed).status_code == 422
    assert last_challenge(world).tries == 0


def test_an_expired_code_is_said(client, world, settings, clock):
    ask(client)
    clock.forward(timedelta(minutes=10))
    page = client.get("/connexion/code").page
    assert "Ce code ne sert plus" in page.text()
    response = client.post("/connexion/code", data=page.fields(0) | {"code": code_sent(world, settings)})
    assert "Ce code ne sert plus" in response.page.text()


def test_a_code_used_once_serves_no_second_time(client, world, settings):
    ask(client)
    page = client.get("/connexion/code").page
    sent = page.fields(0) | {"code": code_sent(world, settings)}
    key = client.get_cookie("porte").value
    assert client.post("/connexion/code", data=sent).status_code == 303
    client.set_cookie("porte", key)  # the page that was open before, sent again
    response = client.post("/connexion/code", data=sent)
    assert response.status_code in {303, 422}
    assert client.get("/connexion/qui").headers["Location"] == "/connexion"


def test_another_browser_cannot_use_the_code(client, browser, world, settings):
    world.person(mobile=MOBILE)
    ask(client)
    code = code_sent(world, settings)
    ask(browser, "06 39 98 00 34")
    assert send(browser, "/connexion/code", code=code).status_code == 422
    assert last_challenge(world).to == "+33639980034"
    assert send(client, "/connexion/code", code=code).status_code == 303


def test_what_is_proved_waits_15_minutes_for_who_it_is(client, world, settings, clock):
    prove(client, world, settings)
    clock.forward(timedelta(minutes=15))
    assert client.get("/connexion/qui").headers["Location"] == "/connexion"


def test_each_proof_gives_a_new_key_so_that_one_known_before_opens_nothing(client, world, settings):
    world.person(mobile=MOBILE)
    keys = []
    for step in (
        lambda: ask(client),
        lambda: send(client, "/connexion/code", code=code_sent(world, settings)),
        lambda: send(client, "/connexion/qui", **BORN),
    ):
        step()
        keys.append(client.get_cookie("porte").value)
    assert len(set(keys)) == 3
    for known in keys[:2]:
        client.set_cookie("porte", known)
        assert client.get("/session").headers["Location"] == "/connexion"


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/mon-espace/messages", "/mon-espace/messages"),
        ("//autre.example", "/mon-espace"),
        ("/%5Cautre.example", "/mon-espace"),
        ("/%09/autre.example", "/mon-espace"),
        ("https://autre.example", "/mon-espace"),
        ("/agents", "/mon-espace"),
        ("/agents/appels", "/mon-espace"),
        ("", "/mon-espace"),
    ],
)
def test_signing_in_leads_where_one_was_going_and_never_elsewhere(client, world, settings, asked, leads):
    world.person(mobile=MOBILE)
    response = enter(client, world, settings, path=f"/connexion?suite={asked}")
    assert response.headers["Location"] == leads


def test_whoever_is_signed_in_is_led_on(client, world, settings):
    world.person(mobile=MOBILE)
    enter(client, world, settings)
    assert client.get("/connexion?suite=/mon-espace/messages").headers["Location"] == "/mon-espace/messages"
    assert client.get("/connexion?suite=//autre.example").headers["Location"] == "/mon-espace"
    assert client.get("/connexion/courrier/code").headers["Location"] == "/mon-espace"


@pytest.mark.parametrize("path", ["/connexion", "/connexion/courrier", "/connexion/courrier/code"])
def test_a_form_without_its_token_does_nothing(client, world, path):
    response = client.post(path, data={"contact": TYPED})
    assert response.status_code == 422
    assert "restée ouverte longtemps" in response.page.text()
    assert verbs(world) == []


def test_a_token_is_asked_for_at_each_step(client, world, settings, database):
    world.person(mobile=MOBILE)
    ask(client)
    assert client.post("/connexion/code", data={"code": code_sent(world, settings)}).status_code == 422
    client.post("/connexion/code/autre")
    assert verbs(world) == ["sign_in.code_sent"]
    prove(client, world, settings)
    for path in ("/connexion/qui", "/connexion/nouveau"):
        assert client.post(path, data=BORN).status_code == 422
    assert who_is_in(client, database) is None


def test_another_site_cannot_post_here(client):
    for path in ("/connexion", "/connexion/code", "/quitter", "/session"):
        assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_five_codes_an_hour_leave_to_one_number_then_the_wait_is_said(client, browser, clock):
    for _time in range(5):
        assert ask(client).status_code == 303
    for asker in (client, browser):
        response = ask(asker)
        assert response.status_code == 429
        assert "Attendez 60 minutes" in response.page.text()
        assert response.headers["Retry-After"] == "3600"
        assert "03 53 01 00 62" in response.page.text()
    assert ask(client, "06 39 98 00 34").status_code == 303
    clock.forward(timedelta(hours=1))
    assert ask(client).status_code == 303


def test_thirty_codes_an_hour_leave_from_one_connection(client):
    for number in range(30):
        assert ask(client, f"06 39 98 00 {number:02}").status_code == 303
    assert ask(client, "06 39 98 00 30").status_code == 429


def test_sixty_codes_an_hour_are_tried_from_one_connection(client):
    for number in range(12):
        ask(client, f"06 39 98 00 {number:02}")
        for _try in range(5):
            assert send(client, "/connexion/code", code="000000").status_code in {303, 422}
    ask(client, "06 39 98 00 50")
    assert send(client, "/connexion/code", code="000000").status_code == 429


def test_no_name_number_nor_code_is_in_an_address_or_the_log(client, world, settings, caplog):
    world.person(mobile=MOBILE)
    enter(client, world, settings)
    code = code_sent(world, settings)
    assert all(secret not in caplog.text for secret in (MOBILE, TYPED, code))


def test_franceconnect_is_offered_only_when_it_is_there(client):
    assert "FranceConnect" not in client.get("/connexion").page.text()
