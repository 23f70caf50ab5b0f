"""The journal: who did what, in numbers only."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.journal.models import JournalLine
from portal.journal.services import MACHINE, VISITOR, Actor, record


def test_a_line_says_who_did_what_for_whom_on_what_and_when(session, clock) -> None:
    record(
        session,
        clock.now,
        actor=Actor.person(7),
        verb="appointment.booked",
        for_person_id=8,
        object_kind="appointment",
        object_id=9,
        place_id=10,
        agent_id=None,
    )
    session.flush()
    line = session.scalars(select(JournalLine).order_by(JournalLine.id)).one()
    assert (line.at, line.actor, line.actor_id, line.for_person_id) == (clock.now, "person", 7, 8)
    assert (line.verb, line.object_kind, line.object_id, line.details) == (
        "appointment.booked",
        "appointment",
        9,
        {"place_id": 10},
    )


def test_staff_machines_and_visitors_are_told_apart() -> None:
    assert Actor.agent(1).is_agent
    assert not any(actor.is_agent for actor in (Actor.person(1), MACHINE, VISITOR))


def test_a_name_never_enters_the_journal(session, clock) -> None:
    with pytest.raises(TypeError):
        record(session, clock.now, actor=VISITOR, verb="person.made", name="Dominique")  # type: ignore[arg-type]


@pytest.mark.parametrize("statement", ["UPDATE journal_line SET verb = 'x'", "DELETE FROM journal_line"])
def test_a_line_is_neither_changed_nor_removed(database, clock, statement) -> None:
    with database.transaction() as session:
        record(session, clock.now, actor=MACHINE, verb="outbox.sent")
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(text(statement))
