"""Somebody is on the line: the subject, the answer to read, and one press for how the call ended."""

from datetime import timedelta

import pytest

from portal.calls.models import CallOutcome, CallReceived
from portal.notifications.models import Message
from tests.entering import enter


@pytest.fixture
def press(client):
    """Presses a button of a page of qualification, or sends one of its forms."""

    def pressed(page, **typed):
        for number in range(len(page.all("form"))):
            fields = page.fields(number)
            if "key" in fields and fields.get("outcome", typed.get("outcome")) == typed.get("outcome"):
                return client.post(client.last, data=fields | typed)
        raise AssertionError("no such form")

    return pressed


@pytest.fixture
def call(client, desk, subjects):  # noqa: ARG001 - they are what is asked about
    """An agent opens the page of a call; the address is kept for what they send."""

    def opened(query="", *, role="accueil", **given):
        desk(role, **given)
        client.last = f"/agents/appel{query}"
        return client.get(client.last).page

    return opened


def test_the_subjects_stand_in_the_callers_words_each_with_its_key(call):
    page = call()
    links = page.links()
    assert links["Je n'arrive plus à payer mon loyer o"] == "/agents/appel?sujet=loyer"
    assert links["Autre chose 0"] == "/agents/appel?sujet=autre"
    keys = [link.get("data-key") for link in page.all("a") if link.get("data-key")]
    assert {"o", "1", "0"} <= set(keys)
    assert len(keys) == len(set(keys))
    assert not [words for words in links if "ancien" in words]


def test_a_subject_gives_the_answer_to_read_and_one_press_ends_the_call(call, press, rows):
    page = call("?sujet=loyer")
    assert "Un travailleur social cherche des solutions avec vous." in page.text()
    assert "Réponse à vérifier" in page.text()
    assert page.links()["La page qui en dit plus"] == "/mes-droits"
    assert "sans rendez-vous" not in page.text()
    answer = press(page, outcome="informed")
    assert answer.location == "/agents?appel=informed"
    press(page, outcome="informed")  # twice
    (noted,) = rows(CallReceived)
    assert (noted.outcome, noted.person_id) == (CallOutcome.INFORMED, None)
    assert noted.subject_id is not None


def test_an_urgent_subject_shows_who_receives_today_at_the_agents_places_and_the_numbers(call, world):
    here = world.place(name="MDS d'Arras", urgent_hours="De 9 h à 12 h")
    world.place(name="MDS de Lens", urgent_hours="De 14 h à 16 h")
    page = call("?sujet=sans-toit", place=here)
    assert "MDS d'Arras" in page.text()
    assert "De 9 h à 12 h" in page.text()
    assert "MDS de Lens" not in page.text()
    assert "115" in page.links()


def test_a_place_that_does_not_receive_the_same_day_sends_to_the_house_it_belongs_to(call, world):
    bus = world.place(kind="permanence", name="France services")
    world.place(name="MDS d'Arras", urgent_hours="De 9 h à 12 h")
    assert "MDS d'Arras" in call("?sujet=sans-toit", place=bus).text()


def test_an_agent_of_everywhere_is_led_to_the_nearest_place(call):
    assert "Chercher le lieu le plus proche de la personne" in call("?sujet=sans-toit").links()


def test_whoever_is_sent_to_a_partner_is_noted_with_which(call, press, rows, subjects):
    page = call("?sujet=loyer")
    assert press(page, outcome="partner", partner="autre").status_code == 422
    assert press(page, outcome="partner", partner="adil").location == "/agents?appel=partner"
    assert [one.partner_id for one in rows(CallReceived)] == [subjects["partners"][0].id]
    everyone = call("?sujet=autre").text()
    assert "L'ADIL" in everyone
    assert "Le 115" in everyone


