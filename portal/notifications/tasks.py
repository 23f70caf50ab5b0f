"""What no machine could deliver: tasks in the hands of agents."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from portal.journal.services import Actor, record
from portal.notifications.models import Message, Status

MOST = 200  # shown at once: the next ones come up as these are done


def open_tasks(session: Session) -> Sequence[Message]:
    """The tasks that wait for an agent, those whose appointment comes first at the top, each with its person."""
    return session.scalars(
        select(Message)
        .where(Message.status == Status.OPEN)
        .options(joinedload(Message.person))
        .order_by(Message.expires_at, Message.due_at, Message.id)
        .limit(MOST)
    ).all()


def finish_task(session: Session, now: datetime, *, task_id: int, agent_id: int) -> bool:
    """Notes that an agent has told the person, with a line in the journal; once, whoever else presses.

    False when the task is no longer open: done by someone else, or overtaken by another event.
    """
    person_id = session.execute(
        update(Message)
        .where(Message.id == task_id, Message.status == Status.OPEN)
        .values(status=Status.DONE, delivered_at=now)
        .returning(Message.person_id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if person_id is None:
        return False
    record(
        session,
        now,
        actor=Actor.agent(agent_id),
        verb="message.told",
        for_person_id=person_id,
        object_kind="message",
        object_id=task_id,
    )
    return True
