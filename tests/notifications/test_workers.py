"""Workers side by side, killed, or cut from their database: nothing is lost, and nothing leaves twice by itself."""

import threading
from datetime import timedelta

import pytest

from portal.notifications.dispatch import lease_one, run_worker, send_due
from portal.notifications.gateways import TransientFailure
from portal.notifications.models import Status
from tests.notifications.told import CANCELLED, FAR, TOMORROW, message_of


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


def test_a_pass_leaves_to_others_what_it_was_not_asked_for(world, told, send, outbox):
    for number in (1, 2):
        told(world.person(email=None), starts_at=TOMORROW, subject_id=number)

    assert send(limit=0) == 0
    assert send(limit=1) == 1

    assert outbox() == [("notice", "sms", "sent"), ("notice", "sms", "waiting")]
    assert send() == 1


def test_a_message_whose_lease_ended_while_its_provider_took_it_is_recorded_and_taken_by_nobody_again(
    world, told, send, outbox, gateways, clock
):
    told(world.person(email=None), starts_at=FAR)
    gateways.sms.before = lambda: clock.forward(timedelta(minutes=3))

    assert send() == 1

    assert outbox() == [("notice", "sms", "sent"), ("reminder", "sms", "waiting")]
    assert len(gateways.sms.sent) == 1


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


def test_no_transaction_is_open_while_the_provider_is_called(migrated, world, told, send, gateways):
    told(world.person(email=None), starts_at=TOMORROW)
    open_ones = []

    def look() -> None:
        with migrated.transaction() as session:  # only the owner sees what other connections do
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


def test_the_worker_outlives_a_database_that_cuts_every_connection(
    migrated, database, world, told, gateways, clock, caplog
):
    told(world.person(email=None), starts_at=TOMORROW, subject_id=1)
    stop = threading.Event()

    def cut() -> None:
        with migrated.transaction() as session:
            session.connection().exec_driver_sql(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
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
