"""The call: somebody found as one types, by keyboard; a new file; a connection that is lost; keys switched off."""

import os
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.people.models import Person
from tests.browser.sessions import entering
from tests.world import at

SHOTS = os.environ.get("PORTAL_TEST_SHOTS", "")  # a folder for pictures of the pages, to look at


def shot(visitor, name) -> None:
    if SHOTS:
        width = visitor.page.viewport_size["width"]
        visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)


@pytest.fixture
def people(world):
    place = world.place()
    for family, given, born in (
        ("Lefèvre-Essai", "Camille", date(1990, 5, 4)),
        ("Lefebvre", "Odette", date(1947, 11, 2)),
        ("Lefort", "Marcel", date(1952, 2, 29)),
    ):
        person = world.person(
            family_name=family, given_names=given, birth_date=born, address=["1 RUE DE L ESSAI", "62000 ARRAS"]
        )
    with world.database.transaction() as session:
        session.get_one(Person, person.id).maybe_double = True
    world.appointment(world.agent(), place, world.motif(), at("2026-11-26", "09:00"), person)
    return place


@pytest.mark.parametrize("phone", [False, True], ids=["1280 px", "320 px"])
def test_somebody_is_found_as_one_types_and_reached_by_keyboard(visit, app, world, people, phone) -> None:
    visitor = visit(phone=phone)
    entering(app)(visitor, agent=world.agent("accueil", place=people))
    page, keys = visitor.page, visitor.page.keyboard
    visitor.go("/agents")
    shot(visitor, "desk")
    expect(page.locator("#q")).to_be_focused()
    keys.type("lefe")
    expect(page.get_by_role("status")).to_have_text("2 personnes trouvées.")
    visitor.check()
    keys.press("Escape")
    expect(page.locator("#trouves a")).to_have_count(0)
    keys.type("lef")
    expect(page.get_by_role("status")).to_have_text("3 personnes trouvées.")
    shot(visitor, "typing")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    expect(page.get_by_role("link", name="Lefebvre Odette")).to_be_focused()
    keys.press("ArrowDown")
    with page.expect_navigation():
        keys.press("Enter")
    visitor.reads("Marcel Lefort")


def test_keys_act_alone_are_listed_and_can_be_switched_off(visit, app, world, people) -> None:
    visitor = visit()
    entering(app)(visitor, agent=world.agent("accueil", place=people))
    page, keys = visitor.page, visitor.page.keyboard
    visitor.go("/agents/personnes")
    keys.type("n?")  # in the box, they are letters
    assert page.input_value("#q") == "n?"
    page.locator("h1").click()
    keys.press("Shift+?")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    shot(visitor, "keys")
    visitor.check()
    keys.press("Escape")
    page.evaluate("document.activeElement.blur()")
    keys.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    with page.expect_navigation():
        keys.press("n")
    visitor.reads("Nouvelle personne")
    visitor.go("/agents/compte")
    shot(visitor, "account")
    visitor.press("Couper les raccourcis")
    visitor.go("/agents/personnes")
    expect(page.locator("kbd")).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True], ids=["1280 px", "320 px"])
def test_a_new_file_shows_those_that_resemble_and_outlives_a_lost_connection(visit, app, world, people, phone) -> None:
    visitor = visit(phone=phone)
    entering(app)(visitor, agent=world.agent("accueil", place=people))
    page = visitor.page
    visitor.go("/agents/personnes")
    visitor.fill("Qui cherchez-vous", "lefevre camille 4/5/1990 03 53 01 00 71")
    visitor.press("Chercher")
    visitor.reads("Aucune fiche que vous pouvez ouvrir ne correspond.")
    shot(visitor, "nobody")
    visitor.press("Créer une fiche avec ces mots")
    assert page.input_value("#landline").split() == ["03", "53", "01", "00", "71"]
    shot(visitor, "new")
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Créer la fiche").click()
    expect(page.get_by_role("alert")).to_contain_text("La connexion est coupée.")
    visitor.refused.clear()
    shot(visitor, "lost")
    visitor.context.set_offline(False)
    visitor.press("Créer la fiche")
    visitor.reads("Une fiche ressemble")
    shot(visitor, "alike")
    visitor.press("C'est quelqu'un d'autre, créer la fiche")
    visitor.reads("Camille Lefevre")


def test_all_of_it_works_without_scripts(visit, app, world, people) -> None:
    visitor = visit(phone=True, scripts=False)
    entering(app)(visitor, agent=world.agent("accueil", place=people))
    visitor.go("/agents")
    visitor.fill("Qui cherchez-vous", "lef")
    visitor.press("Chercher")
    visitor.reads("3 personnes trouvées.")
    shot(visitor, "found-plain")
    visitor.follow("Lefort Marcel")
    visitor.reads("Marcel Lefort")
