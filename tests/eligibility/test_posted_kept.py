"""The result by post: what it says is on the sheet, and not among what is kept of the letter."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import undefer

from portal.letters.models import Letter
from portal.letters.services_keeping import forget_bytes
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message, Status
from portal.people.models import Level
from portal.words import day_words
from tests.eligibility.answering import answered
from tests.entering import act, enter, enter_person

pytestmark = pytest.mark.usefixtures("offered")

SAID = "Vous avez de quoi manger."


@pytest.fixture
def posted(client, offered, world, database, gateways, clock):  # noqa: ARG001 - the rules come first
    """Somebody's result, asked for by post and drawn."""
    world.departement(is_demo=False)
    person = world.person(address=["1 RUE DE L ESSAI", "62000 ARRAS"])
    enter_person(client, person, level=Level.KNOWN)
    answered(client, {"choice": "yes"})
    form = client.get("/par-courrier?page=mes-droits/resultat").page
    parts = form.choices("part")
    said = client.post("/par-courrier", data=form.fields() | {"language": "fr", "part": parts[-1] if parts else ""})
    assert said.status_code == 303
    send_due(database, gateways, clock)


def read(session):
    (letter,) = session.scalars(select(Letter).options(undefer(Letter.pdf)))
    return letter, session.get_one(Message, letter.message_id)


def printed(letter):
    text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(letter.pdf)).pages).split())
    return text.replace("\u00a0", " ")


@pytest.mark.usefixtures("posted")
def test_the_sheet_says_it_and_nothing_that_is_kept_does(client, session):
    letter, message = read(session)
    assert SAID in printed(letter)
    assert "manger" not in repr(message.rendered)
    shown = client.get(f"/mon-espace/messages/{message.id}").page.text()
    assert "Vous avez demandé cette page par courrier." in shown.replace("’", "'")
    assert "manger" not in shown


@pytest.mark.usefixtures("posted")
def test_thirty_days_after_nothing_of_it_stays_anywhere(clock, session):
    _letter, message = read(session)
    assert "manger" in repr(message.context), "it may have to be drawn anew"
    message.status = Status.WITHDRAWN
    session.flush()
    assert forget_bytes(session, clock.now + timedelta(days=30)) == 1
    session.expire_all()
    letter, message = read(session)
    assert letter.pdf is None
    assert "manger" not in repr([message.context, message.rendered])


def test_an_answer_that_was_kept_leaves_by_post_as_it_was_that_day_for_its_person_alone(
    client, world, resident, kept, database, gateways, clock, session
):
    world.departement(is_demo=False)
    saved_id = kept({"danger": "none"}, themes=("famille",), wants="Un jardin")
    clock.forward(timedelta(days=40))
    enter_person(client, resident, level=Level.KNOWN)
    link = client.get(f"/mon-espace/droits/{saved_id}").page.links()["Recevoir par courrier"]
    form = client.get(link).page
    assert "Toute personne qui ouvre la lettre peut lire vos réponses." in form.text()
    home = {"street": "1 rue de l'Essai", "postcode": "62000", "town": "Arras", "language": "fr"}
    assert client.post("/par-courrier", data=form.fields() | home).status_code == 303
    send_due(database, gateways, clock)
    letter, message = read(session)
    assert "Un jardin" in printed(letter)
    assert f"Ma réponse du {day_words(clock.now - timedelta(days=40))}".replace("\u00a0", " ") in printed(letter)
    assert "danger chez vous" not in printed(letter)
    assert "jardin" not in repr(message.rendered)

    enter_person(client, world.person(), level=Level.KNOWN)
    assert client.get(link).status_code == 404
    agent = world.agent("accueil", place=world.place())
    enter(client, agent)
    act(client, world.mandate(resident, agent_id=agent.id, procedures=["rights"]))
    assert client.get(link).status_code == 404
