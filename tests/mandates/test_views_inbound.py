"""Text messages that come in through Twilio's signed hook."""

from dataclasses import replace

import pytest
from twilio.request_validator import RequestValidator

TOKEN, BASE, PATH = "jeton d'essai", "https://porte.exemple.fr", "/hooks/twilio/inbound"


@pytest.fixture
def settings(settings):
    return replace(settings, twilio_auth_token=TOKEN)


@pytest.fixture
def receive(client):
    def post(body="oui", *, sent_by="+33639980012", sid="SM1", signature=None):
        form = {"From": sent_by, "Body": body, "MessageSid": sid}
        signed = RequestValidator(TOKEN).compute_signature(f"{BASE}{PATH}", form)
        return client.post(PATH, data=form, headers={"X-Twilio-Signature": signature or signed})

    return post


@pytest.fixture
def asked(world, odette, ccas):
    world.departement()
    return world.mandate(odette, organisation_id=ccas.id, state="asked", consent="sms", agreed_at=None)


@pytest.mark.usefixtures("asked")
def test_a_signed_yes_begins_the_mandate_and_is_answered_by_an_empty_document(receive, mandates, told):
    answer = receive("D'accord !")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "text/xml", b"<Response/>")
    assert [one.state.value for one in mandates()] == ["active"]
    assert told() == [("mandate_given", "sms", "")]


@pytest.mark.usefixtures("asked")
def test_what_twilio_did_not_sign_is_refused(receive, mandates):
    assert receive(signature="fausse").status_code == 403
    assert [one.state.value for one in mandates()] == ["asked"]


@pytest.mark.usefixtures("asked")
def test_the_same_message_again_changes_nothing(receive, mandates, told):
    receive("non")
    before = told()
    assert receive("non").status_code == 200
    assert (told(), [one.state.value for one in mandates()]) == (before, ["refused"])


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("given", [{"sent_by": "Banque"}, {"sent_by": "+15005550006"}, {"sent_by": ""}, {"sid": ""}])
def test_what_no_resident_can_have_sent_is_taken_and_left(receive, mandates, told, given):
    assert receive(**given).status_code == 200
    assert ([one.state.value for one in mandates()], told()) == (["asked"], [])


def test_without_twilio_the_hook_is_closed(app, client):
    app.extensions["portal"] = replace(
        app.extensions["portal"], settings=replace(app.extensions["portal"].settings, twilio_auth_token=None)
    )
    assert client.post(PATH, data={"Body": "oui"}).status_code == 403
