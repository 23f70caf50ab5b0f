"""Who has come: the waiting room, and what became of each appointment."""

from datetime import timedelta

import pytest

from portal.booking.models import AppointmentStatus, CancelReason
from portal.booking.queries_status import count_forgotten, forgotten
from portal.booking.services_missed import tell_missed
from portal.booking.services_status import _VERBS, StatusFault, arrive, call_in, mark, undo_arrival, undo_call
from portal.directory.models import Mode
from portal.journal.services import VISITOR, Actor
from portal.journal.verbs import SENTENCES
from portal.notifications.models import Status
from tests.booking.desk import BASE, START, alive, journal, messages
from tests.reading import refusal
from tests.world import at

SEEN, NOSHOW, EXCUSED = AppointmentStatus.SEEN, AppointmentStatus.NOSHOW, AppointmentStatus.EXCUSED
REVOKED, BOOKED = AppointmentStatus.REVOKED, AppointmentStatus.BOOKED


@pytest.fixture
def office(world):
    """A place, a motif, the agent who receives, and someone at its welcome desk."""
    place, motif, agent = world.office()
    desk = world.agent("accueil", place=place)
    return place, motif, agent, Actor.agent(desk.id)


@pytest.fixture
def do(database):
    """`do(verb, now, appointment, by, …)`: one press, in a transaction of its own."""

    def press(verb, now, appointment, by, **given):
        with database.transaction() as session:
            return verb(session, now, appointment_id=appointment.id, by=by, **given)

    return press


def test_the_waiting_room_notes_who_came_when_and_was_called_and_takes_a_wrong_press_back(
    world, office, do, database
) -> None:
    place, motif, agent, desk = office
    booked = world.appointment(agent, place, motif, START)
    early = START - timedelta(hours=3)
    assert refusal(do, arrive, early - timedelta(seconds=1), booked, desk) is StatusFault.TOO_SOON
    assert do(arrive, early, booked, desk).arrived_at == early
    assert do(arrive, START, booked, desk).arrived_at == early, "the first press stands"
    called = do(call_in, START, booked, desk)
    assert (called.arrived_at, called.called_at, called.sequence) == (early, START, 0)
    assert do(call_in, START + timedelta(minutes=1), booked, desk).called_at == START
    waits = do(undo_call, START, booked, desk)
    assert (waits.arrived_at, waits.called_at) == (early, None)
    do(call_in, START, booked, desk)
    gone = do(undo_arrival, START, booked, desk)
    assert (gone.arrived_at, gone.called_at) == (None, None)
    do(undo_arrival, START, booked, desk)
    do(undo_call, START, booked, desk)
    assert do(call_in, START, booked, desk).arrived_at == START, "whoever is called has come"
    assert [line.verb.removeprefix("appointment.") for line in journal(database)] == [
        "arrived",
        "called_in",
        "arrival_undone",
        "called_in",
        "arrival_undone",
        "called_in",
    ]


def test_nobody_waits_for_a_call_another_day_or_what_is_cancelled_or_done(world, office, do) -> None:
    place, motif, agent, desk = office
    by_phone = world.appointment(agent, place, world.motif(mode=Mode.PHONE), START)
    assert refusal(do, arrive, START, by_phone, desk) is StatusFault.NO_WAITING_ROOM
    cancelled = world.appointment(agent, place, motif, START, status=REVOKED)
    assert refusal(do, call_in, START, cancelled, desk) is StatusFault.CANCELLED
    night = world.appointment(agent, place, motif, at("2026-11-26", "00:30"))
    assert refusal(do, arrive, at("2026-11-25", "23:50"), night, desk) is StatusFault.TOO_SOON
    assert refusal(do, arrive, at("2026-11-27", "00:00"), night, desk) is StatusFault.OVER
    seen = world.appointment(agent, place, motif, at("2026-11-26", "11:00"), status=SEEN)
    assert refusal(do, arrive, at("2026-11-26", "11:10"), seen, desk) is StatusFault.OVER


