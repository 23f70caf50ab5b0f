"""What a signature is asked for, what is filled in already, and until when a mandate may last."""

import pytest

from portal.paper.models import FormKind, PaperForm
from portal.people.models import Person
from portal.people.models_mandates import Mandate
from tests.entering import enter
from tests.paper.test_views import ADDRESS, sent, url
from tests.world import at


@pytest.fixture
def seated(client, desk):
    enter(client, desk.agent, place_id=desk.place.id)
    return desk


@pytest.mark.parametrize("kind", [FormKind.ADDRESS, FormKind.CHOICES, FormKind.WISH, FormKind.MANDATE])
def test_an_address_without_a_signature_is_refused_in_a_sentence_and_nothing_is_lost(client, seated, kind) -> None:
    path = url(seated.given(kind))
    more = {"motif": seated.motif.key, "half_days": ["jeu-matin"], "sms": "non", "procedures": ["appointments"]}
    more |= {"holder": str(seated.world.organisation().id), "last_day": ["1", "6", "2027"]}
    refused = sent(client, path, **more, **ADDRESS)
    assert refused.status_code == 422
    assert "signature" in refused.page.text()
    assert refused.page.fields(0)["street"] == "9 rue Neuve"
    assert seated.read(Person, seated.person.id).address[2] == "1 RUE DE L ESSAI"
    assert client.post(path, data=refused.page.fields(0) | more | {"signed": "y"}).status_code == 303
    assert seated.read(Person, seated.person.id).address[2] == "9 rue Neuve"


def test_a_known_address_is_filled_in_but_for_a_new_one_and_left_as_it_is_changes_nothing(
    client, seated, database
) -> None:
    assert "street" not in {
        name for name, value in client.get(url(seated.given(FormKind.ADDRESS))).page.fields(0).items() if value
    }
    form = seated.given(FormKind.CHOICES)
    typed = client.get(url(form)).page.fields(0)
    assert (typed["street"], typed["postcode"], typed["town"]) == ("1 RUE DE L ESSAI", "62000", "ARRAS")
    with database.transaction() as session:  # they move while the page is open
        session.get_one(Person, seated.person.id).address = ["", "", "2 RUE B", "", "62000 ARRAS"]
    assert client.post(url(form), data=typed | {"sms": "non"}).status_code == 303
    assert seated.read(Person, seated.person.id).address[2] == "2 RUE B"
    assert seated.read(PaperForm, form.id).answers == {"sms": False}


def test_a_mandate_lasts_until_the_day_that_was_signed_and_twelve_months_at_most(client, seated) -> None:
    path = url(seated.given(FormKind.MANDATE))
    typed = {"holder": str(seated.world.organisation().id), "procedures": ["appointments"], "signed": "y"}
    for day, said in (
        (["", "", ""], "Écrivez le dernier jour"),
        (["1", "6", "2029"], "12 mois au plus"),
        (["1", "6", "2020"], "ce mandat est fini"),
    ):
        refused = sent(client, path, **typed, last_day=day)
        assert (refused.status_code, said in refused.page.text()) == (422, True), day
    assert sent(client, path, **typed, last_day=["14", "3", "2027"]).status_code == 303
    assert seated.read(Mandate, 1).ends_at == at("2027-03-15", "00:00")


def test_what_is_needed_is_said_to_be(client, seated) -> None:
    def needs(kind):
        return client.get(url(seated.given(kind))).page.text()

    assert "Code postal (obligatoire)" in needs(FormKind.ADDRESS)
    assert "Code postal (si l'adresse est écrite)" in needs(FormKind.CHOICES)
    assert "Sa date de naissance (obligatoire pour un proche)" in needs(FormKind.MANDATE)