def test_an_unknown_caller_is_to_be_called_back(call, press, rows, client):
    page = call("?sujet=loyer")
    refused = press(page, outcome="call_back", number="12", moment="morning", reason="papers")
    assert refused.status_code == 422
    assert 'value="12"' in refused.get_data(as_text=True)
    page = refused.page
    refused = press(page, outcome="call_back", number="03 53 01 00 77")
    assert "Choisissez un moment" in refused.page.text()
    assert 'value="03 53 01 00 77"' in refused.get_data(as_text=True)
    answer = press(refused.page, outcome="call_back", number="03 53 01 00 77", moment="morning", reason="papers")
    assert answer.location == "/agents?appel=call_back"
    assert [one.to for one in rows(Message)] == ["+33353010077"]
    listed = client.get("/agents/appels").page
    assert "Un appel demandé, sans nom" in listed.text()
    assert "03 53 01 00 77" in listed.text()


def test_a_known_caller_is_called_back_at_the_files_number(call, press, rows, world):
    person = world.person(landline="+33353010045")
    page = call(f"?personne={person.id}&sujet=loyer")
    assert f"Au téléphone : {person.given_names}" in page.text()
    press(page, outcome="call_back", file_number="1", moment="soon", reason="question")
    press(page, outcome="call_back", file_number="autre", moment="soon", reason="question")
    assert [(one.to, one.person_id) for one in rows(Message)] == [(person.mobile, person.id)]


def test_an_appointment_is_booked_for_somebody_whose_file_is_found(call, press, client, rows, world):
    page = call("?sujet=loyer")
    answer = press(page, outcome="booked")
    assert answer.location.startswith("/agents/personnes")
    assert rows(CallReceived) == []
    person = world.person()
    back = client.get(f"/agents/appel?personne={person.id}")
    assert back.location == f"/agents/appel?sujet=loyer&personne={person.id}"
    client.last = back.location
    page = client.get(back.location).page
    after = press(page, outcome="booked").location
    assert after.startswith((f"/agents/personnes/{person.id}/rendez-vous", "/agents?appel=booked"))
    assert [(one.outcome, one.person_id) for one in rows(CallReceived)] == [(CallOutcome.BOOKED, person.id)]


def test_the_subject_of_a_call_given_up_is_not_that_of_the_next_one(call, press, client, world):
    press(call("?sujet=loyer"), outcome="booked")
    assert client.get("/agents/appel").status_code == 200
    assert client.get(f"/agents/appel?personne={world.person().id}").status_code == 200


@pytest.mark.parametrize(
    "query", ["?sujet=ancien", "?sujet=nulle-part", "?personne=9999", "?personne=x", "?personne=0"]
)
def test_what_is_not_there_is_not_found(call, client, query):
    call()
    assert client.get(f"/agents/appel{query}").status_code == 404


def test_somebody_whom_the_agent_does_not_read_does_not_exist(call, client, world):
    person = world.person()
    call(role="professionnel")
    assert client.get(f"/agents/appel?personne={person.id}").status_code == 404


def test_a_page_without_its_key_or_its_token_notes_nothing(call, press, rows):
    page = call("?sujet=loyer")
    assert press(page, outcome="informed", key="x").status_code == 422
    assert press(page, outcome="informed", csrf_token="x").status_code == 422
    assert press(page, outcome="lune").status_code == 422
    assert rows(CallReceived) == []


def test_other_roles_take_no_calls(client, world):
    enter(client, world.agent("courrier"))
    assert client.get("/agents/appel").status_code == 403


@pytest.mark.usefixtures("task")
def test_the_home_says_that_a_call_was_noted_and_to_a_phone_desk_and_its_encadrant_who_waits_for_too_long(
    client, desk, clock
):
    desk()
    assert "la personne est informée" in client.get("/agents?appel=informed").page.text()
    assert "est noté" not in client.get("/agents?appel=lune").page.text()
    clock.set(clock.now + timedelta(days=2))
    desk("professionnel")
    assert "depuis trop longtemps" not in client.get("/agents").page.text()
    for role in ("accueil", "encadrant"):
        desk(role)
        home = client.get("/agents").page
        assert "Une personne attend un appel depuis trop longtemps" in home.text()
        assert home.links()["Voir les appels en retard"] == "/agents/appels"