def test_a_status_is_noted_in_one_press_once_and_is_mended_days_later(world, office, do, database) -> None:
    place, motif, agent, desk = office
    booked = world.appointment(agent, place, motif, START)
    assert refusal(do, mark, START - timedelta(seconds=1), booked, desk, status=NOSHOW) is StatusFault.TOO_SOON
    missed = do(mark, START, booked, desk, status=NOSHOW, sequence=0)
    assert (missed.status, missed.sequence) == (NOSHOW, 1)
    again = do(mark, START, booked, desk, status=NOSHOW, sequence=0)
    assert again.sequence == 1, "the same press twice is one"
    assert refusal(do, mark, START, booked, desk, status=SEEN, sequence=0) is StatusFault.CHANGED
    later = START + timedelta(days=3)
    assert do(mark, later, booked, desk, status=SEEN, sequence=1).status is SEEN
    assert do(mark, later, booked, desk, status=BOOKED).status is BOOKED
    assert [line.verb for line in journal(database)] == [
        "appointment.missed",
        "appointment.seen",
        "appointment.reopened",
    ]
    assert SENTENCES.keys() >= {*_VERBS.values(), "appointment.door_closed"}
    assert messages(database) == []


def test_someone_who_has_arrived_may_be_received_before_the_hour(world, office, do) -> None:
    place, motif, agent, desk = office
    booked = world.appointment(agent, place, motif, START)
    early = START - timedelta(minutes=30)
    assert refusal(do, mark, early, booked, desk, status=SEEN) is StatusFault.TOO_SOON
    do(arrive, early, booked, desk)
    assert refusal(do, mark, early - timedelta(seconds=1), booked, desk, status=SEEN) is StatusFault.TOO_SOON
    assert refusal(do, mark, early, booked, desk, status=NOSHOW) is StatusFault.TOO_SOON
    assert do(mark, early, booked, desk, status=SEEN).status is SEEN


def test_a_closed_door_is_met_at_home_alone_and_is_told_apart(world, office, do, database) -> None:
    place, motif, agent, desk = office
    visit = world.appointment(agent, place, world.motif(mode=Mode.HOME), START)
    here = world.appointment(agent, place, motif, at("2026-11-26", "10:30"))
    later = START + timedelta(hours=2)
    assert refusal(do, mark, later, here, desk, status=NOSHOW, is_door_closed=True) is StatusFault.NOT_AT_HOME
    assert refusal(do, mark, later, visit, desk, status=SEEN, is_door_closed=True) is StatusFault.NOT_AT_HOME
    assert do(mark, later, visit, desk, status=NOSHOW, is_door_closed=True).is_door_closed
    assert do(mark, later, visit, desk, status=NOSHOW).is_door_closed is False, "mended"
    assert [line.verb for line in journal(database)] == ["appointment.door_closed", "appointment.missed"]


def test_excused_and_revoked_cancel_what_is_to_come_with_its_messages_and_are_only_noted_after(
    world, office, do, database
) -> None:
    place, motif, agent, desk = office
    person = world.person(email=None)
    booked = world.appointment(agent, place, motif, START, person)
    before = START - timedelta(days=1)
    assert refusal(do, mark, before, booked, desk, status=EXCUSED) is StatusFault.TO_COME
    gone = do(mark, before, booked, desk, status=EXCUSED, base_url=BASE)
    assert gone.status is EXCUSED
    assert alive(database) == [("appointment_cancelled", "sms", person.id)]
    assert messages(database)[0].context["cancelled_by"] == "person"
    assert refusal(do, mark, START + timedelta(days=1), booked, desk, status=SEEN) is StatusFault.CANCELLED
    past = world.appointment(agent, place, motif, at("2026-11-26", "10:30"))
    noted = do(mark, START + timedelta(hours=4), past, desk, status=REVOKED, base_url=BASE)
    assert noted.status is REVOKED
    assert len(messages(database)) == 1, "what is past is told to nobody"


