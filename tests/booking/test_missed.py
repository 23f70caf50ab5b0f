"""After a missed appointment: another date is offered, once, by the ways the person chose, and nobody is blamed."""

import json
import re
from datetime import timedelta

import pytest

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules_again import MissedFault
from portal.booking.services_missed import ask_call, tell_missed
from portal.booking.services_waiting import answer_wishes
from portal.directory.models import BookedBy, Mode
from portal.journal.services import VISITOR, Actor
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import PermanentFailure
from portal.notifications.models import Route, Status
from tests.booking.desk import BASE, alive, journal, messages
from tests.reading import refusal
from tests.world import at

ADDRESS = ["", "", "4 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"]
PAST = at("2026-11-20", "09:00")  # the Friday before the tests' Monday
HARD = re.compile(
    r"sanction|radi[ée]|radiation|suspen|obligat|justifi|faute|absence|manqué|devez venir|supprim", re.IGNORECASE
)


@pytest.fixture
def desk(world):
    """Someone who welcomes everywhere."""
    return Actor.agent(world.agent("accueil").id)


@pytest.fixture
def missed(world):
    """`missed(person, …)`: an appointment that somebody missed on Friday; a motif's own values with it."""

    def make(*people, starts_at=PAST, **motif):
        place, kind, agent = world.office(**motif)
        return world.appointment(agent, place, kind, starts_at, *people, status=AppointmentStatus.NOSHOW)

    return make


@pytest.fixture
def press(database, world, desk):
    """`press(verb, appointment)`: one press, in a transaction of its own."""

    def run(verb, appointment, by=desk, now=None):
        with database.transaction() as session:
            return verb(session, now or world.now, appointment_id=appointment.id, by=by, base_url=BASE)

    return run


def test_another_date_is_offered_by_each_way_that_the_person_chose_and_once(world, missed, press, database) -> None:
    person = world.person(address=ADDRESS, wants_paper=True)
    gone = missed(person)
    told = press(tell_missed, gone)
    assert [(one.kind, one.route) for one in told] == [
        ("appointment_missed", Route.SMS),
        ("appointment_missed", Route.EMAIL),
        ("appointment_missed", Route.LETTER),
    ]
    assert [one.id for one in press(tell_missed, gone)] == [one.id for one in told], "a double click is one"
    assert len(messages(database)) == 3
    assert [line.verb for line in journal(database)] == ["appointment.told_missed"]
    words = told[0].context
    assert words["link"] == f"{BASE}/rendez-vous", "and no subject in the address"
    assert (words["online"], words["bring"], words["move_until"]) == (True, [], None)


def test_a_guardian_is_told_for_a_relative_and_silence_is_kept(world, missed, press, database) -> None:
    guardian = world.person(email=None)
    child = world.person(guardian_id=guardian.id, given_names="Lou")
    quiet = world.person(wants_silence=True)
    press(tell_missed, missed(child, quiet))
    assert alive(database) == [("appointment_missed", "sms", guardian.id)]
    assert messages(database)[0].context["names"] == ["Lou Essai"]
    alone = missed(quiet)
    assert refusal(press, tell_missed, alone) is MissedFault.SILENCE
    assert refusal(press, ask_call, alone) is MissedFault.SILENCE


def test_nothing_is_sent_of_a_discreet_motif_of_what_was_not_missed_nor_a_month_later(
    world, missed, press, database
) -> None:
    for verb in (tell_missed, ask_call):
        assert refusal(press, verb, missed(discreet=True)) is MissedFault.DISCREET
        gone = missed()
        assert refusal(press, verb, gone, now=PAST + timedelta(days=30)) is MissedFault.OVER
        stranger = Actor.agent(world.agent("professionnel", families=["pmi"]).id)
        assert refusal(press, verb, gone, by=stranger) is MissedFault.NOT_YOUR_SERVICE
        assert refusal(press, verb, gone, by=VISITOR) is MissedFault.NOT_YOUR_SERVICE
        place, motif, agent = world.office()
        for status in (AppointmentStatus.SEEN, AppointmentStatus.BOOKED, AppointmentStatus.EXCUSED):
            other = world.appointment(world.agent(), place, motif, PAST, status=status)
            assert refusal(press, verb, other) is MissedFault.NOT_MISSED
        for nobody in (world.appointment(agent, place, motif, PAST, for_nobody=True), Appointment(id=999)):
            with pytest.raises(LookupError):
                press(verb, nobody)
    assert messages(database) == []


