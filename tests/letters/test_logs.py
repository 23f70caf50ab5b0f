"""The print room's logs say what happened, and nothing of a letter: neither its words, nor a name, nor an address."""

import logging

import pytest

from portal.letters.making import print_due
from portal.letters.models import Letter, Printer
from portal.letters.printer_folder import give_runs, read_status, write_withdrawals
from portal.letters.rules_printer import COLUMNS
from portal.letters.services_runs import make_run
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message, Status
from portal.notifications.queries_post import calendar_of
from portal.paper.models import FormKind
from portal.people.models import Person
from tests.entering import enter
from tests.letters.messages import post_message
from tests.letters.runs import queued_to
from tests.paper.conftest import Desk

ROOM, FORMS = "/agents/courriers", "/agents/formulaires"
NAMES = {"given_names": "Zéphyrine", "family_name": "Confidence-Essai"}
STREET = "7 rue du Murmure"
WORDS = {"recipient_name": "Zéphyrine Confidence-Essai", "words": "consultation sommeil", "bring": ["Un doudou bleu"]}
# In any writing: an envelope has capitals, a form what was typed.
PERSONAL = ("phyrine", "confidence", "murmure", "sommeil", "doudou", "k7mp", "62217", "beaurains", "39980077")


@pytest.fixture
def said(caplog, capfd):
    """Everything that is logged by whatever library, down to the last detail, and all that the process writes."""
    caplog.set_level(logging.DEBUG)

    def whole() -> str:
        logging.getLogger("portal.letters").debug("listened to")
        formatter = logging.Formatter("%(name)s %(message)s")
        written = capfd.readouterr()
        return "\n".join([*map(formatter.format, caplog.records), written.out, written.err])

    return whole


@pytest.fixture
def somebody(world):
    """A person in a town that no test's text names."""
    return world.person(**NAMES, address=["", "", STREET, "", "62217 Beaurains"], mobile="+33639980077", email=None)


@pytest.fixture
def room(client, world):
    """The print room's browser, and what it sends."""
    world.departement()
    enter(client, world.agent("courrier"))

    def sends(path, **typed):
        token = client.get(f"{ROOM}/retours").page.fields()["csrf_token"]
        return client.post(path, data={"csrf_token": token} | typed)

    return sends


def assert_silent(text):
    assert "listened to" in text
    assert [secret for secret in PERSONAL if secret in text.lower()] == []


def failing(world, database, person, **changed):
    """A letter that the worker cannot draw."""
    message = post_message(world, person, **(WORDS | changed))
    with database.transaction() as session:
        row = session.get_one(Message, message.id)
        row.status, row.subject_id, row.event = Status.WAITING, message.id, {"kind": "single"}


def test_runs_returns_and_what_cannot_be_drawn_leave_no_word_of_a_letter_in_the_logs(
    room, client, world, database, somebody, gateways, clock, said
):
    letters = [queued_to(world, somebody, **WORDS) for _ in range(3)]
    failing(world, database, world.person(**NAMES, address=["", "", f"{STREET} 李", "", "62217 Beaurains"]))
    failing(world, database, somebody, bring=["doudou " * 9] * 400)
    failing(world, database, somebody, starts_at="demain")
    send_due(database, gateways, clock)
    with database.transaction() as session:
        session.get_one(Letter, letters[2].id).pdf = f"%PDF- {STREET}".encode()
        run = make_run(session, world.now, post=calendar_of(session), by=1)
    print_due(database, clock)
    at = f"{ROOM}/lots/{run.id}"
    client.post(ROOM, data=client.get(ROOM).page.fields(0) | {"wanted": "Confidence"})
    for path in (f"{at}/1.pdf", f"{at}/bordereau.pdf", f"{at}/manifeste.csv", f"{ROOM}/{letters[0].id}", at):
        assert client.get(path).status_code == 200
    client.get(f"{ROOM}/lots/{run.id}?cle=Confidence")
    for step, typed in (("imprime", {}), ("compte", {"letters": "2", "sheets": "2"})):
        room(f"{at}/{step}", **typed)
    room(f"{at}/poste", day=["23", "11", "2026"])
    for key in (letters[0].reference, "Zéphyrine Confidence"):
        room(f"{ROOM}/retours", key=key, reason="unknown")
    text = said()
    assert_silent(text)
    for told in ("letter altered", "address_bad_character", "letter_too_long"):
        assert told in text


def test_the_outside_printer_and_forms_entered_leave_no_word_of_a_letter_in_the_logs(
    client, world, database, somebody, tmp_path, said
):
    desk = Desk(world, *world.office(), world.agent("accueil"), world.agent("courrier"), somebody)
    letters = [queued_to(world, somebody, **WORDS) for _ in range(2)]
    with database.transaction() as session:
        make_run(session, world.now, post=calendar_of(session), by=None, printer=Printer.OUTSIDE)
    print_due(database, lambda: world.now)
    assert len(give_runs(database, world.now, tmp_path)) == 1
    with database.transaction() as session:
        session.get_one(Person, somebody.id).address = ["", "", "8 rue du Murmure", "", "62217 Beaurains"]
    write_withdrawals(database, tmp_path)
    day = world.now.date()
    status = tmp_path / "statuts.csv"
    lines = [f"{letters[0].reference};poste;{day};", f"{letters[1].reference};rejete;{day};{STREET}", "Confidence;;;"]
    status.write_text("\n".join([";".join(COLUMNS), *lines]), encoding="utf-8")
    assert [fault.number for fault in read_status(database, world.now, status).faults] == [4]
    enter(client, desk.print_room)
    form = desk.given(FormKind.ADDRESS)
    client.post(FORMS, data=client.get(FORMS).page.fields(0) | {"code": "Confidence"})
    page = client.follow(client.post(FORMS, data=client.get(FORMS).page.fields(0) | {"code": form.code})).page
    for typed in ({"street": "", "town": "Murmure"}, {"street": STREET, "postcode": "62000", "town": "Arras"}):
        client.post(f"{FORMS}/{form.id}", data=page.fields(0) | typed | {"signed": "y"})
    assert desk.read(Person, somebody.id).address[2] == STREET
    assert_silent(said())
