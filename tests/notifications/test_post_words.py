"""Where a letter stands and when it arrives, said wherever a letter is promised or shown."""

import pytest

from portal.counter.forms_words import STANDINGS as COUNTER
from portal.desk.forms_card import STANDINGS as DESK
from portal.desk.rules_card import Standing as DeskStanding
from portal.notifications.models import Message, Status
from portal.space.rules import Standing
from portal.space.rules_export import _STANDINGS as EXPORT
from tests.checked_pages import Page
from tests.entering import enter, enter_person
from tests.letters.messages import ADDRESS, post_message
from tests.world import at

LEAVES = {
    Status.WAITING: "part le lundi 23 novembre, arrive vers le jeudi 26 novembre",
    Status.QUEUED: "attend la poste, part le lundi 23 novembre, arrive vers le jeudi 26 novembre",
    Status.IN_RUN: "s'imprime, part le lundi 23 novembre, arrive vers le jeudi 26 novembre",
    Status.PRINTED: "imprimé, attend la poste, part le lundi 23 novembre, arrive vers le jeudi 26 novembre",
    Status.POSTED: "posté le lundi 16 novembre, arrive vers le lundi 23 novembre",
    Status.RETURNED: "revenu",
}
OWN = {
    Status.WAITING: "Votre lettre part le lundi 23 novembre 2026. Elle arrive vers le jeudi 26 novembre 2026.",
    Status.QUEUED: "Lettre prête à partir. Votre lettre part le lundi 23 novembre 2026.",
    Status.POSTED: "Votre lettre est partie le lundi 16 novembre 2026. Elle arrive vers le lundi 23 novembre 2026.",
    Status.RETURNED: "Pas arrivée : la lettre nous est revenue.",
}


@pytest.fixture
def letter(world, database):
    """Somebody to whom a letter stands somewhere; posted ones, a week ago, held up by a strike."""
    world.departement()
    person = world.person(address=ADDRESS)
    number = post_message(world, person).id

    def stands(status):
        with database.transaction() as session:
            row = session.get_one(Message, number)
            row.status = status
            if status in {Status.POSTED, Status.RETURNED}:
                row.sent_at, row.arrives_on = at("2026-11-16", "12:00"), at("2026-11-23", "12:00").date()
        return person

    return stands


def test_every_status_and_every_standing_has_its_words():
    assert set(COUNTER) == set(Status)
    assert set(DESK) == set(DeskStanding)
    assert set(EXPORT) == set(Standing)


@pytest.mark.parametrize("status", LEAVES)
def test_the_card_says_when_a_letter_leaves_and_arrives(client, world, letter, status):
    person = letter(status)
    enter(client, world.agent("accueil"))

    assert LEAVES[status] in Page(client.get(f"/agents/personnes/{person.id}").text).text()


@pytest.mark.parametrize("status", OWN)
def test_the_space_says_when_a_letter_leaves_and_arrives(client, letter, status):
    enter_person(client, letter(status))

    assert OWN[status] in Page(client.get("/mon-espace/messages").text).text()


def test_a_letter_whose_day_is_past_was_to_arrive(client, letter, clock):
    person = letter(Status.POSTED)
    clock.set(at("2026-11-25", "09:00"))
    enter_person(client, person)

    assert "Elle devait arriver vers le lundi 23 novembre 2026." in Page(client.get("/mon-espace/messages").text).text()


def test_whoever_asks_for_a_code_by_letter_knows_when_it_would_arrive(client, world):
    world.departement()

    text = Page(client.get("/connexion/courrier").text).text()
    assert "Demandée maintenant, elle arrive vers le jeudi 26 novembre 2026." in text
