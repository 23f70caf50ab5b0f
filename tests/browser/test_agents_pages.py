"""The agents' pages, full, on a small phone: each passes axe, fits its width, and says what it is."""

from datetime import date, timedelta

from portal.booking.models import AppointmentStatus
from portal.figures.models import WaitingTime
from tests.browser.sessions import entering
from tests.world import at

DAY = "2026-11-23"
LONG = "Vandenbroucke-Delacroix-Essai"  # 29 letters


def test_every_page_of_the_desk_fits_a_small_phone(visit, app, world, database, clock):
    place, motif, agent = world.office(title="Parler de mon budget")
    other = world.motif(title="Atelier du budget")
    world.opening(agent, place, other)
    person = world.person(family_name=LONG, given_names="Maximilienne", birth_date=date(1961, 4, 2))
    world.person(family_name=LONG, given_names="Maximilienne", birth_date=date(1961, 4, 2))
    coming = world.appointment(agent, place, motif, at(DAY, "10:00"), person)
    missed = world.appointment(agent, place, motif, at("2026-11-20", "10:00"), person, status=AppointmentStatus.NOSHOW)
    world.appointment(agent, place, motif, at("2026-11-20", "11:00"), person)
    workshop = world.workshop(agent, place, other, at(DAY, "11:00"))
    absence = world.absence(agent, at("2026-11-30", "00:00"), at("2026-12-02", "00:00"))
    moved = world.appointment(agent, place, motif, at("2026-11-30", "09:00"), person)
    world.odd_day(date(2026, 12, 24), place)
    world.wish(person, motif)
    with database.transaction() as session:
        for number in range(40):
            day = clock.now.date() - timedelta(days=number)
            session.add(WaitingTime(day=day, motif_id=motif.id, place_id=place.id, days=number % 9))
    desk = world.agent("accueil", place=place, families=["social"])
    world.assignment(desk, "encadrant", place, families=["social"])
    visitor = visit(phone=True)
    entering(app)(visitor, agent=desk)
    for path in (
        "",
        "/appel",
        "/appels",
        "/attente",
        "/ateliers",
        f"/ateliers/{workshop.id}",
        f"/ateliers/{workshop.id}/feuille",
        f"/personnes/{person.id}",
        f"/personnes/{person.id}/fusionner",
        f"/personnes/{person.id}/rendez-vous",
        f"/personnes/{person.id}/rendez-vous/{motif.key}",
        f"/rendez-vous/{coming.id}",
        f"/rendez-vous/{coming.id}/deplacer",
        f"/agenda?qui=lieu-{place.id}&jour={DAY}",
        f"/agenda/semaine?qui=lieu-{place.id}&jour={DAY}",
        f"/agenda/liste?qui=lieu-{place.id}&jour={DAY}",
        f"/agenda/salle?qui=lieu-{place.id}",
        "/agenda/oublis",
        f"/agenda/{missed.id}",
        f"/agenda/plages?agent={agent.id}",
        f"/agenda/plages/nouvelle?agent={agent.id}",
        f"/agenda/absences?agent={agent.id}",
        f"/agenda/absences/{absence.id}",
        "/agenda/a-replacer",
        f"/agenda/a-replacer/{moved.id}",
        f"/agenda/lieux/{place.id}/fermer",
        "/reglages",
        f"/reglages/lieux/{place.id}",
        "/reglages/jours",
        "/suivi",
        "/suivi/attente",
    ):
        visitor.go(f"/agents{path}")
        assert visitor.page.locator("h1").count() == 1
