"""What an event promises, on a real database: by which routes, when, and what an overtaken one takes back."""

from datetime import timedelta

import pytest

from portal.notifications.models import Route
from portal.notifications.outbox import withdraw
from portal.people.models import Person
from tests.notifications.told import ADDRESS, CANCELLED, FAR, LATER, MOVED, TOMORROW


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
