"""What providers say afterwards: it teaches which ways work, and sends the planner round."""

import pytest

from portal.notifications.models import Route
from portal.notifications.outcomes import record_delivery
from portal.people.models import RouteState
from tests.notifications.told import ADDRESS, CANCELLED, FAR, TOMORROW, delivered, lost, message_of, person_again


def test_a_delivered_text_message_proves_the_number(database, world, told, send, outbox, clock):
    person = world.person(email=None)
    told(person, starts_at=FAR)
    send()
    sent = message_of(database, step="notice")

    delivered(database, clock, sent)
    lost(database, clock, sent, refused=True)  # late, out of order: of no effect
    delivered(database, clock, sent)

    assert person_again(database, person).mobile_state is RouteState.WORKS
    assert outbox() == [("notice", "sms", "delivered"), ("reminder", "sms", "waiting")]


@pytest.mark.parametrize(("refused", "state"), [(True, RouteState.FAILED), (False, RouteState.DOUBTFUL)])
def test_an_undelivered_text_message_goes_round_once(
    database, world, told, send, outbox, clock, gateways, refused, state
):
    person = world.person(email=None, address=ADDRESS)
    told(person, starts_at=FAR)
    send()
    sent = message_of(database, step="notice")

    lost(database, clock, sent, refused=refused)
    lost(database, clock, sent, refused=refused)
    send()

    assert person_again(database, person).mobile_state is state
    assert gateways.paper.drawn == [message_of(database, step="notice", route=Route.LETTER).id]
    assert outbox() == [
        ("notice", "letter", "queued"),
        ("notice", "sms", "failed"),
        ("reminder", "letter", "waiting"),
        ("reminder", "sms", "failed"),
    ]


def test_an_undelivered_message_of_an_overtaken_event_is_not_told_again(database, world, told, send, outbox, clock):
    person = world.person(email=None, address=ADDRESS)
    told(person, starts_at=FAR)
    send()
    sent = message_of(database, step="notice")
    told(person, starts_at=FAR, kind=CANCELLED)

    lost(database, clock, sent, refused=True)

    assert outbox(event="booked") == [("notice", "sms", "failed"), ("reminder", "sms", "withdrawn")]
    assert outbox(event="cancelled") == [("notice", "letter", "waiting"), ("notice", "sms", "failed")]


def test_a_receipt_that_comes_before_the_send_is_recorded_is_kept(database, world, told, send, outbox, gateways, clock):
    told(world.person(email=None), starts_at=TOMORROW)
    row = message_of(database, step="notice")

    def arrive() -> None:
        with database.transaction() as session:
            record_delivery(session, clock(), row.id, provider_id=f"memory-sms-{row.id}-1")

    gateways.sms.before = arrive
    send()

    assert outbox() == [("notice", "sms", "delivered")]
    assert message_of(database, step="notice").rendered["text"] == gateways.sms.sent[0].text
