"""The print room's pages from the run to the returns: what is refused stays as it was typed, beside why."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portal.journal.services import Actor
from portal.letters.models import Letter, PullReason, ReturnReason
from portal.letters.rules import reference_of
from portal.letters.services_post import pull
from portal.notifications.models import Message, Status
from portal.notifications.outbox import withdraw
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from tests.entering import enter
from tests.letters.runs import made, queued

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def room(client, world, clock):
    """The print room's browser, on Tuesday."""
    world.departement()
    clock.set(TUESDAY)
    enter(client, world.agent("courrier"))
    return client


def sends(room, path, **typed):
    """A form sent with what is typed."""
    token = room.get("/agents/courriers/retours").page.fields()["csrf_token"]
    return room.post(path, data={"csrf_token": token} | typed)


def status(database, letter):
    with database.transaction() as session:
        return session.get_one(Message, letter.message_id).status


def test_a_run_goes_to_the_post_step_by_step_and_what_differs_is_said(room, world, database):
    letters = [queued(world, now=TUESDAY) for _ in range(3)]
    path = f"/agents/courriers/lots/{made(database, TUESDAY).id}"

    def step(name, **typed):
        return sends(room, f"{path}/{name}", **typed)

    today = {"day": ["24", "11", "2026"]}
    assert "Dites d'abord que le lot est imprimé." in step("compte", letters="3", sheets="3").page.text()
    assert "Écrivez un nombre" in step("imprime", counter="beaucoup").page.text()
    said = room.follow(step("imprime", counter="5")).page.text()
    assert "Compteur : 5. Attendu : 4, avec les séparations." in said
    assert "Le compteur ne dit pas le même nombre." in said
    refused = step("poste", **today).page
    assert "Écrivez d'abord ce que vous avez compté." in refused.text()
    assert "Chercher une lettre du lot" in refused.text()  # the whole page of the run, files and all
    assert f"{path}/1.pdf" in refused.links().values()
    wrong = room.follow(step("compte", letters="1", sheets="3")).page
    assert "Il manque 2 lettres." in wrong.text()
    assert not wrong.all("p", class_="step-done")  # neither count is right: nothing is ticked
    refused = step("poste", **today).page
    assert "Ce qui est compté n'est pas ce que le lot contient." in refused.text()
    assert refused.title.startswith("Erreur :")
    room.follow(step("compte", letters="3", sheets="4"))
    assert "Il y a une feuille de trop." in step("poste", **today).page.text()
    room.follow(step("compte", letters="3", sheets="3"))
    assert "à venir" in step("poste", day=["25", "11", "2026"]).page.text()
    posted = room.follow(step("poste", **today)).page.text()
    assert "Remis le mardi 24 novembre 2026. Les lettres arrivent vers le vendredi 27 novembre 2026." in posted
    assert {status(database, letter) for letter in letters} == {Status.POSTED}
    assert sends(room, "/agents/courriers/lots/999/imprime").status_code == 404


def test_a_total_that_is_no_number_is_said_at_the_top_and_beside_its_field_and_stays_as_typed(room, world, database):
    queued(world, now=TUESDAY)
    path = f"/agents/courriers/lots/{made(database, TUESDAY).id}"
    refused = sends(room, f"{path}/imprime", counter="beaucoup").page
    assert refused.links()["Écrivez un nombre, en chiffres. Exemple : 250"] == "#counter"
    sends(room, f"{path}/imprime")
    for typed in ({"letters": "abc", "sheets": "12"}, {"letters": "12", "sheets": "-1"}):
        refused = sends(room, f"{path}/compte", **typed).page
        assert refused.title.startswith("Erreur :")
        assert "Il y a une chose à corriger" in refused.text()
        wrong = next(name for name, value in typed.items() if value != "12")
        assert refused.links()["Écrivez un nombre, en chiffres. Exemple : 250"] == f"#{wrong}"
        assert refused.text().count("Écrivez un nombre, en chiffres.") == 2
        for name, value in typed.items():
            assert refused.all("input", name=name)[0].get("value") == value
    refused = sends(room, f"{path}/poste", day=["24", "11", "2026"]).page
    assert refused.links()["Écrivez d'abord ce que vous avez compté."] == "#etape-posted"
    assert refused.all("li", id="etape-posted")


