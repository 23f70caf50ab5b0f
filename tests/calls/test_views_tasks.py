"""The list of calls to make, and one of them, at the screen."""

from datetime import timedelta

import pytest

from portal.calls import services_tasks
from portal.calls.models import CallTry, TryOutcome
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.models import Message, Status
from portal.notifications.outbox import withdraw
from portal.people.models import Person, RouteState
from portal.people.models_mandates import MandateKind
from tests.entering import enter
from tests.world import at


@pytest.fixture
def press(client):
    """Sends a form of a page: the one of an address, and of an outcome."""

    def pressed(page, action, *, outcome=None, **typed):
        for number, form in enumerate(page.all("form")):
            fields = page.fields(number)
            if (form.get("action") or "").endswith(action) and outcome in {None, fields.get("outcome")}:
                return client.post(form.get("action"), data=fields | typed)
        raise AssertionError(f"no form for {action} {outcome}")

    return pressed


def url(task, end=""):
    return f"/agents/appels/{task.id}{end}"


def test_an_agent_takes_a_task_calls_and_says_that_it_is_done(client, desk, task, press, row, rows):
    desk()
    page = client.get("/agents/appels").page
    assert "03 53 01 00 45" in page.text()
    page = client.get(url(task)).page
    assert "Comment ça s'est passé" not in page.text()
    page = client.follow(press(page, "/prendre")).page
    assert "Entre vos mains jusqu'à 9 h 17" in page.text()
    after = client.follow(press(page, "/resultat", outcome="told"))
    assert "La personne est prévenue" in after.page.text()
    assert "Personne n'attend" in after.page.text()
    assert row(Message, task.id).status is Status.DONE
    assert [one.way for one in rows(CallTry)] == ["landline"]


def test_others_read_who_has_it_and_cannot_act(client, desk, task, press):
    desk(given_name="Hélène")
    press(client.get(url(task)).page, "/prendre")
    desk(given_name="Karim")
    page = client.get(url(task)).page
    assert "Prise par Hélène jusqu'à 9 h 17" in page.text()
    assert not [form for form in page.all("form") if "/appels/" in (form.get("action") or "")]
    assert "Prise par Hélène" in client.get("/agents/appels").page.text()


def test_a_page_that_lost_its_claim_says_so_and_keeps_what_was_chosen(
    client, desk, task, press, world, clock, database
):
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    clock.forward(timedelta(minutes=16))
    other = world.agent("accueil", given_name="Karim")
    with database.transaction() as session:
        services_tasks.claim(session, clock(), task_id=task.id, by=Actor.agent(other.id))
    answer = press(page, "/resultat", outcome="no_answer", again=at("2026-11-24", "14:00").isoformat())
    assert answer.status_code == 409
    assert "Une autre personne s'en occupe maintenant" in answer.page.text()
    assert "Prise par Karim" in answer.page.text()


def test_a_task_withdrawn_meanwhile_says_so_and_keeps_the_call(client, desk, task, press, database, clock, rows, row):
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    with database.transaction() as session:
        withdraw(session, clock(), subject="appointment", subject_id=1)
    answer = press(page, "/resultat", outcome="told")
    assert answer.status_code == 409
    assert "Cette tâche était déjà finie" in answer.page.text()
    assert "Le rendez-vous a changé" in answer.page.text()
    assert [one.outcome for one in rows(CallTry)] == [TryOutcome.TOLD]
    assert row(Message, task.id).status is Status.WITHDRAWN
    assert "Cette tâche est finie" in client.get(url(task)).page.text()


def test_no_answer_proposes_another_time_which_can_be_changed(client, desk, task, press):
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    assert "lundi 23 novembre 2026 à 11 h 02" in page.text()
    refused = press(page, "/resultat", outcome="no_answer", again="autre", other="2026-11-22T10:00")
    assert refused.status_code == 409
    assert "Choisissez un moment à venir" in refused.page.text()
    bad = press(page, "/resultat", outcome="no_answer", again="autre", other="demain")
    assert bad.status_code == 422
    assert 'value="demain"' in bad.get_data(as_text=True)
    after = client.follow(press(page, "/resultat", outcome="no_answer", again="autre", other="2026-11-24T10:30"))
    assert "revient au moment choisi" in after.page.text()
    assert "À appeler à partir du mardi 24 novembre 2026 à 10 h 30" in after.page.text()
    assert "Pas de réponse" in after.page.text()


def test_a_wrong_number_is_chosen_among_two_and_the_other_is_tried(client, desk, open_task, press, world, row):
    person = world.person(mobile="+33639980001", email=None, landline="+33353010045", mobile_state=RouteState.FAILED)
    task = open_task(person)
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    assert press(page, "/resultat", outcome="wrong_number").status_code == 422
    page = client.follow(press(page, "/resultat", outcome="wrong_number", way="landline")).page
    assert "Essayez l'autre" in page.text()
    assert row(Person, person.id).landline is None
    after = client.follow(press(page, "/resultat", outcome="wrong_number")).page
    assert "n'est plus utilisé" in after.text()


