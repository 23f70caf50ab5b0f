"""Someone known takes an appointment: nothing asked twice, for a child, for another; and a mandate that ends midway."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.booking.models import Participation
from portal.people.models_mandates import Mandate, MandateState
from tests.browser.journeys import choose_an_hour, on_a_phone_with_and_without_scripts, the_appointment, town
from tests.browser.sessions import entering

ADDRESS = ["", "", "1 rue de la Démonstration", "", "62000 ARRAS"]


@pytest.fixture
def enter(app):
    return entering(app)


@pytest.fixture
def camille(world):
    return world.person(given_names="Camille", mobile="+33639980012", email="camille@exemple.fr", address=ADDRESS)


@on_a_phone_with_and_without_scripts
def test_someone_signed_in_books_for_their_child_and_writes_nothing(visit, world, enter, camille, device) -> None:
    here = town(world)
    child = world.person(given_names="Noé", birth_date=date(2021, 1, 2), guardian_id=camille.id)
    visitor = visit(**device)
    enter(visitor, person=camille)
    choose_an_hour(visitor, here)
    visitor.reads("Vous n'avez rien à écrire ici. Vérifiez.")
    visitor.reads("06 39 98 00 12")
    visitor.tick("Pour Noé Essai")
    visitor.press("Vérifier mes réponses")
    visitor.reads("Un SMS part quand vous confirmez.")
    visitor.press("Confirmer mon rendez-vous")
    visitor.reads("Votre rendez-vous est pris")
    visitor.reads("Pour Noé")
    with world.database.transaction() as session:
        assert session.scalars(select(Participation.person_id)).all() == [child.id]
    visitor.follow("Voir, changer ou annuler mon rendez-vous")
    visitor.follow("Annuler")
    visitor.press("Oui, annuler")
    visitor.reads("Ce rendez-vous est annulé")


def test_the_part_about_someone_new_waits_until_it_is_asked_for(visit, world, enter, camille) -> None:
    here = town(world)
    world.person(given_names="Noé", guardian_id=camille.id)
    visitor = visit()
    enter(visitor, person=camille)
    choose_an_hour(visitor, here)
    new = visitor.page.locator("#relative_family_name")
    for whom, is_asked in (("Pour Noé Essai", False), ("Pour un autre enfant", True), ("Pour moi", False)):
        visitor.tick(whom)
        assert new.is_visible() is is_asked


@on_a_phone_with_and_without_scripts
def test_a_mandate_that_ends_while_the_form_is_open_loses_nothing(visit, world, enter, camille, device) -> None:
    here = town(world)
    carer = world.person(given_names="Alix", family_name="Proche")
    mandate = world.mandate(camille, holder_id=carer.id)
    visitor = visit(**device)
    enter(visitor, person=carer, mandate=mandate)
    choose_an_hour(visitor, here)
    visitor.tick("Pour un autre enfant de cette personne")
    visitor.fill("Son nom de famille", "Essai")
    visitor.fill("Ses prénoms", "Zoé")
    for part, text in (("day", "2"), ("month", "6"), ("year", "2022")):
        visitor.page.locator(f"#relative_birth_date-{part}").fill(text)
    visitor.press("Vérifier mes réponses")
    with world.database.transaction() as session:
        row = session.get_one(Mandate, mandate.id)
        row.state, row.ended_at, row.ended_by = MandateState.ENDED, world.now, "space"
    visitor.press("Confirmer mon rendez-vous")
    visitor.reads("Vous n'agissez plus pour cette personne")
    visitor.reads("Zoé Essai")
    visitor.press("Continuer pour moi")
    visitor.reads("Alix Proche")
    visitor.press("Vérifier mes réponses")
    visitor.press("Confirmer mon rendez-vous")
    visitor.reads("Pour Zoé")
    with world.database.transaction() as session:
        (row,) = session.scalars(select(Participation)).all()
        assert row.appointment_id == the_appointment(world).id
