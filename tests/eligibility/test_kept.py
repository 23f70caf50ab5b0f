"""Versions kept because their person asked: compared, shown to an agent, taken back, forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.booking.models import Appointment
from portal.eligibility.models import AnswersShare, SavedAnswers
from portal.eligibility.services import KeepingFault, remove, share, take_back
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.people.models import Level
from portal.refusal import Refused
from tests.checked_pages import Page
from tests.eligibility.answering import answered
from tests.entering import act, enter, enter_person
from tests.world import at

pytestmark = pytest.mark.usefixtures("offered")


@pytest.fixture
def press(client):
    """Presses the button of a page whose form leads to `action`."""

    def send(shown, action, **more):
        page = shown if isinstance(shown, Page) else shown.page
        number = next(n for n, form in enumerate(page.all("form")) if (form.get("action") or "").endswith(action))
        return client.post(page.all("form")[number].get("action"), data=page.fields(number) | more)

    return send


def test_a_visitor_is_led_to_sign_in_and_keeps_what_they_answered(client, resident, session):
    answered(client, {"choice": "yes"})
    assert "/connexion" in client.get("/mes-droits/resultat/garder").headers["Location"]
    enter_person(client, resident, level=Level.KNOWN)
    form = client.get("/mes-droits/resultat/garder").page.fields(1)
    typed = form | {"wants": "Un jardin\nUn travail"}
    shown = client.follow(client.post("/mes-droits/resultat/garder", data=typed))
    assert "Votre réponse est gardée." in shown.page.text()
    assert "Un jardin" in shown.page.text()
    saved = session.scalars(select(SavedAnswers)).one()
    assert "jardin" not in saved.sealed
    assert (saved.person_id, saved.themes, saved.agent_id) == (resident.id, ["budget"], None)
    assert (
        client.post("/mes-droits/resultat/garder", data=typed)
        .headers["Location"]
        .startswith(f"/mon-espace/droits/{saved.id}")
    )
    assert len(session.scalars(select(SavedAnswers)).all()) == 1, "pressed twice is kept once"


def test_words_too_long_are_refused_beside_their_field_and_kept_on_the_page(client, resident):
    enter_person(client, resident, level=Level.KNOWN)
    answered(client, {"choice": "yes"})
    form = client.get("/mes-droits/resultat/garder").page.fields(1)
    refused = client.post("/mes-droits/resultat/garder", data=form | {"wants": "x" * 2001, "can": "a\x07b"})
    assert refused.status_code == 422
    assert "Écrivez 2000 caractères au plus." in refused.page.text()
    assert "Utilisez seulement des lettres, des chiffres et des signes simples." in refused.page.text()
    assert refused.page.fields(1)["wants"] == "x" * 2001


@pytest.mark.parametrize(("way", "form"), [("projets", -1), ("garder", 1)])
def test_words_are_not_lost_with_the_answers_they_go_with(client, resident, clock, way, form):
    path = f"/mes-droits/resultat/{way}"
    enter_person(client, resident, level=Level.KNOWN)
    answered(client, {"choice": "yes"})
    clock.forward(timedelta(minutes=20))
    typed = client.get(path).page.fields(form) | {"wants": "Un jardin\nUn travail"}
    clock.forward(timedelta(minutes=20))
    assert "/mes-droits/resultat/garder" in client.get("/mes-droits/resultat").page.links().values(), "still there"
    client.delete_cookie("porte-droits")
    left = client.post(path, data=typed)
    assert left.status_code == 422
    assert "Vos mots sont encore ici : copiez-les." in left.page.text()
    assert left.page.fields(form)["wants"] == "Un jardin\nUn travail"
    answered(client, {"choice": "yes"})
    kept = client.follow(client.post(path, data=left.page.fields(form)))
    assert "Un jardin" in kept.page.text()
    client.delete_cookie("porte-droits")
    assert client.post(path, data=typed | {"wants": " "}).location == "/mes-droits", "nothing was written"


def test_without_answers_there_is_nothing_to_keep(client, resident):
    enter_person(client, resident, level=Level.KNOWN)
    assert client.get("/mes-droits/resultat/garder").headers["Location"] == "/mes-droits"


def test_whoever_has_only_proved_a_mobile_must_prove_more(client, resident):
    enter_person(client, resident)
    assert client.get("/mon-espace/droits").status_code == 303


def test_versions_stay_and_each_says_what_changed_since_the_one_before(client, resident, kept, clock):
    first = kept({"home": "private", "rent_debt": "no", "age": "1990-05-04"}, wants="Rester ici")
    clock.forward(timedelta(days=30))
    second = kept({"home": "private", "rent_debt": "yes", "rent_debt_amount": "2000", "energy_debt": "?"})
    enter_person(client, resident, level=Level.KNOWN)
    listed = client.get("/mon-espace/droits").page
    assert len([link for link in listed.links().values() if link.startswith("/mon-espace/droits/")]) == 2
    shown = client.get(f"/mon-espace/droits/{second}").page.text()
    assert "Depuis votre réponse du" in shown
    assert "Avant : Votre loyer est payé." in shown
    assert "Maintenant : Vous avez du retard dans le paiement de votre loyer." in shown
    assert "En plus :" in shown
    assert "Rester ici" in client.get(f"/mon-espace/droits/{first}").page.text()


def test_a_version_said_again_is_the_same(kept, session):
    assert kept({"home": "owner"}) == kept({"home": "owner"})
    assert kept({"home": "owner"}) != kept({"home": "none"})
    assert len(session.scalars(select(SavedAnswers)).all()) == 2


def test_a_version_is_shown_to_a_referent_until_it_is_taken_back(client, resident, kept, world, press, session):
    agent = world.agent("référent", families=["insertion"])
    world.referent(resident, agent)
    saved_id = kept({"home": "private", "rent_debt": "yes"}, adds="Je dors mal")
    path = f"/agents/personnes/{resident.id}/droits"
    enter(client, agent)
    assert "Aucune pour le moment." in client.get(path).page.text()
    assert client.get(f"{path}/{saved_id}").status_code == 404

    enter_person(client, resident, level=Level.KNOWN)
    shown = client.follow(press(client.get(f"/mon-espace/droits/{saved_id}"), "/montrer"))
    assert "Votre référent peut la lire." in shown.page.text()
    enter(client, agent)
    read = client.get(f"{path}/{saved_id}").page.text()
    assert "Je dors mal" in read
    assert "Vous avez du retard dans le paiement de votre loyer." in read
    assert "rights.read" in session.scalars(select(JournalLine.verb)).all()

    enter_person(client, resident, level=Level.KNOWN)
    client.follow(press(client.get(f"/mon-espace/droits/{saved_id}"), "/ne-plus-montrer"))
    enter(client, agent)
    assert client.get(f"{path}/{saved_id}").status_code == 404


def test_a_version_is_taken_to_an_appointment_and_read_by_its_agent_alone(client, resident, kept, world, press, clock):
    place = world.place()
    receiver, other = world.agent("professionnel", place=place), world.agent("professionnel", place=place)
    appointment = world.appointment(receiver, place, world.motif(), at("2026-11-25", "10:00"), resident)
    saved_id = kept({"home": "none"})
    enter_person(client, resident, level=Level.KNOWN)
    page = client.get(f"/mon-espace/droits/{saved_id}")
    shown = client.follow(press(page, "/montrer", **{"rendez-vous": str(appointment.id)}))
    assert "peut la lire." in shown.page.text()
    path = f"/agents/personnes/{resident.id}/droits/{saved_id}"
    for agent, status in ((receiver, 200), (other, 404)):
        enter(client, agent)
        assert client.get(path).status_code == status
    clock.set(at("2027-01-05", "10:00"))
    enter(client, receiver)
    assert client.get(path).status_code == 404, "a month after the appointment"


@pytest.mark.parametrize(
    ("status", "looked_at", "said"),
    [
        (
            "seen",
            "2026-11-26",
            "du mercredi 25 novembre 2026 est passé. L'agent peut la lire jusqu'au vendredi 25 décembre 2026.",
        ),
        ("seen", "2026-12-26", "du mercredi 25 novembre 2026 est passé depuis plus d'un mois. L'agent ne la lit plus."),
        ("excused", "2026-11-24", "du mercredi 25 novembre 2026 est annulé. L'agent ne la lit pas."),
        ("revoked", "2026-11-26", "du mercredi 25 novembre 2026 est annulé. L'agent ne la lit pas."),
    ],
)
def test_a_share_says_until_when_the_agent_of_an_appointment_reads_it(
    client, resident, kept, world, press, database, clock, status, looked_at, said
):
    place = world.place()
    agent = world.agent("professionnel", place=place)
    appointment = world.appointment(agent, place, world.motif(), at("2026-11-25", "10:00"), resident)
    saved_id = kept({"home": "none"})
    enter_person(client, resident, level=Level.KNOWN)
    press(client.get(f"/mon-espace/droits/{saved_id}"), "/montrer", **{"rendez-vous": str(appointment.id)})
    with database.transaction() as session:
        session.execute(update(Appointment).values(status=status))
    clock.set(at(looked_at, "10:30"))
    enter_person(client, resident, level=Level.KNOWN)
    assert said in client.get(f"/mon-espace/droits/{saved_id}").page.text()
    enter(client, agent)
    read = client.get(f"/agents/personnes/{resident.id}/droits/{saved_id}").status_code
    assert (read == 200) is ("peut la lire" in said), "the page says what is so"


@pytest.mark.parametrize("action", ["montrer", "ne-plus-montrer", "effacer"])
def test_a_button_of_a_page_left_open_does_nothing_and_says_so(client, resident, kept, press, session, world, action):
    world.referent(resident, world.agent("référent"))
    saved_id = kept({"home": "none"}, is_shown=action == "ne-plus-montrer")
    enter_person(client, resident, level=Level.KNOWN)
    page = client.get(f"/mon-espace/droits/{saved_id}").page
    shown = client.follow(press(page, f"/{action}", csrf_token="of an earlier session")).page.text()
    assert "Cette page est restée ouverte longtemps. Appuyez de nouveau." in shown
    assert "Votre réponse est montrée." not in shown
    assert "n'est plus montrée" not in shown
    shares = session.scalars(select(AnswersShare.ended_at)).all()
    assert shares == ([None] if action == "ne-plus-montrer" else [])


def test_what_is_erased_is_gone_with_whom_it_was_shown_to(client, resident, kept, press, session, world):
    world.referent(resident, world.agent("référent"))
    saved_id = kept({"home": "none"})
    enter_person(client, resident, level=Level.KNOWN)
    press(client.get(f"/mon-espace/droits/{saved_id}"), "/montrer")
    page = client.get(f"/mon-espace/droits/{saved_id}").page
    assert press(page, "/effacer").headers["Location"] == "/mon-espace/droits"
    assert client.get(f"/mon-espace/droits/{saved_id}").status_code == 404
    assert (session.scalars(select(SavedAnswers)).all(), session.scalars(select(AnswersShare)).all()) == ([], [])
    assert press(page, "/effacer").status_code == 404


def test_somebody_elses_version_is_not_there(client, kept, world):
    saved_id = kept({"home": "none"})
    enter_person(client, world.person(), level=Level.KNOWN)
    assert client.get(f"/mon-espace/droits/{saved_id}").status_code == 404
    token = {"csrf_token": client.get("/mes-droits").page.fields()["csrf_token"]}
    assert client.post(f"/mon-espace/droits/{saved_id}/montrer", data=token).status_code == 404
    assert client.post(f"/mon-espace/droits/{saved_id}/effacer", data=token).status_code == 404
    assert client.post(f"/mon-espace/droits/{saved_id}/montrer", data=token | {"rendez-vous": "x"}).status_code == 404


def test_sharing_is_refused_for_an_appointment_that_is_not_theirs_and_said_twice_is_once(
    kept, session, world, resident, clock
):
    saved_id, by = kept({"home": "none"}), Actor.person(resident.id)
    place = world.place()
    others = world.appointment(
        world.agent("professionnel", place=place), place, world.motif(), at("2026-11-25", "10:00")
    )
    with pytest.raises(Refused) as refused:
        share(session, clock.now, saved_id=saved_id, person_id=resident.id, appointment_id=others.id, by=by)
    assert refused.value.reason is KeepingFault.NO_APPOINTMENT
    for _ in range(2):
        share(session, clock.now, saved_id=saved_id, person_id=resident.id, appointment_id=None, by=by)
    there = session.scalars(select(AnswersShare)).one()
    for _ in range(2):
        take_back(session, clock.now, share_id=there.id, person_id=resident.id, by=by)
    session.refresh(there)
    assert there.ended_at == clock.now
    share(session, clock.now, saved_id=saved_id, person_id=resident.id, appointment_id=None, by=by)
    assert there.ended_at is None
    with pytest.raises(Refused):
        remove(session, clock.now, saved_id=saved_id, person_id=resident.id + 1, by=by)


def test_an_agent_answers_with_the_person_under_a_mandate_and_the_version_says_so(client, world, resident, session):
    agent = world.agent("accueil", place=world.place())
    enter(client, agent)
    act(client, world.mandate(resident, agent=agent, procedures=["rights"]))
    answered(client, {"choice": "yes"})
    form = client.get("/mes-droits/resultat/garder").page.fields(1)
    client.post("/mes-droits/resultat/garder", data=form)
    saved = session.scalars(select(SavedAnswers)).one()
    assert (saved.person_id, saved.agent_id) == (resident.id, agent.id)


def test_an_agent_who_acts_reads_what_they_wrote_with_the_person_and_nothing_else(client, world, resident, kept):
    saved_id = kept({"home": "none"})
    agent = world.agent("accueil", place=world.place())
    enter(client, agent)
    act(client, world.mandate(resident, agent_id=agent.id, procedures=["rights"]))
    assert "/mon-espace/droits/" not in str(client.get("/mon-espace/droits").page.links())
    assert client.get(f"/mon-espace/droits/{saved_id}").status_code == 404
    token = {"csrf_token": client.get("/mes-droits").page.fields()["csrf_token"]}
    assert client.post(f"/mon-espace/droits/{saved_id}/effacer", data=token).status_code == 404
    answered(client, {"choice": "yes"})
    form = client.get("/mes-droits/resultat/garder").page.fields(1)
    own = client.follow(client.post("/mes-droits/resultat/garder", data=form))
    assert own.status_code == 200
    assert "Depuis votre réponse" not in own.page.text()


def test_another_secret_key_opens_nothing_and_says_so(client, resident, kept, database):
    saved_id = kept({"home": "none"})
    with database.transaction() as session:
        session.execute(update(SavedAnswers).values(sealed="something else"))
    enter_person(client, resident, level=Level.KNOWN)
    assert client.get(f"/mon-espace/droits/{saved_id}").status_code == 500
