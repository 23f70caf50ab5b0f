"""« Connaître mes droits » in a browser: by keyboard on a phone, without scripts, stopped and left, with an agent."""

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.directory.parsing import read_directory
from portal.eligibility.loader import Names, read_rights, write_rights
from portal.files.folder import Folder
from portal.files.report import Report
from portal.letters.models import Letter
from portal.paper.rules import KEYS as FORMS
from portal.paths import DATA
from tests.browser.keyboard import Keyboard
from tests.browser.sessions import entering
from tests.browser.test_signing_in import wait_until
from tests.browser.test_space import settle

REAL = DATA / "pas-de-calais"
THEMES = ("Famille et entourage", "Logement", "Santé", "Budget", "Mobilité", "Emploi et compétences")
NEUTRAL = "https://fr.wikipedia.org/**"


@pytest.fixture(scope="session")
def rights():
    """The rules of the Pas-de-Calais, and its territories."""
    directory = read_directory(Folder(REAL))
    names = Names(
        departement="62",
        territories=directory.territories.keys(),
        motifs=directory.motifs.keys(),
        partners=directory.subjects.partners.keys(),
        helplines=directory.helplines.keys(),
        forms=FORMS.values(),
    )
    return read_rights([REAL], names, []), sorted(names.territories)


@pytest.fixture(autouse=True)
def offered(rights, world, database):
    """A Département that offers the pre-diagnostic, with something to book."""
    definition, territories = rights
    world.departement()
    for key in territories:
        world.territory(key)
    with database.transaction() as session:
        write_rights(session, definition, date(2026, 11, 23), Report())
    for number in ("17", "114", "3919"):
        world.helpline(number, by_text=number == "114")


@pytest.fixture
def enter(app):
    """Signs a visitor in."""
    return entering(app)


def is_asked(visitor) -> bool:
    """Whether a question is before them."""
    return "/question/" in visitor.page.url


def test_own_words_lead_to_a_result_that_is_kept_and_compared_by_keyboard_at_320_px(visit, world, database, clock):
    visitor = visit(phone=True)
    keyboard = Keyboard(visitor)
    settle(visitor, database, clock, world.person(given_names="Camille", address=["1 RUE X", "62000 ARRAS"]))
    visitor.go("/mes-droits")
    keyboard.go_to("Dites-le avec vos mots", "textbox")
    keyboard.keys.type("je ne peux plus payer l'électricité")
    keyboard.send()
    keyboard.choose("Non")  # no paper to leave the home
    keyboard.enter("Continuer", "button")
    while is_asked(visitor):
        keyboard.enter("Je ne sais pas", "button")
    visitor.reads("C'est une première réponse. Ce n'est pas une décision.")
    visitor.reads("Aide pour une facture d'eau, d'énergie ou de téléphone (FSL)")
    keyboard.unfold("quoi apporter (Aide pour une facture")
    visitor.check()
    visitor.page.emulate_media(media="print")
    for facts in visitor.page.locator(".right-facts").all():
        expect(facts).to_be_visible()  # paper cannot be unfolded
    visitor.page.emulate_media(media="screen")
    keyboard.enter("Garder ma réponse")
    keyboard.go_to("Ce que je veux", "textbox")
    keyboard.keys.type("Rester chez moi")
    keyboard.enter("Garder ma réponse", "button")
    visitor.reads("Votre réponse est gardée.")
    visitor.reads("Rester chez moi")

    visitor.go("/mes-droits/question/1")
    keyboard.go_into("[name=choice]:checked")
    keyboard.choose_below("une demande de payer")
    keyboard.enter("Continuer", "button")
    visitor.go("/mes-droits/resultat")
    keyboard.enter("Garder ma réponse")
    keyboard.enter("Garder ma réponse", "button")
    visitor.reads("Avant : Vous n'avez reçu aucun papier pour quitter votre logement.")
    visitor.reads("Maintenant : Vous avez reçu une demande de payer d'un commissaire de justice.")


def test_a_whole_theme_leads_without_scripts_to_a_result_and_a_letter(visit, worker, database):
    visitor = visit(phone=True, scripts=False)
    visitor.go("/mes-droits")
    visitor.press("Mobilité")
    visitor.tick("Je n'ai pas le permis")
    visitor.press("Continuer")
    while is_asked(visitor):
        visitor.press("Je préfère ne pas répondre")
    visitor.reads("Vous pouvez peut-être demander…")
    expect(visitor.page.locator(".right-facts").first).to_be_hidden()
    visitor.page.locator(".right-more > summary").first.click()
    expect(visitor.page.locator(".right-facts").first).to_be_visible()
    visitor.follow("Recevoir par courrier")
    visitor.fill("Votre prénom et votre nom", "Camille Essai")
    visitor.fill("Numéro et rue", "12 rue de la Démonstration")
    visitor.fill("Code postal", "62000")
    visitor.fill("Ville", "Arras")
    visitor.press("Envoyer cette page chez moi")
    visitor.reads("Votre lettre va partir")
    worker()
    with database.transaction() as session:
        assert session.scalars(select(Letter)).one().pages <= 4


