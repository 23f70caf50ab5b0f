"""Whoever wrote their choices on paper is answered once, and is promised what is true for them."""

import pytest
from sqlalchemy import select

from portal.letters.wording import content_of
from portal.notifications.models import Message, Route
from portal.paper.models import FormKind
from portal.paper.services_entering import Chosen, enter_choices
from tests.paper.test_services import NEW, entering


@pytest.mark.parametrize(
    ("was", "chosen", "kind", "said"),
    [
        (False, Chosen(sms=False, paper=True, large_print=True), "paper_chosen", "Vos autres choix"),
        (True, Chosen(sms=False, paper=False, large_print=True), "preferences_changed", "Les lettres sur papier : non"),
        (False, Chosen(sms=False, large_print=True, language="en"), "preferences_changed", "La langue des messages"),
    ],
)
def test_a_signed_paper_is_answered_by_one_letter_that_says_what_each_choice_is(
    desk, database, was, chosen, kind, said
) -> None:
    person = desk.world.person(address=NEW, email=None, wants_paper=was)
    entering(desk, enter_choices, desk.given(FormKind.CHOICES, person), chosen=chosen)
    with database.transaction() as session:
        (letter,) = session.scalars(select(Message).where(Message.route == Route.LETTER)).all()
        words = content_of(letter.kind, letter.context).as_text().replace("\u00a0", " ")
    assert letter.kind == kind
    for line in ("Nous avons reçu votre papier.", "Les messages par SMS : non", "Les gros caractères : oui", said):
        assert line in words
    assert "Quelqu'un" not in words.replace("’", "'")
    assert {one for one, _route in desk.told()} == {kind}


@pytest.mark.parametrize("given", [{"mobile": None}, {}])
def test_a_call_is_promised_to_whoever_gave_a_phone_alone(desk, database, given) -> None:
    person = desk.world.person(address=NEW, **given)
    entering(desk, enter_choices, desk.given(FormKind.CHOICES, person), chosen=Chosen(paper=True))
    with database.transaction() as session:
        letter = session.scalars(select(Message).where(Message.route == Route.LETTER)).one()
    words = content_of(letter.kind, letter.context).as_text()
    assert ("nous vous appelons" in words) is bool(person.mobile)
    assert ("Le lieu du rendez-vous vous donne la nouvelle" in words) is (person.mobile is None)
