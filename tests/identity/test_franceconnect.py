"""A resident signs in through FranceConnect: their file, a new one, or an agent's look."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import select

from portal.identity.rules_matching import Pivot, pivot_of
from portal.identity.services_franceconnect import enter
from portal.journal.models import JournalLine
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Credential, CredentialKind, IdentityCase
from portal.people.rules import IdentityFault
from portal.refusal import Refused
from portal.settings import Provider as ProviderSettings
from portal.web.sessions import WebSession
from tests.openid.provider import CLIENT_ID, CLIENT_SECRET, running
from tests.reading import all_of

BACK = "https://porte.exemple.fr/connexion/franceconnect/retour"
LEFT = "https://porte.exemple.fr/connexion/franceconnect/fin"
CAMILLE = {
    "sub": "sub-camille",
    "family_name": "ESSAI",
    "given_name": "Dominique Camille",
    "birthdate": "1980-02-29",
    "birthplace": "62041",
    "birthcountry": "99100",
    "email": "Couple@exemple.fr",
}
BORN = date(1980, 2, 29)


@pytest.fixture
def provider(clock):
    with running(clock) as provider:
        provider.client.redirect_uris = {BACK}
        provider.client.client_metadata = {"post_logout_redirect_uris": [LEFT]}
        provider.person = dict(CAMILLE)
        yield provider


@pytest.fixture
def settings(settings, provider):
    return replace(settings, franceconnect=ProviderSettings(provider.issuer, CLIENT_ID, CLIENT_SECRET))


@pytest.fixture(autouse=True)
def here(world):
    world.departement()


def start(client, suite=None):
    """Presses the button of the sign-in page; gives the provider's address."""
    path = "/connexion" if suite is None else f"/connexion?suite={suite}"
    page = client.get(path).page
    form = next(form for form in page.all("form") if "franceconnect" in form.get("action", ""))
    leaving = client.post(form.get("action"), data={"csrf_token": page.fields()["csrf_token"]})
    assert leaving.status_code == 200
    url = leaving.headers["Refresh"].removeprefix("0; url=")
    assert leaving.page.links()["Continuer vers FranceConnect"] == url
    return url


def consent(url, answer="yes"):
    """Presses the provider's button; gives the path that the browser is led to."""
    shown = requests.post(url, data={"answer": answer}, allow_redirects=False, timeout=5)
    assert shown.headers["Location"].startswith(BACK), shown.text
    return shown.headers["Location"].removeprefix("https://porte.exemple.fr")


def sign_in(client, **given):
    return client.get(consent(start(client, **given)))


def verbs(database):
    return [line.verb for line in all_of(database, JournalLine)]


def pivot(**changes) -> Pivot:
    read = pivot_of(CAMILLE | changes)
    assert isinstance(read, Pivot)
    return read


def enters(session, clock, *, subject="sub-camille", email="couple@exemple.fr", **changes):
    return enter(session, clock(), subject=subject, pivot=pivot(**changes), email=email, language="fr")


def test_who_has_no_file_gets_one_and_enters_it_known(client, database):
    response = sign_in(client)
    assert (response.status_code, response.headers["Location"]) == (303, "/mon-espace")
    (person,) = all_of(database, Person)
    assert (person.family_name, person.given_names, person.birth_date) == ("ESSAI", "Dominique Camille", BORN)
    assert (person.birth_place, person.email, person.mobile) == ("62041", "Couple@exemple.fr", None)
    assert (person.email_state, person.maybe_double) == (RouteState.UNTRIED, False)
    (credential,) = all_of(database, Credential)
    assert (credential.kind, credential.value, credential.is_vouched) == ("franceconnect", "sub-camille", True)
    with database.transaction() as session:
        kept = session.scalars(select(WebSession).where(WebSession.person_id == person.id)).one().data
    assert (kept["level"], kept["how"]) == ("known", "franceconnect")
    assert verbs(database) == ["franceconnect.joined", "sign_in.succeeded"]


def test_who_has_one_file_enters_it_and_its_contacts_stay_as_they_were(client, database, world):
    file = world.person(given_names="Dominique", email="dominique@exemple.fr", mobile=None)
    sign_in(client)
    (person,) = all_of(database, Person)
    assert (person.id, person.email, person.birth_place) == (file.id, "dominique@exemple.fr", "62041")


