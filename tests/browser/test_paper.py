"""People who are told by post, and the agent of the print room who sends them their letters."""

from hashlib import sha256

import pytest
from sqlalchemy import select

from portal.letters.models import Letter
from portal.people.contacts import Contact
from portal.sealing import Sealer
from tests.browser.journeys import (
    ADDRESS,
    booked,
    choose_an_hour,
    confirm,
    letters,
    messages,
    open_with,
    say_who,
    take,
    town,
)
from tests.staff.agents import PASSWORD, code_at, signer

LINES = ("", "", "12 RUE DE LA DEMONSTRATION", "", "62000 ARRAS")


@pytest.fixture
def print_room(world, visit, settings, clock):
    """Someone at the print room's screen, signed in with a password and a telephone."""
    signer(world, Sealer(settings.secret_key), "courrier", email="nour.essai@exemple.fr")
    visitor = visit()
    visitor.go("/agents/courriers")
    assert "/agents/connexion" in visitor.page.url
    visitor.fill("Adresse e-mail professionnelle", "nour.essai@exemple.fr")
    visitor.fill("Mot de passe", PASSWORD)
    visitor.press("Me connecter")
    visitor.fill("Code à 6 chiffres", code_at(clock.now))
    visitor.press("Continuer")
    visitor.reads("Aucune lettre n'attend.")
    return visitor


def test_the_last_of_the_letters_of_a_garantie_papier_is_the_only_one_to_leave(visit, world, worker, gateways):
    here = town(world)
    visitor = visit(phone=True)
    choose_an_hour(visitor, here, weeks=2)
    say_who(visitor, mobile="06 39 98 00 12", **ADDRESS)
    visitor.tick("Je veux tout recevoir par courrier")
    confirm(visitor)
    visitor.reads("Une lettre part le lundi 23 novembre 2026. Elle devrait arriver le jeudi 26 novembre 2026.")
    worker()
    assert letters(world) == [
        ("appointment_booked", "queued"),
        ("appointment_reminder", "waiting"),
        ("paper_chosen", "queued"),
    ]

    visitor.follow("Voir, changer ou annuler mon rendez-vous")
    visitor.follow("Changer l'heure")
    visitor.follow("Semaine suivante")
    take(visitor, "11 h")
    visitor.press("Confirmer la nouvelle heure")
    worker()
    assert letters(world) == [
        ("appointment_booked", "withdrawn"),
        ("appointment_reminder", "withdrawn"),
        ("paper_chosen", "queued"),
        ("appointment_moved", "queued"),  # it arrives four days before: it reminds by itself
    ]

    visitor.follow("Annuler")
    visitor.press("Oui, annuler")
    visitor.reads("Ce rendez-vous est annulé")
    worker()
    assert letters(world) == [
        ("appointment_booked", "withdrawn"),
        ("appointment_reminder", "withdrawn"),
        ("paper_chosen", "queued"),
        ("appointment_moved", "withdrawn"),
        ("appointment_cancelled", "queued"),
    ]
    assert len(gateways.sms.sent) == 3
    assert [row for row in messages(world) if row[2] == "waiting"] == []


def test_the_print_room_signs_in_sees_the_letter_and_opens_it(print_room, world, worker):
    booked(world, Contact(address=LINES))
    worker()
    with world.database.transaction() as session:
        letter = session.scalars(select(Letter)).one()
    print_room.go("/agents")
    print_room.follow("Les courriers")
    print_room.reads("Une lettre attend d'être imprimée.")
    row = print_room.page.get_by_role("row").filter(has_text=letter.reference)
    assert "Confirmation de rendez-vous" in row.inner_text()
    assert "ARRAS" in row.inner_text()

    link = row.get_by_role("link", name="Ouvrir (PDF").get_attribute("href")
    sheet = print_room.page.request.get(print_room.site + link)
    assert (sheet.status, sheet.headers["content-type"]) == (200, "application/pdf")
    assert sha256(sheet.body()).hexdigest() == letter.sha256

    print_room.follow(letter.reference)
    print_room.reads("12 RUE DE LA DEMONSTRATION")
    print_room.reads("lundi 7 décembre 2026 10 h")
    assert print_room.page.get_by_role("link", name="Ouvrir la lettre (PDF").get_attribute("href") == link


def test_a_withdrawn_letter_is_no_longer_shown_to_the_print_room(print_room, visit, world, worker):
    appointment = booked(world, Contact(address=LINES))
    worker()
    visitor = visit()
    open_with(visitor, appointment.code)
    visitor.follow("Annuler")
    visitor.press("Oui, annuler")
    worker()
    print_room.go("/agents/courriers")
    letters_that_wait = print_room.page.get_by_role(
        "table", name="Lettres qui attendent, la plus ancienne d'abord"
    ).get_by_role("row")
    assert letters_that_wait.count() == 2  # their names, and one letter
    assert "Annulation de rendez-vous" in letters_that_wait.last.inner_text()


def test_letters_are_for_the_print_room_alone(visit, world, worker):
    booked(world, Contact(address=LINES))
    worker()
    with world.database.transaction() as session:
        letter = session.scalars(select(Letter)).one()
    stranger = visit()
    answer = stranger.page.request.get(f"{stranger.site}/agents/courriers/{letter.id}.pdf")
    assert "/agents/connexion" in answer.url
    assert answer.headers["content-type"].startswith("text/html")
