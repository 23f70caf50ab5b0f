"""Residents sign in by SMS, e-mail or letter, stay by keyboard, and leave in haste."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from sqlalchemy import select

from portal.letters.models import Letter
from portal.people.models_credentials import CredentialKind
from portal.web.sessions import WebSession
from tests.browser.journeys import fill_date, on_a_phone_with_and_without_scripts, town

MOBILE = "+33639980012"
NEUTRAL = "**/wiki/**"


def sms_code(gateways):
    """The code of the last text message."""
    return re.search(r"\b\d{3} ?\d{3}\b", gateways.sms.sent[-1].text).group()


def say_birth_date(visitor, day="29"):
    fill_date(visitor, "birth_date", day, "2", "1980")
    visitor.press("Ouvrir mon espace")


def sign_in_by_sms(visitor, worker, gateways):
    visitor.go("/connexion")
    visitor.fill("Votre mobile ou votre e-mail", "06 39 98 00 12")
    visitor.press("Recevoir mon code")
    worker()
    visitor.fill("Le code à 6 chiffres", sms_code(gateways))
    visitor.press("Continuer")
    say_birth_date(visitor)


@on_a_phone_with_and_without_scripts
def test_someone_signs_in_by_sms_and_leaves(visit, world, worker, gateways, device):
    world.departement()
    world.person(mobile=MOBILE)
    visitor = visit(**device)
    visitor.go("/mon-espace/messages")
    assert visitor.page.url.endswith("/connexion?suite=/mon-espace/messages")
    visitor.press("Recevoir mon code")
    visitor.reads("Écrivez votre numéro de mobile")
    visitor.fill("Votre mobile ou votre e-mail", "06 39 98 00 12")
    visitor.press("Recevoir mon code")
    visitor.reads("06 •• •• •• 12")
    visitor.press("Recevoir un autre code")
    visitor.reads("Un autre code part.")
    worker()
    assert len(gateways.sms.sent) == 1  # the first had not left: it is withdrawn
    visitor.fill("Le code à 6 chiffres", "000 000")
    visitor.press("Continuer")
    visitor.reads("n'est pas le bon")
    visitor.fill("Le code à 6 chiffres", sms_code(gateways))
    visitor.press("Continuer")
    say_birth_date(visitor, "28")
    visitor.reads("Nous ne trouvons pas cette date")
    say_birth_date(visitor)
    assert visitor.page.url.endswith("/mon-espace/messages")
    visitor.press("Quitter")
    visitor.reads("Au revoir.")
    assert visitor.context.cookies() == []


def test_someone_signs_in_by_e_mail_for_the_first_time(visit, world, worker, gateways):
    world.departement()
    visitor = visit()
    visitor.go("/connexion")
    visitor.fill("Votre mobile ou votre e-mail", "sacha@exemple.fr")
    visitor.press("Recevoir mon code")
    visitor.reads("sa•••@exemple.fr")
    worker()
    code = re.search(r"\b\d{3} ?\d{3}\b", gateways.mail.sent[-1].text).group()
    visitor.fill("Le code à 6 chiffres", code)
    visitor.press("Continuer")
    visitor.follow("Ouvrir mon premier espace")
    visitor.fill("Votre nom de famille", "Essai")
    visitor.fill("Vos prénoms", "Sacha")
    say_birth_date(visitor)
    assert visitor.page.url.endswith("/mon-espace")


def test_twins_choose_their_given_name(visit, world, worker, gateways):
    world.departement()
    for name in ("Anne", "Jeanne"):
        world.person(mobile=MOBILE, given_names=name)
    visitor = visit(phone=True)
    sign_in_by_sms(visitor, worker, gateways)
    visitor.tick("Jeanne")
    visitor.press("Ouvrir mon espace")
    assert visitor.page.url.endswith("/mon-espace")


@on_a_phone_with_and_without_scripts
def test_someone_with_nothing_but_a_letter_box_signs_in(visit, world, worker, database, device):
    world.departement()
    world.person(
        family_name="Témoin",
        given_names="Marcel",
        mobile=None,
        email=None,
        address=["12 RUE DE LA DEMONSTRATION", "62000 ARRAS"],
        address_confirmed_at=world.now,
    )
    visitor = visit(**device)
    visitor.go("/connexion")
    visitor.follow("Par lettre")
    visitor.fill("Votre nom de famille", "Témoin")
    visitor.fill("Vos prénoms", "Marcel")
    fill_date(visitor, "birth_date", "29", "2", "1980")
    visitor.fill("Numéro et rue", "12 rue de la Démonstration")
    visitor.fill("Code postal", "62000")
    visitor.fill("Ville", "Arras")
    visitor.press("Demander ma lettre")
    visitor.reads("Si vos réponses sont celles de votre dossier, une lettre part.")
    worker()
    with database.transaction() as session:
        sheet = session.scalars(select(Letter.pdf)).one()
    code = re.search(
        r"^[0-9A-Z]{4}-[0-9A-Z]{4}", PdfReader(BytesIO(sheet)).pages[0].extract_text(), re.MULTILINE
    ).group()
    visitor.follow("Taper le code de ma lettre")
    visitor.fill("Le code de votre lettre", code)
    say_birth_date(visitor)
    assert visitor.page.url.endswith("/mon-espace")


def no_session_is_left(database):
    """Whether no session of a resident is left to use."""
    with database.transaction() as session:
        left = select(WebSession).where(WebSession.person_id.is_not(None), WebSession.ended_at.is_(None))
        return session.scalars(left).all() == []


def wait_until(page, is_so):
    """What was sent behind the back of a page that is gone arrives a little later."""
    for _time in range(100):
        if is_so():
            return True
        page.wait_for_timeout(50)
    return False


@pytest.fixture
def someone_in(visit, world, worker, gateways):
    """Someone signed in, whose browser has a clock of its own that a test moves on."""
    town(world, discreet=True)
    person = world.person(mobile=MOBILE)
    world.credential(person, CredentialKind.MOBILE, MOBILE)
    visitor = visit()
    visitor.page.clock.install()
    sign_in_by_sms(visitor, worker, gateways)
    return visitor


def test_the_session_is_extended_by_keyboard_before_it_ends(someone_in, clock, database):
    page = someone_in.page
    warning = page.get_by_role("alertdialog", name="Êtes-vous toujours là ?")
    someone_in.go("/aide")
    expect(warning).to_be_hidden()
    clock.forward(timedelta(minutes=28))
    page.clock.fast_forward("28:01")
    expect(warning).to_be_visible()
    someone_in.reads("Si vous restez, rien n'est perdu.")
    expect(page.get_by_role("button", name="Rester connecté")).to_be_focused()
    someone_in.check()
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    with database.transaction() as session:
        assert session.scalars(select(WebSession.seen_at).where(WebSession.person_id.is_not(None))).one() == clock.now
    clock.forward(timedelta(minutes=28))
    page.clock.fast_forward("28:01")
    expect(warning).to_be_visible()
    page.keyboard.press("Escape")  # whoever presses it is there
    expect(warning).to_be_hidden()
    clock.forward(timedelta(minutes=28))
    someone_in.go("/session")
    someone_in.reads("Rester connecté")


def test_once_the_session_is_over_nothing_personal_stays_on_the_screen(someone_in, clock):
    page = someone_in.page
    someone_in.go("/session")
    clock.forward(timedelta(minutes=31))
    page.clock.fast_forward("30:01")
    expect(page.get_by_role("heading", name="Votre connexion est finie")).to_be_visible()
    assert "Rester connecté" not in page.inner_text("body")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"
    someone_in.check()
    someone_in.follow("Me connecter de nouveau")
    assert page.url.endswith("/connexion?suite=/session")


def test_a_press_on_the_dialog_after_the_end_says_so(someone_in, clock):
    page = someone_in.page
    someone_in.go("/aide")
    page.clock.fast_forward("28:01")
    clock.forward(timedelta(minutes=31))
    page.get_by_role("button", name="Rester connecté").press("Enter")
    expect(page.get_by_role("heading", name="Votre connexion est finie")).to_be_visible()


@pytest.mark.parametrize("way", ["button", "escape"])
def test_quitter_vite_leaves_at_once_and_back_does_not_return(someone_in, database, way):
    page = someone_in.page
    page.context.route(NEUTRAL, lambda route: route.fulfill(content_type="text/html", body="<h1>Autre chose</h1>"))
    someone_in.go("/aide")
    someone_in.go("/rendez-vous/urgent")
    page.keyboard.press("Tab")  # from here on by keyboard
    if way == "button":
        page.get_by_role("button", name="Quitter vite").focus()
        page.keyboard.press("Enter")
    else:
        for _time in range(3):
            page.keyboard.press("Escape")
    page.wait_for_url(NEUTRAL)
    assert page.inner_text("h1") == "Autre chose"
    assert wait_until(page, lambda: no_session_is_left(database))
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["name"] == "porte"] == []
    page.go_back()
    assert "urgent" not in page.url


def test_quitter_vite_leaves_without_scripts_too(visit, world):
    town(world)
    visitor = visit(phone=True, scripts=False)
    visitor.context.route(NEUTRAL, lambda route: route.fulfill(content_type="text/html", body="<h1>Autre chose</h1>"))
    visitor.go("/rendez-vous/urgent")
    visitor.page.get_by_role("button", name="Quitter vite").click()
    visitor.page.wait_for_url(NEUTRAL)
    assert visitor.page.inner_text("h1") == "Autre chose"


def test_two_presses_of_escape_leave_nothing(visit, world):
    town(world)
    visitor = visit()
    visitor.go("/rendez-vous/urgent")
    for _time in range(2):
        visitor.page.keyboard.press("Escape")
    visitor.reads("C'est urgent")
