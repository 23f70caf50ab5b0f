"""Rows of the outbox, added in one statement: their words are sent once, however many routes carry them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, make_transient_to_detached

from portal.notifications.models import Message, Status

# What all the messages of one event to one person share, and what each has of its own.
_KEY = (Message.event_id, Message.person_id, Message.step, Message.route)
_SHARED = (
    *("event_id", "event", "subject", "subject_id", "place_id", "person_id", "context", "calendar"),
    *("status", "created_at", "attempts"),
)
OWN = ("kind", "step", "route", "due_at", "expires_at", "retry_until")
_COLUMNS = Message.__table__.c
_EACH = (
    func.unnest(*(bindparam(name, type_=ARRAY(_COLUMNS[name].type)) for name in OWN))
    .table_valued(*(column(name, _COLUMNS[name].type) for name in OWN))
    .render_derived()
)
_ADD = (
    insert(Message)
    .from_select(
        [*_SHARED, *OWN],
        select(*(bindparam(name, type_=_COLUMNS[name].type) for name in _SHARED), *_EACH.c),
    )
    .on_conflict_do_nothing(index_elements=_KEY)
    .returning(_COLUMNS.id, _COLUMNS.step, _COLUMNS.route)
)  # put together once, and the words are sent once, however many routes


def add_rows(session: Session, now: datetime, like: Message, rows: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Adds messages that wait, with what `like` says of the event, the person and the words, and `OWN` of each.

    Gives those added, in any order: what exists already by (event, person, step, route) is left as it is.
    """
    own = {(row["step"], row["route"]): row for row in rows}
    if not own:
        return []
    session.flush()
    shared = {name: getattr(like, name) for name in _SHARED}
    shared |= {"status": Status.WAITING, "created_at": now, "attempts": 0}
    each = {name: [row[name] for row in own.values()] for name in OWN}
    added = session.connection().execute(_ADD, shared | each)
    return [_known(session, {"id": row.id, **shared, **own[row.step, row.route]}) for row in added]


def _known(session: Session, values: dict[str, Any]) -> Message:
    """A row as the session would have read it: what was just written is not asked for again."""
    message = Message(**(dict.fromkeys(_COLUMNS.keys()) | values))
    make_transient_to_detached(message)
    session.add(message)
    return message
