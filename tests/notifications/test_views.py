"""Twilio's callback, and the demonstration's page of all messages."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from twilio.request_validator import RequestValidator

from portal.app import create_app
from portal.letters.desk import PrintRoom
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import Gateways, PermanentFailure
from portal.notifications.gateways.memory import MemoryMail, MemorySms
from portal.notifications.models import Message
from portal.people.models import Person, RouteState
from portal.sealing import Sealer
from tests.checked_pages import CheckedClient
from tests.world import at

TOKEN = "jeton d'essai"
BASE = "https://porte.exemple.fr"
SEALER = Sealer("a key of the tests, long enough to be taken")
FAR = at("2026-12-15", "10:30")
ADDRESS = ["4 RUE DE LA DEMONSTRATION", "62000 ARRAS"]


@pytest.fixture
def settings(settings):
    return replace(settings, twilio_auth_token=TOKEN)


@pytest.fixture
def sent(world, told, database, gateways, clock):
    """A text message that left."""
    person = world.person(email=None)
    told(person, starts_at=FAR)
    send_due(database, gateways, clock)
    with database.transaction() as session:
        return session.scalars(select(Message).filter_by(step="notice")).one()


@pytest.fixture
def call_back(client):
    """Twilio's callback: signed, unless told otherwise."""

    def post(form, *, query="", signature=None):
        path = f"/hooks/twilio/status{query}"
        signed = RequestValidator(TOKEN).compute_signature(f"{BASE}{path}", form)
        return client.post(path, data=form, headers={"X-Twilio-Signature": signature or signed})

    return post


def status_of(message, status, code=None):
    return {"MessageSid": message.provider_id, "MessageStatus": status} | ({"ErrorCode": code} if code else {})


def test_a_delivered_message_is_recorded_and_repeats_change_nothing(sent, call_back, outbox, database):
    for _ in range(2):
        assert call_back(status_of(sent, "delivered")).status_code == 204
    assert call_back(status_of(sent, "sent")).status_code == 204
    assert call_back(status_of(sent, "undelivered", "30005")).status_code == 204

    assert outbox() == [("notice", "sms", "delivered"), ("reminder", "sms", "waiting")]
    with database.transaction() as session:
        assert session.get_one(Person, sent.person_id).mobile_state is RouteState.WORKS


@pytest.fixture
def one_deadlock(migrated):
    """The first change of a message ends as PostgreSQL ends one of two that wait for each other; the next ones pass. A
    real one would choose by a delay of its own which of the two it ends."""
    with migrated.engine.begin() as owner:
        owner.execute(
            text(
                """
                CREATE SEQUENCE tries;  -- counts on whatever is rolled back
                CREATE FUNCTION end_the_first() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    IF nextval('public.tries') = 1 THEN
                        RAISE deadlock_detected;
                    END IF;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER deadlock AFTER UPDATE ON message FOR EACH STATEMENT EXECUTE FUNCTION end_the_first();
                """
            )
        )

    def tries():
        with migrated.engine.begin() as owner:
            return owner.scalar(text("SELECT last_value FROM tries"))

    yield tries
    with migrated.engine.begin() as owner:
        owner.execute(text("DROP FUNCTION end_the_first CASCADE; DROP SEQUENCE tries"))


@pytest.mark.parametrize(("status", "becomes"), [("delivered", "delivered"), ("undelivered", "failed")])
def test_a_callback_that_the_database_ends_for_a_deadlock_starts_again(
    sent, call_back, outbox, one_deadlock, status, becomes
):
    assert call_back(status_of(sent, status)).status_code == 204
    assert one_deadlock() > 1
    assert ("notice", "sms", becomes) in outbox()


@pytest.mark.parametrize(("code", "state"), [("30005", RouteState.FAILED), ("30003", RouteState.DOUBTFUL)])
def test_an_undelivered_message_sends_the_planner_round_once(sent, call_back, outbox, database, code, state):
    for _ in range(2):
        assert call_back(status_of(sent, "undelivered", code), query=f"?message={sent.id}").status_code == 204

    assert outbox() == [
        ("notice", "call", "waiting"),
        ("notice", "sms", "failed"),
        ("reminder", "call", "waiting"),
        ("reminder", "sms", "failed"),
    ]
    with database.transaction() as session:
        assert session.get_one(Person, sent.person_id).mobile_state is state


@pytest.mark.parametrize("signature", ["", "L/OH5YylLD5NRKLltdqwSvS0BnU=", "é"])
def test_a_callback_that_twilio_did_not_sign_changes_nothing(sent, client, outbox, signature):
    answer = client.post(
        "/hooks/twilio/status",
        data=status_of(sent, "undelivered", "30005"),
        headers={"X-Twilio-Signature": signature.encode("latin-1").decode("latin-1")},
    )

    assert answer.status_code == 403
    assert outbox() == [("notice", "sms", "sent"), ("reminder", "sms", "waiting")]


