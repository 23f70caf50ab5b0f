"""Text messages that come in, as the services take them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range

from portal.mandates import queries
from portal.mandates.rules import Fault
from portal.mandates.services import answer_sms, ask_by_sms, tell_endings
from portal.notifications.models import Message, Status
from portal.people.models import Person, RouteState
from portal.people.models_mandates import SmsReceived
from portal.refusal import Refused

NUMBER = "+33639980012"


@pytest.fixture
def ask(database, clock, odette, desk, voice, ccas):
    def question(person=odette, organisation=ccas, procedures=("appointments",), days=31, *, has_left=True):
        with database.transaction() as session:
            asked = ask_by_sms(
                session,
                clock.now,
                person=queries.person(session, person.id),
                organisation=session.merge(organisation),
                procedures=procedures,
                days=days,
                by=desk.by,
                voice=voice,
            )
            if has_left:
                session.execute(update(Message).where(Message.subject_id == asked.id).values(status=Status.SENT))
            return asked

    return question


@pytest.fixture
def text(database, clock, voice):
    """A text message comes in."""
    count = iter(range(1000))

    def receive(words, number=NUMBER, provider_id=None):
        with database.transaction() as session:
            answer_sms(
                session,
                clock.now,
                number=number,
                text=words,
                provider_id=provider_id or f"SM{next(count)}",
                voice=voice,
            )

    return receive


def states(mandates):
    return [one.state.value for one in mandates()]


def test_a_yes_by_text_message_begins_the_mandate(ask, text, mandates, told, journal):
    ask()
    assert told() == [("mandate_asked", "sms", "")]
    text("Oui merci")
    assert states(mandates) == ["active"]
    assert told() == [("mandate_asked", "sms", ""), ("mandate_given", "sms", "")]  # one answer, not two
    assert journal() == [("mandate.asked", "agent"), ("mandate.given", "person")]


def test_the_yes_is_answered_where_it_came_from_when_news_go_elsewhere(ask, text, told, world):
    reader = world.person(mobile="+33639980077", email="lecteur@exemple.fr", wants_sms=True)
    ask(reader)
    with world.database.transaction() as session:
        session.get_one(Person, reader.id).wants_sms = False
    text("oui", number="+33639980077")
    assert told()[1:] == [("mandate_given", "email", ""), ("mandate_reply", "sms", "given")]


def test_a_no_refuses_and_the_organisation_waits_a_week_to_ask_again(ask, text, mandates, told, clock):
    ask()
    text("non merci")
    assert states(mandates) == ["refused"]
    assert told()[-1] == ("mandate_reply", "sms", "refused")
    with pytest.raises(Refused) as refused:
        ask()
    assert refused.value.reason is Fault.ASKED_LATELY
    clock.forward(timedelta(days=7, minutes=1))
    ask()


def test_an_unclear_answer_is_asked_again_once_then_silence_is_no(ask, text, mandates, told, journal):
    ask()
    text("qui êtes-vous ?")
    text("je ne sais pas")
    assert told()[1:] == [("mandate_reply", "sms", "unclear")]
    assert ("mandate.asked_again", "person") in journal()
    text("oui")
    assert states(mandates) == ["active"]


def test_the_same_message_twice_changes_nothing(ask, text, told):
    ask()
    text("non", provider_id="SMsame")
    before = told()
    text("non", provider_id="SMsame")
    text("STOP MANDAT", provider_id="SMsame")
    assert told() == before


def test_an_unknown_number_is_not_answered(ask, text, told):
    ask()
    text("oui", number="+33639980099")
    text("STOP MANDAT", number="+33639980099")
    assert told() == [("mandate_asked", "sms", "")]


def test_a_shared_number_answers_what_was_asked_last(ask, text, mandates, world, clock):
    ask()
    clock.forward(timedelta(hours=1))
    ask(world.person(mobile=NUMBER))
    text("oui")
    assert states(mandates) == ["asked", "active"]
    text("non")
    assert states(mandates) == ["refused", "active"]


def test_stop_mandat_never_ends_what_the_law_gave(text, mandates, told, world, odette):
    world.mandate(odette, holder_id=world.person().id, kind="legal", consent="document")
    text("STOP MANDAT")
    assert states(mandates) == ["active"]
    assert told() == [("mandate_reply", "sms", "nothing")]


def test_a_yes_is_never_for_a_question_that_has_yet_to_leave(ask, text, mandates, told, world, clock):
    ask(procedures=("appointments",))
    clock.forward(timedelta(minutes=1))
    ask(organisation=world.organisation(), procedures=("messages",), has_left=False)
    text("oui")
    assert states(mandates) == ["active", "asked"]
    text("oui")
    assert states(mandates) == ["active", "asked"]
    assert told()[-1] == ("mandate_reply", "sms", "nothing")


def test_a_question_is_answered_from_the_number_that_was_asked(ask, text, mandates, odette, world):
    ask()
    with world.database.transaction() as session:
        session.get_one(Person, odette.id).mobile = "+33639980099"
    text("oui", number="+33639980099")
    assert states(mandates) == ["asked"]


def test_stop_mandat_ends_all_that_the_files_of_a_number_have_given(ask, text, mandates, told, world, odette, ccas):
    other = world.person(mobile=NUMBER)
    world.mandate(odette, organisation_id=ccas.id)
    world.mandate(other, organisation_id=ccas.id)
    elsewhere = world.mandate(world.person(mobile="+33639980078"), organisation_id=ccas.id)
    ask(procedures=("messages",))
    text("Stop mandat !")
    assert states(mandates) == ["ended", "ended", "active", "refused"]
    assert mandates()[2].id == elsewhere.id
    assert [one for one in told() if one[2] == "sms"] == [
        ("mandate_ended", "sms", "sms"),
        ("mandate_ended", "sms", "sms"),
        ("mandate_ended", "email", "sms"),
    ]
    assert told()[-1] == ("mandate_reply", "sms", "stopped")


@pytest.mark.usefixtures("odette")
def test_stop_mandat_with_nothing_to_end_is_answered_so(text, told):
    text("STOP MANDAT")
    assert told() == [("mandate_reply", "sms", "nothing")]


def test_stop_alone_refuses_what_was_asked_and_no_text_message_leaves_any_more(
    ask, text, mandates, told, database, odette, world, ccas, journal
):
    world.mandate(odette, organisation_id=ccas.id, procedures=["messages"])
    ask()
    text("STOP")
    assert states(mandates) == ["active", "refused"]
    with database.transaction() as session:
        assert session.get_one(Person, odette.id).mobile_state is RouteState.FAILED
    assert ("texts.stopped", "person") in journal()
    assert [kind for kind, *_rest in told()] == ["mandate_asked"]


def test_stop_alone_with_nothing_asked_stops_text_messages_too(text, database, odette):
    text("stop")
    with database.transaction() as session:
        assert session.get_one(Person, odette.id).mobile_state is RouteState.FAILED


@pytest.mark.usefixtures("odette")
def test_two_machines_that_answer_each_other_stop(text, told):
    for _ in range(10):
        text("Je suis absent, je vous réponds plus tard.")
    assert told() == [("mandate_reply", "sms", "nothing")] * 3


def test_an_answer_after_a_week_answers_nothing(ask, text, mandates, told, clock):
    ask()
    clock.forward(timedelta(days=7))
    text("oui")
    assert states(mandates) == ["asked"]
    assert told()[-1] == ("mandate_reply", "sms", "nothing")


def test_a_yes_that_comes_after_the_convention_begins_nothing(ask, text, mandates, told, database, ccas):
    ask()
    with database.transaction() as session:
        session.merge(ccas).convention = Range(date(2020, 1, 1), date(2026, 11, 23))
    text("oui")
    assert states(mandates) == ["refused"]
    assert told()[-1] == ("mandate_reply", "sms", "refused")


@pytest.mark.parametrize(
    ("given", "words", "expected"),
    [
        ({"mobile": None}, {}, Fault.NO_MOBILE),
        ({"is_protected": True}, {}, Fault.PROTECTED),
        ({}, {"procedures": ("carnet",)}, Fault.TOO_SENSITIVE),
        ({}, {"days": 2}, Fault.DAYS),
    ],
)
def test_a_question_is_refused_with_its_reason(ask, world, given, words, expected):
    with pytest.raises(Refused) as refused:
        ask(world.person(**given), **words)
    assert refused.value.reason is expected


@pytest.mark.usefixtures("odette")
def test_what_came_in_is_forgotten_after_a_month(text, database, clock, voice):
    text("bonjour", provider_id="SMold")
    clock.forward(timedelta(days=31))
    with database.transaction() as session:
        tell_endings(session, clock.now, base_url=voice.base_url)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(SmsReceived)) == 0
