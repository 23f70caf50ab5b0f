"""Agents say whose an identity of FranceConnect is."""

from datetime import date

import pytest
from sqlalchemy import func, select

from portal.identity.queries_cases import candidates, open_case, open_cases, place_name
from portal.identity.rules_matching import Pivot, pivot_of
from portal.identity.services_cases import CaseFault, decide
from portal.identity.services_franceconnect import enter
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.people.models import Person
from portal.people.models_credentials import Credential, IdentityCase
from portal.people.rules import IdentityFault
from portal.refusal import Refused
from tests.entering import enter as enter_as

PATH = "/agents/personnes/a-rapprocher"
BORN = date(1980, 2, 29)
DETAILS = {
    "family_name": "ESSAI",
    "preferred_username": "D'INVENTION",
    "given_name": "Dominique Camille",
    "birthdate": "1980-02-29",
    "birthplace": "62041",
    "birthcountry": "99100",
}


@pytest.fixture
def twice(world):
    """Two files of people with the same names, born on the same day."""
    world.departement()
    world.commune()
    return [
        world.person(given_names="Dominique", mobile="+33639980012", email="premier@exemple.fr"),
        world.person(given_names="Dominique Camille", mobile=None, email=None, address=["12 RUE X", "62000 ARRAS"]),
    ]


@pytest.fixture
def case(world, twice, clock):
    assert len(twice) == 2
    return waiting(world, clock)


@pytest.fixture
def nour(world):
    return world.agent("accueil")


def waiting(world, clock, subject="sub-camille", **changes) -> IdentityCase:
    """Someone comes from FranceConnect, and an agent must look."""
    pivot = pivot_of(DETAILS | changes)
    assert isinstance(pivot, Pivot)
    with world.database.transaction() as session:
        found = enter(session, clock(), subject=subject, pivot=pivot, email=None, language="fr")
    assert isinstance(found, IdentityCase)
    return found


def one_link(page, words):
    """Where the link leads that begins with these words."""
    (href,) = [href for name, href in page.links().items() if name.startswith(words)]
    return href


def refusal(session, clock, **given):
    with pytest.raises(Refused) as refused:
        decide(session, clock(), **given)
    return refused.value.reason


def test_open_cases_wait_from_the_oldest_on(session, world, clock, case):
    later = waiting(world, clock, "another")
    assert [one.id for one in open_cases(session)] == [case.id, later.id]
    session.get_one(IdentityCase, case.id).closed_at = clock()
    session.flush()
    assert [one.id for one in open_cases(session)] == [later.id]
    assert open_case(session, case.id) is None


def test_the_files_that_fit_are_shown_with_those_that_franceconnect_opens_already(session, world, case, twice):
    world.credential(twice[1], "franceconnect", "sub-other", is_vouched=True)
    files, taken = candidates(session, case)
    assert [file.id for file in files] == [file.id for file in twice]
    assert taken == {twice[1].id}


def test_a_place_has_its_name_when_the_directory_knows_it(session, world):
    world.commune()
    assert [place_name(session, insee) for insee in ("62041", "99352", None)] == ["Arras", "99352", ""]


def test_the_file_that_an_agent_chooses_opens_to_that_identity(session, clock, case, twice, nour):
    credential = decide(session, clock(), case_id=case.id, person_id=twice[1].id, by=Actor.agent(nour.id))
    assert (credential.person_id, credential.value, credential.is_vouched) == (twice[1].id, "sub-camille", True)
    settled = session.get_one(IdentityCase, case.id)
    assert (settled.person_id, settled.closed_at, settled.closed_by) == (twice[1].id, clock(), nour.id)
    assert session.get_one(Person, twice[1].id).birth_place == "62041"
    lines = session.execute(select(JournalLine.verb, JournalLine.actor_id).order_by(JournalLine.id)).all()
    assert [tuple(line) for line in lines][-2:] == [
        ("franceconnect.joined", nour.id),
        ("identity.case_settled", nour.id),
    ]
    pivot = pivot_of(DETAILS)
    assert isinstance(pivot, Pivot)
    entered = enter(session, clock(), subject="sub-camille", pivot=pivot, email=None, language="fr")
    assert entered.id == twice[1].id


def test_none_of_the_files_makes_a_new_one(session, clock, case, nour):
    credential = decide(session, clock(), case_id=case.id, person_id=None, by=Actor.agent(nour.id))
    person = session.get_one(Person, credential.person_id)
    assert (person.family_name, person.given_names, person.birth_date) == ("D'INVENTION", "Dominique Camille", BORN)
    assert person.birth_place == "62041"


def test_the_identity_that_opened_the_file_before_opens_it_no_more(session, world, clock, case, twice, nour):
    former = world.credential(twice[0], "franceconnect", "sub-other", is_vouched=True)
    decide(session, clock(), case_id=case.id, person_id=twice[0].id, by=Actor.agent(nour.id))
    assert session.get_one(Credential, former.id).ended_at == clock()


