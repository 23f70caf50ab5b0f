"""Routes that fail, on a real database: what is tried again, and who is told by another way."""

from datetime import timedelta

from sqlalchemy import select

from portal.notifications.gateways import PermanentFailure, TransientFailure
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import replan_without
from portal.people.models import Person, RouteState
from tests.notifications.told import ADDRESS, CANCELLED, FAR, LATER, POST, TOMORROW, message_of, person_again
from tests.world import at


def test_a_provider_that_is_down_gets_the_message_when_it_is_back(world, told, send, outbox, gateways, clock):
    told(world.person(email=None), starts_at=FAR)
    gateways.sms.failure = TransientFailure("twilio_503")

    for _ in range(9):
        send()
        clock.forward(timedelta(minutes=10))
    assert gateways.sms.sent == []
    gateways.sms.failure = None
    clock.forward(timedelta(hours=1))
    assert send() == 1

    assert len(gateways.sms.sent) == 1
    assert outbox() == [("notice", "sms", "sent"), ("reminder", "sms", "waiting")]


def test_the_waits_between_tries_grow_from_one_minute_to_an_hour(database, world, told, send, gateways, clock):
    told(world.person(email=None), starts_at=FAR)
    gateways.sms.failure = TransientFailure("twilio_503")

    waits = []
    for _ in range(8):
        send()
        row = message_of(database, step="notice")
        waits.append((row.due_at - clock()) // timedelta(minutes=1))
        clock.set(row.due_at)

    assert waits == [1, 2, 5, 15, 30, 60, 60, 60]


def test_a_provider_down_for_a_day_hands_the_notice_to_paper_and_keeps_its_reminder(
    world, told, send, outbox, gateways, clock
):
    told(world.person(email=None, address=ADDRESS), starts_at=FAR)
    gateways.sms.failure = TransientFailure("twilio_503")

    for _ in range(25 * 6):
        clock.forward(timedelta(minutes=10))
        send()

    assert gateways.sms.sent == []
    assert outbox() == [
        ("notice", "letter", "queued"),
        ("notice", "sms", "failed"),
        ("reminder", "sms", "waiting"),
    ]


def test_the_night_before_a_failing_message_becomes_a_call_while_someone_can_still_call(
    world, told, send, outbox, gateways, clock
):
    told(world.person(email=None), starts_at=clock() + timedelta(hours=20))
    gateways.sms.failure = TransientFailure("twilio_503")

    for _ in range(20):
        send()
        clock.forward(timedelta(minutes=1))

    assert outbox() == [("notice", "call", "open"), ("notice", "sms", "failed")]


def test_a_refused_number_goes_round_for_every_message_that_waits_on_it(database, world, told, send, outbox, gateways):
    person = world.person(email=None, address=ADDRESS)
    told(person, starts_at=LATER, subject_id=2)
    send()
    gateways.sms.refused[person.mobile] = PermanentFailure("twilio_21614")

    told(person, starts_at=FAR, subject_id=1)
    send()

    assert person_again(database, person).mobile_state is RouteState.FAILED
    assert len(gateways.sms.sent) == 1
    assert outbox() == [
        ("notice", "letter", "queued"),
        ("notice", "sms", "failed"),
        ("notice", "sms", "sent"),
        ("reminder", "letter", "waiting"),
        ("reminder", "letter", "waiting"),
        ("reminder", "sms", "failed"),
        ("reminder", "sms", "failed"),
    ]

    told(person_again(database, person), starts_at=FAR, subject_id=1, kind=CANCELLED)
    assert outbox(event="cancelled") == [("notice", "letter", "waiting")]


def test_a_refused_mailbox_leaves_the_text_message_alone(database, world, told, send, outbox, gateways):
    person = world.person()
    gateways.mail.refused[person.email] = PermanentFailure("smtp_550")
    told(person, starts_at=FAR)
    send()

    found = person_again(database, person)
    assert (found.email_state, found.mobile_state) == (RouteState.FAILED, RouteState.UNTRIED)
    assert outbox() == [
        ("notice", "email", "failed"),
        ("notice", "sms", "sent"),
        ("reminder", "email", "failed"),
        ("reminder", "sms", "waiting"),
    ]


def test_with_both_refused_the_day_before_an_agent_calls_and_when_that_fails_the_place_tells(
    database, world, told, send, outbox, gateways, clock
):
    person = world.person()
    gateways.sms.refused[person.mobile] = PermanentFailure("twilio_21211")
    gateways.mail.refused[person.email] = PermanentFailure("smtp_550")
    told(person, starts_at=TOMORROW)
    send()
    assert outbox() == [("notice", "call", "open"), ("notice", "email", "failed"), ("notice", "sms", "failed")]
    call = message_of(database, route=Route.CALL)
    assert call.recipient == person.mobile
    assert "répondeur" in call.rendered["text"]

    with database.transaction() as session:
        row = session.get_one(Message, call.id)
        row.status = Status.FAILED
        added = replan_without(session, clock(), row, Route.CALL, POST)
        again = replan_without(session, clock(), row, Route.CALL, POST)
    assert [row.route for row in added] == [Route.DESK]
    assert again == []
    send()

    assert ("notice", "desk", "open") in outbox()
    assert len(outbox()) == 4


def test_a_reminder_refused_two_days_before_becomes_a_call_and_the_notice_is_not_told_again(
    world, told, send, outbox, gateways, clock
):
    person = world.person(email=None, address=ADDRESS)
    told(person, starts_at=FAR)
    send()
    gateways.sms.refused[person.mobile] = PermanentFailure("twilio_21610")
    clock.set(FAR - timedelta(days=2))
    send()

    assert outbox() == [("notice", "sms", "sent"), ("reminder", "call", "open"), ("reminder", "sms", "failed")]


def test_a_number_taken_out_of_the_file_is_no_reason_to_lose_the_message(database, world, told, send, outbox, gateways):
    person = world.person(email=None, landline="+33353010077")
    told(person, starts_at=TOMORROW)
    with database.transaction() as session:
        session.get_one(Person, person.id).mobile = None
    send()

    assert gateways.sms.sent == []
    assert outbox() == [("notice", "call", "open"), ("notice", "sms", "failed")]


def test_a_letter_that_the_worker_finds_too_late_is_not_drawn_and_becomes_a_call(
    world, told, send, outbox, gateways, clock
):
    told(
        world.person(mobile=None, email=None, landline="+33353010077", address=ADDRESS),
        starts_at=at("2026-11-30", "09:00"),
    )
    clock.set(at("2026-11-26", "18:00"))
    send()

    assert gateways.paper.drawn == []
    assert ("notice", "letter", "failed") in outbox()
    assert ("notice", "call", "open") in outbox()


def test_a_letter_that_cannot_be_drawn_becomes_a_call(world, told, send, outbox, gateways):
    gateways.paper.failure = PermanentFailure("address")
    told(world.person(mobile=None, email=None, landline="+33353010077", address=ADDRESS), starts_at=FAR)
    send()

    assert outbox() == [
        ("notice", "call", "open"),
        ("notice", "letter", "failed"),
        ("reminder", "call", "waiting"),
        ("reminder", "letter", "failed"),
    ]


def test_nothing_leaves_once_the_appointment_has_begun(world, told, send, outbox, gateways, clock):
    told(world.person(email=None), world.person(mobile=None, email=None), starts_at=TOMORROW)
    gateways.sms.failure = TransientFailure("twilio_503")
    send()
    assert outbox() == [("notice", "desk", "open"), ("notice", "sms", "waiting")]
    gateways.sms.failure = None
    clock.set(TOMORROW)
    assert send() == 0

    assert gateways.sms.sent == []
    assert outbox() == [("notice", "desk", "expired"), ("notice", "sms", "expired")]


def test_a_dead_provider_holds_up_no_other_route(world, told, send, outbox, gateways):
    for number in range(6):
        told(world.person(mobile=None), starts_at=FAR, subject_id=number)
    told(world.person(email=None), starts_at=FAR, subject_id=99)
    gateways.mail.failure = TransientFailure("ConnectionRefusedError")

    assert send() == 4  # three e-mails tried, then the text message

    assert len(gateways.sms.sent) == 1
    assert outbox().count(("notice", "email", "waiting")) == 6


def test_a_message_that_cannot_be_rendered_stops_no_other(database, world, told, send, gateways, caplog):
    told(world.person(email=None), starts_at=FAR, subject_id=1)
    with database.transaction() as session:
        row = session.scalars(select(Message).filter_by(step="notice")).one()
        row.context = {"language": "fr"}
    told(world.person(email=None), starts_at=FAR, subject_id=2)

    assert send() == 2

    assert len(gateways.sms.sent) == 1
    assert message_of(database, step="notice", subject_id=1).last_error == "fault_KeyError"
    assert "+336" not in caplog.text
