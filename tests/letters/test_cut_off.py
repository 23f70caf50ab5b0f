"""The run of a cut-off: it waits a little for what was asked for in time, and an hour set anew makes no second one."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from portal.directory.models import Departement
from portal.letters.making import print_due
from portal.letters.models import Letter
from portal.letters.queries_runs import runs
from portal.notifications.dispatch import LEASE, lease_one, send_due
from portal.notifications.models import Message, Status
from portal.notifications.post import DRAWN_WITHIN
from tests.letters.runs import made, queued

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CUT_OFF = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 16:30 in Paris
JUST_AFTER = CUT_OFF + timedelta(seconds=1)


@pytest.fixture
def due(database, world, clock):
    """A letter that is drawn, and one promised a second before the cut-off that is not."""
    world.departement()
    queued(world, now=TUESDAY)
    letter = queued(world, now=CUT_OFF - timedelta(seconds=1))
    with database.transaction() as session:
        session.delete(session.get_one(Letter, letter.id))
        session.flush()
        session.get_one(Message, letter.message_id).status = Status.WAITING
    clock.set(JUST_AFTER)
    return letter.message_id


def found(database):
    with database.transaction() as session:
        return [(run.cut_off_at, run.letters, run.posting_day) for run in runs(session)]


@pytest.mark.usefixtures("due")
def test_what_was_asked_for_in_time_leaves_with_its_run_though_it_is_drawn_after_the_cut_off(database, clock, gateways):
    print_due(database, clock)
    assert found(database) == []
    send_due(database, gateways, clock)
    print_due(database, clock)
    assert found(database) == [(CUT_OFF, 2, CUT_OFF.date())]


def test_it_is_in_time_if_its_run_is_though_the_next_would_be_too_late(database, clock, gateways, due):
    with database.transaction() as session:
        session.get_one(Message, due).expires_at = CUT_OFF + timedelta(days=4)  # on Saturday; on the way until Friday
    send_due(database, gateways, clock)
    print_due(database, clock)
    assert found(database) == [(CUT_OFF, 2, CUT_OFF.date())]


def test_a_worker_that_dies_at_the_cut_off_is_waited_for_as_long_as_its_lease(database, clock, gateways, due):
    assert lease_one(database, clock.now).id == due
    print_due(database, clock)
    assert found(database) == []
    clock.forward(LEASE)
    send_due(database, gateways, clock)
    print_due(database, clock)
    assert found(database) == [(CUT_OFF, 2, CUT_OFF.date())]


def test_nothing_holds_a_run_up_for_more_than_a_few_minutes_nor_one_made_by_hand_at_all(database, world, clock, due):
    clock.set(CUT_OFF + DRAWN_WITHIN - timedelta(seconds=1))
    print_due(database, clock)
    assert found(database) == []
    clock.forward(timedelta(seconds=1))
    print_due(database, clock)
    assert found(database) == [(CUT_OFF, 1, CUT_OFF.date())]
    queued(world, now=clock.now)
    assert made(database, clock.now).letters == 1
    with database.transaction() as session:
        assert session.scalars(select(Message.status).where(Message.id == due)).one() is Status.WAITING


def test_an_hour_of_departure_set_anew_makes_no_second_run_of_a_day_at_once(database, world, clock):
    world.departement()
    queued(world, now=TUESDAY)
    clock.set(JUST_AFTER)
    print_due(database, clock)
    queued(world, now=CUT_OFF + timedelta(minutes=10))

    def leaves_at(hour, now):
        with database.transaction() as session:
            session.get_one(Departement, 1).cut_off = hour
        clock.set(now)
        print_due(database, clock)
        return [cut_off for cut_off, _letters, _day in found(database)]

    assert leaves_at(time(15, 0), CUT_OFF + timedelta(hours=2)) == [CUT_OFF]
    assert leaves_at(time(17, 0), CUT_OFF + timedelta(hours=2)) == [CUT_OFF]  # the post has gone
    assert leaves_at(time(16, 0), CUT_OFF + timedelta(days=1)) == [CUT_OFF + timedelta(hours=23, minutes=30), CUT_OFF]


def test_an_hour_of_departure_that_is_still_to_come_is_kept(database, world, clock):
    world.departement()
    queued(world, now=TUESDAY)
    clock.set(JUST_AFTER)
    print_due(database, clock)
    queued(world, now=CUT_OFF + timedelta(minutes=10))
    with database.transaction() as session:
        session.get_one(Departement, 1).cut_off = time(17, 0)
    clock.set(CUT_OFF + timedelta(minutes=20))
    print_due(database, clock)
    assert [letters for _cut_off, letters, _day in found(database)] == [1]
    asked = queued(world, now=CUT_OFF + timedelta(minutes=15))
    with database.transaction() as session:
        session.get_one(Message, asked.message_id).status = Status.WAITING  # nobody draws it
    for waited, made_now in ((timedelta(), [1]), (DRAWN_WITHIN, [1, 1])):
        clock.set(CUT_OFF + timedelta(minutes=30) + waited)
        print_due(database, clock)
        assert [letters for _cut_off, letters, _day in found(database)] == made_now