def test_a_signature_is_good_for_its_own_address_alone(sent, call_back, outbox):
    form = status_of(sent, "undelivered", "30005")
    elsewhere = RequestValidator(TOKEN).compute_signature(f"{BASE}/hooks/twilio/status?message=1", form)

    assert call_back(form, query="?message=2", signature=elsewhere).status_code == 403
    assert outbox() == [("notice", "sms", "sent"), ("reminder", "sms", "waiting")]


@pytest.mark.parametrize("query", ["", "?message=99", "?message=abc", "?message=9999999999999999999999", "?message=²"])
@pytest.mark.usefixtures("sent")
def test_a_message_that_is_not_ours_is_no_fault(call_back, outbox, query):
    form = {"MessageSid": "SMautre", "MessageStatus": "undelivered", "ErrorCode": "x"}

    assert call_back(form, query=query).status_code in {204, 403}
    assert outbox() == [("notice", "sms", "sent"), ("reminder", "sms", "waiting")]


# The demonstration


@pytest.fixture
def demo(settings, database, clock, gateways):
    app = create_app(replace(settings, demo=True), clock=clock, database=database, gateways=gateways)
    app.test_client_class = CheckedClient
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


@pytest.mark.usefixtures("sent")
def test_outside_the_demonstration_nobody_reads_messages(client):
    assert client.get("/demo/messages").status_code == 404


def test_each_message_is_shown_as_its_receiver_gets_it_newest_first(world, told, database, gateways, clock, demo):
    world.place()
    told(world.person(family_name="Lefort"), starts_at=FAR, subject_id=1)
    send_due(database, gateways, clock)
    clock.forward(timedelta(minutes=5))
    told(world.person(mobile=None, email=None, landline="+33353010077"), starts_at=FAR, subject_id=2)
    send_due(database, gateways, clock)

    page = demo.get("/demo/messages").page
    text = page.text()

    headings = [page.text(heading) for heading in page.all("h2") if "Rendez-vous" in page.text(heading)]
    assert headings == ["Appel : Rendez-vous pris", "E-mail : Rendez-vous pris", "SMS : Rendez-vous pris"]
    assert "Rendez-vous mardi 15 décembre 2026 à 10 h 30, MDS Arras Nord" in text
    assert "Objet : Rendez-vous confirmé : mardi 15 décembre 2026 à 10 h 30" in text
    assert "vérifiez qui parle" in text
    assert "Lefort" in text
    assert "03 53 01 00 77" in text


@pytest.mark.parametrize(
    ("kept", "count"),
    [("tous", 3), ("sms", 1), ("e-mails", 1), ("courriers", 0), ("appels", 1), ("prevus", 3), ("retires", 0), ("?", 3)],
)
def test_messages_are_chosen_by_route(world, told, database, gateways, clock, demo, kept, count):
    told(world.person(), starts_at=FAR, subject_id=1)
    told(world.person(mobile=None, email=None, landline="+33353010077"), starts_at=FAR, subject_id=2)
    send_due(database, gateways, clock)

    assert len(demo.get("/demo/messages", query_string={"voie": kept}).page.all("article")) == count


def test_pages_hold_twenty_messages_and_lead_on(world, told, database, gateways, clock, demo):
    for number in range(21):
        told(world.person(email=None), starts_at=FAR, subject_id=number)
    send_due(database, gateways, clock)

    first = demo.get("/demo/messages").page
    second = demo.get(first.links()["Plus anciens"]).page

    assert len(first.all("article")) == 20
    assert len(second.all("article")) == 1
    assert "Plus récents" in second.links()


@pytest.mark.parametrize("number", ["0", "-3", "abc", "99999999999999999999", "2"])
def test_a_page_that_does_not_exist_is_an_empty_page_or_the_first(demo, number):
    assert "Aucun message ici." in demo.get("/demo/messages", query_string={"page": number}).page.text()


def test_a_letter_leads_to_its_own_page(world, told, database, clock, settings):
    world.place()
    gateways = Gateways(sms=MemorySms(), mail=MemoryMail(), paper=PrintRoom(BASE, SEALER), sealer=SEALER)
    app = create_app(replace(settings, demo=True), clock=clock, database=database, gateways=gateways)
    app.test_client_class = CheckedClient
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    told(world.person(mobile=None, email=None, address=ADDRESS), starts_at=FAR)
    send_due(database, gateways, clock)

    page = client.get("/demo/messages").page
    address = next(url for words, url in page.links().items() if words.startswith("Lire le courrier"))

    assert client.get(address).status_code == 200


def test_a_message_that_failed_is_shown_as_such(world, told, database, gateways, clock, demo):
    person = world.person(email=None)
    gateways.sms.refused[person.mobile] = PermanentFailure("twilio_21614")
    told(person, starts_at=FAR)
    send_due(database, gateways, clock)

    assert "N'a pas pu partir" in demo.get("/demo/messages?voie=retires").page.text()
