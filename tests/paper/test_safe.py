"""Letters to somebody discreet: without a signed address a paper waits until they were asked; a "yes" then holds."""

import pytest
from sqlalchemy import select

from portal.notifications.models import Message, Route
from portal.notifications.notices import base_context, tell_person
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import PaperFault
from portal.paper.services_entering import Chosen, enter_choices
from portal.people.models import Person
from tests.entering import enter
from tests.paper.conftest import SITE
from tests.paper.test_services import NEW, entering, refused
from tests.paper.test_views import ADDRESS, opened, sent, url

HOME = ["", "", "1 RUE DE L ANCIEN ESSAI", "", "62000 ARRAS"]


def discreet(desk, **given):
    """Somebody who wants discretion and has not chosen letters; one SMS waits for them."""
    person = desk.world.person(address=HOME, wants_discretion=True, email=None, **given)
    with desk.world.database.transaction() as session:
        context = base_context(desk.world.departement(), SITE, person=session.get_one(Person, person.id))
        about = {"kind": "space_closed", "subject": "person", "subject_id": person.id}
        tell_person(session, desk.world.now, person=session.get_one(Person, person.id), context=context, **about)
    return person


def letters(desk):
    with desk.world.database.transaction() as session:
        chosen = select(Message.kind).where(Message.route == Route.LETTER).order_by(Message.id)
        return list(session.scalars(chosen))


@pytest.mark.parametrize("had_paper", [False, True])
def test_no_letter_leaves_for_a_home_that_nobody_has_said_to_be_safe(desk, had_paper) -> None:
    person = discreet(desk, wants_paper=had_paper)
    form = desk.given(FormKind.CHOICES, person)
    for safe in ((), tuple(NEW)):
        chosen = Chosen(paper=True, safe=safe)
        assert refused(lambda chosen=chosen: entering(desk, enter_choices, form, chosen=chosen)) is (
            PaperFault.ASK_IF_SAFE
        )
    kept = desk.read(Person, person.id)
    assert (kept.wants_paper, kept.letters_chosen_at, letters(desk)) == (had_paper, None, [])
    assert desk.read(PaperForm, form.id).entered_at is None


@pytest.mark.parametrize("had_paper", [False, True])
@pytest.mark.parametrize("given", [{"safe": tuple(HOME)}, {"address": tuple(NEW)}])
def test_asked_or_written_and_signed_the_address_is_chosen_and_what_waits_leaves_by_letter_too(
    desk, had_paper, given
) -> None:
    person = discreet(desk, wants_paper=had_paper)
    entering(desk, enter_choices, desk.given(FormKind.CHOICES, person), chosen=Chosen(paper=True, **given))
    assert desk.read(Person, person.id).letters_chosen_at == desk.world.now
    assert letters(desk) == ["space_closed", "paper_chosen"]


def test_whoever_reads_the_file_asks_and_the_answer_is_of_this_very_address(client, desk, database) -> None:
    person = discreet(desk)
    enter(client, desk.agent, place_id=desk.place.id)
    path = url(desk.given(FormKind.CHOICES, person))
    asked = sent(client, path, paper="oui", large_print="oui")
    assert asked.status_code == 422
    assert "Cette personne veut des messages discrets." in asked.page.text()
    assert "1 RUE DE L ANCIEN ESSAI" in asked.page.text()
    typed = asked.page.fields(0)
    assert (typed["paper"], typed["large_print"], "is_safe" in typed) == ("oui", "oui", False)
    with database.transaction() as session:  # the address changes while somebody is asked
        session.get_one(Person, person.id).address = NEW
    again = client.post(path, data=typed | {"is_safe": "y"})
    assert again.status_code == 422
    assert client.post(path, data=again.page.fields(0)).status_code == 422  # not said
    assert client.post(path, data=again.page.fields(0) | {"is_safe": "y"}).status_code == 303
    assert desk.read(Person, person.id).letters_chosen_at == desk.world.now


def test_whoever_reads_no_file_is_not_told_why_and_hands_the_paper_over(client, desk) -> None:
    person = discreet(desk)
    enter(client, desk.print_room)
    form = desk.given(FormKind.CHOICES, person)
    page = opened(client, form.code).page
    said = {"paper": "oui", "safe": " / ".join(HOME), "is_safe": "y"}  # forged
    answer = client.post(url(form), data=page.fields(0) | said)
    assert answer.status_code == 422
    assert "Donnez ce papier à un accueil" in answer.page.text()
    assert "discret" not in answer.page.text()
    assert "ANCIEN" not in answer.page.html
    signed = client.post(url(form), data=answer.page.fields(0) | ADDRESS | {"signed": "y"})
    assert signed.status_code == 303
    assert desk.read(Person, person.id).letters_chosen_at == desk.world.now


def test_a_paper_of_somebody_for_whom_another_answers_since_changes_nothing(client, desk, database) -> None:
    person = desk.world.person(address=HOME)
    form, choices = desk.given(FormKind.ADDRESS, person), desk.given(FormKind.CHOICES, person)
    with database.transaction() as session:
        session.get_one(Person, person.id).guardian_id = desk.person.id
    enter(client, desk.agent, place_id=desk.place.id)
    answer = sent(client, url(form), **ADDRESS, signed="y")
    assert (answer.status_code, "Une autre personne répond pour elle" in answer.page.text()) == (422, True)
    assert refused(lambda: entering(desk, enter_choices, choices, chosen=Chosen(sms=False))) is PaperFault.RELATIVE
    assert desk.read(Person, person.id).address == HOME
    enter(client, desk.print_room)
    opened(client, form.code)
    assert "répond pour elle" not in sent(client, url(form), **ADDRESS, signed="y").page.text()
