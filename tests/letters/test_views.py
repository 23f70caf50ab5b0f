import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import undefer

from portal.app import create_app
from portal.journal.models import JournalLine
from portal.letters.desk import PrintRoom
from portal.letters.models import Letter
from portal.letters.queries import letter_of_message
from portal.notifications.models import Message, Status
from tests.checked_pages import CheckedClient
from tests.entering import enter
from tests.letters.messages import ADDRESS, SEALER, post_message
from tests.letters.words_of import KINDS, STATES


def sign_in(client, world, role, **given):
    world.departement()
    enter(client, world.agent(role, **given))


@pytest.fixture
def drawn(database, world, clock):
    """Draws the letter of a message; its id."""

    def draw(kind="appointment_booked", address=ADDRESS, **changed):
        message = post_message(world, world.person(address=address), kind, **changed)
        with database.transaction() as session:
            PrintRoom("https://porte.exemple.fr", SEALER).draw(session, session.get_one(Message, message.id), clock())
            return letter_of_message(session, message.id).id

    return draw


@pytest.fixture
def room(client, world):
    """The print room's browser."""
    sign_in(client, world, role="courrier")
    return client


def test_an_empty_print_room_says_so(room):
    page = room.get("/agents/courriers").page
    assert page.h1 == "Les courriers"
    assert "Aucune lettre n'attend" in page.text()


def test_letters_waiting_are_listed_oldest_first_in_plain_words(room, drawn, clock):
    first = drawn("appointment_moved", **STATES["moved"])
    clock.forward(timedelta(minutes=5))
    second = drawn("appointment_reminder", ["", "", "1 rue Essai", "", "1000 Bruxelles", "Belgique"])
    page = room.get("/agents/courriers").page
    words = page.text()
    assert "2 lettres attendent" in words
    assert words.index("Changement de rendez-vous") < words.index("Rappel de rendez-vous")
    assert "Dominique Essai 62000 ARRAS 1 lundi 23 novembre 2026 à 9 h 02" in words
    assert "1000 BRUXELLES" in words
    assert {f"/agents/courriers/{number}.pdf" for number in (first, second)} <= set(page.links().values())
    assert re.search(r"Ouvrir \(PDF, [0-9]+ ko\)", words)


def test_a_letter_withdrawn_is_no_longer_listed(room, drawn, database):
    drawn()
    with database.transaction() as session:
        session.execute(text("UPDATE message SET status = :withdrawn"), {"withdrawn": Status.WITHDRAWN.value})
    assert "Aucune lettre n'attend" in room.get("/agents/courriers").page.text()


def test_the_pdf_is_the_same_bytes_each_time_and_no_cache_keeps_it(room, drawn):
    number = drawn()
    one, two = (room.get(f"/agents/courriers/{number}.pdf") for _ in range(2))
    assert one.data == two.data
    assert one.mimetype == "application/pdf"
    assert one.headers["Cache-Control"] == "no-store"
    assert one.headers["Content-Disposition"].startswith("inline")


def test_bytes_that_have_changed_are_not_printed(room, drawn, database):
    number = drawn()
    with database.transaction() as session:
        session.execute(text("UPDATE letter SET pdf = pdf || '\\x00'::bytea"))
    assert room.get(f"/agents/courriers/{number}.pdf").status_code == 500


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
def test_the_twin_says_every_word_of_the_sheet(room, drawn, database, kind, state):
    number = drawn(kind, **STATES[state])
    page = room.get(f"/agents/courriers/{number}").page
    with database.transaction() as session:
        said = session.query(Message).one().rendered["text"]
    shown = "".join(page.text().split())
    for line in filter(None, said.splitlines()):
        assert "".join(line.split()) in shown
    assert room.get(f"/agents/courriers/{number}").headers["Cache-Control"] == "no-store"


