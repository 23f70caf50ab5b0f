"""The print room's pages: today, a run, its files; who opens them, and what is said when something does not go."""

import csv
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO, StringIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, update

from portal.journal.models import JournalLine
from portal.letters.models import Letter, Printer, PrintRun, PullReason, RunFile, RunState
from portal.letters.queries import FIRST
from portal.letters.queries_runs import late_letters
from portal.letters.rules import reference_of
from portal.letters.rules_today import Left, left_until
from portal.letters.services_hand import make_by_hand
from portal.letters.services_keeping import forget_bytes
from portal.letters.services_runs import make_file, turn_late
from portal.notifications.models import Message, Status, Step
from portal.notifications.outcomes import give_up
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from portal.people.views_browser import Actor
from portal.upkeep import upkeep
from tests.entering import enter
from tests.letters.messages import ADDRESS
from tests.letters.runs import made, queued, queued_to
from tests.together import at_once

TODAY = "/agents/courriers"
RUNS = "/agents/courriers/lots"


@pytest.fixture
def room(client, world):
    """The browser of an agent who has the whole print room."""
    world.departement()
    enter(client, world.agent("courrier"))
    return client


def files_made(database, now):
    is_left = True
    while is_left:
        with database.transaction() as session:
            is_left = make_file(session, now)


def count(database, model):
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_the_room_says_when_the_post_leaves_and_what_waits(client, world, clock):
    world.departement()
    agent = world.agent("courrier")
    enter(client, agent)
    queued(world)
    queued(world, bring=[f"Le document numéro {number} de votre dossier complet" for number in range(60)])
    words = client.get(TODAY).page.text()
    assert "Prochain départ : lundi 23 novembre 2026 à 16 h 30, dans 7 h 28" in words
    assert "arrive vers le jeudi 26 novembre 2026" in words
    assert "2 lettres attendent" in words
    assert "Confirmation de rendez-vous 1 1 2 3 En tout 1 1 2 3" in words
    for hours, said in (
        (7, "lundi 23 novembre 2026 à 16 h 30, dans 28 min"),
        (7 + 28 / 60, "mardi 24 novembre 2026 à 16 h 30, dans 1 jour"),
        (104, "lundi 30 novembre 2026 à 16 h 30, dans 2 jours et 23 h"),
    ):
        clock.set(world.now + timedelta(hours=hours))
        enter(client, agent)
        assert said in client.get(TODAY).page.text()


def test_time_left_never_goes_below_nothing(world):
    assert left_until(world.now + timedelta(seconds=59), world.now) == Left(0, 0, 0)
    assert left_until(world.now - timedelta(days=1), world.now) == Left(0, 0, 0)
    assert left_until(world.now + timedelta(days=2), world.now) == Left(2, 0, 0)


def test_letters_too_late_are_counted_by_place(room, world, database):
    place = world.place()
    for where in (place.id, place.id, None):
        letter = queued(world, expires_in=timedelta(days=3))
        with database.transaction() as session:
            session.get_one(Message, letter.message_id).place_id = where
    with database.transaction() as session:
        post = calendar_of(session)
        for number in late_letters(session, world.now, post):
            turn_late(session, world.now, message_id=number, post=post)
    words = room.get(TODAY).page.text()
    assert "3 lettres arrivaient trop tard : un appel les remplace" in words
    assert f"{place.name} : 2, Sans lieu : 1." in words


def test_what_takes_the_place_of_letters_too_late_is_said_as_it_is(room, world, database):
    to_nobody = {"mobile": None, "email": None, "landline": None}
    for known in ({"landline": "+33353010012"}, {}, {"mobile": "+33639980012"}):
        person = world.person(address=ADDRESS, wants_paper=True, **to_nobody | known)
        letter = queued_to(world, person, expires_in=timedelta(days=3))
        with database.transaction() as session:
            if "mobile" in known:  # the reminder by text message leaves all the same
                session.get_one(Message, letter.message_id).step = Step.REMINDER
                session.flush()
            give_up(session, world.now, letter.message_id, code="too_late", post=calendar_of(session))
    of_no_use = queued(world)
    with database.transaction() as session:
        row = session.get_one(Message, of_no_use.message_id)
        row.status, row.last_error = Status.FAILED, "too_late"
    page = room.get(TODAY).page
    said = "Un appel en remplace 1. 1 se dit sur place. 1 est dite par SMS ou par e-mail. 1 ne sert plus, ou une autre"
    assert "4 lettres arrivaient trop tard" in page.text()
    assert said in page.text()
    assert "un appel les remplace" not in page.text()