def test_a_run_is_printed_file_by_file_and_says_how_far_it_is(room, world, database):
    queued(world, now=TUESDAY)
    queued(world, now=TUESDAY, bring=[f"Le document numéro {number} de votre dossier complet" for number in range(60)])
    path = f"/agents/courriers/lots/{made(database, TUESDAY).id}"
    said = room.follow(sends(room, f"{path}/imprime", file="2")).page.text()
    assert "Le fichier est noté comme imprimé." in said
    assert "Imprimé le mardi 24 novembre" in said
    for page in (path, "/agents/courriers/lots", "/agents/courriers"):
        assert "1 fichier imprimé sur 2" in room.get(page).page.text()
    assert "C'est déjà noté." in sends(room, f"{path}/imprime", file="2").page.text()
    for none in ("9", "x"):
        assert sends(room, f"{path}/imprime", file=none).status_code == 404
    assert "Le lot est noté comme imprimé." in room.follow(sends(room, f"{path}/imprime", file="1")).page.text()


def test_a_run_is_given_to_the_post_on_a_day_when_it_goes_which_is_offered_first(room, world, database, clock):
    pulled, stays = (queued(world, now=TUESDAY) for _ in range(2))
    path = f"/agents/courriers/lots/{made(database, TUESDAY).id}"
    sends(room, "/agents/courriers/retirer", key=pulled.reference, reason="asked")
    assert "1 à poster, 1 retirée" in room.get(path).page.text()
    sends(room, f"{path}/imprime")
    sends(room, f"{path}/compte", letters="1", sheets="1")
    clock.set(TUESDAY + timedelta(days=5))  # Sunday
    enter(room, world.agent("courrier"))
    assert room.get(path).page.all("input", name="day")[0].get("value") == "24"
    sunday = sends(room, f"{path}/poste", day=["29", "11", "2026"]).page
    assert "Ce jour-là, rien ne part à La Poste." in sunday.text()
    assert sunday.all("input", name="day")[0].get("value") == "29"
    assert status(database, stays) is Status.PRINTED
    words = room.follow(sends(room, f"{path}/poste", day=["27", "11", "2026"])).page.text()
    assert "1 postée, 1 retirée" in words
    sends(room, "/agents/courriers/retours", key=stays.reference, reason="refused")
    words = room.get(path).page.text()
    assert "1 lettre revenue Lettres du lot que La Poste a rendues" in words
    assert f"{stays.reference} Fichier 1, lettre 2 Refusé" in words
    sends(room, "/agents/courriers/retours", key=pulled.reference, reason="unknown")  # it had left all the same
    words = room.get(path).page.text()
    assert "2 lettres revenues" in words
    assert f"{pulled.reference} Fichier 1, lettre 1 Inconnu à l'adresse" in words
    assert "retirée" not in words
    assert "2 lettres" in room.get("/agents/courriers/lots").page.text()


def test_a_run_all_of_whose_letters_were_pulled_is_closed_in_one_press(room, world, database):
    letters = [queued(world, now=TUESDAY) for _ in range(2)]
    path = f"/agents/courriers/lots/{made(database, TUESDAY).id}"
    refused = sends(room, f"{path}/ferme").page
    assert "Ce lot contient encore des lettres." in refused.text()
    for letter in letters:
        sends(room, "/agents/courriers/retirer", key=letter.reference, reason="asked")
    assert "Ce lot est vide" in room.get(path).page.text()
    words = room.follow(sends(room, f"{path}/ferme")).page.text()
    assert "Le lot est fermé." in words
    assert "Fermé : il est vide 2 retirées" in words
    assert "C'est déjà noté." in sends(room, f"{path}/ferme").page.text()
    assert "Lot 1" not in room.get("/agents/courriers").page.text()


