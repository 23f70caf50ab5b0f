"""What a person takes away, ends and closes; and how they rise to the whole access."""

import json
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from portal.app import create_app
from portal.journal.models import JournalLine
from portal.journal.services import MACHINE, VISITOR, Actor, ActorKind, record
from portal.letters.models import Letter
from portal.notifications.models import Message, Route, Status, Step
from portal.paper.models import PaperForm
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Challenge, CredentialKind
from portal.settings import Provider
from portal.web.sessions import WebSession
from tests.checked_pages import CheckedClient
from tests.world import at

DOWNLOAD = "/mon-espace/mes-donnees"
ADDRESS = ["", "", "12 rue de la Démonstration", "", "62000 Arras"]


def verbs(world):
    with world.database.transaction() as session:
        return [line.verb for line in session.scalars(select(JournalLine).order_by(JournalLine.id))]


def taken(response):
    archive = ZipFile(BytesIO(response.data))
    return {name: archive.read(name) for name in archive.namelist()}


def message(world, person, number, **given):
    when = world.now - timedelta(days=number)
    values = {
        "event_id": uuid4(),
        "event": {},
        "subject": "appointment",
        "subject_id": 1,
        "person_id": person.id,
        "kind": "appointment_booked",
        "step": Step.NOTICE,
        "route": Route.SMS,
        "context": {},
        "status": Status.DELIVERED,
        "created_at": when,
        "due_at": when,
        "expires_at": when + timedelta(days=30),
        "retry_until": when,
        "recipient": person.mobile,
        "rendered": {"text": f"Mots numéro {number}."},
        "sent_at": when,
        "delivered_at": when,
    }
    row = Message(**values | given)
    with world.database.transaction() as session:
        session.add(row)
        session.flush()
        if row.route is Route.LETTER:
            session.add(
                Letter(
                    message_id=row.id,
                    reference=f"LET-{number}",
                    pages=1,
                    sha256="0" * 64,
                    pdf=f"%PDF letter {number}".encode(),
                    drawn_at=when,
                )
            )
    return row


@pytest.fixture
def full(world):
    """Camille, to whom much has happened; and a stranger."""
    world.departement()
    person = world.person(
        given_names="Camille",
        mobile="+33639980012",
        email="camille@exemple.fr",
        email_state=RouteState.FAILED,
        landline="+33353010012",
        address=ADDRESS,
        birth_place="62041",
        wants_paper=True,
    )
    place, motif, agent = world.office(title="Parler de mon budget")
    child = world.person(given_names="Sacha", guardian_id=person.id, birth_date=date(2021, 5, 4))
    stranger = world.person(given_names="Inconnue", family_name="Étrangère")
    world.appointment(agent, place, motif, at("2026-12-01", "09:00"), child, stranger)
    world.appointment(agent, place, motif, at("2024-12-02", "09:00"), person)
    world.appointment(agent, place, motif, at("2026-12-03", "09:00"), stranger)
    world.credential(person, CredentialKind.MOBILE, person.mobile, is_vouched=True)
    world.credential(person, CredentialKind.FRANCECONNECT, "sub-of-camille")
    world.mandate(person, organisation_id=world.organisation(name="CCAS d'Essai").id)
    message(world, person, 1)
    message(world, person, 2, route=Route.LETTER, status=Status.QUEUED)
    message(
        world, person, 3, route=Route.LETTER, status=Status.QUEUED, context={"challenge": "x"}, kind="activation_code"
    )
    with world.database.transaction() as session:
        said = {"motif_id": motif.id, "place_id": None, "half_days": ["lun-matin"]}
        given = {"made_at": world.now, "known": {}}
        session.add(
            PaperForm(code="K7MP3XQA", kind="wish", person_id=person.id, answers=said, entered_at=world.now, **given)
        )
        session.add(PaperForm(code="K7MP3XQB", kind="choices", person_id=person.id, **given))
        session.add(PaperForm(code="K7MP3XQC", kind="address", person_id=stranger.id, **given))
    message(world, stranger, 4, route=Route.LETTER, status=Status.QUEUED)
    with world.database.transaction() as session:
        for actor in (Actor.person(person.id), Actor(ActorKind.AGENT, agent.id), Actor.person(9), MACHINE, VISITOR):
            record(session, world.now, actor=actor, verb="appointment.booked", for_person_id=person.id)
    return person


def test_a_letter_whose_bytes_are_no_longer_kept_is_not_among_the_files(world, full, enter, send):
    enter(full, known=True)
    with world.database.transaction() as session:
        session.execute(update(Letter).where(Letter.reference == "LET-2").values(pdf=None))
    assert sorted(taken(send(DOWNLOAD))) == ["donnees.json", "donnees.pdf"]


