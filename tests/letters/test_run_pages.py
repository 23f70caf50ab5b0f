"""What the page of a run, its manifest and its bordereau tell of letters: envelopes, days, and no word too many."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import event
from sqlalchemy.exc import InvalidRequestError

from portal.letters.queries_runs import papers_of
from tests.entering import enter
from tests.letters.outside import given_run, told
from tests.letters.runs import made, queued, queued_to

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SEVEN_LINES = ["Appartement 4", "Résidence des Essais", "1 rue X", "BP 12", "1000 BRUXELLES", "BELGIQUE"]


@pytest.fixture
def room(client, world, clock):
    """The print room's browser, on Tuesday."""
    world.departement()
    clock.set(TUESDAY)
    enter(client, world.agent("courrier"))
    return client


def test_whoever_puts_letters_in_envelopes_is_told_which_need_the_large_window(room, world, database):
    queued(world, now=TUESDAY)
    abroad = queued_to(world, world.person(address=SEVEN_LINES), now=TUESDAY)
    assert abroad.large_window
    path = f"/agents/courriers/lots/{made(database, TUESDAY).id}"
    words = room.get(path).page.text()
    assert "1 lettre va dans une enveloppe à grande fenêtre (45 mm)." in words
    assert f"{abroad.reference} : Fichier 1, lettre 1" in words  # no postcode: it stands first
    sheet = PdfReader(BytesIO(room.get(f"{path}/bordereau.pdf").data)).pages[0].extract_text()
    assert "dont 1 enveloppe à grande fenêtre (45 mm)" in sheet.replace("\u00a0", " ")


def test_the_manifest_reads_no_word_of_a_letter(room, world, database):
    queued(world, now=TUESDAY)
    run = made(database, TUESDAY)
    asked = []
    event.listen(database.engine, "before_cursor_execute", note := lambda *given: asked.append(given[2]))
    try:
        assert room.get(f"/agents/courriers/lots/{run.id}/manifeste.csv").status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert any("letter.sha256" in one for one in asked)
    assert not any("rendered" in one for one in asked)
    with database.transaction() as session, pytest.raises(InvalidRequestError):
        _ = papers_of(session, run.id)[0].message


def test_a_letter_found_by_its_key_says_when_it_left_and_when_it_arrives(room, world, database):
    letter = queued(world, now=TUESDAY)
    path = f"/agents/courriers/lots/{made(database, TUESDAY).id}"
    found = room.get(f"{path}?cle={letter.reference}").page.text()
    assert "Dans un lot, part le mardi 24 novembre, arrive vers le vendredi 27 novembre" in found


def test_a_run_that_an_outside_printer_gave_to_the_post_says_when_its_letters_arrive(room, world, database, tmp_path):
    run_id, (letter,) = given_run(database, world, tmp_path, TUESDAY, count=1)
    assert told(database, TUESDAY, tmp_path, f"{letter.reference};poste;2026-11-24;").faults == ()
    words = room.get(f"/agents/courriers/lots/{run_id}?cle={letter.reference}").page.text()
    assert "Remis le mardi 24 novembre 2026. Les lettres arrivent vers le vendredi 27 novembre 2026." in words
    assert "posté le mardi 24 novembre, arrive vers le vendredi 27 novembre" in words


def test_a_letter_that_waits_for_its_run_is_not_printed_by_hand_before_it(room, world, database):
    letter = queued(world, now=TUESDAY)
    form = room.get("/agents/courriers/reimprimer").page.fields(0)
    refused = room.post("/agents/courriers/reimprimer", data=form | {"key": letter.reference}).page.text()
    assert "Cette lettre attend un lot. Elle n'est pas encore imprimée." in refused
    run = made(database, TUESDAY)
    assert run.posting_day == date(2026, 11, 24)
    printed = room.post("/agents/courriers/reimprimer", data=form | {"key": letter.reference})
    assert printed.mimetype == "application/pdf"
