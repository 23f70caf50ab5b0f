"""What the page of a paper gives to whoever holds it, and what it promises once it is entered."""

import hashlib

import pytest

from portal.desk.rules import WATCHED
from portal.paper.models import FormKind
from portal.people.models import Person
from tests.entering import enter
from tests.paper.test_views import ADDRESS, HOME, opened, sent, url
from tests.world import at

CHOICES = {"sms", "emails", "paper", "large_print", "language", "address"}


def marks(page):
    return dict(one.split("=") for one in page.fields(0)["shown"].split(","))


def test_the_marks_of_a_file_name_what_the_form_changes_and_tell_no_value(client, desk) -> None:
    enter(client, desk.print_room)
    alike = [desk.given(FormKind.CHOICES), desk.given(FormKind.CHOICES)]
    first, second = (marks(opened(client, form.code).page) for form in alike)
    assert first.keys() == CHOICES
    assert not set(first.values()) & set(second.values())
    assert len(set(first.values())) == len(CHOICES)  # four yes-or-no that are alike
    values = [getattr(desk.person, column) for column in WATCHED.values()] + [True, False]
    known = {hashlib.sha256(repr(value).encode()).hexdigest()[:10] for value in values}
    assert not any(mark.startswith(one) for mark in first.values() for one in known)
    assert marks(opened(client, desk.given(FormKind.ADDRESS).code).page).keys() == {"address"}


def test_what_the_form_changes_was_changed_meanwhile_and_the_rest_may_be(client, desk, database) -> None:
    enter(client, desk.agent, place_id=desk.place.id)
    path = url(desk.given(FormKind.CHOICES))
    typed = client.get(path).page.fields(0)
    with database.transaction() as session:
        person = session.get_one(Person, desk.person.id)
        person.wants_sms, person.mobile = False, "+33639980099"
    assert client.post(path, data=typed | {"sms": "oui"}).status_code == 409
    assert client.post(path, data=typed | {"shown": "", "large_print": "oui"}).status_code == 409
    assert client.post(path, data=typed | {"large_print": "oui"}).status_code == 303


@pytest.mark.parametrize("file", [{"wants_silence": True}, {"wants_discretion": True}, {}])
def test_whoever_holds_a_paper_learns_nothing_of_the_file_once_it_is_entered(client, desk, file) -> None:
    person = desk.world.person(address=desk.person.address, **file)
    form = desk.given(FormKind.CHOICES, person)
    enter(client, desk.print_room)
    page = opened(client, form.code).page
    said = client.follow(client.post(url(form), data=page.fields(0) | {"sms": "non"})).page.text()
    assert "La personne est prévenue comme elle l'a choisi." in said
    assert "une lettre" not in said.lower()
    assert "contactée" not in client.get(f"{url(form)}?fait=enregistre").page.text()


@pytest.mark.parametrize(("kind", "typed", "file", "said", "told"), [
    (FormKind.CHOICES, {"sms": "oui"}, {}, "La personne va recevoir une lettre.", [("already_so", "letter")]),
    (FormKind.CHOICES, {"paper": "oui"}, {"wants_paper": True}, "va recevoir une lettre", [("already_so", "letter")]),
    (FormKind.ADDRESS, ADDRESS | {"signed": "y"}, {}, "va recevoir une lettre", [("already_so", "letter")]),
    (FormKind.CHOICES, {"sms": "oui"}, {"wants_discretion": True}, "Rien n'a changé", []),
    (FormKind.CHOICES, {"sms": "oui"}, {"wants_silence": True}, "Rien ne part.", []),
    (FormKind.CHOICES, {"large_print": "oui"}, {"wants_discretion": True}, "pas d'adresse sûre", [
        ("preferences_changed", "sms"), ("preferences_changed", "email"),
    ]),
])  # fmt: skip
def test_a_letter_is_promised_when_one_leaves_and_what_was_so_already_has_its_own(
    client, desk, kind, typed, file, said, told
) -> None:
    person = desk.world.person(address=["", "", "9 rue Neuve", "", "62000 Arras"], **file)
    enter(client, desk.agent, place_id=desk.place.id)
    done = client.follow(sent(client, url(desk.given(kind, person)), **typed)).page.text().replace("\u00a0", " ")
    assert said in done
    assert desk.told() == told


def test_a_slip_that_comes_on_the_eve_promises_no_letter(client, desk) -> None:
    tomorrow = desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-11-24", "09:00"), desk.person)
    enter(client, desk.agent, place_id=desk.place.id)
    typed = opened(client, tomorrow.code).page.fields(0) | {"what": "annule"}
    done = client.follow(client.post(f"{HOME}/coupon/{tomorrow.id}", data=typed)).page.text()
    assert "Il est trop tard pour une lettre." in done
    assert "letter" not in {route for _kind, route in desk.told()}