def test_a_registered_letter_without_a_number_holds_up_its_run(room, world, database):
    letter = queued(world, now=TUESDAY)
    path = f"/agents/courriers/lots/{made(database, TUESDAY).id}"
    found = room.get(f"{path}?cle={letter.reference}").page.links()
    assert found["Réimprimer"] == f"/agents/courriers/reimprimer?cle={letter.reference}"
    assert found["Retirer"] == f"/agents/courriers/retirer?cle={letter.reference}"
    register = found["Recommandé"]
    assert room.get(f"/agents/courriers/{letter.id}").page.links()["Recommandé"] == register
    sends(room, register, is_registered="y", number="")
    sends(room, f"{path}/imprime")
    sends(room, f"{path}/compte", letters="1", sheets="1")
    assert room.get(path).page.links()[f"Numéro de {letter.reference}"] == register
    today = {"day": ["24", "11", "2026"]}
    assert "Un recommandé du lot n'a pas de numéro de suivi." in sends(room, f"{path}/poste", **today).page.text()
    sends(room, register, is_registered="y", number="RR473124829FR", montre="")
    sheet = PdfReader(BytesIO(room.get(f"{path}/bordereau.pdf").data)).pages[0].extract_text()
    assert "dont 1 recommandé" in sheet.replace("\u00a0", " ")
    assert "Remis le mardi 24 novembre 2026." in room.follow(sends(room, f"{path}/poste", **today)).page.text()


def test_letters_are_pulled_by_key_and_the_list_says_what_was_just_pulled(room, world, database):
    overtaken, lost, stays = (queued(world, now=TUESDAY) for _ in range(3))
    run = made(database, TUESDAY)
    with database.transaction() as session:
        withdraw(session, TUESDAY, subject="appointment", subject_id=overtaken.message_id)
    path = "/agents/courriers/retirer"
    listed = room.follow(sends(room, path, key=f"{overtaken.reference.lower()}-1-1", reason="listed")).page
    assert f"{overtaken.reference} est retirée." in listed.text()
    assert f"{overtaken.reference} {run.id} Le rendez-vous a changé." in listed.text()
    refused = sends(room, path, key=stays.reference, reason="listed").page
    assert "Cette lettre peut partir." in refused.text()
    assert refused.fields(0)["key"] == stays.reference
    assert room.follow(sends(room, path, key=lost.reference, reason="lost")).page.fields(0)["reason"] == "lost"
    assert "était déjà retirée" in room.follow(sends(room, path, key=lost.reference, reason="asked")).page.text()
    assert status(database, lost) is Status.WAITING
    assert "Cette clé ne se lit pas." in sends(room, path, key="C123").page.text()
    pressed = sends(room, path, key=lost.reference)  # beside the letter, on the page of its run
    assert pressed.headers["Location"] == f"/agents/courriers/lots/{run.id}?fait=deja-retire"


def test_a_letter_that_waits_for_a_run_is_taken_back_without_a_word_of_a_tray_or_a_bordereau(room, world, database):
    letter = queued(world, now=TUESDAY)
    page = room.get(room.get("/agents/courriers").page.links()[f"Retirer la lettre {letter.reference}"]).page
    assert "Cette lettre n'est dans aucun lot. Elle n'est pas imprimée" in page.text()
    assert "Retirez la lettre du bac" not in page.text()
    fields = page.fields(0)
    assert (fields["key"], fields["reason"]) == (letter.reference, "asked")
    done = room.follow(room.post("/agents/courriers/retirer", data=fields)).page.text()
    assert f"{letter.reference} ne part pas. Elle n'était dans aucun lot." in done
    assert status(database, letter) is Status.WITHDRAWN
    assert "Retirez la lettre du bac" in room.get("/agents/courriers/retirer").page.text()


