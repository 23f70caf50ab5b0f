"""An agent at a desk finds a person, reads, checks and corrects their file: wide, narrow, with and without scripts."""

from datetime import date

import pytest

from portal.people.models import Person
from tests.browser.sessions import entering
from tests.world import at

ADDRESS = ["", "", "1 rue de la Démonstration", "", "62000 ARRAS"]


@pytest.fixture
def camille(world):
    place = world.place()
    person = world.person(
        given_names="Camille",
        family_name="Lefèvre-Essai",
        birth_date=date(1990, 5, 4),
        mobile="+33639980012",
        address=ADDRESS,
        wants_discretion=True,
        maybe_double=True,
    )
    world.person(given_names="Noé", guardian_id=person.id)
    world.appointment(world.agent(), place, world.motif(), at("2026-11-26", "09:00"), person)
    return person


@pytest.mark.parametrize(
    "device",
    [{}, {"phone": True}, {"phone": True, "scripts": False}],
    ids=["1280 px", "320 px", "320 px without scripts"],
)
def test_a_person_is_found_read_checked_and_corrected(visit, app, world, camille, device) -> None:
    visitor = visit(**device)
    entering(app)(visitor, agent=world.agent("accueil"))
    visitor.go("/agents/personnes")
    visitor.press("Chercher")
    visitor.reads("Écrivez un nom, une date de naissance, un téléphone ou un code.")
    visitor.fill("Qui cherchez-vous", "06.39.98.00.12")
    visitor.press("Chercher")
    visitor.follow("Lefèvre-Essai Camille")
    visitor.reads("Rendez-vous avec le Département")
    visitor.page.locator("summary").click()
    visitor.tick("Passeport")
    visitor.tick("Le mobile est bien le sien")
    visitor.press("Noter l'identité")
    visitor.reads("L'identité est notée comme vue.")
    visitor.press("J'ai vérifié l'adresse avec la personne")
    visitor.press("Envoyer une lettre avec un code")
    visitor.reads("Une lettre avec un code va partir.")
    visitor.follow("Modifier la fiche")
    visitor.fill("Téléphone fixe", "03 53 01 00 99")
    with world.database.transaction() as session:
        session.get_one(Person, camille.id).wants_large_print = True
    visitor.press("Enregistrer")
    visitor.reads("Quelqu'un a changé cette fiche pendant ce temps.")
    visitor.press("Enregistrer")
    visitor.reads("La fiche est à jour. La personne est prévenue.")
    visitor.reads("03 53 01 00 99")