def test_the_twin_says_no_more_than_the_sheet(room, drawn, database):
    too_long = {"large_print": True, "bring": [f"Le document {n} du dossier" for n in range(44)]}
    for given, has_english in (({}, True), (too_long, False)):
        number = drawn(language="en", **given)
        page = room.get(f"/agents/courriers/{number}").page
        with database.reading() as session:
            pdf = PdfReader(BytesIO(session.get_one(Letter, number, options=[undefer(Letter.pdf)]).pdf))
        sheet = " ".join(leaf.extract_text() for leaf in pdf.pages)
        for said in ("Your appointment is booked", "In English: ask us. The end of this letter says how."):
            assert (said in page.text()) is (said in sheet)
        assert ("Your appointment is booked" in sheet) is has_english
        assert page.text().count("J'annule ce rendez-vous") == sheet.count("J'annule ce rendez-vous")
        assert page.text().count("I cancel this appointment") == sheet.count("I cancel this appointment")
        assert page.all("section", lang="en")


def test_opening_a_letter_is_written_in_the_journal(room, drawn, database):
    number = drawn()
    room.get(f"/agents/courriers/{number}")
    with database.transaction() as session:
        lines = session.query(JournalLine).filter_by(verb="letter.opened").all()
        assert [(line.actor, line.object_id) for line in lines] == [("agent", number)]


@pytest.mark.parametrize("address", ["0", "999", "9223372036854775807", "9223372036854775808", "1.pdf.pdf", "x"])
def test_a_letter_that_does_not_exist_is_a_404(room, address):
    assert room.get(f"/agents/courriers/{address}").status_code == 404
    assert room.get(f"/agents/courriers/{address}.pdf").status_code == 404


@pytest.mark.parametrize("role", ["accueil", "professionnel", "référent", "encadrant"])
def test_other_agents_do_not_read_letters(client, world, drawn, role):
    number = drawn()
    sign_in(client, world, role=role)
    for path in ("/agents/courriers", f"/agents/courriers/{number}", f"/agents/courriers/{number}.pdf"):
        assert client.get(path).status_code == 403


def test_nobody_reads_letters_without_signing_in(client, drawn):
    number = drawn()
    for path in ("/agents/courriers", f"/agents/courriers/{number}", f"/agents/courriers/{number}.pdf"):
        assert client.get(path).status_code == 303
    assert client.get(f"/demo/lettre/{number}").status_code == 404
    assert client.get(f"/demo/lettre/{number}.pdf").status_code == 404


def test_the_demonstration_shows_a_letter_as_its_receiver_reads_it(settings, clock, database, gateways, drawn):
    drawn()
    with database.transaction() as session:
        message_id = session.query(Message).one().id
    app = create_app(replace(settings, demo=True), clock=clock, database=database, gateways=gateways)
    app.test_client_class = CheckedClient
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    page = client.get(f"/demo/lettre/{message_id}").page
    assert "Votre rendez-vous est pris" in page.text()
    assert f"/demo/lettre/{message_id}.pdf" in page.links().values()
    assert client.get(f"/demo/lettre/{message_id}.pdf").mimetype == "application/pdf"
    assert client.get("/demo/lettre/999").status_code == 404


def placed(database, number, place):
    with database.transaction() as session:
        session.get_one(Message, session.get_one(Letter, number).message_id).place_id = place and place.id


def test_letters_of_another_place_are_neither_listed_nor_found(client, world, database, drawn):
    here, there = world.place(), world.place()
    mine, other = drawn(), drawn()
    for number, place in ((mine, here), (other, there)):
        placed(database, number, place)
    world.agent("courrier", place=there)
    sign_in(client, world, "courrier", place=here)
    page = client.get("/agents/courriers").page
    assert "Une lettre attend" in page.text()
    assert f"/agents/courriers/{mine}.pdf" in page.links().values()
    for path in (f"/agents/courriers/{other}", f"/agents/courriers/{other}.pdf"):
        assert client.get(path).status_code == 404


def test_letters_that_nobody_would_print_are_before_every_print_room(client, world, database, drawn):
    number = drawn()
    placed(database, number, None)
    world.agent("admin")
    sign_in(client, world, "courrier", place=world.place())
    assert "Une lettre attend" in client.get("/agents/courriers").page.text()
    assert client.get(f"/agents/courriers/{number}").status_code == 200
