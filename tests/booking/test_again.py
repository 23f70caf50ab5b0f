"""An appointment told once more, by a route that an agent asks for."""

from datetime import timedelta

import pytest

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules_again import AgainFault
from portal.booking.services_again import tell_again
from portal.journal.services import VISITOR, Actor
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import PermanentFailure
from portal.notifications.models import Route, Status
from portal.people.models import RouteState
from tests.booking.desk import BASE, START, alive, asked, confirm, journal, messages, shift
from tests.reading import refusal
from tests.world import at

ADDRESS = ["4 RUE DE LA DEMONSTRATION", "62000 ARRAS"]
FAR = at("2026-12-03", "09:00")


@pytest.fixture
def desk(world):
    """Someone who welcomes everywhere."""
    return Actor.agent(world.agent("accueil").id)


@pytest.fixture
def again(database, world, desk):
    """`again(appointment, route)`: one press, in a transaction of its own."""

    def press(appointment, route, now=None, by=desk):
        with database.transaction() as session:
            return tell_again(
                session, now or world.now, appointment_id=appointment.id, route=route, by=by, base_url=BASE
            )

    return press


@pytest.fixture
def change(database):
    """`change(row, name=value)`: in the database itself."""

    def write(row, **values):
        with database.transaction() as session:
            found = session.get_one(type(row), row.id)
            for name, value in values.items():
                setattr(found, name, value)

    return write


@pytest.mark.parametrize("route", [Route.SMS, Route.EMAIL, Route.LETTER, Route.CALL])
def test_the_state_of_an_appointment_leaves_once_more_by_each_route(world, again, database, desk, route) -> None:
    place, motif, agent = world.office()
    person = world.person(address=ADDRESS)
    made = world.appointment(agent, place, motif, FAR, person)
    told = again(made, route)
    assert (told.kind, told.route, told.person_id, told.status) == (
        "appointment_booked",
        route,
        person.id,
        Status.WAITING,
    )
    assert told.context["starts_at"].startswith("2026-12-03T09:00")
    assert again(made, route, world.now + timedelta(seconds=59)).id == told.id, "a double click is one"
    assert again(made, route, world.now + timedelta(minutes=1)).id != told.id
    assert [(line.verb, line.actor_id) for line in journal(database)] == [("appointment.told_again", desk.id)] * 2


def test_what_is_cancelled_is_told_so_and_names_who_cancelled(world, again) -> None:
    place, motif, agent = world.office()
    for status, who in ((AppointmentStatus.EXCUSED, "person"), (AppointmentStatus.REVOKED, "service")):
        made = world.appointment(agent, place, motif, FAR, status=status)
        told = again(made, Route.SMS)
        assert (told.kind, told.context["cancelled_by"]) == ("appointment_cancelled", who)


def test_it_is_refused_with_its_reason_when_it_cannot_reach_the_person(world, again, change, database) -> None:
    place, motif, agent = world.office()
    person = world.person(mobile=None, landline=None, address=ADDRESS)
    made = world.appointment(agent, place, motif, START, person)
    assert refusal(again, made, Route.SMS) is AgainFault.NO_WAY
    assert refusal(again, made, Route.CALL) is AgainFault.NO_WAY
    assert refusal(again, made, Route.DESK) is AgainFault.NO_WAY
    assert refusal(again, made, Route.LETTER) is AgainFault.TOO_LATE
    change(person, email_state=RouteState.FAILED)
    assert refusal(again, made, Route.EMAIL) is AgainFault.WAY_FAILED
    change(person, email_state=RouteState.WORKS, wants_email=False)
    assert refusal(again, made, Route.EMAIL) is AgainFault.NOT_WANTED
    change(person, wants_email=True, wants_silence=True)
    assert refusal(again, made, Route.EMAIL) is AgainFault.NOT_WANTED
    change(person, wants_silence=False)
    assert refusal(again, made, Route.EMAIL, now=START) is AgainFault.PAST
    change(motif, discreet=True)
    assert refusal(again, made, Route.EMAIL) is AgainFault.DISCREET
    assert messages(database) == []
    stranger = Actor.agent(world.agent("professionnel", place=place, families=["pmi"]).id)
    assert refusal(again, made, Route.EMAIL, by=stranger) is AgainFault.NOT_YOUR_SERVICE
    assert refusal(again, made, Route.EMAIL, by=Actor.agent(agent.id)) is AgainFault.DISCREET, "their own to tell"
    assert refusal(again, made, Route.EMAIL, by=VISITOR) is AgainFault.NOT_YOUR_SERVICE
    for nobody in (world.appointment(agent, place, motif, FAR, for_nobody=True), Appointment(id=999)):
        with pytest.raises(LookupError):
            again(nobody, Route.SMS)


def test_of_several_people_those_who_have_the_way_are_told(world, again, database) -> None:
    place, motif, agent = world.office()
    people = [world.person(), world.person(mobile=None), world.person()]
    made = world.appointment(agent, place, motif, FAR, *people)
    assert again(made, Route.SMS).person_id == people[0].id
    assert [message.person_id for message in messages(database)] == [people[0].id, people[2].id]


def test_a_number_corrected_within_the_minute_is_told_at_once(world, again, change) -> None:
    place, motif, agent = world.office()
    person = world.person(email=None)
    made = world.appointment(agent, place, motif, FAR, person)
    first = again(made, Route.SMS)
    change(first, status=Status.SENT, recipient=person.mobile)
    change(person, mobile="+33639980099")
    assert again(made, Route.SMS).id != first.id


def test_what_was_told_before_a_change_is_not_what_is_asked_after_it(world, again, database, desk) -> None:
    place, motif, _ = world.office()
    made = confirm(database, world.now, asked(place, motif, starts_at=FAR))
    first = again(made, Route.SMS)
    shift(database, world.now, made.id, at("2026-12-03", "10:30"), by=desk)
    assert again(made, Route.SMS).id != first.id


def test_the_reminders_of_the_appointment_stand_and_still_find_another_route(
    world, again, database, gateways, clock
) -> None:
    place, motif, _ = world.office()
    made = confirm(database, world.now, asked(place, motif, starts_at=FAR))
    again(made, Route.SMS)
    assert [kind for kind, _, _ in alive(database)] == [
        "appointment_booked",
        "appointment_reminder",
        "appointment_booked",
    ]
    send_due(database, gateways, clock)
    clock.set(FAR - timedelta(days=2))
    gateways.sms.failure = PermanentFailure("twilio_30005", refused=False)
    send_due(database, gateways, clock)
    reminders = [one for one in messages(database) if one.kind == "appointment_reminder"]
    assert [(one.route, one.status) for one in reminders] == [
        (Route.SMS, Status.FAILED),
        (Route.CALL, Status.OPEN),
    ], "what was told again has overtaken nothing"


def test_when_it_fails_the_planner_goes_round_for_it_alone(world, again, database, gateways, clock) -> None:
    place, motif, agent = world.office()
    person = world.person(email=None)
    made = world.appointment(agent, place, motif, FAR, person)
    again(made, Route.SMS)
    gateways.sms.failure = PermanentFailure("twilio_30005", refused=False)
    send_due(database, gateways, clock)
    assert [(one.kind, one.route) for one in messages(database)] == [
        ("appointment_booked", Route.SMS),
        ("appointment_booked", Route.CALL),
    ], "no reminder more: those of the appointment stand"
