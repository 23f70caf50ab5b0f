"""What a person reads in their space: theirs, all of it, and nothing of anybody else."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from portal.booking.models import AppointmentStatus
from portal.journal.services import MACHINE, VISITOR, Actor, ActorKind, record
from portal.letters.models import Letter
from portal.notifications.models import Message, Route, Status, Step
from portal.people.models import RouteState
from portal.people.models_credentials import CredentialKind
from tests.world import at

OTHER = "+33639980077"


@pytest.fixture
def write(world):
    """A message as it left, or will."""

    def add(person, route=Route.SMS, status=Status.SENT, text="Votre rendez-vous est pris.", **given):
        when = given.pop("at", world.now - timedelta(days=1))
        row = Message(
            **{
                "event_id": uuid4(),
                "event": {},
                "subject": "appointment",
                "subject_id": 1,
                "person_id": person.id,
                "kind": "appointment_booked",
                "step": Step.NOTICE,
                "route": route,
                "context": {},
                "status": status,
                "created_at": when,
                "due_at": when,
                "expires_at": when + timedelta(days=30),
                "retry_until": when,
                "recipient": person.mobile,
                "rendered": {"text": text} if text else None,
                "sent_at": when if text else None,
            }
            | given
        )
        with world.database.transaction() as session:
            session.add(row)
        return row

    return add


@pytest.fixture
def office(world):
    return world.office(title="Parler de mon budget")


def test_the_next_appointment_stands_first_with_all_that_one_needs(client, world, resident, enter, office):
    place, motif, agent = office
    child = world.person(given_names="Sacha", guardian_id=resident.id, mobile=None, email=None)
    world.appointment(agent, place, motif, at("2026-12-03", "09:30"), resident)
    soon = world.appointment(agent, place, motif, at("2026-11-30", "10:00"), child)
    enter(resident)
    page = client.get("/mon-espace").page
    text = page.text()
    assert "Votre prochain rendez-vous lundi 30 novembre 10 h Parler de mon budget, pour Sacha" in text
    assert place.street in text
    assert f"{soon.code[:4]}-{soon.code[4:]}" in text
    for path in ("", "/deplacer", "/annuler", "/agenda.ics"):
        assert f"/r/{soon.code}{path}" in page.links().values()
    assert "Un autre rendez-vous à venir" in text


def test_what_can_no_longer_be_changed_is_not_offered(client, world, resident, enter, office):
    place, motif, agent = office
    soon = world.appointment(agent, place, motif, world.now + timedelta(hours=1), resident)
    enter(resident)
    links = client.get("/mon-espace").page.links().values()
    assert f"/r/{soon.code}" in links
    assert f"/r/{soon.code}/deplacer" not in links
    assert f"/r/{soon.code}/annuler" not in links


def test_appointments_are_listed_to_come_cancelled_and_past_and_those_of_others_are_not(
    client, world, resident, enter, office
):
    place, motif, agent = office
    card = world.person(card_of_id=resident.id)
    days = ["2026-12-01", "2026-12-02", "2026-12-03", "2026-10-01", "2026-10-02", "2025-10-01"]
    hours = [at(day, "09:00") for day in days]
    mine = world.appointment(agent, place, motif, hours[0], resident)
    of_card = world.appointment(agent, place, motif, hours[1], card)
    excused = world.appointment(agent, place, motif, hours[2], resident, status=AppointmentStatus.EXCUSED)
    world.appointment(agent, place, motif, hours[3], resident, status=AppointmentStatus.NOSHOW)
    world.appointment(agent, place, motif, hours[4], resident, status=AppointmentStatus.REVOKED)
    old = world.appointment(agent, place, motif, hours[5], resident, status=AppointmentStatus.SEEN)
    strange = world.appointment(agent, place, motif, at("2026-12-04", "09:00"), world.person())
    enter(resident)
    page = client.get("/mon-espace/rendez-vous").page
    links = page.links().values()
    assert {f"/r/{one.code}" for one in (mine, of_card, excused)} <= set(links)
    assert f"/r/{strange.code}" not in links
    assert "Rendez-vous manqué." in page.text()
    assert "Annulé par le service." in page.text()
    assert old.starts_at.strftime("%Y") not in [word for word in page.text().split() if word == "2025"]


def test_every_message_says_its_way_and_whether_it_arrived(client, world, resident, enter, write):
    write(resident, status=Status.DELIVERED)
    write(resident, Route.EMAIL, Status.FAILED)
    write(resident, Route.CALL, Status.OPEN)
    write(resident, Route.SMS, Status.WAITING, None, at=world.now + timedelta(days=3), kind="appointment_reminder")
    write(resident, Route.SMS, Status.WITHDRAWN, kind="space_closed")
    write(world.person(card_of_id=resident.id), kind="appointment_moved")
    write(world.person(), kind="appointment_cancelled")
    enter(resident)
    text = client.get("/mon-espace/messages").page.text()
    for words in ("Arrivé.", "Pas arrivé : cette adresse e-mail ne répond plus.", "Une personne va vous le dire."):
        assert words in text
    assert "Prévu jeudi 26 novembre 2026" in text
    assert "Votre rendez-vous a changé" in text
    assert "Votre rendez-vous est annulé" not in text
    assert "Votre espace est fermé" not in text


def test_a_message_is_read_word_for_word_by_its_person_and_exists_for_nobody_else(
    client, world, resident, enter, write
):
    mine = write(resident, text="Bonjour,\nvotre rendez-vous est pris.")
    planned = write(resident, Route.EMAIL, Status.WAITING, None, at=world.now + timedelta(days=1))
    strange = write(world.person())
    enter(resident)
    text = client.get(f"/mon-espace/messages/{mine.id}").page.text()
    assert "votre rendez-vous est pris." in text
    assert "06 39 98 00 12" in text
    assert "seront écrits quand il partira" in client.get(f"/mon-espace/messages/{planned.id}").page.text()
    by_post = write(resident, Route.LETTER, Status.WAITING, None, at=at("2026-11-26", "06:00"))
    said = client.get(f"/mon-espace/messages/{by_post.id}").page.text() + client.get("/mon-espace/messages").page.text()
    assert "jeudi 26 novembre 2026" in said
    assert "26 novembre 2026 à" not in said.replace("\u00a0", " "), "of a letter, the day alone"
    for path in (f"{strange.id}", f"{strange.id}.pdf", f"{mine.id}.pdf", "999999"):
        assert client.get(f"/mon-espace/messages/{path}").status_code == 404


def test_a_message_to_a_number_that_is_not_theirs_is_not_shown(client, world, resident, enter, write):
    world.credential(resident, CredentialKind.MOBILE, "+33639980055", ended_at=world.now)
    write(resident, to=OTHER, kind="contact_code")
    write(resident, to="+33639980055", kind="contact_changed")
    write(resident, to="CAMILLE@exemple.fr", route=Route.EMAIL, kind="mandate_reply")
    enter(resident)
    text = client.get("/mon-espace/messages").page.text()
    assert "Un code pour un mobile ou un e-mail" not in text
    assert "Votre mobile ou votre e-mail a changé" in text
    assert "Réponse à votre SMS" in text


def read(page):
    return [href for href in page.links().values() if href.startswith("/mon-espace/messages/")]


def test_messages_come_twenty_at_a_time(client, world, resident, enter, write):
    for number in range(25):
        write(resident, at=world.now - timedelta(days=number + 1))
    enter(resident)
    first = client.get("/mon-espace/messages").page
    assert len(read(first)) == 20
    assert first.links()["Plus anciens"] == "/mon-espace/messages?page=2"
    second = client.get("/mon-espace/messages?page=2").page
    assert len(read(second)) == 5
    assert second.links()["Plus récents"] == "/mon-espace/messages?page=1"
    for odd in ("99999", "-1", "x", "9" * 30):
        assert client.get(f"/mon-espace/messages?page={odd}").status_code == 200


@pytest.fixture
def letter(world, write):
    """A letter, drawn, with or without a code in it."""

    def add(person, **context):
        block = {
            "role": "text",
            "runs": [["Madame, Monsieur,", False]],
            "icon": "",
            "url": "",
            "beside": [],
            "gap": False,
        }
        content = {
            "title": "Votre rendez-vous",
            "language": "fr",
            "sections": [{"name": "opening", "heading": "", "blocks": [block]}],
        }
        rendered = {"text": "Madame, Monsieur,", "content": content, "large_window": False}
        row = write(person, Route.LETTER, Status.QUEUED, rendered=rendered, context=context)
        with world.database.transaction() as session:
            session.add(
                Letter(
                    message_id=row.id,
                    reference=f"LET-{row.id}",
                    pages=1,
                    sha256="0" * 64,
                    pdf=b"%PDF-1.4 words",
                    drawn_at=world.now,
                )
            )
        return row

    return add


def test_a_letter_is_read_as_a_page_and_as_it_was_printed(client, resident, enter, letter):
    row = letter(resident)
    enter(resident)
    page = client.get(f"/mon-espace/messages/{row.id}").page
    assert "Madame, Monsieur," in page.text()
    assert f"/mon-espace/messages/{row.id}.pdf" in page.links().values()
    answer = client.get(f"/mon-espace/messages/{row.id}.pdf")
    assert answer.data == b"%PDF-1.4 words"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_letter_that_bears_a_code_is_for_who_holds_the_paper_alone(client, resident, enter, letter):
    row = letter(resident, challenge=str(uuid4()))
    enter(resident)
    assert client.get(f"/mon-espace/messages/{row.id}.pdf").status_code == 404
    assert f"/mon-espace/messages/{row.id}.pdf" not in client.get(f"/mon-espace/messages/{row.id}").page.html


def test_relatives_are_shown_with_their_year_of_birth_and_their_next_appointment(
    client, world, resident, enter, office, send
):
    place, motif, agent = office
    child = world.person(given_names="Sacha", guardian_id=resident.id, birth_date=date(2021, 5, 4))
    world.appointment(agent, place, motif, at("2026-12-01", "09:00"), child)
    world.person(given_names="Autre", guardian_id=world.person().id)
    enter(resident)
    text = client.get("/mon-espace/proches").page.text()
    assert "Sacha Année de naissance : 2021 mardi 1er décembre 2026" in text
    assert "Autre" not in text
    path = "/mon-espace/proches/ajouter"
    wrong = send(path, given_names="", family_name="Essai", birth_date=["1", "1", "2030"])
    assert wrong.status_code == 422
    assert wrong.page.title.startswith("Erreur :")
    right = send(path, given_names="Lou", family_name="Essai", birth_date=["1", "1", "2024"])
    assert "Lou Année de naissance : 2024" in client.follow(right).page.text()


def test_who_acted_is_said_by_job_and_town_and_never_by_name(client, world, resident, enter):
    place = world.place(name="Centre de planification", city="Lens")
    agent = world.agent("accueil", given_name="Prudence", family_name="Secrète")
    holder = world.person(given_names="Alex", family_name="Aidant")
    mandate = world.mandate(resident, holder_id=holder.id)
    with world.database.transaction() as session:
        for actor, verb in (
            (Actor.person(resident.id), "appointment.booked"),
            (Actor(ActorKind.AGENT, agent.id, None, place.id), "appointment.moved"),
            (Actor(ActorKind.AGENT, 9999, None, None), "letter.opened"),
            (Actor(ActorKind.PERSON, holder.id, mandate.id), "preferences.changed"),
            (Actor(ActorKind.PERSON, 9999), "of.an.older.version"),
            (MACHINE, "message.told"),
            (VISITOR, "appointment.cancelled"),
        ):
            record(session, world.now, actor=actor, verb=verb, for_person_id=resident.id)
        record(session, world.now, actor=Actor.person(resident.id), verb="appointment.booked", for_person_id=holder.id)
        record(session, world.now, actor=VISITOR, verb="appointment.booked", for_person_id=holder.id)
    enter(resident)
    text = client.get("/mon-espace/actions").page.text()
    for who in (
        "Vous",
        "Vous, pour une autre personne",
        "Assistante sociale, Lens",
        "Agent du service",
        "Alex Aidant, qui peut agir pour vous",
        "Une personne qui agit pour vous",
        "Le service, tout seul",
        "Une personne non connectée",
    ):
        assert who in text
    assert "Prudence" not in text
    assert "planification" not in text


def test_somebody_known_is_asked_of_a_way_that_nobody_vouched_for(client, world, resident, enter):
    world.credential(resident, CredentialKind.MOBILE, resident.mobile, is_vouched=True)
    enter(resident)
    assert "est-elle à vous" not in client.get("/mon-espace").page.text()
    enter(resident, known=True)
    page = client.get("/mon-espace").page
    assert "Cette adresse e-mail est-elle à vous ?" in page.text()
    assert "Ce mobile est-il à vous ?" not in page.text()
    assert "/mon-espace/preferences/email/retirer" in page.links().values()


def test_a_way_that_no_longer_answers_is_said_where_it_is_changed(client, world, enter):
    world.departement()
    person = world.person(mobile_state=RouteState.FAILED, address=["", "", "1 rue d'Essai", "", "62000 Arras"])
    enter(person)
    text = client.get("/mon-espace/preferences").page.text()
    assert "(ne répond plus)" in text
    assert "1 rue d'Essai" in text


def test_silence_says_what_arrives_all_the_same(client, resident, enter):
    enter(resident)
    assert "l'avis d'un mobile ou d'un e-mail changé" in client.get("/mon-espace/preferences").page.text()
