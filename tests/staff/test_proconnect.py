"""Agents sign in through ProConnect: to their own account, with two proofs."""

import threading
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.people.models import Agent
from portal.settings import Provider as ProviderSettings
from portal.staff.rules_proconnect import ProConnectFault, is_second_proof, proved_email
from portal.staff.services_proconnect import enter
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET, running
from tests.staff.agents import EMAIL, code_at, post

pytestmark = pytest.mark.usefixtures("nour")

BACK = "https://porte.exemple.fr/agents/connexion/proconnect/retour"
LEFT = "https://porte.exemple.fr/agents/connexion/proconnect/fin"


@pytest.fixture
def provider(clock):
    with running(clock) as provider:
        provider.client.redirect_uris = {BACK}
        provider.client.client_metadata = {"post_logout_redirect_uris": [LEFT]}
        provider.person = {"sub": "sub-nour", "email": EMAIL.upper(), "given_name": "Nour", "usual_name": "Essai"}
        provider.habits.level, provider.habits.methods = "eidas1", ("pwd", "mfa")
        yield provider


@pytest.fixture
def settings(settings, provider):
    return replace(settings, proconnect=ProviderSettings(provider.issuer, CLIENT_ID, CLIENT_SECRET))


def start(client, suite=""):
    """Presses the button of the agents' sign-in page; gives the provider's address."""
    page = client.get(f"/agents/connexion{suite}").page
    form = next(form for form in page.all("form") if "proconnect" in form.get("action", ""))
    leaving = client.post(form.get("action"), data={"csrf_token": page.fields()["csrf_token"]})
    url = leaving.headers["Refresh"].removeprefix("0; url=")
    assert leaving.page.links()["Continuer vers ProConnect"] == url
    return url


def consent(url, answer="yes"):
    shown = requests.post(url, data={"answer": answer}, allow_redirects=False, timeout=5)
    assert shown.headers["Location"].startswith(BACK), shown.text
    return shown.headers["Location"].removeprefix("https://porte.exemple.fr")


def sign_in(client, suite=""):
    return client.get(consent(start(client, suite)))


def row(database, agent):
    with database.transaction() as session:
        return session.get_one(Agent, agent.id)


def verbs(database):
    with database.transaction() as session:
        return list(session.scalars(select(JournalLine.verb).order_by(JournalLine.id)))


def test_two_proofs_at_proconnect_open_the_account_with_the_same_address(client, database, nour):
    response = sign_in(client)
    assert (response.status_code, response.headers["Location"]) == (303, "/agents")
    assert client.get("/agents").status_code == 200
    assert row(database, nour.agent).proconnect_sub == "sub-nour"
    assert verbs(database)[-2:] == ["agent.proconnect_joined", "sign_in.agent_proconnect"]


def test_afterwards_the_identifier_counts_and_no_longer_the_address(client, database, provider):
    sign_in(client)
    provider.person["email"] = "autre@exemple.fr"
    assert sign_in(client).headers["Location"] == "/agents"
    assert verbs(database).count("agent.proconnect_joined") == 1


def test_one_proof_at_proconnect_leaves_ours_to_give(client, clock, provider):
    provider.habits.methods = ("pwd",)
    response = sign_in(client, "?suite=/agents/appels")
    assert response.headers["Location"] == "/agents/connexion/code"
    assert client.get("/agents").status_code == 303
    entered = post(client, "/agents/connexion/code", code=code_at(clock()))
    assert entered.headers["Location"] == "/agents/appels"


def test_one_proof_and_no_telephone_yet_leads_to_joining_one(client, database, provider, nour):
    provider.habits.methods = ("pwd",)
    with database.transaction() as session:
        session.get_one(Agent, nour.agent.id).totp_secret = None
    assert sign_in(client).headers["Location"] == "/agents/connexion/telephone"


@pytest.mark.parametrize(
    ("claims", "has_two"),
    [
        ({"acr": "eidas1", "amr": ["pwd"]}, False),
        ({"acr": "eidas0"}, False),
        ({}, False),
        ({"amr": "mfa"}, False),
        ({"acr": ["eidas2"]}, False),
        ({"acr": "eidas1", "amr": ["pwd", "mfa"]}, True),
        *(({"acr": level}, True) for level in ("eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3")),
    ],
    ids=str,
)
def test_two_proofs_are_those_that_proconnect_says(claims, has_two):
    assert is_second_proof(claims) is has_two


@pytest.mark.parametrize(
    ("details", "email"),
    [
        ({"email": " Nour@Exemple.fr"}, "nour@exemple.fr"),
        ({"email": "nour@exemple.fr", "email_verified": True}, "nour@exemple.fr"),
        ({"email": "nour@exemple.fr", "email_verified": False}, None),
        ({"email": "nour@exemple.fr", "email_verified": "false"}, None),
        ({"email": "nour"}, None),
        ({"email": None}, None),
        ({}, None),
    ],
    ids=str,
)
def test_an_address_counts_unless_it_is_said_not_to_be_checked(details, email):
    assert proved_email(details) == email


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"suspended_at": True}, "Votre compte est suspendu"),
        ({"expires_on": date(2026, 11, 23)}, "Votre compte a pris fin"),
        ({"is_active": False}, "Aucun compte n'a votre adresse"),
        ({"email": "ailleurs@exemple.fr"}, "Aucun compte n'a votre adresse"),
        ({"proconnect_sub": "another"}, "Votre compte est relié à une autre identité"),
    ],
    ids=str,
)
def test_an_account_that_does_not_open_is_said_so_and_joined_to_nothing(
    client, database, clock, nour, changes, heading
):
    with database.transaction() as session:
        for name, value in changes.items():
            setattr(session.get_one(Agent, nour.agent.id), name, clock() if value is True else value)
    response = sign_in(client)
    assert response.status_code == 403
    assert response.page.h1 == heading
    assert row(database, nour.agent).proconnect_sub == changes.get("proconnect_sub")
    assert verbs(database)[-1] == "sign_in.agent_refused"
    assert client.get("/agents").status_code == 303