def test_the_second_time_the_file_opens_whatever_it_has_become(client, database, world):
    sign_in(client)
    with database.transaction() as session:
        session.scalars(select(Person)).one().family_name = "Autrement"
    world.person(given_names="Dominique Camille")
    client.get("/connexion/franceconnect/retour")
    client.post("/quitter")
    sign_in(client)
    assert len(all_of(database, Credential)) == 1
    assert verbs(database)[-1] == "sign_in.succeeded"


def test_a_shared_email_joins_nobody(client, database, world):
    other = world.person(family_name="Conjoint", given_names="Claude", email="couple@exemple.fr")
    sign_in(client)
    other_again, mine = all_of(database, Person)
    assert other_again.id == other.id
    assert mine.family_name == "ESSAI"
    assert mine.maybe_double  # same e-mail and birth date: agents will know


def test_several_files_go_to_an_agent_and_the_page_says_what_happens_next(client, database, world):
    world.person(given_names="Dominique")
    world.person(given_names="Dominique Camille")
    response = sign_in(client)
    assert response.status_code == 200
    assert response.page.h1 == "Un agent va vérifier votre dossier"
    assert "/rendez-vous" in response.page.links().values()
    assert "03 53 01 00 62" in response.page.text()
    assert "Essai" not in response.page.text()
    assert response.headers["Cache-Control"] == "no-store"
    (case,) = all_of(database, IdentityCase)
    assert (case.subject, case.closed_at, case.birth_place) == ("sub-camille", None, "62041")
    assert all_of(database, Credential) == []
    assert client.get("/mon-espace").status_code == 303
    left = requests.get(response.page.links()["Quitter FranceConnect"], allow_redirects=False, timeout=5)
    assert left.headers["Location"].startswith(LEFT)


@pytest.mark.parametrize("asked", ["/mon-espace/messages", "/r/"])
def test_the_page_that_was_asked_for_opens_afterwards(client, asked):
    assert sign_in(client, suite=asked).headers["Location"] == asked


@pytest.mark.parametrize("asked", ["//autre.exemple", "https://autre.exemple", "/agents"])
def test_no_other_site_nor_the_agents_side_opens_afterwards(client, asked):
    assert sign_in(client, suite=asked).headers["Location"] == "/mon-espace"


def test_the_session_key_changes_on_the_way_in(client):
    url = start(client)
    start_key = client.get_cookie("porte").value
    client.get(consent(url))
    assert client.get_cookie("porte").value != start_key


def test_an_answer_serves_once_and_back_leads_on(client, provider):
    path = consent(start(client))
    client.get(path)
    again = client.get(path)
    assert (again.status_code, again.headers["Location"]) == (303, "/mon-espace")
    assert provider.count("token") == 1


def test_an_answer_brought_by_another_browser_is_refused(app, client, database):
    path = consent(start(client))
    stranger = app.test_client()
    stranger.environ_base["wsgi.url_scheme"] = "https"
    response = stranger.get(path)
    assert response.status_code == 400
    assert response.page.h1 == "Cette connexion ne peut pas continuer"
    assert all_of(database, Person) == []


@pytest.mark.parametrize(
    "query", ["", "?state=wrong&code=x", "?state=é&code=x", "?code=x", "?iss=https://autre.exemple"]
)
def test_an_answer_that_is_not_to_this_question_is_refused(client, provider, query):
    path = consent(start(client))
    if "iss" in query:
        query = f"{urlsplit(path).query and '?' + urlsplit(path).query}&iss=https://autre.exemple"
    response = client.get(f"/connexion/franceconnect/retour{query}")
    assert response.status_code == 400
    assert provider.count("token") == 0
    assert client.get(path).status_code == (400 if "iss=" in query else 303)  # its own answer is good once


def test_a_window_opened_before_does_not_spoil_the_one_opened_last(client, database):
    first, last = consent(start(client)), consent(start(client))
    assert client.get(first).status_code == 400
    assert client.get(last).status_code == 303
    assert len(all_of(database, Person)) == 1


def test_the_provider_may_sign_its_answer_with_its_name(client, provider):
    path = consent(start(client))
    assert client.get(f"{path}&iss={provider.issuer}").status_code == 303


