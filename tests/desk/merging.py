"""Two files of one person, and what the tests of merges say often."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from portal.database import Database
from portal.desk.rules_merge import Kept, marks
from portal.desk.services_merge import merge
from portal.desk.services_unmerge import unmerge
from portal.journal.services import Actor
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.packing import pack
from portal.notifications.planner import Event, EventKind
from portal.people.models import Agent, Person
from portal.people.models_merges import Merge

BASE = "https://porte.exemple.fr"


def hand_of(agent: Agent) -> Actor:
    return Actor.agent(agent.id)


def merged(
    database: Database, now: datetime, kept: Person, gone: Person, agent: Agent, *, seen: str = "", **choices: Kept
) -> Merge:
    """Merges two files as they stand now."""
    with database.transaction() as session:
        rows = [session.get_one(Person, person.id) for person in (kept, gone)]
        shown = seen or marks(rows[0], rows[1])
    with database.transaction() as session:
        return merge(
            session,
            now,
            kept_id=kept.id,
            gone_id=gone.id,
            by=hand_of(agent),
            choices=choices,
            seen=shown,
            base_url=BASE,
        )


def parted(database: Database, now: datetime, made: Merge, agent: Agent) -> frozenset[str]:
    """Undoes a merge."""
    with database.transaction() as session:
        return unmerge(session, now, merge_id=made.id, by=hand_of(agent), base_url=BASE)


def promised(database: Database, now: datetime, person: Person, subject_id: int, **given: Any) -> Message:
    """A reminder of an appointment that waits."""
    starts_at = given.pop("starts_at", now + timedelta(days=5))
    event = Event(EventKind.BOOKED, starts_at, discreet=False, happened_at=now)
    row = Message(
        **{
            "event_id": uuid4(),
            "event": pack(event),
            "subject": "appointment",
            "subject_id": subject_id,
            "person_id": person.id,
            "kind": "appointment_reminder",
            "step": Step.REMINDER,
            "route": Route.SMS,
            "context": {"language": "fr", "link": BASE},
            "status": Status.WAITING,
            "created_at": now,
            "due_at": starts_at - timedelta(days=2),
            "expires_at": starts_at,
            "retry_until": starts_at - timedelta(days=1),
        }
        | given
    )
    with database.transaction() as session:
        session.add(row)
    return row


def said(database: Database, person: Person) -> list[tuple[str, str, str]]:
    """The messages of a file: step, route, status, in the order they were written."""
    with database.transaction() as session:
        rows = session.scalars(select(Message).where(Message.person_id == person.id).order_by(Message.id))
        return [(row.step.value, row.route.value, row.status.value) for row in rows]


def read(database: Database, person: Person) -> Person:
    """A file as it stands."""
    with database.transaction() as session:
        return session.get_one(Person, person.id)
