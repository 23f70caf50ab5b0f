"""A workshop by keyboard alone: opened, filled by telephone, and its sheet ticked on the day."""

from portal.booking.models import Appointment
from tests.browser.keyboard import Keyboard
from tests.browser.received import left, outbox
from tests.browser.sessions import entering
from tests.world import at

NOBODY = {"mobile": None, "email": None}
TOLD = [
    "Solange: appointment_booked notice call open",
    "Solange: appointment_reminder reminder call open",
    "Camille: appointment_booked notice sms sent",
    "Camille: appointment_reminder reminder sms sent",
    "Nour: appointment_booked notice letter queued",
    "Nour: appointment_reminder reminder letter queued",
]


def test_a_workshop_is_opened_three_are_enrolled_and_one_does_not_come(
    visit, app, world, worker, clock, gateways, database
):
    place = world.place(name="MDS Essai")
    world.motif(title="Atelier budget", minutes=90)
    world.agent(given_name="Alix", family_name="Modèle", place=place, families=["social"])
    address = ["", "", "1 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"]
    texts = world.person(given_names="Camille", family_name="Essai-Un", email=None)
    by_phone = world.person(given_names="Solange", family_name="Essai-Deux", landline="+33353010071", **NOBODY)
    by_post = world.person(given_names="Nour", family_name="Essai-Trois", address=address, wants_paper=True, **NOBODY)
    agent = world.agent("accueil", place=place)
    visitor = visit()
    entering(app)(visitor, agent=agent)
    hands = Keyboard(visitor)
    visitor.go("/agents/ateliers")
    hands.enter("Ouvrir un atelier")
    hands.go_to("Motif", "combobox")
    hands.keys.type("Atelier")
    hands.type_on("Mon budget, pas à pas", "MDS", "Alix", "8", "12", "2026", "14 h", "90", "8")
    hands.enter("Ouvrir l'atelier", "button")
    visitor.reads("L'atelier est ouvert.")
    workshop = visitor.page.url.partition("?")[0].removeprefix(visitor.site)
    hands.send("i")
    hands.keys.type(by_phone.landline)
    hands.send()
    hands.enter("Essai-Deux Solange")
    visitor.reads("Un agent l'appelle 03 53 01 00 71")
    hands.send("c")
    for person in (texts, by_post):
        visitor.go(f"/agents/personnes/{person.id}/ateliers?atelier={workshop.rpartition('/')[2]}")
        hands.send("c")
    visitor.go(workshop)
    visitor.reads("3 places prises")
    for day in ("2026-11-23", "2026-12-02", "2026-12-07"):
        clock.set(at(day, "10:00"))
        worker()
    assert outbox(world) == TOLD
    clock.set(at("2026-12-08", "14:05"))
    entering(app)(visitor, agent=agent)
    visitor.go(workshop)
    hands.send("f")
    hands.enter("Manqué : Solange Essai-Deux", "button")
    hands.send("t")
    visitor.reads("2 personnes sont venues. Tout est noté.")
    with database.transaction() as session:
        seats = session.query(Appointment).filter(Appointment.workshop_id.is_not(None)).order_by(Appointment.id)
        assert [seat.status for seat in seats] == ["noshow", "seen", "seen"]
    assert len(outbox(world)) == len(TOLD)  # who came, and who did not, is nobody's news
    assert left(gateways) == [texts.mobile] * 2