def test_letters_that_an_address_keeps_back_lead_to_where_it_is_put_right(room, world, database):
    letter = queued(world)
    with database.transaction() as session:
        row = session.get_one(Message, letter.message_id)
        row.status, row.last_error = Status.FAILED, "address_doubtful"
    page = room.get(TODAY).page
    assert "1 lettre bloquée par une adresse" in page.text()
    assert page.links()["Corriger"] == "/agents/courriers/bloques"


def test_what_is_counted_on_the_page_of_today_is_said_for_none_one_and_many(room, world, database):
    letters = [queued(world) for _ in range(4)]

    def said():
        return room.get(TODAY).page.text()

    def block(*these):
        with database.transaction() as session:
            for letter in these:
                row = session.get_one(Message, letter.message_id)
                row.status, row.last_error = Status.FAILED, "address_doubtful"

    assert "bloquées par" not in said()
    assert "À faire maintenant" not in said()
    block(letters[0])
    assert "1 lettre bloquée par une adresse" in said()
    block(letters[1])
    assert "2 lettres bloquées par une adresse" in said()
    made(database, world.now)
    assert "Lot 1 : 2 lettres à imprimer" in said()
    for pulled, words in zip(
        letters[2:], ("Lot 1 : 1 lettre à imprimer", "Lot 1 : il est vide, à fermer"), strict=True
    ):
        with database.transaction() as session:
            row = session.get_one(Letter, pulled.id)
            row.pulled_at, row.pull_reason = world.now, PullReason.LOST
        assert words in said()
    queued(world)
    assert "Lettre 1 sur 1." in room.get(f"{TODAY}?page=1").page.text()


def test_a_run_by_hand_is_made_once_however_often_the_button_is_pressed(room, world, database):
    queued(world)
    sent = room.get(TODAY).page.fields(0)
    first = room.post(RUNS, data=sent)
    queued(world)  # a letter that came between the two presses
    second = room.post(RUNS, data=sent)
    assert second.headers["Location"].split("?")[0] == first.headers["Location"].split("?")[0]
    assert count(database, PrintRun) == 1
    words = room.get(first.headers["Location"]).page.text()
    assert "Le lot est fait : il réunit 1 lettre." in words
    assert "Le lot se prépare : aucun fichier sur 1." in words
    assert "vient d'être fait" in room.get(second.headers["Location"]).page.text()
    assert "Lot 1 : en préparation" in room.get(TODAY).page.text()
    again = room.post(RUNS, data=room.get(TODAY).page.fields(0))
    assert again.headers["Location"].endswith("/lots/2?fait=lot")
    nothing = room.post(RUNS, data=sent | {"vu": "2"})
    assert "Aucune lettre n'est prête" in room.get(nothing.headers["Location"]).page.text()
    assert "restée ouverte longtemps" in room.get(room.post(RUNS).headers["Location"]).page.text()


def test_a_run_by_hand_is_for_whoever_prints_here(room, app, settings, world, database):
    queued(world)
    parts = app.extensions["portal"]
    app.extensions["portal"] = replace(parts, settings=replace(settings, printer="outside"))
    room.post(RUNS, data=room.get(TODAY).page.fields(0))
    with database.transaction() as session:
        assert session.scalars(select(PrintRun.printer)).all() == [Printer.OUTSIDE]


def test_a_button_shown_before_the_cut_off_and_pressed_after_it_asks_again(client, world, database, clock):
    world.departement()
    agent = world.agent("courrier")
    clock.set(world.now + timedelta(hours=7, minutes=20))
    enter(client, agent)
    queued(world)
    page = client.get(TODAY).page
    assert page.all("span", data_left="480")
    clock.set(world.now + timedelta(hours=7, minutes=29))
    late = client.get(client.post(RUNS, data=page.fields(0)).headers["Location"]).page
    assert "L'heure du départ était passée. Un lot fait maintenant part le mardi 24 novembre 2026" in late.text()
    assert count(database, PrintRun) == 0
    forged = client.post(RUNS, data=late.fields(0) | {"depart": "hier"})
    assert forged.headers["Location"].endswith("fait=passe")
    assert client.post(RUNS, data=late.fields(0)).headers["Location"].endswith("/lots/1?fait=lot")


