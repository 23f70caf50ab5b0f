"""What an agent does about a task: takes it, calls, and says how the call ended. Journaled.

A task is in one agent's hands at a time: one conditional statement takes it, and each act takes it again, for fifteen
minutes. Raises `Refused` (TaskFault): ENDED, TAKEN, TWICE (the same act within ten seconds), or what each verb says.
Whether the task is before the agent at all is for the caller to ask first (`queries.task`).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.calls import queries, rules
from portal.calls.models import CallTask, CallTry, TryOutcome
from portal.calls.rules import TaskFault
from portal.calls.rules_people import GIVEN, LANDLINE, MOBILE, numbers
from portal.identity.queries import credentials_of
from portal.journal.services import Actor, record
from portal.notifications import render
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import refuse_route, replan_without
from portal.notifications.outcomes import locked_whole
from portal.notifications.packing import SINGLE
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from portal.people.models_credentials import CredentialKind
from portal.refusal import Refused
from portal.web.sessions_list import end_sessions_opened_by


class Then(StrEnum):
    """What becomes of a task whose number was wrong."""

    OTHER_NUMBER = "other_number"  # there is another one to call
    OTHER_WAY = "other_way"  # the planner has gone round, or another route tells already
    AT_THE_PLACE = "at_the_place"  # to be told when they come
    NOBODY = "nobody"  # who called gave no name: there is no other way


def claim(session: Session, now: datetime, *, task_id: int, by: Actor) -> None:
    """Takes a task in hand for fifteen minutes; again, when it is in this agent's already."""
    status = session.scalar(select(Message.status).where(Message.id == task_id))
    if status is not Status.OPEN:
        raise Refused(TaskFault.ENDED)
    _take(session, now, task_id, by)