def test_each_theme_leads_to_a_human_and_takes_what_one_wants_with_it(visit):
    visitor = visit(phone=True)
    for theme in THEMES:
        visitor.go("/mes-droits")
        visitor.press(theme)
        assert is_asked(visitor)
        while is_asked(visitor):
            visitor.press("Je ne sais pas")
        visitor.reads("C'est une première réponse. Ce n'est pas une décision.")
        expect(visitor.page.locator("main a[href^='tel:']").first).to_be_visible()
        expect(visitor.page.locator("main a[href^='/rendez-vous']").first).to_be_visible()
    visitor.follow("Écrire mes envies et mes projets")
    visitor.fill("Ce que je veux", "Rester chez moi")
    visitor.press("Ajouter à ma réponse")
    visitor.reads("Rester chez moi")


def test_what_a_household_tells_is_kept_once_ticked_then_corrected_and_erased(visit, world, database, clock):
    visitor = visit(phone=True)
    settle(visitor, database, clock, world.person(given_names="Camille", address=[]))
    visitor.go("/mes-droits")
    visitor.press("Famille et entourage")
    while is_asked(visitor):
        if visitor.page.get_by_label("Moins de 3 ans").count():
            visitor.tick("Moins de 3 ans")
            visitor.press("Continuer")
        else:
            visitor.press("Je ne sais pas")
    visitor.follow("Garder ma réponse")
    visitor.tick("Garder aussi dans mon dossier")
    visitor.press("Garder ma réponse")
    visitor.reads("Votre dossier est à jour aussi.")
    visitor.go("/mon-espace/foyer")
    visitor.reads("Vous avez un enfant de moins de 3 ans.")
    visitor.follow("Corriger")
    visitor.tick("De 3 à 5 ans")
    visitor.press("Enregistrer")
    visitor.reads("C'est enregistré.")
    visitor.page.locator("details.erase > summary").click()
    visitor.press("Oui, effacer")
    visitor.reads("C'est effacé de votre dossier.")


def test_what_is_urgent_stops_the_questions_and_the_page_is_left_at_once_with_its_answers(visit):
    visitor = visit(phone=True)
    visitor.context.route(NEUTRAL, lambda route: route.fulfill(content_type="text/html", body="<h1>Autre chose</h1>"))
    visitor.go("/mes-droits")
    visitor.press("Famille et entourage")
    visitor.tick("Oui, on me fait du mal ou on me menace")
    visitor.press("Continuer")
    visitor.reads("Vous pouvez être en sécurité dès aujourd'hui")
    visitor.reads("3919")
    visitor.follow("Continuer les questions")
    visitor.back()
    visitor.page.get_by_role("button", name="Quitter vite").click()
    visitor.page.wait_for_url(NEUTRAL)
    assert wait_until(visitor.page, lambda: not visitor.context.cookies())
    visitor.go("/mes-droits")
    assert "Vous avez commencé" not in visitor.page.inner_text("main")


def test_an_agent_answers_with_somebody_on_the_phone_and_their_referent_reads_what_they_show(visit, enter, world):
    place, motif, _receiver = world.office()
    odette = world.person(given_names="Odette", family_name="Modèle", address=["1 RUE X", "62000 ARRAS"])
    follower = world.agent("référent", place=place, families=[motif.family])
    world.referent(odette, follower)
    agent, referent = visit(), visit()
    enter(agent, agent=world.agent("accueil", place=place))
    agent.go(f"/agents/personnes/{odette.id}/droits")
    agent.follow("Elle est au téléphone")
    for fact in ("Sa date de naissance", "Son adresse", "Son numéro de mobile"):
        agent.tick(fact)
    agent.tick("J'ai lu le texte, et la personne a dit oui.")
    agent.press("Agir pour cette personne")
    agent.go("/mes-droits")
    agent.reads("Vous agissez pour Odette Modèle")
    agent.press("Mobilité")
    agent.tick("Les trajets coûtent trop cher")
    agent.press("Continuer")
    agent.follow("Voir ma réponse sans finir")
    agent.follow("Garder ma réponse")
    agent.fill("Ce que je veux ajouter", "Le bus passe deux fois par jour")
    agent.press("Garder ma réponse")
    agent.press("La montrer à mon référent")
    agent.reads("Votre référent peut la lire.")

    enter(referent, agent=follower)
    referent.go(f"/agents/personnes/{odette.id}/droits")
    referent.follow("2026 à")
    referent.reads("Le bus passe deux fois par jour")
    referent.reads("La personne vous les montre.")


def test_the_rules_their_checking_and_a_household_tried_on_all_of_them_fit_a_small_phone(visit, enter, world):
    place, _motif, _agent = world.office()
    visitor = visit(phone=True)
    enter(visitor, agent=world.agent("encadrant", place=place))
    for path in ("/reglages/droits", "/reglages/droits/rsa", "/reglages/droits-a-relire", "/suivi/droits"):
        visitor.go(f"/agents{path}")
        assert visitor.page.locator("h1").count() == 1
    visitor.go("/agents/reglages/droits-essai")
    visitor.fill("Quel âge, en années ?", "40")
    visitor.press("Essayer")
    visitor.reads("Vous pouvez peut-être demander…")