def test_the_page_of_today_lists_the_oldest_and_finds_the_others_by_key_or_name(room, world):
    letters = [queued(world) for _ in range(FIRST)]
    person = world.person(given_names="Zoé", family_name="Exemple", address=ADDRESS)
    letters.append(queued_to(world, person, recipient_name="Zoé Exemple"))

    def listed(page):
        return [letter.reference for letter in letters if letter.reference in page.links()]

    *oldest, last = [letter.reference for letter in letters]
    page = room.get(TODAY).page
    assert listed(page) == oldest
    assert "21 lettres attendent" in page.text()
    assert listed(room.get(page.links()["Voir les 21 lettres"].split("#")[0]).page) == [*oldest, last]
    beyond = room.get(f"{TODAY}?page=2").page
    assert listed(beyond) == []
    assert "Lettres précédentes" in beyond.links()
    found = room.post(TODAY, data=page.fields() | {"wanted": "exemple zoe"}).page
    assert listed(found) == [last]
    assert found.fields()["wanted"] == "exemple zoe"
    assert "Aucune lettre qui attend n'a ce nom" in room.post(TODAY, data=page.fields() | {"wanted": "%"}).page.text()


def test_any_letter_is_opened_by_its_key_from_today_wherever_it_stands(client, world, database):
    world.departement()
    letters = {name: queued(world) for name in ("posted", "pulled", "moved")}
    run = made(database, world.now)
    letters["waits"] = queued(world)
    elsewhere = queued(world)
    place = world.place()
    world.agent("courrier", place=place)
    with database.transaction() as session:
        for letter in letters.values():
            session.get_one(Message, letter.message_id).place_id = None
        session.get_one(Message, elsewhere.message_id).place_id = place.id
        row = session.get_one(Letter, letters["pulled"].id)
        row.pulled_at, row.pull_reason = world.now, PullReason.LOST
        session.get_one(Message, letters["posted"].message_id).status = Status.POSTED
        session.get_one(Person, letters["moved"].message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
    enter(client, world.agent("courrier", place=world.place()))
    page = client.get(TODAY).page
    opened = {}
    for name, letter in letters.items():
        answer = client.post(TODAY, data=page.fields() | {"wanted": f"{letter.reference.lower()}-1-1"})
        assert answer.location == f"{TODAY}/{letter.id}"
        opened[name] = client.follow(answer).page
    assert "À retirer" not in opened["posted"].text()
    assert {"Réimprimer", "Retirer"} & set(opened["posted"].links()) == {"Réimprimer"}
    assert {"Réimprimer", "Retirer"} & set(opened["waits"].links()) == {"Retirer"}
    assert {"Réimprimer", "Retirer"} & set(opened["pulled"].links()) == set()
    assert {"Réimprimer", "Retirer"} & set(opened["moved"].links()) == {"Retirer"}
    assert "Cette lettre est à retirer du lot L'adresse a changé." in opened["moved"].text()
    assert run.letters == 3
    for nobody in (elsewhere.reference, reference_of(9_999_999)):
        refused = client.post(TODAY, data=page.fields() | {"wanted": nobody}).page
        assert "Aucune lettre n'a cette clé." in refused.text()
        assert refused.fields()["wanted"] == nobody


def test_a_key_is_looked_for_even_when_nothing_waits(room, world, database):
    letter = queued(world)
    made(database, world.now)
    page = room.get(TODAY).page
    assert "Aucune lettre n'attend" in page.text()
    assert room.post(TODAY, data=page.fields() | {"wanted": letter.reference}).location == f"{TODAY}/{letter.id}"


def test_agents_who_press_at_the_same_instant_make_one_run(world, database):
    for _ in range(5):
        queued(world)

    def press():
        with database.transaction() as session:
            make_by_hand(session, world.now, post=calendar_of(session), seen=0, by=Actor.agent(1))

    at_once(*[press] * 4)
    with database.transaction() as session:
        assert session.scalars(select(PrintRun.letters)).all() == [5]
        assert session.scalar(select(func.count()).where(JournalLine.verb == "run.made")) == 1


def test_a_run_shows_its_files_once_the_worker_has_made_them(room, world, database):
    queued(world)
    queued(world, bring=[f"Le document numéro {number} de votre dossier complet" for number in range(60)])
    at = room.post(RUNS, data=room.get(TODAY).page.fields(0)).headers["Location"].split("?")[0]
    assert "http-equiv" in room.get(at).text
    stopped = room.get(f"{at}?arret=1")
    assert "http-equiv" not in stopped.text
    assert room.get(f"{at}/1.pdf").status_code == 404
    with database.transaction() as session:
        make_file(session, world.now)
    assert "1 fichier sur 2" in room.get(at).page.text()
    files_made(database, world.now)
    page = room.get(at)
    assert "http-equiv" not in page.text
    assert "À imprimer 2 lettres 3 feuilles À remettre" in page.page.text()
    served = room.get(f"{at}/2.pdf")
    assert (served.mimetype, served.headers["Cache-Control"]) == ("application/pdf", "no-store")
    assert "lot-1-2.pdf" in served.headers["Content-Disposition"]
    with database.transaction() as session:
        assert (
            sha256(served.data).hexdigest()
            == session.scalars(select(RunFile.sha256).where(RunFile.position == 2)).one()
        )
        lines = session.scalars(select(JournalLine.details).where(JournalLine.verb == "run.downloaded")).all()
    assert [line.get("position") for line in lines] == [2]


def test_letters_to_pull_and_pulled_are_told_on_the_page_the_manifest_and_the_bordereau(room, world, database):
    stays, moved, gone = (queued(world) for _ in range(3))
    run = made(database, world.now)
    at = f"{RUNS}/{run.id}"
    with database.transaction() as session:
        session.get_one(Person, moved.message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
        row = session.get_one(Letter, gone.id)
        row.pulled_at, row.pull_reason = world.now, PullReason.ASKED
        session.get_one(Message, gone.message_id).status = Status.WITHDRAWN
    words = room.get(at).page.text()
    assert "1 lettre à retirer du bac" in words
    assert f"{moved.reference} Fichier 1, lettre 2 L'adresse a changé." in words
    assert f"{gone.reference} Fichier 1, lettre 3 Quelqu'un l'a demandé." in words
    written = room.get(f"{at}/manifeste.csv")
    assert written.content_type == "text/csv; charset=utf-8"
    lines = list(csv.reader(StringIO(written.data.decode("utf-8-sig")), delimiter=";"))
    assert [(line[2], line[7].replace("\u00a0", " ")) for line in lines[1:]] == [
        (stays.reference, ""),
        (moved.reference, "à retirer"),
        (gone.reference, "retirée : à la demande de quelqu'un"),
    ]
    sheet = PdfReader(BytesIO(room.get(f"{at}/bordereau.pdf").data)).pages[0].extract_text()
    assert "1 lettre retirée du lot" in sheet
    assert gone.reference in sheet
    assert moved.reference not in sheet


def test_a_letter_set_aside_is_said_on_the_page_the_manifest_and_the_bordereau(room, world, database):
    altered, _stays = queued(world), queued(world)
    with database.transaction() as session:
        session.get_one(Letter, altered.id).pdf = b"%PDF- something else"
    at = f"{RUNS}/{made(database, world.now).id}"
    words = room.get(at).page.text()
    assert "1 lettre gardée était abîmée. Elle n'est pas imprimée : une autre part avec le prochain lot." in words
    assert "Fichier 1 1 1 1" in words  # one letter of one sheet is left
    assert "Attendu au compteur : 2 feuilles" in words
    assert f"{altered.reference} Pas dans le bac La lettre gardée était abîmée" in words
    assert "abîmée dans la mémoire" in room.get(f"{at}/manifeste.csv").data.decode("utf-8-sig")
    sheet = PdfReader(BytesIO(room.get(f"{at}/bordereau.pdf").data)).pages[0].extract_text()
    assert (altered.reference in sheet, "abîmée dans la mémoire" in sheet) == (True, True)


def test_a_letter_of_a_run_is_found_by_its_key_however_it_is_typed(room, world, database):
    letter = queued(world)
    made(database, world.now)
    other = queued(world)
    made(database, world.now)
    found = room.get(f"{RUNS}/1?cle={letter.reference.lower()}-1-1").page.text()
    assert f"Lettre {letter.reference} Sujet Confirmation de rendez-vous Où dans le bac Fichier 1, lettre 1" in found
    assert "Elle est dans le lot 2" in room.get(f"{RUNS}/1?cle={other.reference}").page.links()
    assert "n'a cette référence" in room.get(f"{RUNS}/1?cle={reference_of(9_999_999)}").page.text()
    assert "ne se lit pas" in room.get(f"{RUNS}/1?cle=bonjour").page.text()
    assert "ne se lit pas" in room.get(f"{RUNS}/1?cle=%00x").page.text()
    assert room.get("/agents/courriers/retirer?cle=%00x").page.fields()["key"] == "x"


def test_runs_are_listed_newest_first(room, world, database):
    assert "Aucun lot n'est fait" in room.get(RUNS).page.text()
    for _ in range(2):
        queued(world)
        made(database, world.now)
    words = room.get(RUNS).page.text()
    assert words.index("Lot 2") < words.index("Lot 1")
    assert "lundi 23 novembre 2026 À imprimer 1 1" in words


def test_bytes_that_changed_are_not_printed_and_bytes_forgotten_leave_their_hash(room, world, database):
    letter, withdrawn = queued(world), queued(world)
    with database.transaction() as session:
        session.get_one(Message, withdrawn.message_id).status = Status.WITHDRAWN
    run = made(database, world.now)
    at = f"{RUNS}/{run.id}/1.pdf"
    with database.transaction() as session:
        kept = session.scalars(select(RunFile.pdf)).one()
        session.execute(update(RunFile).values(pdf=kept + b"\0"))
    assert room.get(at).status_code == 500
    with database.transaction() as session:
        session.execute(update(PrintRun).values(state=RunState.POSTED, posted_at=world.now))
        session.execute(update(Message).where(Message.id == letter.message_id).values(status=Status.POSTED))
        assert forget_bytes(session, world.now + timedelta(days=29, hours=23)) == 0
        assert forget_bytes(session, world.now + timedelta(days=30)) == 2
        assert upkeep(session, world.now).letters == 0
    with database.transaction() as session:
        assert session.scalars(select(RunFile.pdf)).all() == [None]
        assert session.scalars(select(Letter.pdf)).all() == [None, None]
    for gone in (at, f"/agents/courriers/{letter.id}.pdf"):
        answer = room.get(gone)
        assert answer.status_code == 410
        assert "Leur empreinte reste" in answer.page.text()
        way = {at: f"Revenir au lot {run.id}"}.get(gone, "Lire les mots de la lettre")
        assert room.get(answer.page.links()[way]).status_code == 200
        assert answer.page.links()["Les courriers"] == TODAY
    with database.transaction() as session:
        assert session.scalars(select(RunFile.sha256)).one() in room.get(at).page.text()
    assert "Effacé 30 jours après le départ" in room.get(f"{RUNS}/{run.id}").page.text()


def test_letters_that_wait_or_are_in_a_run_keep_their_bytes_however_old(world, database):
    queued(world)
    made(database, world.now)
    waits = queued(world)
    with database.transaction() as session:
        assert forget_bytes(session, world.now + timedelta(days=300)) == 0
        session.get_one(Letter, waits.id).pulled_at, session.get_one(Letter, waits.id).pull_reason = world.now, "lost"
    with database.transaction() as session:  # whatever becomes of its message, it serves no more
        assert forget_bytes(session, world.now + timedelta(days=300)) == 1


@pytest.mark.parametrize(
    "path", [RUNS, f"{RUNS}/1", f"{RUNS}/1/1.pdf", f"{RUNS}/1/manifeste.csv", f"{RUNS}/1/bordereau.pdf"]
)
def test_runs_are_for_those_who_have_every_place(client, world, database, path):
    world.departement()
    queued(world)
    made(database, world.now)
    assert client.get(path).status_code == 303
    enter(client, world.agent("encadrant"))
    assert client.get(path).status_code == 403
    enter(client, world.agent("courrier", place=world.place()))
    refused = client.get(path)
    assert refused.status_code == 403
    assert "tous les lieux" in refused.page.h1
    page = client.get(TODAY).page
    assert "Les lots" not in page.links()
    assert "Faire le lot maintenant" not in page.text()
    enter(client, world.agent("admin"))
    assert client.get(path).status_code == 200
