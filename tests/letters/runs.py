"""Letters that wait for a print run, drawn as the worker draws them."""

from datetime import datetime, timedelta
from typing import Any

from portal.letters.desk import PrintRoom
from portal.letters.models import Letter
from portal.letters.queries import letter, letter_of_message
from portal.letters.services_runs import make_file, make_run
from portal.notifications.models import Message
from portal.notifications.packing import pack
from portal.notifications.planner import Event, EventKind
from portal.notifications.queries_post import calendar_of
from tests.letters.messages import ADDRESS, SEALER, post_message
from tests.world import World

ROOM = PrintRoom("https://porte.exemple.fr", SEALER)


def queued(world: World, town: str = "62000 Arras", *, now: datetime | None = None, **changed: Any) -> Letter:
    """A letter about an appointment in three weeks, drawn and waiting, to somebody with a landline and no mobile."""
    person = world.person(
        address=[*ADDRESS[:-1], town],
        mobile=None,
        email=None,
        landline="+33353010012",
        wants_large_print=changed.get("large_print", False),
    )
    return queued_to(world, person, now=now, **changed)


def queued_to(
    world: World,
    person: Any,
    *,
    now: datetime | None = None,
    expires_in: timedelta = timedelta(days=21),
    **changed: Any,
) -> Letter:
    """The same, to somebody."""
    now = now or world.now
    message = post_message(world, person, **changed)
    with world.database.transaction() as session:
        row = session.get_one(Message, message.id)
        row.due_at, row.created_at, row.expires_at = now, now, now + expires_in
        row.subject_id = message.id  # an appointment of its own
        row.event = pack(Event(EventKind.BOOKED, row.expires_at, discreet=False, happened_at=now))
        ROOM.draw(session, row, now)
        drawn = letter_of_message(session, message.id)
        found = letter(session, drawn.id) if drawn else None
    assert found is not None
    return found


def made(database: Any, now: datetime, **given: Any) -> Any:
    """A run made by hand, all its files too; without letters that wait, the files that lack."""
    with database.transaction() as session:
        run = make_run(session, now, **{"post": calendar_of(session), "by": 1} | given)
    is_left = True
    while is_left:
        with database.transaction() as session:
            is_left = make_file(session, now)
    return run
