"""The outbox and the dispatcher, on a real database: what leaves, and that nothing else does."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.notifications.dispatch import lease_one, run_worker, send_due
from portal.notifications.gateways import PermanentFailure, TransientFailure
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import replan_without, withdraw
from portal.notifications.outcomes import record_delivery, record_loss
from portal.notifications.planner import EventKind
from portal.notifications.post import FRENCH_POST as POST
from portal.people.models import Person, RouteState
from tests.world import at

# Now is Monday 23 November 2026, 9:02.
FAR = at("2026-12-15", "10:30")
LATER = at("2026-12-18", "14:00")
TOMORROW = at("2026-11-24", "10:30")
ADDRESS = ["4 RUE DE LA DEMONSTRATION", "62000 ARRAS"]

MOVED, CANCELLED = EventKind.MOVED, EventKind.CANCELLED


@pytest.fixture
def send(database, gateways, clock):
    def send_all(**more):
        return send_due(database, gateways, clock, **more)

    return send_all


def message_of(database, **wanted):
    with database.transaction() as session:
        return session.scalars(select(Message).filter_by(**wanted).order_by(Message.id)).one()


def person_again(database, person):
    with database.transaction() as session:
        return session.get_one(Person, person.id)


def lost(database, clock, message, *, refused, code="twilio_30005"):
    with database.transaction() as session:
        record_loss(
            session, clock(), message.id, provider_id=message.provider_id, code=code, refused=refused, post=POST
        )


def delivered(database, clock, message):
    with database.transaction() as session:
        record_delivery(session, clock(), message.id, provider_id=message.provider_id)


# Promising


def test_a_mobile_and_an_e_mail_get_both_now_and_two_days_before_and_nothing_else(
    world, told, send, outbox, gateways, clock
):
    person = world.person()
    told(person, starts_at=FAR)

    assert send() == 2
    assert [sms.number for sms in gateways.sms.sent] == [person.mobile]
    assert [mail.to for mail in gateways.mail.sent] == [person.email]
    assert gateways.mail.sent[0].calendar == "BEGIN:VCALENDAR"
    assert outbox() == [
        ("notice", "email", "sent"),
        ("notice", "sms", "sent"),
        ("reminder", "email", "waiting"),
        ("reminder", "sms", "waiting"),
    ]
    assert send() == 0

    clock.set(FAR - timedelta(days=2, minutes=1))
    assert send() == 0
    clock.set(FAR - timedelta(days=2))
    assert send() == 2
    assert send() == 0
    assert gateways.sms.sent[1].text.startswith("Rappel : rendez-vous mardi 15 décembre 2026 à 10 h 30")
    assert gateways.mail.sent[1].calendar is None
    assert gateways.paper.drawn == []


def test_promising_the_same_change_twice_adds_nothing(world, told, outbox):
    person = world.person(email=None)

    first = told(person, starts_at=FAR, sequence=0)
    again = told(person, starts_at=FAR, sequence=0)

    assert [row.route for row in first] == [Route.SMS, Route.SMS]
    assert again == []
    assert outbox() == [("notice", "sms", "waiting"), ("reminder", "sms", "waiting")]


def test_someone_told_for_two_relatives_is_told_once(world, told, outbox):
    guardian = world.person(email=None)

    told(guardian, guardian, starts_at=TOMORROW)

    assert outbox() == [("notice", "sms", "waiting")]


def test_a_move_withdraws_the_old_reminder_and_makes_one_for_the_new_time(world, told, send, outbox, gateways, clock):
    person = world.person(email=None)
    told(person, starts_at=FAR)
    send()
    clock.forward(timedelta(days=1))

    told(person, starts_at=LATER, kind=MOVED, old_starts_at=FAR)
    send()

    assert outbox(event="booked") == [("notice", "sms", "sent"), ("reminder", "sms", "withdrawn")]
    assert outbox(event="moved") == [("notice", "sms", "sent"), ("reminder", "sms", "waiting")]
    clock.set(FAR - timedelta(days=2))
    assert send() == 0
    clock.set(LATER - timedelta(days=2))
    assert send() == 1
    assert len(gateways.sms.sent) == 3


def test_a_cancellation_withdraws_waiting_rows_queued_letters_and_open_tasks_and_tells_once(
    world, told, send, outbox, gateways, clock
):
    on_paper = world.person(mobile=None, email=None, address=ADDRESS, wants_paper=True)
    by_phone = world.person(mobile=None, email=None, landline="+33353010077")
    told(on_paper, by_phone, starts_at=FAR)
    send()
    assert outbox() == [
        ("notice", "call", "open"),
        ("notice", "letter", "queued"),
        ("reminder", "call", "waiting"),
        ("reminder", "letter", "waiting"),
    ]

    told(on_paper, by_phone, starts_at=FAR, kind=CANCELLED)
    send()

    assert {status for _step, _route, status in outbox(event="booked")} == {"withdrawn"}
    assert outbox(event="cancelled") == [("notice", "call", "open"), ("notice", "letter", "queued")]
    assert len(gateways.paper.drawn) == 2
    clock.set(FAR - timedelta(days=2))
    assert send() == 0


def test_other_appointments_keep_their_messages_when_one_is_cancelled(world, told, outbox):
    person = world.person(email=None)
    told(person, starts_at=FAR, subject_id=1)
    told(person, starts_at=LATER, subject_id=2)

    told(person, starts_at=FAR, subject_id=1, kind=CANCELLED)

    assert outbox(event="cancelled") == [("notice", "sms", "waiting")]
    assert sorted(outbox(event="booked")) == [
        ("notice", "sms", "waiting"),
        ("notice", "sms", "withdrawn"),
        ("reminder", "sms", "waiting"),
        ("reminder", "sms", "withdrawn"),
    ]


def test_withdrawing_leaves_what_has_left(database, world, told, send, outbox, clock):
    told(world.person(), starts_at=FAR)
    send()

    with database.transaction() as session:
        assert withdraw(session, clock(), subject="appointment", subject_id=1) == 2

    assert outbox() == [
        ("notice", "email", "sent"),
        ("notice", "sms", "sent"),
        ("reminder", "email", "withdrawn"),
        ("reminder", "sms", "withdrawn"),
    ]


@pytest.mark.parametrize("silence", [{"discreet": True}, {}])
def test_silence_and_discreet_motifs_leave_the_outbox_empty(world, told, send, outbox, gateways, silence):
    told(world.person(wants_silence=not silence), starts_at=FAR, **silence)

    assert send() == 0
    assert outbox() == []
    assert gateways.sms.sent == gateways.mail.sent == gateways.paper.drawn == []


def test_someone_who_asks_for_silence_later_is_not_reminded(database, world, told, send, outbox, gateways, clock):
    person = world.person(email=None)
    told(person, starts_at=FAR)
    send()
    with database.transaction() as session:
        session.get_one(Person, person.id).wants_silence = True
    clock.set(FAR - timedelta(days=2))
    send()

    assert len(gateways.sms.sent) == 1
    assert outbox() == [("notice", "sms", "sent"), ("reminder", "sms", "withdrawn")]


# Failing


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


# Receipts


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


# Workers


def test_two_workers_send_each_message_once(database, world, told, gateways, clock, outbox):
    for number in range(30):
        told(world.person(), starts_at=FAR, subject_id=number)
    meet = threading.Barrier(2)

    def work() -> None:
        meet.wait()
        send_due(database, gateways, clock)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len({sms.reference for sms in gateways.sms.sent}) == len(gateways.sms.sent) == 30
    assert len({mail.reference for mail in gateways.mail.sent}) == len(gateways.mail.sent) == 30
    assert outbox().count(("notice", "sms", "sent")) == 30


class Killed(BaseException):
    """A worker's end."""


