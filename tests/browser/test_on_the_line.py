"""The person is on the line: calls from the first word to what was received, by keyboard alone."""

from datetime import date
from uuid import uuid4

import pytest
from playwright.sync_api import Error, expect

from portal.booking.models import Appointment
from portal.booking.rules import BookingRequest
from portal.booking.services import book
from portal.directory.models_subjects import Subject
from portal.journal.services import Actor, ActorKind
from portal.people.contacts import Contact
from portal.people.models import Person
from portal.people.rules import Identity
from tests.booking.desk import BASE, count
from tests.browser.keyboard import Keyboard
from tests.browser.received import left, outbox
from tests.browser.sessions import entering
from tests.world import at

LOST = "La connexion est coupée."


@pytest.fixture
def town(world):
    """Two places, with somebody who receives from 7 December on at each, and an agent who answers for both."""
    here, there = world.place(name="MDS Essai d'ici"), world.place(name="MDS Essai de là")
    motif = world.motif(title="Parler de mon budget")
    for place, name in ((here, "Alix"), (there, "Bao")):
        receiver = world.agent(given_name=name, family_name="Modèle", place=place, families=["social"])
        world.opening(receiver, place, motif, first_day=date(2026, 12, 7))
    agent = world.agent("accueil", place=here, given_name="Sacha")
    world.assignment(agent, "accueil", there)
    world._add(
        Subject(
            key="loyer",
            position=1,
            shortcut="o",
            title="Je n'arrive plus à payer mon loyer",
            answer="Parlez-en vite. Un travailleur social cherche des solutions avec vous.",
            is_urgent=False,
            motif_keys=[motif.key],
            partner_keys=[],
            source="essai",
            checked_on=world.now.date(),
        )
    )
    return here, there, motif, agent


@pytest.fixture
def on_the_line(visit, app, town):
    """An agent at the keyboard."""
    visitor = visit()
    entering(app)(visitor, agent=town[-1])
    return Keyboard(visitor)


def booked_for(world, person, place, motif, agent, starts_at):
    """An appointment with all its messages, as an agent has booked it."""
    request = BookingRequest(
        key=uuid4(),
        motif_id=motif.id,
        place_id=place.id,
        starts_at=starts_at,
        booker=Identity(person.family_name, person.given_names, person.birth_date),
        contact=Contact(),
        person_id=person.id,
    )
    with world.database.transaction() as session:
        return book(session, world.now, request=request, base_url=BASE, by=Actor(ActorKind.AGENT, agent.id))


def test_an_unknown_caller_with_only_a_landline_is_booked_and_told_by_calls_alone(
    on_the_line, world, worker, clock, gateways
):
    world.person(given_names="Odette", family_name="Lefebvre-Essai", landline="+33353010071")
    visitor, keys = on_the_line.visitor, on_the_line.keys
    visitor.go("/agents")
    keys.type("lefort-essai solange 12/3/1951 03 53 01 00 71")
    on_the_line.send()
    visitor.reads("Aucune fiche que vous pouvez ouvrir ne correspond.")
    on_the_line.enter("Créer une fiche avec ces mots", "button")
    on_the_line.enter("Créer la fiche", "button")
    visitor.reads("Une fiche ressemble")
    visitor.reads("Lefebvre-Essai Odette")
    on_the_line.enter("C'est quelqu'un d'autre, créer la fiche", "button")
    visitor.reads("Solange Lefort-Essai")
    on_the_line.send("q")
    visitor.reads("Au téléphone : Solange Lefort-Essai.")
    on_the_line.send("o")
    visitor.reads("Un travailleur social cherche des solutions avec vous.")
    on_the_line.send("r")
    on_the_line.send("1")
    on_the_line.send()
    visitor.reads("Lisez-le à voix haute")
    visitor.reads("Un agent l'appelle 03 53 01 00 71")
    assert outbox(world) == []
    on_the_line.send("c")
    visitor.reads("Le rendez-vous est pris.")
    worker()
    notice = "Solange: appointment_booked notice call"
    reminder = "Solange: appointment_reminder reminder call"
    assert outbox(world) == [f"{notice} open", f"{reminder} waiting"]
    visitor.go("/agents/appels")
    on_the_line.enter("Solange Lefort-Essai")
    visitor.reads("lundi 7 décembre 2026 à 9 h")
    on_the_line.send("o")
    on_the_line.send("d")
    visitor.reads("C'est noté. La personne est prévenue.")
    visitor.reads("Personne n'attend.")
    clock.set(at("2026-12-05", "09:00"))
    worker()
    assert outbox(world) == [f"{notice} done", f"{reminder} open"]
    assert left(gateways) == []