def test_a_spoiled_sheet_opens_again_alone_or_the_whole_letter_until_it_is_forgotten(room, world, database):
    letter = queued(world, now=TUESDAY, bring=[f"Le document numéro {number} du dossier" for number in range(60)])
    made(database, TUESDAY)
    path = "/agents/courriers/reimprimer"
    with database.transaction() as session:
        drawn = session.get_one(Letter, letter.id).pdf
    whole = sends(room, path, key=f"{letter.reference}-1-3", what="whole")
    assert (whole.data, whole.mimetype, whole.headers["Cache-Control"]) == (drawn, "application/pdf", "no-store")
    assert "ne dit pas la page" in sends(room, path, key=letter.reference, what="sheet").page.text()
    pages = [page.extract_text() for page in PdfReader(BytesIO(drawn)).pages]
    sheet = PdfReader(BytesIO(sends(room, path, key=f"{letter.reference}-3-{len(pages)}", what="sheet").data))
    assert [page.extract_text() for page in sheet.pages] == pages[2:4]
    with database.transaction() as session:
        row = session.get_one(Letter, letter.id)
        assert row.reprints == 2
        row.pdf = b"%PDF- something else"
    assert sends(room, path, key=letter.reference, what="whole").status_code == 500
    with database.transaction() as session:
        session.get_one(Letter, letter.id).pdf = None
    gone = sends(room, path, key=letter.reference, what="whole")
    assert gone.status_code == 410
    assert "n'est plus gardée" in gone.page.text()