def test_who_stops_at_franceconnect_is_told_that_nothing_changed(client, database):
    response = client.get(consent(start(client), "no"))
    assert response.status_code == 200
    assert response.page.h1 == "Vous avez arrêté la connexion"
    assert "/connexion" in response.page.links().values()
    assert all_of(database, JournalLine) == []


def test_a_doubtful_answer_opens_nothing_and_the_log_names_nobody(client, database, provider, caplog):
    provider.habits.id_claims = {"nonce": "replayed"}
    response = sign_in(client)
    assert response.status_code == 400
    assert response.page.h1 == "La connexion avec FranceConnect n'a pas marché"
    assert all_of(database, Person) == []
    assert verbs(database) == ["sign_in.failed"]
    assert [record.getMessage() for record in caplog.records if record.name == "portal"] == [
        "franceconnect fault=nonce"
    ]


def test_an_error_of_the_provider_gives_a_way_on(client):
    path = consent(start(client), "no").replace("access_denied", "server_error")
    response = client.get(path)
    assert response.status_code == 400
    assert response.page.all("form")


@pytest.mark.parametrize("endpoint", ["discovery", "token"])
def test_a_provider_that_is_away_gives_another_way_in(client, provider, endpoint):
    provider.habits.status = {endpoint: 503}
    page = client.get("/connexion").page
    response = client.post("/connexion/franceconnect", data={"csrf_token": page.fields()["csrf_token"]})
    if endpoint == "token":
        response = client.get(consent(response.headers["Refresh"].removeprefix("0; url=")))
    assert response.status_code == 503
    assert response.page.h1 == "FranceConnect ne répond pas"


@pytest.mark.parametrize(
    "changes",
    [{"birthdate": "1980"}, {"family_name": ""}, {"given_name": "A" * 120}, {"birthdate": "1850-01-01"}],
    ids=str,
)
def test_an_identity_that_no_file_can_hold_is_said_and_a_person_can_help(client, database, provider, changes):
    provider.person = CAMILLE | changes
    response = sign_in(client)
    assert response.status_code == 422
    assert response.page.h1 == "Il nous manque une information sur vous"
    assert all_of(database, Person) == []


@pytest.mark.parametrize("email", ["", "pas une adresse", None])
def test_an_email_that_is_none_is_left_out(client, database, provider, email):
    provider.person = CAMILLE | {"email": email}
    sign_in(client)
    assert all_of(database, Person)[0].email is None


def test_a_press_without_its_token_leads_back(client):
    response = client.post("/connexion/franceconnect?suite=/r/")
    assert (response.status_code, response.headers["Location"]) == (303, "/connexion?suite=/r/")


def test_the_question_names_the_pivot_and_a_level(client):
    sent = parse_qs(urlsplit(start(client)).query)
    assert sent["acr_values"] == ["eidas1"]
    assert {"birthdate", "birthplace", "birthcountry", "preferred_username"} <= set(sent["scope"][0].split())
    assert sent["redirect_uri"] == [BACK]
    assert sent["code_challenge_method"] == ["S256"]


def test_leaving_ends_the_session_of_franceconnect_too(client, provider):
    sign_in(client)
    left = client.post("/quitter")
    assert left.status_code == 200
    assert left.page.h1 == "Vous quittez aussi FranceConnect"
    assert '"cookies"' in left.headers["Clear-Site-Data"]
    answer = requests.get(left.headers["Refresh"].removeprefix("0; url="), allow_redirects=False, timeout=5)
    assert provider.ended == ["sub-camille"]
    back = client.get(answer.headers["Location"].removeprefix("https://porte.exemple.fr"))
    assert back.headers["Location"] == "/?quitte=1"
    assert client.get("/mon-espace").status_code == 303


def test_leaving_does_not_wait_for_a_provider_that_is_away(client, clock, provider):
    sign_in(client)
    clock.forward(timedelta(minutes=20))
    client.get("/mon-espace/messages")
    clock.forward(timedelta(minutes=25))
    client.get("/mon-espace/messages")
    clock.forward(timedelta(minutes=25))
    provider.habits.status = {"discovery": 503}
    assert client.post("/quitter").headers["Location"] == "/?quitte=1"