def test_a_killed_workers_row_is_taken_again_after_its_lease(world, told, send, outbox, gateways, clock):
    told(world.person(email=None), starts_at=FAR)

    def die() -> None:
        raise Killed

    gateways.sms.before = die
    with pytest.raises(Killed):
        send()
    gateways.sms.before = lambda: None
    assert outbox()[0] == ("notice", "sms", "sending")

    clock.forward(timedelta(seconds=119))
    assert send() == 0
    clock.forward(timedelta(seconds=1))
    assert send() == 1
    assert len(gateways.sms.sent) == 1
    assert outbox() == [("notice", "sms", "sent"), ("reminder", "sms", "waiting")]


def test_a_message_withdrawn_while_the_provider_is_called_never_revives(database, world, told, send, outbox, gateways):
    person = world.person(email=None)
    told(person, starts_at=FAR)

    def cancel() -> None:
        gateways.sms.before = lambda: None
        told(person, starts_at=FAR, kind=CANCELLED)

    gateways.sms.before = cancel
    send()

    assert outbox(event="booked") == [("notice", "sms", "withdrawn"), ("reminder", "sms", "withdrawn")]
    assert outbox(event="cancelled") == [("notice", "sms", "sent")]
    withdrawn = message_of(database, step="notice", status=Status.WITHDRAWN)
    assert withdrawn.rendered is not None  # it did leave, and that is known
    assert len(gateways.sms.sent) == 2


