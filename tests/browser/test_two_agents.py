"""Two agents at the same thing, each at their keyboard: the second sees what changed and chooses; nothing is lost."""

import pytest

from portal.booking.models import Appointment, AppointmentStatus
from portal.calls.models import CallTry
from portal.notifications.models import Message, Route
from tests.booking.desk import asked, confirm, count
from tests.browser.keyboard import Keyboard
from tests.browser.received import outbox
from tests.browser.sessions import entering
from tests.world import at

START = at("2026-11-26", "09:00")
MOVED = "jeudi 26 novembre 2026 à 9 h 30"  # the nearest of those proposed


@pytest.fixture
def two(visit, app, world):
    """Two agents of one place, each in front of their browser."""
    place, motif, _receiver = world.office(title="Parler de mon budget")
    hands = []
    for name in ("Alix", "Bao"):
        visitor = visit()
        entering(app)(visitor, agent=world.agent("accueil", place=place, given_name=name))
        hands.append(Keyboard(visitor))
    return place, motif, *hands


def test_what_one_moves_is_not_cancelled_by_who_has_not_seen_it(two, world, worker, database):
    place, motif, first, second = two
    person = world.person(given_names="Camille", email=None)
    booked = confirm(database, world.now, asked(place, motif, starts_at=START, person_id=person.id))
    worker()
    path = f"/agents/rendez-vous/{booked.id}"
    first.visitor.go(f"{path}/deplacer")
    second.visitor.go(f"{path}/annuler")
    first.send("c")
    first.visitor.reads("Le rendez-vous est déplacé.")
    second.choose("Pris par erreur, ou en double")
    second.enter("Annuler le rendez-vous", "button")
    second.visitor.reads("Ce rendez-vous a changé entre-temps")
    second.visitor.reads("Votre page montrait jeudi 26 novembre 2026 à 9 h")
    second.visitor.reads(f"Maintenant {MOVED}")
    second.visitor.reads("Vous demandiez L'annuler Pris par erreur, ou en double")
    second.enter("Laisser comme maintenant")
    second.visitor.reads("À venir")
    worker()
    # The other way round: what is cancelled cannot be moved.
    second.visitor.go(f"{path}/deplacer")
    first.visitor.go(f"{path}/annuler")
    first.choose("La personne ne peut pas venir, ou ne veut plus")
    first.enter("Annuler le rendez-vous", "button")
    second.send("c")
    second.visitor.reads("Rien n'est fait de ce que vous demandiez.")
    assert second.visitor.page.get_by_role("button", name="Faire quand même").count() == 0
    second.enter("Voir le rendez-vous")
    worker()
    with database.transaction() as session:
        row = session.get_one(Appointment, booked.id)
        assert (row.status, row.sequence) == (AppointmentStatus.EXCUSED, 2)
    assert outbox(world) == [
        "Camille: appointment_booked notice sms sent",
        "Camille: appointment_reminder reminder sms withdrawn",
        "Camille: appointment_moved notice sms sent",
        "Camille: appointment_reminder reminder sms withdrawn",
        "Camille: appointment_cancelled notice sms sent",
    ]


def test_a_call_that_one_has_taken_is_not_made_twice(two, world, worker, database):
    place, motif, first, second = two
    person = world.person(given_names="Solange", mobile=None, email=None, landline="+33353010071")
    confirm(database, world.now, asked(place, motif, starts_at=START, person_id=person.id))
    worker()
    with database.transaction() as session:
        task = session.query(Message).filter_by(route=Route.CALL, status="open").one()
    for hands in (first, second):
        hands.visitor.go(f"/agents/appels/{task.id}")
    first.send("o")
    second.send("o")
    first.visitor.reads("Entre vos mains jusqu'à")
    second.visitor.reads("Prise par Alix jusqu'à")
    assert second.visitor.page.get_by_role("button", name="C'est dit").count() == 0
    first.send("d")
    first.visitor.reads("C'est noté. La personne est prévenue.")
    second.visitor.go(f"/agents/appels/{task.id}")
    second.visitor.reads("Cette tâche est finie.")
    assert count(database, CallTry) == 1
    assert outbox(world)[0] == "Solange: appointment_booked notice call done"
