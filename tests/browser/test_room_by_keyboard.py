"""The waiting room on a Monday morning, by keyboard alone: who came, who was received, who did not come."""

from datetime import date

from tests.browser.keyboard import Keyboard
from tests.browser.received import left, outbox
from tests.browser.sessions import entering
from tests.world import at

DAY = "2026-11-23"


def test_one_is_received_and_another_who_did_not_come_is_written_to(visit, app, world, worker, clock, gateways):
    place, motif = world.place(name="MDS Essai"), world.motif(title="Parler de mon budget")
    receiver = world.agent(given_name="Alix", family_name="Modèle", place=place, families=["social"])
    came = world.person(given_names="Camille", family_name="Essai-Un")
    missed = world.person(
        given_names="Nour",
        family_name="Essai-Deux",
        birth_date=date(1951, 3, 12),
        mobile=None,
        email=None,
        landline="+33353010044",
        address=["", "", "1 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"],
        wants_paper=True,
    )
    world.appointment(receiver, place, motif, at(DAY, "09:00"), missed)
    world.appointment(receiver, place, motif, at(DAY, "09:30"), came)
    clock.set(at(DAY, "09:20"))
    visitor = visit()
    entering(app)(visitor, agent=world.agent("accueil", place=place))
    hands = Keyboard(visitor)
    visitor.go("/agents/agenda/salle")
    hands.enter("Est là : Camille Essai-Un, 9 h 30", "button")
    visitor.reads("C'est noté : la personne est là.")
    hands.enter("Faire entrer : Camille Essai-Un, 9 h 30", "button")
    visitor.reads("C'est noté : la personne est en rendez-vous.")
    hands.enter("A eu lieu : Camille Essai-Un, 9 h 30", "button")
    visitor.reads("C'est noté : le rendez-vous a eu lieu.")
    hands.enter("Manqué : Nour Essai-Deux, 9 h", "button")
    visitor.reads("Cette personne n'est pas venue. Que faire maintenant ?")
    worker()
    assert outbox(world) == []
    hands.enter("Écrire à la personne", "button")
    visitor.reads("Un message part. Il propose un autre rendez-vous.")
    worker()
    assert outbox(world) == ["Nour: appointment_missed notice letter queued"]
    assert left(gateways) == []
    visitor.go("/agents/agenda/salle")
    visitor.reads("Camille Essai-Un")