def test_someone_who_wants_discretion_reads_the_day_and_the_hour_alone(
    world, missed, press, database, gateways, clock
) -> None:
    world.place(name="MDS Autre")
    person = world.person(wants_discretion=True)
    press(tell_missed, missed(person, neutral_words="consultation pour votre enfant"))
    send_due(database, gateways, clock)
    said = gateways.sms.sent[0].text + gateways.mail.sent[0].text + (gateways.mail.sent[0].html or "")
    assert "20 novembre 2026" in said
    for word in ("MDS", "Arras", "enfant", "Démonstration"):
        assert word not in said


def test_a_call_is_a_task_with_the_words_to_say_and_is_asked_for_once(
    world, missed, press, database, gateways, clock
) -> None:
    person = world.person(mobile=None, landline="+33353010099", email=None)
    gone = missed(person)
    task = press(ask_call, gone)
    assert press(ask_call, gone).id == task.id
    assert task.place_id == gone.place_id
    send_due(database, gateways, clock)
    (open_task,) = messages(database)
    assert (open_task.route, open_task.status, open_task.recipient) == (Route.CALL, Status.OPEN, "+33353010099")
    assert "Il n'est pas trop tard. Voulez-vous une autre date\u00a0?" in open_task.rendered["text"]
    assert refusal(press, ask_call, missed(world.person(mobile=None))) is MissedFault.NO_PHONE
    other = missed(world.person(mobile=None, landline="+33353010098", email=None))
    (written,) = press(tell_missed, other)
    assert written.route is Route.CALL, "who has no other way is called"
    assert press(ask_call, other).id == written.id, "and once"


def test_who_has_taken_another_date_meanwhile_is_offered_none(world, missed, press, database) -> None:
    person, other = world.person(email=None), world.person(email=None)
    gone, theirs = missed(person), missed(other)
    press(tell_missed, gone)
    press(ask_call, gone)
    press(tell_missed, theirs)
    booked = world.appointment(world.agent(), world.place(), world.motif(), at("2026-11-26", "09:00"), person)
    with database.transaction() as session:
        given = {"person_ids": [person.id], "motif_id": gone.motif_id, "appointment_id": booked.id}
        answer_wishes(session, world.now, **given)
    assert alive(database) == [("appointment_missed", "sms", other.id)]


def test_the_agent_who_received_follows_up_whatever_their_roles(missed, press) -> None:
    gone = missed()
    own = Actor.agent(gone.agent_id)
    assert press(tell_missed, gone, by=own)
    assert press(ask_call, gone, by=own)


def test_a_text_message_that_fails_goes_round_by_another_way(world, missed, press, database, gateways, clock) -> None:
    press(tell_missed, missed(world.person(email=None, address=ADDRESS)))
    gateways.sms.failure = PermanentFailure("twilio_30005", refused=False)
    send_due(database, gateways, clock)
    assert [(one.route, one.status) for one in messages(database)] == [
        (Route.SMS, Status.FAILED),
        (Route.LETTER, Status.QUEUED),
    ]


@pytest.mark.parametrize(
    ("mode", "booked_by"),
    [
        (Mode.PLACE, BookedBy.EVERYONE),
        (Mode.PHONE, BookedBy.AGENTS),
        (Mode.HOME, BookedBy.EVERYONE),
        (Mode.VIDEO, BookedBy.INVITED),
    ],
)
def test_the_words_offer_a_date_and_never_threaten_whatever_the_appointment(
    world, missed, press, database, gateways, clock, mode, booked_by
) -> None:
    person = world.person(address=ADDRESS, wants_paper=True, landline="+33353010099")
    gone = missed(person, mode=mode, booked_by=booked_by, neutral_words="rendez-vous du RSA avec le Département")
    press(tell_missed, gone)
    press(ask_call, gone)
    send_due(database, gateways, clock)
    said = (json.dumps(one.rendered, ensure_ascii=False).replace("\u00a0", " ") for one in messages(database))
    text, mail, letter, call = said
    for words in (text, mail, letter, call):
        assert not HARD.search(words), words
        assert "20 novembre 2026" in words
    for words in (text, mail, letter):
        assert "03 53 01 00 10" in words
        assert ("porte.exemple.fr/rendez-vous" in words) is (booked_by is BookedBy.EVERYONE)
    assert "trop tard" in mail
    assert "RSA" not in text
