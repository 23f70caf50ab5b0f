"""What is told that is no appointment's, on a real database: its routes, its codes, and what becomes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.notifications import health
from portal.notifications.gateways import PermanentFailure, TransientFailure
from portal.notifications.models import Message, Route, Status
from portal.notifications.notices import send_to, tell_person
from portal.notifications.outbox import replan_without
from portal.notifications.outcomes import record_delivery, record_loss
from portal.notifications.planner import TIDINGS_LAST
from portal.people.models import Person, RouteState
from tests.french_post import FRENCH_POST as POST
from tests.notifications.notices_of import KEY, notice_context
from tests.world import at

ADDRESS = ["4 RUE DE LA DEMONSTRATION", "62000 ARRAS"]
ELSEWHERE = "+33639980999"


@pytest.fixture
def tell(database, clock):
    def told(person, kind="space_closed", **more):
        words = more.pop("words", {})
        with database.transaction() as session:
            return tell_person(
                session,
                clock(),
                kind=kind,
                person=person,
                context=notice_context(person, **words),
                subject="person",
                subject_id=person.id,
                **more,
            )

    return told


@pytest.fixture
def send_code(database, clock):
    def code(to, *, person=None, route=Route.SMS, kind="sign_in_code", demo=False):
        with database.transaction() as session:
            return send_to(
                session,
                clock(),
                kind=kind,
                route=route,
                to=to,
                context=notice_context(of={"is_demo": demo}, challenge=str(KEY), minutes=10),
                expires_at=clock() + timedelta(minutes=10),
                subject="challenge",
                subject_id=1,
                person_id=person.id if person else None,
            )

    return code


def routes(database):
    with database.transaction() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        return [(row.route.value, row.status.value) for row in rows]


def again(database, row):
    with database.transaction() as session:
        return session.get_one(type(row), row.id)


# Telling a person


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({}, ["sms", "email"]),
        ({"wants_sms": False}, ["email"]),
        ({"wants_email": False}, ["sms"]),
        ({"address": ADDRESS}, ["sms", "email"]),
        ({"address": ADDRESS, "wants_paper": True}, ["sms", "email", "letter"]),
        ({"wants_sms": False, "wants_email": False, "address": ADDRESS}, ["letter"]),
        ({"mobile": None, "email": None, "address": ADDRESS}, ["letter"]),
        ({"mobile": None, "email": None, "landline": "+33353010001"}, ["call"]),
        ({"wants_sms": False, "email": None}, ["call"]),
        ({"wants_sms": False, "mobile": None}, ["email"]),
        ({"mobile": None, "email": None}, ["desk"]),
        ({"wants_silence": True}, []),
        ({"mobile_state": RouteState.FAILED, "email": None, "address": ADDRESS}, ["letter"]),
    ],
)
def test_a_person_is_told_by_the_routes_they_chose_or_by_a_human(database, world, tell, file, expected):
    told = tell(world.person(**file))

    assert [message.route.value for message in told] == expected
    assert [name for name, _state in routes(database)] == expected


def test_it_is_useful_for_thirty_days_and_held_by_the_place_given_or_by_none(world, tell, clock):
    place = world.place()
    person = world.person(mobile=None, email=None)

    (nowhere,) = tell(person)
    (here,) = tell(person, place_id=place.id)

    assert nowhere.place_id is None
    assert here.place_id == place.id
    assert nowhere.expires_at == clock() + timedelta(days=30)
    assert nowhere.event_id != here.event_id


def test_what_is_told_leaves_in_the_persons_own_words(world, tell, send, gateways):
    person = world.person()
    tell(person)
    send()

    assert gateways.sms.sent[0].text.startswith("La Bonne Porte : votre espace est fermé.")
    assert gateways.mail.sent[0].subject == "Votre espace est fermé"
    assert gateways.mail.sent[0].calendar is None


def test_routes_to_avoid_are_taken_neither_now_nor_when_another_fails(database, world, tell, send, gateways):
    person = world.person(address=ADDRESS)
    tell(person, avoid=frozenset({Route.SMS}))
    gateways.mail.refused[person.email] = PermanentFailure("smtp_550")
    send()

    assert routes(database) == [("email", "failed"), ("letter", "queued")]
    assert again(database, person).email_state is RouteState.FAILED


def test_a_route_that_fails_sends_the_planner_round_and_others_are_not_told_twice(
    database, world, tell, send, gateways
):
    person = world.person(landline="+33353010001", email=None)
    gateways.sms.refused[person.mobile] = PermanentFailure("twilio_21614")
    first = tell(person)
    second = tell(person, "preferences_changed", words={"changes": ["paper"]})
    send()

    assert routes(database) == [("sms", "failed"), ("sms", "failed"), ("call", "open"), ("call", "open")]
    assert {message.kind for message in (*first, *second)} == {"space_closed", "preferences_changed"}


def test_what_fails_after_a_month_is_left(database, world, tell, clock):
    (message,) = tell(world.person(email=None, address=ADDRESS))
    clock.forward(TIDINGS_LAST)

    with database.transaction() as session:
        row = session.get_one(Message, message.id)
        assert replan_without(session, clock(), row, Route.SMS, POST) == []


def test_silence_asked_since_takes_back_what_was_promised(database, world, tell, send, gateways):
    person = world.person(email=None)
    tell(person)
    with database.transaction() as session:
        session.get_one(Person, person.id).wants_silence = True
    send()

    assert gateways.sms.sent == []
    assert routes(database) == [("sms", "withdrawn")]


# One message, to one way


def test_a_code_is_made_as_it_leaves_and_hidden_in_what_is_kept(database, send_code, send, gateways):
    message = send_code(ELSEWHERE)
    send()

    code = gateways.sealer.digits(KEY)
    kept = again(database, message)
    assert gateways.sms.sent[0].number == ELSEWHERE
    assert gateways.sms.sent[0].text == (
        f"Votre code La Bonne Porte : {code}. Il sert 10 minutes. Ne le donnez à personne.\n@porte.exemple.fr #{code}"
    )
    assert kept.rendered["text"] == gateways.sms.sent[0].text.replace(code, "••••••")
    assert code not in str(kept.rendered) + str(kept.context)
    assert (kept.person_id, kept.recipient, kept.status) == (None, ELSEWHERE, Status.SENT)


def test_an_e_mail_bears_the_code_and_no_link_that_opens_anything(database, send_code, send, gateways):
    message = send_code("lou@exemple.fr", route=Route.EMAIL)
    send()

    mail, code = gateways.mail.sent[0], gateways.sealer.digits(KEY)
    assert code in mail.text
    assert code in mail.html
    assert code in mail.subject
    assert "http" not in mail.html
    assert "http" not in mail.text
    kept = again(database, message).rendered
    assert code not in str(kept)
    assert "••••••" in kept["subject"]


def test_in_the_demonstration_the_code_is_read_on_screen(database, send_code, send, gateways):
    message = send_code(ELSEWHERE, demo=True)
    send()

    assert gateways.sealer.digits(KEY) in again(database, message).rendered["text"]


def test_a_code_leaves_even_to_someone_who_asked_for_silence(world, send_code, send, gateways):
    person = world.person(wants_silence=True, email=None)
    send_code(person.mobile, person=person)
    send()

    assert [sms.number for sms in gateways.sms.sent] == [person.mobile]


def test_a_code_is_tried_until_its_end_and_no_other_route_takes_over(database, world, send_code, send, gateways, clock):
    person = world.person(address=ADDRESS)
    gateways.sms.failure = TransientFailure("twilio_503")
    send_code(person.mobile, person=person)
    for _ in range(12):
        send()
        clock.forward(timedelta(minutes=1))
    gateways.sms.failure = None
    send()

    assert gateways.sms.sent == []
    assert routes(database) == [("sms", "failed")]
    assert again(database, person).mobile_state is RouteState.UNTRIED
    with database.transaction() as session:
        assert health.unreached(session, clock()) == 0


def test_a_number_that_is_not_the_files_says_nothing_of_the_file(database, world, send_code, send, gateways):
    person = world.person()
    gateways.sms.refused[ELSEWHERE] = PermanentFailure("twilio_21614")
    send_code(ELSEWHERE, person=person)
    send()

    assert routes(database) == [("sms", "failed")]
    assert again(database, person).mobile_state is RouteState.UNTRIED


def test_a_number_that_is_the_files_own_says_so_and_what_waits_on_it_goes_round(
    database, world, tell, send_code, send, gateways, clock
):
    person = world.person(email=None, address=ADDRESS)
    send_code(person.mobile, person=person)
    tell(person)
    send_code(ELSEWHERE, person=person)
    gateways.sms.refused[person.mobile] = PermanentFailure("twilio_21614")
    send()

    assert again(database, person).mobile_state is RouteState.FAILED
    assert routes(database) == [("sms", "failed"), ("sms", "failed"), ("sms", "sent"), ("letter", "queued")]
    with database.transaction() as session:
        assert health.unreached(session, clock()) == 0


@pytest.mark.parametrize("is_own", [True, False])
def test_a_receipt_marks_the_file_only_when_the_way_is_its_own(database, world, send_code, send, clock, is_own):
    person = world.person()
    message = send_code(person.mobile if is_own else ELSEWHERE, person=person)
    send()
    sent = again(database, message)
    with database.transaction() as session:
        assert record_delivery(session, clock(), sent.id, provider_id=sent.provider_id)

    assert again(database, person).mobile_state is (RouteState.WORKS if is_own else RouteState.UNTRIED)


def test_a_receipt_for_somebody_without_a_file_is_kept(database, send_code, send, clock):
    lost, arrived = send_code(ELSEWHERE), send_code("+33639980998")
    send()
    with database.transaction() as session:
        provider_id = session.get_one(Message, lost.id).provider_id
        record_loss(session, clock(), lost.id, provider_id=provider_id, code="twilio_30005", refused=False, post=POST)
        record_delivery(session, clock(), arrived.id, provider_id=session.get_one(Message, arrived.id).provider_id)

    assert routes(database) == [("sms", "failed"), ("sms", "delivered")]


def test_a_receipt_says_nothing_of_a_number_given_since(database, world, tell, send, clock):
    person = world.person(email=None)
    (message,) = tell(person)
    send()
    with database.transaction() as session:
        session.get_one(Person, person.id).mobile = ELSEWHERE
    sent = again(database, message)
    with database.transaction() as session:
        record_delivery(session, clock(), sent.id, provider_id=sent.provider_id)

    assert again(database, person).mobile_state is RouteState.UNTRIED


def test_a_letter_that_could_not_leave_to_someone_is_seen_by_whoever_looks_after_the_portal(
    database, world, clock, send, gateways
):
    person = world.person(address=ADDRESS)
    gateways.paper.failure = PermanentFailure("address_town_missing", refused=False)
    with database.transaction() as session:
        send_to(
            session,
            clock(),
            kind="activation_code",
            route=Route.LETTER,
            to="\n".join(ADDRESS),
            context=notice_context(person, challenge=str(KEY), until="2026-12-23"),
            expires_at=at("2026-12-23", "09:02"),
            subject="challenge",
            subject_id=1,
            person_id=person.id,
        )
    send()

    with database.transaction() as session:
        assert health.unreached(session, clock()) == 1
