"""What no machine could deliver: tasks in the hands of agents."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from portal.clock import paris_day
from portal.journal.services import Actor, record
from portal.notifications.models import Message, Route, Status
from portal.people.queries_access import Work, within_reach
from portal.web.access import Role

MOST = 200  # shown at once: the next ones come up as these are done


ROLES = (Role.ACCUEIL, Role.ENCADRANT, Role.ADMIN)
_WORK = Work(
    ROLES, workers=(Role.ACCUEIL, Role.ENCADRANT)
)  # whose work it is: an admin alone would leave people waiting


def open_tasks(session: Session, now: datetime, *, agent_id: int) -> Sequence[Message]:
    """The tasks that wait for this agent, those whose appointment comes first at the top, each with its person.

    Those of the places where they hold one of `ROLES`, and those that nobody would see (`within_reach`).
    """
    return session.scalars(
        select(Message)
        .where(Message.status == Status.OPEN, _mine(session, now, agent_id))
        .options(joinedload(Message.person))
        .order_by(Message.expires_at, Message.due_at, Message.id)
        .limit(MOST)
    ).all()


def finish_task(session: Session, now: datetime, *, task_id: int, by: Actor) -> bool | None:
    """Notes that an agent has told the person, with a line in the journal; once, whoever else presses.

    False when the task is no longer open: done by someone else, or overtaken by another event. None when there is no
    such task for this agent.
    """
    mine = Message.route.in_((Route.CALL, Route.DESK)) & _mine(session, now, by.id or 0)
    person_id = session.execute(
        update(Message)
        .where(Message.id == task_id, Message.status == Status.OPEN, mine)
        .values(status=Status.DONE, delivered_at=now)
        .returning(Message.person_id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if person_id is None:
        return False if session.scalar(select(Message.id).where(Message.id == task_id, mine)) is not None else None
    record(
        session,
        now,
        actor=by,
        verb="message.told",
        for_person_id=person_id,
        object_kind="message",
        object_id=task_id,
    )
    return True


def _mine(session: Session, now: datetime, agent_id: int) -> ColumnElement[bool]:
    return within_reach(session, agent_id, _WORK, paris_day(now), Message.place_id)