def test_a_letter_that_is_to_be_pulled_is_not_printed_again_and_the_page_says_why(room, world, database):
    moved, overtaken, waits = (queued(world, now=TUESDAY) for _ in range(3))
    with database.transaction() as session:
        session.get_one(Message, waits.message_id).due_at = TUESDAY + timedelta(days=9)
    run = made(database, TUESDAY, cut_off_at=TUESDAY + timedelta(hours=1))
    with database.transaction() as session:
        for letter in (moved, waits):
            session.get_one(Person, letter.message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
        withdraw(session, TUESDAY, subject="appointment", subject_id=overtaken.message_id)
    path = "/agents/courriers/reimprimer"
    for letter, why in ((moved, "L'adresse a changé."), (overtaken, "Le rendez-vous a changé.")):
        for what in ("whole", "sheet"):
            refused = sends(room, path, key=f"{letter.reference}-1-1", what=what)
            assert refused.mimetype == "text/html"
            assert f"Cette lettre est à retirer du lot. Ne la réimprimez pas. {why}" in refused.page.text()
            assert refused.page.links()["Retirer cette lettre du lot"].endswith(f"retirer?cle={letter.reference}")
        found = room.get(f"/agents/courriers/lots/{run.id}?cle={letter.reference}").page
        assert f"Elle est à retirer du lot. {why}" in found.text()
        assert "Réimprimer" not in [words for words, url in found.links().items() if "?cle" in url]
    refused = sends(room, path, key=waits.reference, what="whole").page
    assert "Cette lettre ne doit plus partir. Ne la réimprimez pas. L'adresse a changé." in refused.text()
    with database.transaction() as session:
        assert not any(session.scalars(select(Letter.reprints)))


def test_returns_are_entered_one_after_the_other_under_the_same_reason(room, world, database):
    letters = [queued(world, now=TUESDAY) for _ in range(2)]
    made(database, TUESDAY)
    waiting = queued(world, now=TUESDAY)
    path = "/agents/courriers/retours"
    refused = sends(room, path, key=letters[0].reference).page
    assert "Choisissez pourquoi la lettre revient." in refused.text()
    assert refused.fields(0)["key"] == letters[0].reference
    page = sends(room, path, key="2", reason="unknown").page  # a figure chooses: without scripts too
    assert (page.fields(0)["reason"], page.fields(0)["key"]) == ("access", "")
    page = room.follow(sends(room, path, key=letters[0].reference, reason="access")).page
    assert f"{letters[0].reference} est notée : Défaut d'accès ou d'adressage." in page.text()
    assert (page.fields(0)["reason"], page.fields(0)["key"]) == ("access", "")
    noted = sends(room, path, key=letters[1].reference, reason="access")
    with database.transaction() as session:  # a colleague's, noted before this page is shown
        reason, at = ReturnReason.REFUSED, TUESDAY + timedelta(seconds=1)
        row = session.get_one(Letter, letters[0].id)
        row.return_reason, row.returned_at = reason, at
    assert f"{letters[1].reference} est notée : Défaut d'accès" in room.follow(noted).page.text()
    assert "est notée" not in room.get(f"{path}?fait=1&cle={waiting.reference}").page.text()
    with database.transaction() as session:
        row = session.get_one(Letter, letters[0].id)
        row.return_reason, row.returned_at = ReturnReason.ACCESS, TUESDAY
    for key, words in (
        (letters[0].reference, "déjà notée : Défaut d'accès ou d'adressage, mardi 24 novembre 2026"),
        (waiting.reference, "Cette lettre n'est jamais partie"),
        (reference_of(99), "Aucune lettre n'a cette clé."),
        ("n'importe quoi", "Cette clé ne se lit pas."),
    ):
        page = sends(room, path, key=key, reason="refused").page
        assert words in page.text()
        assert page.fields(0)["key"] == key
    with database.transaction() as session:
        reasons = list(session.scalars(select(Letter.return_reason).order_by(Letter.id)))
    assert reasons == [ReturnReason.ACCESS, ReturnReason.ACCESS, None]
    rates = room.get("/agents/courriers/retours/taux").page.text()
    assert "Aucune lettre n'a été postée" in rates


def test_rates_are_shown_by_week_and_town_and_few_letters_are_hidden(room, world, database):
    letters = [queued(world, now=TUESDAY) for _ in range(5)]
    queued(world, "62300 Lens", now=TUESDAY)
    run = made(database, TUESDAY)
    path = f"/agents/courriers/lots/{run.id}"
    for name, typed in (
        ("imprime", {}),
        ("compte", {"letters": "6", "sheets": "6"}),
        ("poste", {"day": ["24", "11", "2026"]}),
    ):
        sends(room, f"{path}/{name}", **typed)
    sends(room, "/agents/courriers/retours", key=letters[0].reference, reason="unknown")
    page = room.get("/agents/courriers/retours/taux?semaine=2026-11-23").page
    assert "lundi 23 novembre 2026 6 1 16,7 % 1 0 0 0" in page.text()
    assert "Les autres communes 6 1 16,7 %" in page.text()  # Arras with Lens: its one letter is not told
    assert "LENS" not in page.text()


def test_an_agent_of_one_place_finds_no_key_of_another_and_takes_no_step_of_a_run(client, world, database):
    world.departement()
    here, there = world.place(), world.place()
    letter = queued(world, now=TUESDAY)
    with database.transaction() as session:
        session.get_one(Message, letter.message_id).place_id = there.id
    run = made(database, TUESDAY)
    world.agent("courrier", place=there)
    enter(client, world.agent("courrier", place=here))
    for name, more in (("retours", {"reason": "unknown"}), ("reimprimer", {"what": "whole"}), ("retirer", {})):
        page = sends(client, f"/agents/courriers/{name}", key=letter.reference, **more).page
        assert "Aucune lettre n'a cette clé." in page.text()
    step = sends(client, f"/agents/courriers/lots/{run.id}/imprime")
    assert step.status_code == 403
    with database.transaction() as session:
        given = {"reason": PullReason.LOST, "by": Actor.agent(1), "post": calendar_of(session)}
        assert pull(session, TUESDAY, reference=letter.reference, **given).is_new