def test_an_account_once_joined_closes_like_any_other(client, database, clock, nour):
    sign_in(client)
    with database.transaction() as session:
        session.get_one(Agent, nour.agent.id).suspended_at = clock()
    assert sign_in(client).page.h1 == "Votre compte est suspendu"


def test_an_address_that_nobody_checked_opens_nothing(client, provider):
    provider.person["email_verified"] = False
    assert sign_in(client).page.h1 == "ProConnect n'a pas vérifié votre adresse"


def test_someone_invited_who_never_chose_a_password_enters(client, database, nour):
    with database.transaction() as session:
        session.get_one(Agent, nour.agent.id).password_hash = None
    assert sign_in(client).status_code == 303


def test_the_question_asks_for_a_new_proof_and_how_it_was_given(client):
    sent = parse_qs(urlsplit(start(client)).query)
    assert sent["prompt"] == ["login"]
    assert sent["claims"] == ['{"id_token":{"amr":{"essential":true}}}']
    assert sent["scope"] == ["openid given_name usual_name email siret uid"]
    assert "acr_values" not in sent


@pytest.mark.parametrize("asked", ["//autre.exemple", "/mon-espace", "https://autre.exemple/agents"])
def test_only_a_page_of_the_agents_side_opens_afterwards(client, asked):
    assert sign_in(client, f"?suite={asked}").headers["Location"] == "/agents"


def test_an_answer_serves_once_in_the_browser_that_asked(app, client, provider):
    path = consent(start(client))
    stranger = app.test_client()
    stranger.environ_base["wsgi.url_scheme"] = "https"
    lost = stranger.get(path)
    assert (lost.status_code, lost.page.h1) == (400, "Cette connexion ne peut pas continuer")
    client.get(path)
    assert client.get(path).headers["Location"] == "/agents"
    assert provider.count("token") == 1


def test_who_stops_at_proconnect_is_told_that_nothing_changed(client):
    response = client.get(consent(start(client), "no"))
    assert (response.status_code, response.page.h1) == (200, "Vous avez arrêté la connexion")


def test_a_doubtful_answer_opens_nothing(client, database, provider):
    provider.habits.forged = True
    response = sign_in(client)
    assert (response.status_code, response.page.h1) == (400, "La connexion avec ProConnect n'a pas marché")
    assert verbs(database)[-1] == "sign_in.agent_refused"


def test_a_provider_that_is_away_is_said_so(client, provider):
    provider.habits.status = {"discovery": 503}
    token = {"csrf_token": client.get("/agents/connexion").page.fields()["csrf_token"]}
    response = client.post("/agents/connexion/proconnect", data=token)
    assert (response.status_code, response.page.h1) == (503, "ProConnect ne répond pas")


def test_a_press_without_its_token_leads_back(client):
    response = client.post("/agents/connexion/proconnect?suite=/agents/appels")
    assert response.headers["Location"] == "/agents/connexion?suite=/agents/appels"


def test_signing_out_ends_the_session_of_proconnect_too(client, provider):
    sign_in(client)
    token = client.get("/agents").page.fields()["csrf_token"]
    left = client.post("/agents/deconnexion", data={"csrf_token": token})
    assert left.page.h1 == "Vous quittez aussi ProConnect"
    answer = requests.get(left.headers["Refresh"].removeprefix("0; url="), allow_redirects=False, timeout=5)
    assert provider.ended == ["sub-nour"]
    back = client.get(answer.headers["Location"].removeprefix("https://porte.exemple.fr"))
    assert back.headers["Location"] == "/agents/connexion"
    assert client.get("/agents").status_code == 303


def test_two_first_times_at_once_join_the_account_to_one_identity(database, clock, nour):
    found = []

    def one(subject):
        with database.transaction() as session:
            found.append(enter(session, clock(), subject=subject, email=EMAIL))

    threads = [threading.Thread(target=one, args=(f"sub-{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str).count(ProConnectFault.OTHER_ACCOUNT) == 2
    assert row(database, nour.agent).proconnect_sub in {"sub-0", "sub-1", "sub-2"}


class TestOff:
    """Without its settings."""

    @pytest.fixture
    def settings(self, settings):
        return replace(settings, proconnect=None)

    def test_nothing_of_it_is_there(self, client):
        page = client.get("/agents/connexion").page
        assert "ProConnect" not in page.text()
        token = {"csrf_token": page.fields()["csrf_token"]}
        assert client.post("/agents/connexion/proconnect", data=token).status_code == 404
        assert client.get("/agents/connexion/proconnect/retour").status_code == 404
        assert client.get("/agents/connexion/proconnect/fin").status_code == 404
