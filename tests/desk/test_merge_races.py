"""Two who act on the same files at the same instant: one is first, the other finds what it did. Nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from portal.booking.models import Participation
from portal.booking.models_waiting import Wish
from portal.booking.rules import BookingRefusal
from portal.booking.services_waiting import wait
from portal.calls.models import CallOutcome, CallReceived
from portal.calls.rules import Moment, Reason
from portal.calls.services_received import Call, CallBack, receive
from portal.desk.rules_merge import MergeFault, marks
from portal.desk.services_merge import merge
from portal.journal.services import Actor
from portal.notifications.models import Message, Status
from portal.people.models import Person
from portal.refusal import Refused
from tests.booking.desk import LATER, START, asked, confirm, shift
from tests.desk.merging import BASE, merged, parted
from tests.together import at_once


@pytest.fixture
def agent(world):
    world.departement()
    return world.agent("accueil")


@pytest.fixture
def pair(world):
    """Camille, twice."""
    both = {"given_names": "Camille", "family_name": "Martin-Essai"}
    return world.person(**both, mobile="+33639980001"), world.person(**both, mobile="+33639980002")


def left_behind(database, gone) -> int:
    """What still waits, or is booked, on a file that is shown nowhere."""
    with database.transaction() as session:
        booked = select(func.count()).select_from(Participation).where(Participation.person_id == gone.id)
        unsent = select(func.count()).select_from(Message)
        unsent = unsent.where(Message.person_id == gone.id, Message.status.in_((Status.WAITING, Status.OPEN)))
        return (session.scalar(booked) or 0) + (session.scalar(unsent) or 0)


def test_a_merge_pressed_twice_and_one_the_other_way_round_is_done_once(database, clock, agent, pair) -> None:
    kept, gone = pair
    acts = [lambda: merged(database, clock.now, kept, gone, agent)] * 3
    acts += [lambda: merged(database, clock.now, gone, kept, agent)]
    assert at_once(*acts) == {"done": 1, MergeFault.GONE: 3}
    with database.transaction() as session:
        files = session.scalars(select(Person.id).where(Person.merged_into_id.is_(None)))
        assert len(files.all()) == 1


def test_merging_and_undoing_at_once_leaves_a_whole_state(database, clock, agent, pair, world) -> None:
    kept, gone = pair
    first = merged(database, clock.now, kept, gone, agent)
    third = world.person()
    came_to = at_once(
        lambda: parted(database, clock.now, first, agent), lambda: merged(database, clock.now, third, kept, agent)
    )
    assert came_to["done"] == 2 or came_to == {"done": 1, MergeFault.LATER_FIRST: 1}


@pytest.mark.parametrize("_turn", range(3))
def test_a_booking_for_the_file_that_goes_lands_in_the_other_or_is_refused(
    database, clock, agent, pair, world, _turn
) -> None:
    kept, gone = pair
    place, motif, _ = world.office()
    request = asked(place, motif, person_id=gone.id)
    came_to = at_once(
        lambda: confirm(database, clock.now, request, by=Actor.person(gone.id)),
        lambda: merged(database, clock.now, kept, gone, agent),
    )
    assert came_to["done"] == 2 or came_to == {"done": 1, BookingRefusal.NOT_THEIRS: 1}
    assert left_behind(database, gone) == 0


def test_a_booking_that_waited_for_the_merge_is_refused(database, clock, agent, pair, world) -> None:
    kept, gone = pair
    place, motif, _ = world.office()
    request = asked(place, motif, person_id=gone.id)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            rows = [session.get_one(Person, person.id) for person in pair]
            merge(
                session,
                clock.now,
                kept_id=kept.id,
                gone_id=gone.id,
                by=Actor.agent(agent.id),
                choices={},
                seen=marks(*rows),
                base_url=BASE,
            )
            booking = pool.submit(confirm, database, clock.now, request, Actor.person(gone.id))
            until_somebody_waits(database)
        with pytest.raises(Refused) as refused:
            booking.result()
    assert refused.value.reason is BookingRefusal.NOT_THEIRS


def until_somebody_waits(database) -> None:
    """Until another transaction waits for a lock of this one."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    waits = text(f"SELECT count(*) FROM pg_locks WHERE NOT granted AND {here}")  # noqa: S608 - no word of anybody's
    with database.reading() as session:
        assert any(session.scalar(waits) for _ in range(20_000))


def test_a_booking_for_a_file_that_is_gone_lands_in_the_one_that_stayed(database, clock, agent, pair, world) -> None:
    kept, gone = pair
    place, motif, _ = world.office()
    merged(database, clock.now, kept, gone, agent)
    made = confirm(database, clock.now, asked(place, motif, person_id=gone.id), by=Actor.person(gone.id))
    assert [one.person_id for one in made.participations] == [kept.id]


def test_an_appointment_moved_at_this_instant_tells_the_file_that_stays(database, clock, agent, pair, world) -> None:
    kept, gone = pair
    place, motif, doctor = world.office()
    made = world.appointment(doctor, place, motif, START, gone)
    came_to = at_once(
        lambda: shift(database, clock.now, made.id, LATER, by=Actor.person(gone.id)),
        lambda: merged(database, clock.now, kept, gone, agent),
    )
    assert came_to == {"done": 2}
    assert left_behind(database, gone) == 0


def test_a_wish_and_a_call_that_come_just_after_a_merge_are_of_the_file_that_stayed(
    database, clock, world, agent, pair
) -> None:
    kept, gone = pair
    by, motif = Actor.agent(agent.id), world.motif()
    with database.transaction() as session:
        read = session.get_one(Person, gone.id)
        assert read.merged_into_id is None, "the page has read the double"
        merged(database, clock.now, kept, gone, agent)
        days = {"first_day": clock.now.date(), "last_day": None, "mornings": True, "afternoons": True}
        wait(session, clock(), person_id=gone.id, motif_id=motif.id, place_id=None, **days, by=by)
        call = Call(uuid4(), CallOutcome.CALL_BACK, gone.id)
        back = CallBack(Moment.SOON, Reason.NEWS)
        receive(session, clock(), call=call, by=by, base_url=BASE, call_back=back)
    with database.transaction() as session:
        told = select(Message.person_id).where(Message.kind == "callback")
        for whose in (select(Wish.person_id), select(CallReceived.person_id), told):
            assert session.scalars(whose).all() == [kept.id]