def release(session: Session, now: datetime, *, task_id: int, by: Actor) -> None:  # noqa: ARG001 - a verb's shape
    """Gives a task back; of no effect when it is not in this agent's hands."""
    session.execute(
        update(CallTask)
        .where(CallTask.message_id == task_id, CallTask.claimed_by == by.id)
        .values(claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )


def note_told(session: Session, now: datetime, *, task_id: int, by: Actor, way: str | None = None) -> None:
    """The person has been told: the task is done."""
    message = _in_hand(session, now, task_id, by, TryOutcome.TOLD, way)
    _finish(session, now, message, by, "message.told")
    _try(session, now, message.id, by, TryOutcome.TOLD, way)


def note_relative(session: Session, now: datetime, *, task_id: int, by: Actor, relative_id: int) -> None:
    """A relative with the right to know has been told in the person's place. Raises also NOT_THEIRS."""
    message = _in_hand(session, now, task_id, by, TryOutcome.RELATIVE)
    if relative_id not in {relative.id for relative in queries.relatives(session, now, message)}:
        raise Refused(TaskFault.NOT_THEIRS)
    _finish(session, now, message, by, "message.told_relative")
    _try(session, now, message.id, by, TryOutcome.RELATIVE, told_id=relative_id)


def note_no_answer(  # noqa: PLR0913 - a try's own columns
    session: Session, now: datetime, *, task_id: int, by: Actor, again_at: datetime, way: str | None = None
) -> None:
    """Nobody answered: the task is given back, to be tried again from `again_at` on. Raises also TOO_LATE."""
    message = _in_hand(session, now, task_id, by, TryOutcome.NO_ANSWER, way)
    fault = rules.again_fault(again_at, now, rules.event_at(message.expires_at, message.due_at, message.event))
    if fault is not None:
        raise Refused(fault)
    _try(session, now, message.id, by, TryOutcome.NO_ANSWER, way)
    session.execute(
        update(CallTask)
        .where(CallTask.message_id == task_id)
        .values(again_at=again_at, claimed_by=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    _note(session, now, by, "call.no_answer", message)


def note_changes(session: Session, now: datetime, *, task_id: int, by: Actor, way: str | None = None) -> Message:
    """They ask to move or to cancel: gives the message, whose subject is to be opened. The task stays in hand.

    It ends by itself when the event changes. Raises also NO_APPOINTMENT when it is about none.
    """
    message = _in_hand(session, now, task_id, by, TryOutcome.CHANGES, way)
    if message.subject != "appointment":
        raise Refused(TaskFault.NO_APPOINTMENT)
    _try(session, now, message.id, by, TryOutcome.CHANGES, way)
    return message


def note_wrong_number(session: Session, now: datetime, *, task_id: int, by: Actor, way: str) -> Then:
    """The number is somebody else's: it is not used again, and the person is told by another one or another way.

    A mobile is marked as failed, and what waits on it goes round; it opens the person's space no more, for somebody
    else holds it. A landline leaves the file. Raises also NO_NUMBER when the task has no such number any more.
    """
    message = _in_hand(session, now, task_id, by, TryOutcome.WRONG_NUMBER, way)
    person = None if message.person_id is None else _held_person(session, message.person_id)
    wrong = next((number for number in numbers(message, person) if number.way == way), None)
    if wrong is None:
        raise Refused(TaskFault.NO_NUMBER)
    _try(session, now, message.id, by, TryOutcome.WRONG_NUMBER, way)
    _note(session, now, by, "call.wrong_number", message)
    if person is None:
        message.status, message.last_error = Status.FAILED, "wrong_number"
        release(session, now, task_id=task_id, by=by)
        return Then.NOBODY
    if message.to == wrong.number:
        message.to = None
    if way == LANDLINE:
        person.landline = None
    elif way == MOBILE:
        _leave_mobile(session, now, person)
    tried = _found_wrong(session, message.id)
    if any(number.way not in tried for number in numbers(message, person)):
        return Then.OTHER_NUMBER
    release(session, now, task_id=task_id, by=by)
    return _go_round(session, now, message)


def note_late(  # noqa: PLR0913 - a try's own columns
    session: Session, now: datetime, *, task_id: int, by: Actor, outcome: TryOutcome, way: str | None = None
) -> None:
    """Keeps what was done about a task that ended meanwhile: somebody did call."""
    _try(session, now, task_id, by, outcome, way)


def _take(session: Session, now: datetime, task_id: int, by: Actor) -> None:
    mine = {"claimed_by": by.id, "claimed_until": now + rules.HELD_FOR}
    is_free = or_(CallTask.claimed_by.is_(None), CallTask.claimed_by == by.id, CallTask.claimed_until <= now)
    taken = session.scalar(
        insert(CallTask)
        .values(message_id=task_id, **mine)
        .on_conflict_do_update(index_elements=[CallTask.message_id], set_=mine, where=is_free)
        .returning(CallTask.message_id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        raise Refused(TaskFault.TAKEN)


def _in_hand(  # noqa: PLR0913, PLR0917 - a try's own columns
    session: Session, now: datetime, task_id: int, by: Actor, outcome: TryOutcome, way: str | None = None
) -> Message:
    """The message of an open task, with all that its end may change locked, taken by this agent for an outcome."""
    message = locked_whole(session, task_id)
    if _is_noted(session, now, task_id, by, outcome, way):
        raise Refused(TaskFault.TWICE)
    if message is None or message.status is not Status.OPEN or message.expires_at <= now:
        raise Refused(TaskFault.ENDED)
    _take(session, now, task_id, by)
    return message


def _is_noted(  # noqa: PLR0913, PLR0917 - as above
    session: Session, now: datetime, task_id: int, by: Actor, outcome: TryOutcome, way: str | None
) -> bool:
    """Whether the last try of a task is this one, a moment ago."""
    made = select(CallTry).where(CallTry.message_id == task_id).order_by(CallTry.at.desc(), CallTry.id.desc())
    last = session.scalars(made.limit(1)).one_or_none()
    if last is None or now - last.at >= rules.A_PRESS:
        return False
    return (last.agent_id, last.outcome, last.way) == (by.id, outcome, _known_way(way))


def _known_way(way: str | None) -> str | None:
    return way if way in {GIVEN, MOBILE, LANDLINE} else None


def _finish(session: Session, now: datetime, message: Message, by: Actor, verb: str) -> None:
    message.status, message.delivered_at = Status.DONE, now
    release(session, now, task_id=message.id, by=by)
    _note(session, now, by, verb, message)


def _held_person(session: Session, person_id: int) -> Person:
    # Whoever only adds a row about the person need not wait: see desk.queries.file.
    return session.get_one(Person, person_id, with_for_update={"key_share": True}, populate_existing=True)


def _leave_mobile(session: Session, now: datetime, person: Person) -> None:
    for credential in credentials_of(session, person.id, CredentialKind.MOBILE):
        credential.ended_at = now
    end_sessions_opened_by(session, now, person.id, CredentialKind.MOBILE.value)
    refuse_route(session, now, person, Route.SMS, calendar_of(session))


def _found_wrong(session: Session, message_id: int) -> set[str | None]:
    """The numbers of a task that were somebody else's: a mobile stays in the file, and is not called again for it."""
    wrong = select(CallTry.way).where(CallTry.message_id == message_id, CallTry.outcome == TryOutcome.WRONG_NUMBER)
    return set(session.scalars(wrong.order_by(CallTry.id)))


def _go_round(session: Session, now: datetime, message: Message) -> Then:
    if message.event["kind"] == SINGLE:  # nothing takes its place: it stays in a human's hands
        message.route, message.rendered = Route.DESK, _said_at_the_place(message)
        return Then.AT_THE_PLACE
    message.status, message.last_error = Status.FAILED, "wrong_number"
    added = replan_without(session, now, message, Route.CALL, calendar_of(session), steps=(message.step,))
    return Then.AT_THE_PLACE if {row.route for row in added} == {Route.DESK} else Then.OTHER_WAY


def _said_at_the_place(message: Message) -> dict[str, str]:
    return {"text": render.task(message.kind, message.context, Route.DESK)}


def _try(  # noqa: PLR0913, PLR0917 - a try's own columns
    session: Session,
    now: datetime,
    task_id: int,
    by: Actor,
    outcome: TryOutcome,
    way: str | None = None,
    *,
    told_id: int | None = None,
) -> None:
    known = _known_way(way)
    session.add(CallTry(message_id=task_id, agent_id=by.id, at=now, outcome=outcome, way=known, told_id=told_id))
    session.flush()


def _note(session: Session, now: datetime, by: Actor, verb: str, message: Message) -> None:
    record(
        session,
        now,
        actor=by,
        verb=verb,
        for_person_id=message.person_id,
        object_kind="message",
        object_id=message.id,
    )