def test_all_that_is_known_of_a_person_is_in_the_zip_for_machines_and_for_people(client, world, full, enter, send):
    enter(full, known=True)
    response = send(DOWNLOAD)
    assert response.mimetype == "application/zip"
    assert response.headers["Content-Disposition"] == "attachment; filename=mes-donnees-2026-11-23.zip"
    assert response.headers["Cache-Control"] == "no-store"
    files = taken(response)
    assert sorted(files) == ["donnees.json", "donnees.pdf", "lettres/LET-2.pdf"]
    assert files["lettres/LET-2.pdf"] == b"%PDF letter 2"
    data = json.loads(files["donnees.json"])
    assert set(data["lisez_moi"]) == set(data) - {"lisez_moi"}
    assert data["cree_le"] == "2026-11-23T09:02:00+01:00"
    assert data["identite"]["lieu_de_naissance"] == "62041"
    assert data["moyens"]["email"] == {"valeur": "camille@exemple.fr", "etat": "ne fonctionne plus"}
    assert data["choix"]["garantie_papier"] is True
    assert [one["prenoms"] for one in data["proches"]] == ["Sacha"]
    assert [one["debut"][:10] for one in data["rendez_vous"]] == ["2026-12-01", "2024-12-02"]
    assert data["rendez_vous"][0]["pour"] == ["Sacha Essai"]
    assert [one["mots"] for one in data["messages"]] == ["Mots numéro 3.", "Mots numéro 2.", "Mots numéro 1."]
    assert data["mandats"][0]["qui"] == "CCAS d'Essai"
    assert {one["qui"] for one in data["actions"]} >= {
        "vous",
        "un agent",
        "une autre personne",
        "le service, tout seul",
    }
    assert len(data["connexions"]) == 1
    assert [one["papier"] for one in data["papiers"]] == ["demande de rendez-vous", "choix pour les messages"]
    assert data["papiers"][0]["reponses"] == {"demi_journees": ["lun-matin"], "sujet": "Parler de mon budget"}
    assert "sub-of-camille" in files["donnees.json"].decode()
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(files["donnees.pdf"])).pages)
    text = " ".join(text.replace("\u00a0", " ").split())
    for words in (
        "Camille Essai",
        "06 39 98 00 12",
        "12 rue de la Démonstration",
        "Mots numéro 1.",
        "CCAS d'Essai",
        "Oui",
    ):
        assert words.casefold() in text.casefold()
    for whole in (files["donnees.json"].decode(), text):
        assert "Inconnue" not in whole
        assert "Étrangère" not in whole
    assert "data.exported" in verbs(world)
    assert client.get(DOWNLOAD).status_code == 200


def test_the_simple_access_takes_away_what_it_may_see(full, enter, send):
    enter(full)
    data = json.loads(taken(send(DOWNLOAD))["donnees.json"])
    assert data["acces"] == "simple"
    assert "lieu_de_naissance" not in data["identite"]
    assert "sub-of-camille" not in json.dumps(data)


def test_an_empty_space_can_be_taken_away_too(resident, enter, send):
    enter(resident)
    files = taken(send(DOWNLOAD))
    assert "Rien à ce jour." in PdfReader(BytesIO(files["donnees.pdf"])).pages[0].extract_text()


def test_data_leave_by_a_form_of_ours_alone_and_five_times_an_hour(client, resident, enter, send):
    enter(resident)
    assert client.post(DOWNLOAD).status_code == 422
    for _time in range(5):
        assert send(DOWNLOAD).status_code == 200
    assert send(DOWNLOAD).status_code == 429


@pytest.fixture
def elsewhere(world, clock):
    """The space of a person, open in another browser."""

    def open_session(person, device="Safari, iPhone", **given):
        row = WebSession(
            **{
                "key_hash": uuid4().hex * 2,
                "person_id": person.id,
                "data": {"person_id": person.id},
                "idle_minutes": 30,
                "device": device,
                "created_at": clock.now,
                "seen_at": clock.now,
            }
            | given
        )
        with world.database.transaction() as session:
            session.add(row)
        return row

    return open_session


def is_open(world, row):
    with world.database.transaction() as session:
        return session.get_one(WebSession, row.key_hash).ended_at is None


def test_one_connection_is_ended_from_afar_and_the_others_go_on(client, world, resident, enter, elsewhere):
    enter(resident)
    phone, unknown, strange = elsewhere(resident), elsewhere(resident, None), elsewhere(world.person())
    page = client.get("/mon-espace/connexions").page
    text = page.text()
    assert "Safari, iPhone" in text
    assert "Appareil inconnu" in text
    assert text.count("Ici, maintenant") == 1
    forms = [form for form in page.all("form") if form.get("action") == "/mon-espace/connexions/terminer"]
    assert len(forms) == 2
    number = next(at for at, form in enumerate(page.all("form")) if "Safari" in page.text(form))
    response = client.post("/mon-espace/connexions/terminer", data=page.fields(number))
    assert "Cette connexion est terminée." in client.follow(response).page.text()
    assert [is_open(world, row) for row in (phone, unknown, strange)] == [False, True, True]
    assert verbs(world) == ["connection.ended"]