def test_a_message_withdrawn_while_the_provider_fails_is_not_tried_again(world, told, send, outbox, gateways, clock):
    person = world.person(email=None)
    told(person, starts_at=FAR)

    def cancel() -> None:
        gateways.sms.before = lambda: None
        told(person, starts_at=FAR, kind=CANCELLED)
        gateways.sms.failure = TransientFailure("twilio_503")

    gateways.sms.before = cancel
    send()
    gateways.sms.failure = None
    clock.forward(timedelta(hours=1))
    send()

    assert outbox(event="booked") == [("notice", "sms", "withdrawn"), ("reminder", "sms", "withdrawn")]
    assert outbox(event="cancelled") == [("notice", "sms", "sent")]
    assert len(gateways.sms.sent) == 1


def test_no_transaction_is_open_while_the_provider_is_called(database, world, told, send, gateways):
    told(world.person(email=None), starts_at=TOMORROW)
    open_ones = []

    def look() -> None:
        with database.transaction() as session:
            found = session.connection().exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' "
                "AND datname = current_database() AND pid <> pg_backend_pid()"
            )
            open_ones.append(found.scalar_one())

    gateways.sms.before = look
    send()

    assert open_ones == [0]


def test_the_worker_stops_when_asked_and_has_sent_what_was_due(database, world, told, gateways, clock, outbox):
    told(world.person(email=None), starts_at=TOMORROW)
    stop = threading.Event()
    gateways.sms.before = stop.set

    run_worker(database, gateways, clock, stop, pause=0.01)

    assert outbox() == [("notice", "sms", "sent")]


def test_the_worker_outlives_a_database_that_cuts_every_connection(database, world, told, gateways, clock, caplog):
    told(world.person(email=None), starts_at=TOMORROW, subject_id=1)
    stop = threading.Event()

    def cut() -> None:
        with database.transaction() as session:
            session.connection().exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        gateways.sms.before = stop.set
        told(world.person(email=None), starts_at=TOMORROW, subject_id=2)

    gateways.sms.before = cut
    run_worker(database, gateways, clock, stop, pause=0.01)

    assert len(gateways.sms.sent) == 2
    assert "+336" not in caplog.text


def test_a_lease_is_given_to_one_worker_alone(database, world, told, clock):
    told(world.person(email=None), starts_at=TOMORROW)

    first, second = lease_one(database, clock()), lease_one(database, clock())

    assert first is not None
    assert first.person.mobile is not None
    assert second is None