def test_a_known_caller_moves_to_another_place_and_what_was_said_before_is_taken_back(
    on_the_line, world, town, worker, clock, gateways
):
    here, _there, motif, agent = town
    person = world.person(given_names="Camille", mobile="+33639980012", email="camille@exemple.fr")
    booked_for(world, person, here, motif, agent, at("2026-12-07", "10:00"))
    worker()
    visitor, keys = on_the_line.visitor, on_the_line.keys
    visitor.go("/agents")
    keys.type("06 39 98 00 12")
    visitor.page.wait_for_selector("a[data-found]")
    keys.press("ArrowDown")
    on_the_line.send()
    on_the_line.enter("Déplacer : lundi 7 décembre 2026 à 10 h")
    visitor.reads("Il garde cette heure tant que vous ne confirmez pas.")
    on_the_line.choose_below("MDS Essai de là")
    on_the_line.send("c")
    visitor.reads("Le rendez-vous est déplacé.")
    visitor.reads("MDS Essai de là")
    worker()
    before = ["Camille: appointment_booked notice sms sent", "Camille: appointment_booked notice email sent"]
    old = ["Camille: appointment_reminder reminder sms", "Camille: appointment_reminder reminder email"]
    moved = ["Camille: appointment_moved notice sms sent", "Camille: appointment_moved notice email sent"]
    gone, new = [f"{line} withdrawn" for line in old], [f"{line} waiting" for line in old]
    assert outbox(world) == [*before, *gone, *moved, *new]
    assert left(gateways) == [person.mobile] * 2 + [person.email] * 2
    assert "MDS Essai de là" in gateways.sms.sent[-1].text
    clock.set(at("2026-12-07", "08:00"))
    worker()
    assert outbox(world) == [*before, *gone, *moved, *(f"{line} sent" for line in old)]


def test_a_desk_that_loses_its_connection_keeps_what_is_typed_and_books_once(
    on_the_line, world, town, worker, database
):
    _here, _there, motif, _agent = town
    person = world.person(given_names="Camille", mobile="+33639980012", email=None)
    visitor, page = on_the_line.visitor, on_the_line.visitor.page
    visitor.go(f"/agents/personnes/{person.id}/rendez-vous/{motif.key}")
    on_the_line.send()
    on_the_line.unfold("Corriger un numéro")
    on_the_line.type_on("")
    on_the_line.type_on("03 53 01 00 71")
    visitor.context.set_offline(True)
    on_the_line.go_to("Enregistrer et relire", "button")
    on_the_line.keys.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text(LOST)
    assert page.input_value("#landline") == "03 53 01 00 71"
    visitor.context.set_offline(False)
    visitor.refused.clear()  # the browser says that it found no network
    on_the_line.send()
    with database.transaction() as session:
        assert session.get_one(Person, person.id).landline == "+33353010071"
    visitor.context.set_offline(True)
    on_the_line.keys.press("c")
    expect(page.get_by_role("alert")).to_contain_text(LOST)
    visitor.context.set_offline(False)
    visitor.refused.clear()
    with page.expect_navigation():
        on_the_line.keys.press("c")
        on_the_line.keys.press("c")  # and a hand that doubts
    visitor.reads("Le rendez-vous est pris.")
    worker()
    assert count(database, Appointment) == 1
    assert outbox(world) == [
        "Camille: preferences_changed notice sms sent",  # the landline
        "Camille: appointment_booked notice sms sent",
        "Camille: appointment_reminder reminder sms waiting",
    ]


def test_an_answer_that_is_lost_on_its_way_back_has_booked_once(on_the_line, world, town, worker, database, gateways):
    _here, _there, motif, _agent = town
    person = world.person(given_names="Camille", mobile="+33639980012", email=None)
    visitor, page = on_the_line.visitor, on_the_line.visitor.page
    visitor.go(f"/agents/personnes/{person.id}/rendez-vous/{motif.key}")
    on_the_line.send()

    def lose(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/confirmer*", lose)
    with pytest.raises(Error, match="ERR_CONNECTION_RESET"), page.expect_navigation():
        on_the_line.keys.press("c")
    page.wait_for_function("location.protocol === 'chrome-error:'")  # the browser's own page is there to go back from
    page.unroute_all()
    assert count(database, Appointment) == 1
    page.go_back()
    visitor.refused.clear()
    on_the_line.send("c")
    visitor.reads("Le rendez-vous est pris.")
    worker()
    assert count(database, Appointment) == 1
    assert left(gateways) == [person.mobile]