def test_what_was_noted_as_cancelled_takes_its_time_again_unless_somebody_has_it(world, office, do) -> None:
    place, motif, agent, desk = office
    noted = world.appointment(
        agent, place, motif, START, status=EXCUSED, changed_at=START, cancel_reason=CancelReason.PERSON_ASKED
    )
    assert do(mark, START, noted, desk, status=SEEN).status is SEEN
    do(mark, START, noted, desk, status=EXCUSED)
    world.appointment(agent, place, motif, START)
    assert refusal(do, mark, START, noted, desk, status=SEEN) is StatusFault.AGENT_TAKEN


def test_the_agent_the_desk_the_leader_and_the_service_note_and_nobody_else(world, office, do) -> None:
    place, motif, agent, _ = office
    elsewhere = world.place()
    booked = world.appointment(agent, place, motif, START)
    everywhere = world.agent("accueil")
    may = [
        agent,
        everywhere,
        world.agent("encadrant", place=place),
        world.agent("professionnel", place=place, families=["social"]),
        world.agent("référent", place=place, families=["pmi", "social"]),
    ]
    may_not = [
        world.agent("accueil", place=elsewhere),
        world.agent("professionnel", place=elsewhere, families=["social"]),
        world.agent("professionnel", place=place, families=["pmi"]),
        world.agent("admin"),
        world.agent("courrier", place=place),
    ]
    for one in may:
        do(arrive, START, booked, Actor.agent(one.id))
    for one in may_not:
        assert refusal(do, arrive, START, booked, Actor.agent(one.id)) is StatusFault.NOT_YOURS
    assert refusal(do, arrive, START, booked, VISITOR) is StatusFault.NOT_YOURS


def test_the_row_that_holds_a_workshop_s_time_is_nobody_s_to_mark(world, office, database) -> None:
    place, motif, agent, desk = office
    session = world.workshop(agent, place, motif, START)
    with pytest.raises(LookupError), database.transaction() as database_session:
        mark(database_session, START, appointment_id=session.appointment_id, status=SEEN, by=desk)
    with pytest.raises(LookupError), database.transaction() as database_session:
        arrive(database_session, START, appointment_id=999, by=desk)


def test_forgotten_statuses_gather_the_oldest_first_page_by_page(world, office, database) -> None:
    place, motif, agent, _ = office
    other, there = world.agent(), world.place()
    old = world.appointment(agent, place, motif, at("2026-11-19", "09:00"))
    newer = world.appointment(other, there, motif, at("2026-11-20", "09:00"))
    world.appointment(agent, place, motif, at("2026-11-20", "10:00"), status=SEEN)
    world.appointment(agent, place, motif, START)
    world.workshop(agent, place, motif, at("2026-11-20", "14:00"))
    with database.transaction() as session:

        def ids(**given):
            return [one.id for one in forgotten(session, world.now, **given).appointments]

        assert ids() == [old.id, newer.id]
        assert count_forgotten(session, world.now) == 2
        assert ids(agent_ids=[other.id]) == [newer.id]
        assert ids(place_ids=[place.id]) == [old.id]
        assert ids(agent_ids=[other.id], place_ids=[place.id]) == []
        assert count_forgotten(session, world.now, agent_ids=[agent.id]) == 1


def test_forgotten_statuses_come_fifty_at_a_time(world, office, database) -> None:
    place, motif, agent, _ = office
    person, first = world.person(), at("2026-11-16", "00:00")
    for half_hour in range(51):
        world.appointment(agent, place, motif, first + timedelta(minutes=30 * half_hour), person)
    with database.transaction() as session:
        pages = [forgotten(session, world.now, page=number) for number in (0, 1, 2, 3)]
    assert [(len(page.appointments), page.number, page.has_next) for page in pages] == [
        (50, 1, True),
        (50, 1, True),
        (1, 2, False),
        (0, 3, False),
    ]


def test_what_was_about_to_be_told_of_a_missed_appointment_is_taken_back_when_it_was_not_missed(
    world, office, do, database
) -> None:
    place, motif, agent, desk = office
    booked = world.appointment(agent, place, motif, START)
    do(mark, START, booked, desk, status=NOSHOW)
    do(tell_missed, START, booked, desk, base_url=BASE)
    assert alive(database)
    do(mark, START, booked, desk, status=SEEN)
    assert {message.status for message in messages(database)} == {Status.WITHDRAWN}