def test_all_the_others_are_ended_at_once_and_this_one_stays(client, world, resident, enter, elsewhere, send):
    enter(resident)
    rows = [elsewhere(resident), elsewhere(resident), elsewhere(world.person())]
    path = "/mon-espace/connexions/terminer-les-autres"
    assert client.post(path).status_code == 422
    client.follow(send("/mon-espace/connexions", to=path))
    assert [is_open(world, row) for row in rows] == [False, False, True]
    assert client.get("/mon-espace").status_code == 200
    client.post(path, data={"csrf_token": client.get("/mon-espace/proches/ajouter").page.fields()["csrf_token"]})
    assert verbs(world) == ["connection.ended"]


def test_a_connection_of_somebody_else_cannot_be_named(client, world, resident, enter, elsewhere):
    enter(resident)
    strange = elsewhere(world.person())
    token = client.get("/mon-espace/proches/ajouter").page.fields()["csrf_token"]
    path = "/mon-espace/connexions/terminer"
    assert client.post(path, data={"csrf_token": token, "connexion": strange.key_hash}).status_code == 303
    assert client.post(path, data={"csrf_token": token}).status_code == 303
    assert client.post(path, data={"connexion": "x"}).status_code == 422
    assert is_open(world, strange)
    assert verbs(world) == []


def test_closing_explains_asks_again_then_leaves(client, world, resident, enter, send):
    enter(resident)
    page = client.get("/mon-espace/fermer").page
    assert "Ce qui reste" in page.text()
    assert "/mon-espace/fermer/confirmer" in page.links().values()
    assert client.post("/mon-espace/fermer/confirmer").status_code == 422
    done = client.follow(send("/mon-espace/fermer/confirmer"))
    assert done.page.h1 == "Votre espace est fermé"
    assert client.get("/mon-espace").status_code == 303
    with world.database.transaction() as session:
        assert session.get_one(Person, resident.id).space_closed_at == world.now


def test_the_level_says_what_is_open_and_how_to_rise(client, resident, enter):
    enter(resident)
    page = client.get("/mon-espace/niveau").page
    assert page.h1 == "Vous avez l'accès simple"
    assert "Un agent doit d'abord confirmer votre adresse" in page.text()
    assert "FranceConnect" not in page.text()
    assert "/lieux" in page.links().values()
    enter(resident, known=True)
    assert client.get("/mon-espace/niveau").page.h1 == "Vous avez l'accès complet"


def test_franceconnect_is_offered_where_it_is_set_up(settings, database, clock, gateways, resident):
    provider = Provider(issuer="https://fc.exemple.fr", client_id="porte", client_secret="secret")
    app = create_app(replace(settings, franceconnect=provider), clock=clock, database=database, gateways=gateways)
    app.test_client_class = CheckedClient
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    with client.session_transaction(base_url="https://localhost") as session:
        session.update(person_id=resident.id, level="reachable", how="mobile")
    assert "Continuer avec FranceConnect" in client.get("/mon-espace/niveau").page.text()


def test_the_letter_is_sent_to_the_confirmed_address_three_times_a_day_at_most(client, world, enter, send):
    world.departement()
    person = world.person(address=ADDRESS, address_confirmed_at=world.now)
    enter(person)
    path = "/mon-espace/niveau/lettre"
    assert client.post(path).status_code == 422
    for _time in range(3):
        assert "Une lettre part" in client.follow(send("/mon-espace/niveau", to=path)).page.text()
    assert send("/mon-espace/niveau", to=path).status_code == 429
    with world.database.transaction() as session:
        assert {row.person_id for row in session.scalars(select(Challenge))} == {person.id}


def test_no_letter_leaves_to_an_address_that_was_changed_meanwhile(client, world, enter):
    world.departement()
    person = world.person(address=ADDRESS, address_confirmed_at=world.now)
    enter(person)
    fields = client.get("/mon-espace/niveau").page.fields()
    with world.database.transaction() as session:
        session.get_one(Person, person.id).address_confirmed_at = None
    response = client.post("/mon-espace/niveau/lettre", data=fields)
    assert response.status_code == 409
    assert "Nous n'avons pas d'adresse confirmée" in response.page.text()
    with world.database.transaction() as session:
        assert session.scalars(select(Message)).all() == []
