"""A mandate is checked at the instant of each write: whoever ends it is first, or waits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import text

from portal.journal.services import Actor, ActorKind, record
from portal.mandates.rules import EndedBy
from portal.mandates.services import end
from portal.people.mandates import MandateFault, hold_mandate
from portal.refusal import Refused
from portal.web.access import Procedure


@pytest.fixture
def given(world, odette, desk):
    return world.mandate(odette, agent_id=desk.agent.id, kind="phone")


@pytest.fixture
def under(given, desk):
    return Actor(ActorKind.AGENT, desk.agent.id, given.id)


def test_an_actor_for_themselves_needs_no_mandate(session, clock):
    assert hold_mandate(session, clock.now, Actor.agent(1), Procedure.APPOINTMENTS) is None


def test_a_mandate_in_force_is_held_for_what_it_names(session, clock, under, given):
    held = hold_mandate(session, clock.now, under, Procedure.APPOINTMENTS)
    assert held is not None
    assert held.id == given.id
    with pytest.raises(Refused) as refused:
        hold_mandate(session, clock.now, under, Procedure.CARNET)
    assert refused.value.reason is MandateFault.NOT_NAMED


def test_a_mandate_past_its_time_holds_nothing(session, clock, under):
    with pytest.raises(Refused) as refused:
        hold_mandate(session, clock.now + timedelta(days=31), under, Procedure.APPOINTMENTS)
    assert refused.value.reason is MandateFault.OVER


def test_whoever_ends_a_mandate_waits_for_the_write_under_way(database, clock, under, given, voice):
    def finish():
        with database.transaction() as session:
            return end(session, clock.now, mandate_id=given.id, by=Actor.person(1), how=EndedBy.SPACE, voice=voice)

    with ThreadPoolExecutor(1) as beside:
        with database.transaction() as session:
            hold_mandate(session, clock.now, under, Procedure.APPOINTMENTS)
            ending = beside.submit(finish)
            _until_somebody_waits(database)
            assert not ending.done()
        assert ending.result(10) is True


def test_a_write_that_comes_second_is_refused(database, clock, under, given, voice):
    begun = Event()

    def write():
        begun.set()
        with database.transaction() as session:
            hold_mandate(session, clock.now, under, Procedure.APPOINTMENTS)

    with ThreadPoolExecutor(1) as beside:
        with database.transaction() as session:
            end(session, clock.now, mandate_id=given.id, by=Actor.person(1), how=EndedBy.SPACE, voice=voice)
            writing = beside.submit(write)
            begun.wait(10)
            _until_somebody_waits(database)
            assert not writing.done()
        with pytest.raises(Refused) as refused:
            writing.result(10)
    assert refused.value.reason is MandateFault.OVER


def test_no_write_is_ever_made_after_the_end(database, clock, world, odette, desk, voice):
    """Both at the same instant, many times: the line of the end is never before that of a write."""
    for _ in range(10):
        mandate = world.mandate(odette, agent_id=desk.agent.id, kind="phone")
        actor, start = Actor(ActorKind.AGENT, desk.agent.id, mandate.id), Barrier(2)
        with ThreadPoolExecutor(2) as both:
            writing = both.submit(_write, database, clock.now, actor, start)
            ending = both.submit(_end, database, clock.now, mandate.id, voice, start)
            assert ending.result(20) is True
            was_written = writing.result(20)
        lines = _lines_of(database, mandate.id)
        assert lines == (["test.written", "mandate.ended"] if was_written else ["mandate.ended"])


def _write(database, now, actor, start):
    start.wait(10)
    try:
        with database.transaction() as session:
            held = hold_mandate(session, now, actor, Procedure.APPOINTMENTS)
            record(session, now, actor=actor, verb="test.written", object_kind="mandate", object_id=held.id)
    except Refused:
        return False
    return True


def _end(database, now, mandate_id, voice, start):
    start.wait(10)
    with database.transaction() as session:
        return end(session, now, mandate_id=mandate_id, by=Actor.person(1), how=EndedBy.SPACE, voice=voice)


def _lines_of(database, mandate_id):
    with database.transaction() as session:
        return list(
            session.scalars(
                text("SELECT verb FROM journal_line WHERE object_kind = 'mandate' AND object_id = :id ORDER BY id"),
                {"id": mandate_id},
            )
        )


def _until_somebody_waits(database):
    with database.transaction() as session:
        while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            pass
