"""The time of an agent, when the database says no."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from portal.booking.availability import Scope
from portal.booking.holding import hold_a_slot
from portal.booking.rules import BookingRefusal
from portal.booking.services import cancel
from portal.journal.services import VISITOR
from portal.refusal import Refused
from tests.booking.desk import BASE, START

DEADLOCK = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$"
CODE_KNOWN = "DO $$ BEGIN RAISE unique_violation USING CONSTRAINT = 'uq_appointment_code'; END $$"
OTHER_KEY = "DO $$ BEGIN RAISE unique_violation USING CONSTRAINT = 'uq_appointment_request_key'; END $$"
NO_DISK = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$"


@pytest.fixture
def office(world):
    return world.office()


def held(session, now, office, *accidents: str, for_ever: bool = False) -> tuple[int, list[int]]:
    """The agent held, after the database has answered each write by one of `accidents`; and the agents tried."""
    place, motif, _ = office
    left, tried = list(accidents), []

    def write(agent_id: int) -> int:
        tried.append(agent_id)
        if left:
            session.execute(text(left[0] if for_ever else left.pop(0)))
        return agent_id

    scope = Scope(session.merge(motif))
    return hold_a_slot(session, now, scope, place_id=place.id, starts_at=START, write=write), tried


@pytest.mark.parametrize("accident", [DEADLOCK, CODE_KNOWN])
def test_a_lost_race_is_run_again(session, clock, office, accident) -> None:
    assert held(session, clock.now, office, accident) == (office[2].id, [office[2].id] * 2)


def test_the_next_agent_is_tried(session, clock, office, world) -> None:
    place, motif, first = office
    second = world.agent()
    world.opening(second, place, motif)
    assert held(session, clock.now, office, DEADLOCK) == (second.id, [first.id, second.id])


def test_races_lost_again_and_again_are_a_time_lost(session, clock, office) -> None:
    with pytest.raises(Refused) as refused:
        held(session, clock.now, office, CODE_KNOWN, for_ever=True)
    assert refused.value.reason is BookingRefusal.SLOT_TAKEN


@pytest.mark.parametrize(("accident", "error"), [(OTHER_KEY, IntegrityError), (NO_DISK, OperationalError)])
def test_what_is_no_race_is_not_hidden(session, clock, office, accident, error) -> None:
    with pytest.raises(error):
        held(session, clock.now, office, accident)


def test_an_appointment_that_does_not_exist_is_not_changed(session, clock) -> None:
    with pytest.raises(LookupError):
        cancel(session, clock.now, appointment_id=999, base_url=BASE, by=VISITOR)