class TestOff:
    """Without its settings."""

    @pytest.fixture
    def settings(self, settings):
        return replace(settings, franceconnect=None)

    def test_nothing_of_it_is_there(self, client):
        page = client.get("/connexion").page
        assert "FranceConnect" not in page.text()
        token = {"csrf_token": page.fields()["csrf_token"]}
        assert client.post("/connexion/franceconnect", data=token).status_code == 404
        assert client.get("/connexion/franceconnect/retour").status_code == 404
        assert client.get("/connexion/franceconnect/fin").status_code == 404


def test_a_case_is_kept_once_and_says_what_was_given_last(session, clock, world):
    world.person(given_names="Dominique")
    world.person(given_names="Dominique Camille")
    first = enters(session, clock)
    again = enters(session, clock, preferred_username="D'INVENTION", birthdate="1980-02-00")
    assert first is again
    assert isinstance(again, IdentityCase)
    assert (again.usage_name, again.birth_date, again.birth_date_to) == ("D'INVENTION", date(1980, 2, 1), BORN)


def test_a_case_that_needs_nobody_any_more_is_closed(session, clock, world):
    world.person(given_names="Dominique")
    double = world.person(given_names="Dominique Camille")
    case = enters(session, clock)
    session.get_one(Person, double.id).card_of_id = 1
    session.flush()
    person = enters(session, clock)
    assert isinstance(person, Person)
    assert isinstance(case, IdentityCase)
    assert (case.person_id, case.closed_at, case.closed_by) == (person.id, clock(), None)


def test_a_case_once_settled_waits_again_when_what_it_joined_was_ended(session, clock, world):
    world.person(given_names="Dominique")
    world.person(given_names="Dominique Camille")
    case = enters(session, clock)
    assert isinstance(case, IdentityCase)
    case.closed_at, case.person_id = clock(), 1
    session.flush()
    assert enters(session, clock) is case
    assert (case.closed_at, case.person_id) == (None, None)


def test_a_settled_case_stays_settled_when_its_person_enters_elsewhere(session, clock, world):
    other = world.person(given_names="Autre", family_name="Autre")
    case = IdentityCase(
        subject="sub-camille", family_name="ESSAI", given_names="D", birth_date=BORN, birth_date_to=BORN,
        created_at=clock(), closed_at=clock(), person_id=other.id,
    )  # fmt: skip
    session.add(case)
    session.flush()
    assert isinstance(enters(session, clock), Person)
    assert case.person_id == other.id


def test_a_second_identity_for_the_same_file_goes_to_an_agent(session, clock):
    assert isinstance(enters(session, clock), Person)
    assert isinstance(enters(session, clock, subject="another"), IdentityCase)


def test_a_file_without_an_email_gets_that_of_franceconnect_which_vouches_for_nothing(session, clock, world):
    world.person(given_names="Dominique", email=None, email_state=RouteState.FAILED)
    person = enters(session, clock)
    assert isinstance(person, Person)
    assert (person.email, person.email_state) == ("couple@exemple.fr", RouteState.UNTRIED)
    assert [credential.kind for credential in session.scalars(select(Credential))] == [CredentialKind.FRANCECONNECT]


def test_a_file_without_an_email_stays_so_when_franceconnect_has_none(session, clock, world):
    world.person(given_names="Dominique", email=None)
    person = enters(session, clock, email=None)
    assert isinstance(person, Person)
    assert person.email is None


def test_a_birth_place_once_known_stays(session, clock, world):
    world.person(given_names="Dominique", birth_place="75056")
    person = enters(session, clock, birthplace="75107")
    assert isinstance(person, Person)
    assert person.birth_place == "75056"


def test_a_closed_space_opens_again(session, clock, world):
    world.person(given_names="Dominique", space_closed_at=clock())
    person = enters(session, clock)
    assert isinstance(person, Person)
    assert person.space_closed_at is None


def test_a_name_that_no_file_can_hold_is_refused(session, clock):
    with pytest.raises(Refused) as refused:
        enters(session, clock, family_name="Essai3")
    assert refused.value.reason is IdentityFault.NAME_CHARACTERS


def test_two_windows_at_once_make_one_file(database, clock):
    def one():
        with database.transaction() as session:
            enters(session, clock)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(all_of(database, Person)) == len(all_of(database, Credential)) == 1
