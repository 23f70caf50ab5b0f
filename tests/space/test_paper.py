"""The garantie papier from one's own space: one press; and nothing but one's own word ends it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.identity.services_contacts import prove
from portal.journal.services import Actor
from portal.letters.services_choice import ChoiceFault
from portal.notifications.models import Message, Route
from portal.notifications.outbox import refuse_route
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from portal.people.models_credentials import CredentialKind
from portal.refusal import Refused
from portal.space.services import remove_way, replace_way, save_preferences
from portal.space.services_closing import close_space
from tests.entering import act, enter_person

ADDRESS = ["", "", "12 rue de la Démonstration", "", "62000 Arras"]
BASE = "https://porte.exemple.fr"
HELP = "Une personne peut vous aider Appelez le 03 53 01 00 62"
EMAIL = CredentialKind.EMAIL


@pytest.fixture(autouse=True)
def directory(world):
    world.departement()
    world.commune()


def kept(database, person):
    with database.transaction() as session:
        return session.get_one(Person, person.id)


def pressed(client, page, action, **typed):
    source = client.get(page).page
    (at,) = [n for n, form in enumerate(source.all("form")) if form.get("action", "").startswith(action)]
    return client.post(source.all("form")[at].get("action"), data=source.fields(at) | typed)


@pytest.mark.parametrize("page", ["/mon-espace", "/mon-espace/preferences"])
def test_one_press_is_enough_and_is_no_longer_offered(client, world, database, page) -> None:
    person = world.person(address=ADDRESS)
    enter_person(client, person)
    answer = client.follow(pressed(client, page, "/mon-espace/tout-par-courrier"))
    assert "Vous recevez maintenant tout par courrier" in answer.page.text()
    assert kept(database, person).wants_paper is True
    with database.transaction() as session:
        routes = {row.route for row in session.scalars(select(Message)) if row.kind == "paper_chosen"}
    assert routes == {Route.SMS, Route.EMAIL, Route.LETTER}
    assert "/mon-espace/tout-par-courrier" not in client.get(page).page.html


def test_without_an_address_its_lines_are_asked_for_and_do_both(client, world, database) -> None:
    person = world.person()
    enter_person(client, person)
    page = client.follow(pressed(client, "/mon-espace", "/mon-espace/tout-par-courrier")).page
    assert "Pour vous écrire, il nous faut votre adresse." in page.text()
    typed = {"street": "12 rue de la Démonstration", "postcode": "62000", "town": "Arras"}
    answer = client.follow(
        pressed(client, "/mon-espace/preferences/adresse?tout=1", "/mon-espace/preferences/adresse", **typed)
    )
    assert "Vous recevez maintenant tout par courrier" in answer.page.text()
    assert (kept(database, person).wants_paper, kept(database, person).address[2]) == (True, typed["street"])


def test_a_forged_press_changes_nothing(client, world, database) -> None:
    person = world.person(address=ADDRESS)
    enter_person(client, person)
    assert client.post("/mon-espace/tout-par-courrier", data={}).status_code == 303
    assert kept(database, person).wants_paper is False


def test_whoever_acts_for_a_person_chooses_the_post_and_never_ends_it(client, world, database) -> None:
    person = world.person(address=ADDRESS)
    helper = world.person()
    mandate = world.mandate(person, holder_id=helper.id, procedures=["appointments", "preferences"])
    enter_person(client, helper)
    act(client, mandate)
    pressed(client, "/mon-espace/preferences", "/mon-espace/tout-par-courrier")
    assert kept(database, person).wants_paper is True
    refused = pressed(client, "/mon-espace/preferences", "/mon-espace/preferences", wants_paper="")
    assert refused.status_code == 422
    assert "Cette personne seule peut arrêter le courrier." in refused.page.text()
    by = Actor.person(helper.id)
    with pytest.raises(Refused) as refusal, database.transaction() as session:
        save_preferences(session, world.now, person_id=person.id, by=by, base_url=BASE, wants_paper=False)
    assert refusal.value.reason is ChoiceFault.OWN_WORD
    assert kept(database, person).wants_paper is True


def test_whoever_acts_for_somebody_discreet_is_offered_no_letters(client, world, database) -> None:
    person = world.person(address=ADDRESS)
    helper = world.person()
    mandate = world.mandate(person, holder_id=helper.id, procedures=["appointments", "preferences"])
    enter_person(client, helper)
    act(client, mandate)
    press = client.get("/mon-espace/preferences").page.fields(0)
    with database.transaction() as session:
        session.get_one(Person, person.id).wants_discretion = True
    answer = client.follow(client.post("/mon-espace/tout-par-courrier", data=press))
    assert "Elle seule peut choisir des lettres." in answer.page.text()
    assert HELP in answer.page.text()
    for page in ("/mon-espace", "/mon-espace/preferences"):
        assert "/mon-espace/tout-par-courrier" not in client.get(page).page.html
    refused = pressed(client, "/mon-espace/preferences", "/mon-espace/preferences", wants_paper="y")
    assert (refused.status_code, "Elle seule peut choisir des lettres." in refused.page.text()) == (422, True)
    both = pressed(client, "/mon-espace/preferences", "/mon-espace/preferences", wants_paper="y", wants_discretion="")
    assert both.status_code == 422
    assert "Cette personne seule peut arrêter ses messages discrets." in both.page.text()
    assert HELP in both.page.text()
    assert kept(database, person).wants_discretion is True
    lines = {"street": "14 rue de la Démonstration"}
    typed = pressed(client, "/mon-espace/preferences/adresse?tout=1", "/mon-espace/preferences/adresse", **lines)
    assert typed.status_code == 303
    assert (kept(database, person).wants_paper, kept(database, person).address[2]) == (False, lines["street"])


def test_the_persons_own_word_ends_it(client, world, database) -> None:
    person = world.person(address=ADDRESS, wants_paper=True)
    enter_person(client, person)
    pressed(client, "/mon-espace/preferences", "/mon-espace/preferences", wants_paper="")
    assert kept(database, person).wants_paper is False


def test_a_page_opened_before_the_choice_does_not_end_it(client, world, database) -> None:
    person = world.person(address=ADDRESS)
    enter_person(client, person)
    page = client.get("/mon-espace/preferences").page
    (at,) = [n for n, form in enumerate(page.all("form")) if form.get("action") == "/mon-espace/preferences"]
    pressed(client, "/mon-espace", "/mon-espace/tout-par-courrier")
    assert client.post("/mon-espace/preferences", data=page.fields(at) | {"language": "en"}).status_code == 303
    assert (kept(database, person).wants_paper, kept(database, person).language) == (True, "en")


def test_neither_an_e_mail_nor_an_account_nor_a_letter_that_comes_back_ends_it(world, database) -> None:
    person = world.person(address=ADDRESS, wants_paper=True, email=None, mobile=None)
    whose = {"person_id": person.id, "by": Actor.person(person.id), "base_url": BASE}
    with database.transaction() as session:
        replace_way(session, world.now, kind=EMAIL, value="camille@exemple.fr", is_vouched=False, **whose)
        prove(session, world.now, person_id=person.id, kind=EMAIL, value="camille@exemple.fr", is_vouched=True)
        save_preferences(session, world.now, language="en", **whose)
        refuse_route(session, world.now, session.get_one(Person, person.id), Route.LETTER, calendar_of(session))
        remove_way(session, world.now, kind=EMAIL, **whose)
        close_space(session, world.now + timedelta(minutes=1), **whose)
    assert kept(database, person).wants_paper is True
