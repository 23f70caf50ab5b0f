"""What a transaction holds before it changes messages, in the one order of `portal.locks`: no circle of waiting."""

import time
import zlib
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import CTE, func, select, update
from sqlalchemy.orm import Session

from portal.locks import Lock, hold
from portal.notifications.models import Message, Status
from portal.people.models import Person

_TRIES = 10
_REST = 0.05  # seconds between two


class BusyError(Exception):
    """Messages that somebody else is changing at this instant: it is tried again."""


def hold_subject(session: Session, subject: str, subject_id: int) -> None:
    """Lets one transaction at a time decide about a subject, so that a new event and a route that fails never cross.

    Whoever changes the person's row too locks it before, and message rows after.
    """
    hold(session, Lock.SUBJECT, _key(subject, subject_id))


def hold_subjects(session: Session, subjects: Iterable[tuple[str, int]]) -> None:
    """The same for all that a transaction decides about, in one order for everybody who holds several."""
    for subject, number in sorted(set(subjects), key=lambda one: (_key(*one), one)):
        hold_subject(session, subject, number)


def subjects_of(session: Session, *which: Any) -> set[tuple[str, int]]:
    """What these messages are about."""
    rows = session.execute(select(Message.subject, Message.subject_id).where(*which).distinct())
    return {(subject, number) for subject, number in rows}


def hold_whole(session: Session, message_ids: Collection[int]) -> None:
    """Holds the people and the subjects of several messages, so that each may then be locked with what it changes."""
    which = Message.id.in_(message_ids)
    people = select(Person.id).where(Person.id.in_(select(Message.person_id).where(which)))
    session.execute(people.order_by(Person.id).with_for_update(key_share=True))
    hold_subjects(session, subjects_of(session, which))


def take_all(session: Session, *which: Any) -> list[int]:
    """Locks every message of these, of whatever subjects, and gives their numbers in their order.

    It waits for none while it holds another: whoever has one may want those, by their subject. Tried again for
    half a second; raises `BusyError` then, and holds none of them.
    """
    wanted = select(Message.id).where(*which)
    for left in reversed(range(_TRIES)):
        with session.begin_nested() as part:
            held = session.scalars(wanted.order_by(Message.id).with_for_update(skip_locked=True)).all()
            if len(held) >= (session.scalar(select(func.count()).select_from(wanted.subquery())) or 0):
                return list(held)
            part.rollback()
        if left:
            time.sleep(_REST)
    raise BusyError


def free_ones(*which: Any) -> CTE:
    """Those of these messages that nobody holds, to be changed in the same statement: it waits for nobody.

    For what is done again soon: the others are left for then.
    """
    return select(Message.id).where(*which).order_by(Message.id).with_for_update(skip_locked=True).cte("free")


def take_back_free(session: Session, *which: Any) -> int:
    """Takes back those of these messages that nobody holds, in one statement; how many. The others, the next time."""
    free = free_ones(*which)
    over = (
        update(Message)
        .where(Message.id == free.c.id)
        .values(status=Status.WITHDRAWN)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(over).all())


def _key(subject: str, subject_id: int) -> int:
    return zlib.crc32(f"{subject}/{subject_id}".encode())