def test_whoever_entered_with_the_identity_of_before_is_signed_out(app, database, world, clock, case, twice, nour):
    former, person = app.test_client(), twice[0]
    former.environ_base["wsgi.url_scheme"] = "https"
    world.credential(person, "franceconnect", "sub-other", is_vouched=True)
    with former.session_transaction(base_url="https://localhost") as session:
        session.update(person_id=person.id, level="known", how="franceconnect")
    assert former.get("/mon-espace").status_code == 200
    with database.transaction() as session:
        decide(session, clock(), case_id=case.id, person_id=person.id, by=Actor.agent(nour.id))
    assert former.get("/mon-espace").headers["Location"].startswith("/connexion")


def test_a_case_is_settled_once(session, clock, case, twice, nour):
    by = Actor.agent(nour.id)
    decide(session, clock(), case_id=case.id, person_id=twice[0].id, by=by)
    reason = refusal(session, clock, case_id=case.id, person_id=twice[1].id, by=by)
    assert reason is CaseFault.CLOSED


def test_a_file_that_does_not_fit_cannot_be_chosen(session, world, clock, case, nour):
    other = world.person(family_name="Autre")
    reason = refusal(session, clock, case_id=case.id, person_id=other.id, by=Actor.agent(nour.id))
    assert reason is CaseFault.NO_CANDIDATE


def test_a_name_that_no_file_can_hold_makes_none(session, clock, case, nour):
    session.get_one(IdentityCase, case.id).usage_name = "Essai 3"
    session.flush()
    reason = refusal(session, clock, case_id=case.id, person_id=None, by=Actor.agent(nour.id))
    assert reason is IdentityFault.NAME_CHARACTERS


@pytest.mark.parametrize("role", ["accueil", "encadrant", "admin"])
def test_the_list_leads_to_each_case_and_a_choice_settles_it(client, world, case, twice, role):
    assert case.closed_at is None
    enter_as(client, world.agent(role))
    listed = client.get(PATH).page
    path = one_link(listed, "Dominique Camille D'INVENTION")
    shown = client.get(path).page
    assert "premier@exemple.fr" in shown.text()
    assert "12 RUE X 62000 ARRAS" in shown.text()
    assert f"Dossier {twice[0].id}" in shown.text()
    assert "Arras" in shown.text()
    assert shown.choices("file") == [*(str(file.id) for file in twice), "new"]
    settled = client.post(path, data=shown.fields() | {"file": str(twice[0].id)})
    assert settled.headers["Location"] == f"{PATH}?fait=1"
    after = client.follow(settled).page
    assert "Aucune identité n'attend." in after.text()
    assert client.post(path, data=shown.fields() | {"file": "new"}).headers["Location"] == PATH
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("role", ["courrier", "professionnel", "référent", "partenaire 1", "partenaire 2"])
def test_others_see_none_of_it(client, world, case, role):
    enter_as(client, world.agent(role))
    assert client.get(PATH).status_code == 403
    assert client.get(f"{PATH}/{case.id}").status_code == 403
    assert client.post(f"{PATH}/{case.id}", data={"file": "new"}).status_code == 403


@pytest.mark.parametrize("choice", [{}, {"file": "12345"}, {"file": "new", "csrf_token": "forged"}], ids=str)
def test_no_choice_or_a_forged_one_settles_nothing(client, world, case, nour, choice):
    enter_as(client, nour)
    path = f"{PATH}/{case.id}"
    shown = client.get(path).page
    answer = client.post(path, data=shown.fields() | choice)
    assert answer.status_code == 422
    assert answer.page.title.startswith("Erreur")
    with world.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Credential)) == 0


def test_a_new_file_that_cannot_be_is_said_beside_the_choice(client, world, case, nour):
    with world.database.transaction() as session:
        session.get_one(IdentityCase, case.id).usage_name = "Essai 3"
    enter_as(client, nour)
    path = f"{PATH}/{case.id}"
    answer = client.post(path, data=client.get(path).page.fields() | {"file": "new"})
    assert answer.status_code == 422
    assert "Prévenez l'administrateur" in answer.page.text()


def test_a_date_known_in_part_and_a_file_already_opened_are_said(client, world, clock, twice, nour):
    waiting(world, clock, birthdate="1980-02-00", birthplace="", preferred_username=None)
    world.credential(twice[0], "franceconnect", "sub-other", is_vouched=True)
    enter_as(client, nour)
    page = client.get(one_link(client.get(PATH).page, "Dominique Camille ESSAI")).page
    assert "Entre le vendredi 1er février 1980 et le vendredi 29 février 1980" in page.text()
    assert "Un autre compte FranceConnect ouvre ce dossier." in page.text()


def test_a_case_without_any_file_left_can_still_be_given_a_new_one(client, world, case, twice, nour):
    with world.database.transaction() as session:
        for file in twice:
            session.get_one(Person, file.id).birth_date = date(1999, 1, 1)
    enter_as(client, nour)
    page = client.get(f"{PATH}/{case.id}").page
    assert page.choices("file") == ["new"]
