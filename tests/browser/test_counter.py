"""A secretary books while the person waits: by keyboard alone in eight interactions; on a phone without scripts."""

from datetime import date

import pytest

from portal.booking.models import Appointment
from portal.notifications.models import Message
from tests.booking.desk import count
from tests.browser.sessions import entering
from tests.world import at

MOST = 8  # interactions: each key, click or field typed


@pytest.fixture
def desk(world):
    place = world.place(name="MDS Essai")
    motif = world.motif(title="Parler de mon budget")
    receiver = world.agent(given_name="Alix", family_name="Modèle", place=place, families=["social"])
    world.opening(receiver, place, motif)
    person = world.person(
        given_names="Camille", family_name="Lefèvre-Essai", birth_date=date(1990, 5, 4), mobile="+33639980012"
    )
    return world.agent("accueil", place=place), person, (receiver, place, motif)


class Keys:
    """A keyboard that counts."""

    def __init__(self, visitor) -> None:
        self.visitor, self.count = visitor, 0

    def type(self, text) -> None:
        self.count += 1
        self.visitor.page.keyboard.type(text)

    def press(self, key, *, leads=True) -> None:
        self.count += 1
        if not leads:
            self.visitor.page.keyboard.press(key)
            return
        with self.visitor.page.expect_navigation():
            self.visitor.page.keyboard.press(key)
        self.visitor.check()


def test_a_known_person_is_booked_told_and_handed_a_paper_in_eight_interactions(
    visit, app, desk, worker, gateways, database
) -> None:
    agent, person, _office = desk
    visitor = visit()
    entering(app)(visitor, agent=agent)
    visitor.go("/agents")
    keys = Keys(visitor)
    keys.type("06 39 98 00 12")
    visitor.page.wait_for_selector("a[data-found]")
    keys.press("ArrowDown", leads=False)
    keys.press("Enter")
    visitor.reads("Camille Lefèvre-Essai")
    keys.press("r")
    keys.press("1")
    keys.press("Enter")
    visitor.reads("Lisez-le à voix haute")
    visitor.reads("06 39 98 00 12")
    keys.press("c")
    visitor.reads("Le rendez-vous est pris.")
    with visitor.context.expect_event("request", lambda asked: asked.url.endswith("/papier/a5")):
        keys.press("p", leads=False)
    assert keys.count <= MOST
    worker()
    assert [sent.number for sent in gateways.sms.sent] == [person.mobile]
    assert count(database, Appointment) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_on_a_phone_it_is_booked_moved_seen_changed_elsewhere_and_cancelled(
    visit, app, desk, world, database, scripts
) -> None:
    agent, person, office = desk
    visitor, other = visit(phone=True, scripts=scripts), visit(phone=True, scripts=scripts)
    for one in (visitor, other):
        entering(app)(one, agent=agent)
    visitor.go(f"/agents/personnes/{person.id}/rendez-vous")
    visitor.press("Parler de mon budget")
    visitor.press("Continuer")
    visitor.press("Confirmer le rendez-vous")
    visitor.reads("Le rendez-vous est pris.")
    path = visitor.page.url.removeprefix(visitor.site).partition("?")[0]
    other.go(f"{path}/annuler")
    visitor.follow("Déplacer")
    visitor.press("Déplacer à cette heure")
    visitor.reads("Le rendez-vous est déplacé.")
    other.tick("Pris par erreur, ou en double")
    other.press("Annuler le rendez-vous")
    other.reads("Ce rendez-vous a changé entre-temps")
    other.press("Faire quand même ce que je demandais")
    other.reads("Le rendez-vous est annulé.")
    with database.transaction() as session:
        kinds = {message.kind for message in session.query(Message).order_by(Message.id)}
    assert kinds >= {"appointment_booked", "appointment_moved", "appointment_cancelled"}
    visitor.go(f"/agents/personnes/{person.id}/attente")
    visitor.tick("Parler de mon budget")
    visitor.press("Inscrire")
    visitor.reads("Un créneau existe maintenant")
    visitor.follow("Le réserver")
    world.appointment(*office, at("2026-11-23", "09:30"))
    visitor.press("Confirmer le rendez-vous")
    visitor.reads("Le rendez-vous n'est pas pris")
    visitor.press("Continuer")
    visitor.press("Confirmer le rendez-vous")
    visitor.reads("Le rendez-vous est pris.")
