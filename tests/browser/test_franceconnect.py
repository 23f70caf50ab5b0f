"""Through FranceConnect and back, in a real browser: to one's space, to an agent's look, and out of both."""

import hashlib
import secrets
import socket
import threading
from dataclasses import replace

import pytest
from werkzeug.serving import make_server

from portal.people.models import Person
from portal.people.models_credentials import IdentityCase
from portal.settings import Provider as ProviderSettings
from portal.web.sessions import COOKIE, WebSession
from tests.browser.journeys import on_a_phone_with_and_without_scripts, town
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET, running

CAMILLE = {
    "sub": "sub-camille",
    "family_name": "ESSAI",
    "given_name": "Dominique Camille",
    "birthdate": "1980-02-29",
    "birthplace": "62041",
    "birthcountry": "99100",
    "email": "camille@exemple.fr",
}


@pytest.fixture
def address():
    """Where the portal will be: the provider must know it first."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def provider(clock, address):
    with running(clock) as provider:
        provider.client.redirect_uris = {f"{address}/connexion/franceconnect/retour"}
        provider.client.client_metadata = {"post_logout_redirect_uris": [f"{address}/connexion/franceconnect/fin"]}
        provider.person = dict(CAMILLE)
        yield provider


@pytest.fixture
def settings(settings, provider, address):
    known = ProviderSettings(provider.issuer, CLIENT_ID, CLIENT_SECRET)
    return replace(settings, franceconnect=known, base_url=address)


@pytest.fixture
def site(app, address):
    server = make_server("127.0.0.1", int(address.rpartition(":")[2]), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()


def go_to_franceconnect(visitor, provider):
    """From the home page to the provider's own."""
    visitor.go("/connexion")
    visitor.page.get_by_role("button", name="FranceConnect").click()
    visitor.page.wait_for_url(f"{provider.issuer}/**")


def come_back(visitor, button="Continuer"):
    visitor.page.get_by_role("button", name=button, exact=True).click()
    visitor.page.wait_for_url(f"{visitor.site}/**")
    visitor.check()


@on_a_phone_with_and_without_scripts
def test_franceconnect_opens_the_space_and_leaving_ends_both(device, visit, world, provider):
    town(world)
    visitor = visit(**device)
    go_to_franceconnect(visitor, provider)
    come_back(visitor)
    assert visitor.page.url.startswith(f"{visitor.site}/mon-espace")
    visitor.page.get_by_role("button", name="Quitter", exact=True).first.click()
    visitor.page.wait_for_url(f"{visitor.site}/?quitte=1")
    visitor.check()
    assert provider.ended == ["sub-camille"]
    visitor.go("/mon-espace")
    assert visitor.page.url.startswith(f"{visitor.site}/connexion")


def test_who_stops_there_or_comes_back_twice_finds_a_way_on(visit, world, provider):
    town(world)
    visitor = visit(phone=True)
    go_to_franceconnect(visitor, provider)
    come_back(visitor, "Refuser")
    visitor.reads("Vous avez arrêté la connexion")
    answer = visitor.page.url.removeprefix(visitor.site)
    visitor.go(answer)
    visitor.reads("Cette connexion ne peut pas continuer")
    visitor.page.get_by_role("button", name="Essayer de nouveau avec FranceConnect").click()
    visitor.page.wait_for_url(f"{provider.issuer}/**")
    visitor.page.go_back()
    visitor.page.wait_for_url(f"{visitor.site}/**")
    visitor.check()
    assert "FranceConnect" in visitor.page.inner_text("body")


def test_someone_who_looks_like_two_files_is_told_that_an_agent_will_look(visit, world, provider):
    town(world)
    world.person(given_names="Dominique")
    world.person(given_names="Dominique Camille")
    visitor = visit(phone=True)
    go_to_franceconnect(visitor, provider)
    come_back(visitor)
    visitor.reads("Un agent va vérifier votre dossier")
    visitor.follow("Prendre rendez-vous")


def sit_down(visitor, world, agent):
    """An agent is signed in, as both proofs leave it."""
    key = secrets.token_urlsafe(32)
    kept = {"agent_id": agent.id, "idle_minutes": 20, "confirmed_at": world.now.isoformat()}
    with world.database.transaction() as session:
        session.add(
            WebSession(
                key_hash=hashlib.sha256(key.encode()).hexdigest(),
                agent_id=agent.id,
                data=kept,
                created_at=world.now,
                seen_at=world.now,
            )
        )
    visitor.context.add_cookies([{"name": COOKIE, "value": key, "url": visitor.site}])


def test_an_agent_settles_it_and_the_person_enters(visit, world, provider):
    town(world)
    file = world.person(given_names="Dominique", address=["12 RUE DE LA DEMONSTRATION", "62000 ARRAS"])
    world.person(given_names="Dominique Camille")
    visitor, agent = visit(phone=True), visit(phone=True)
    go_to_franceconnect(visitor, provider)
    come_back(visitor)
    sit_down(agent, world, world.agent("accueil"))
    agent.go("/agents/personnes/a-rapprocher")
    agent.page.get_by_role("link", name="Dominique Camille ESSAI").click()
    agent.page.wait_for_url("**/a-rapprocher/1")
    agent.check()
    agent.page.get_by_role("radio", name=f"Dossier {file.id}").check()
    agent.press("Confirmer ce choix")
    agent.reads("Le dossier est choisi")
    with world.database.transaction() as session:
        assert session.get_one(IdentityCase, 1).person_id == session.get_one(Person, file.id).id
    go_to_franceconnect(visitor, provider)
    come_back(visitor)
    assert visitor.page.url.startswith(f"{visitor.site}/mon-espace")