def test_only_a_relative_with_the_right_is_offered_and_nobody_of_somebody_discreet(
    client, desk, open_task, press, world
):
    person, relative = world.person(mobile=None, email=None, landline="+33353010045"), world.person()
    world.mandate(person, holder_id=relative.id, kind=MandateKind.RELATIVE, procedures=["appointments"])
    discreet = world.person(mobile=None, email=None, landline="+33353010046", wants_discretion=True)
    world.mandate(discreet, holder_id=relative.id, kind=MandateKind.RELATIVE)
    desk()
    task, other = open_task(person), open_task(discreet, subject_id=2)
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    assert press(page, "/resultat", outcome="relative").status_code == 422
    after = press(page, "/resultat", outcome="relative", relative=str(relative.id))
    assert "Le message est dit à un proche" in client.follow(after).page.text()
    page = client.follow(press(client.get(url(other)).page, "/prendre")).page
    assert "Messages discrets" in page.text()
    assert "Dit à un proche" not in page.text()


def test_who_wants_to_change_has_their_appointment_opened(client, desk, task, press, rows):
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    answer = press(page, "/resultat", outcome="changes")
    assert answer.location.endswith(("/agents/rendez-vous/1", f"{url(task)}?ensuite=changes"))
    assert [one.outcome for one in rows(CallTry)] == [TryOutcome.CHANGES]


def test_a_call_about_no_appointment_opens_none_whatever_is_sent(client, desk, task, press, database, rows, row):
    with database.transaction() as session:
        session.get_one(Message, task.id).subject = "call"
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    assert "veut changer" not in page.text()
    told = next(fields for fields in map(page.fields, range(len(page.all("form")))) if fields.get("outcome") == "told")
    answer = client.post(url(task, "/resultat"), data=told | {"outcome": "changes"})
    assert answer.status_code == 409
    assert "ne concerne aucun rendez-vous" in answer.page.text()
    assert rows(CallTry) == []
    assert row(Message, task.id).status is Status.OPEN


def test_a_task_can_be_given_back_without_a_call(client, desk, task, press):
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    after = client.follow(press(page, "/rendre"))
    assert "Un message est à dire" in after.page.text()
    assert "Entre vos mains" not in after.page.text()


def test_what_is_told_at_the_place_needs_no_call(client, desk, open_task, press, world, row):
    task = open_task(world.person(mobile=None, email=None), place=(place := world.place()))
    desk(place=place)
    page = client.get(url(task)).page
    assert "À dire en personne" in page.text()
    assert "Pas de réponse" not in page.text()
    press(page, "/resultat", outcome="told")
    assert row(Message, task.id).status is Status.DONE


@pytest.mark.parametrize("role", ["courrier", "professionnel"])
def test_other_roles_neither_see_nor_act(client, desk, task, role):
    desk(role)
    assert client.get("/agents/appels").status_code == client.get(url(task)).status_code == 403
    for end in ("/prendre", "/rendre", "/resultat"):
        assert client.post(url(task, end)).status_code == 403


def test_somebody_elses_task_does_not_exist(client, desk, open_task, world, row):
    here, there = world.place(), world.place()
    task = open_task(place=here)
    world.agent("accueil", place=here)
    desk(place=there)
    page = client.get("/agents").page
    assert client.get(url(task)).status_code == 404
    for end in ("/prendre", "/rendre", "/resultat"):
        assert client.post(url(task, end), data=page.fields()).status_code == 404
    assert row(Message, task.id).status is Status.OPEN


def test_the_list_is_by_place_and_says_who_waits_for_too_long(client, desk, open_task, world, clock):
    here, there = world.place(name="MDS d'Arras"), world.place(name="MDS de Lens")
    open_task(place=here)
    late = open_task(
        world.person(mobile=None, email=None, landline="+33353010046"),
        place=there,
        subject_id=2,
        starts_at=at("2026-11-23", "18:00"),
    )
    clock.set(at("2026-11-23", "12:00"))
    desk("encadrant")
    page = client.get("/agents/appels").page
    assert "Une personne attend depuis trop longtemps" in page.text()
    assert "En retard" in page.text()
    links = page.links()
    there_only = client.get(links["MDS de Lens (1)"]).page
    assert "03 53 01 00 46" in there_only.text()
    assert "03 53 01 00 45" not in there_only.text()
    assert f"/agents/appels/{late.id}" in set(there_only.links().values())


def test_the_journal_says_from_which_place_a_task_was_done(client, open_task, press, world, rows):
    place = world.place()
    task = open_task(place=place)
    enter(client, world.agent("accueil", place=place), place_id=place.id)
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    press(page, "/resultat", outcome="told")
    assert [line.place_id for line in rows(JournalLine) if line.verb == "message.told"] == [place.id]


def test_the_moment_that_the_page_proposed_is_still_good_when_the_call_has_rung_out(
    client, desk, task, press, clock, rows
):
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    proposed = page.choices("again")
    clock.forward(timedelta(seconds=40))
    after = press(page, "/resultat", outcome="no_answer")
    assert after.status_code == 303, proposed
    assert [one.outcome for one in rows(CallTry)] == [TryOutcome.NO_ANSWER]


def test_a_press_twice_is_one_try(client, desk, task, press, rows):
    desk()
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    for _ in range(2):
        assert press(page, "/resultat", outcome="no_answer").status_code == 303
    page = client.follow(press(client.get(url(task)).page, "/prendre")).page
    for outcome in ("changes", "told"):
        for _ in range(2):
            assert press(page, "/resultat", outcome=outcome).status_code == 303
    assert [one.outcome for one in rows(CallTry)] == [TryOutcome.NO_ANSWER, TryOutcome.CHANGES, TryOutcome.TOLD]
