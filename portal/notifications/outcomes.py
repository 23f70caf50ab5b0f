"""What became of a message: recorded after the provider was called, and when its callback comes.

In any order, and as often as it is said.
"""

from datetime import datetime, timedelta

from sqlalchemy import Text, bindparam, case, func, inspect, null, select, update
from sqlalchemy.orm import Session

from portal.database import Instant
from portal.notifications.attempt import Left, Outcome
from portal.notifications.codes_out import SEALED, emptied
from portal.notifications.gateways import PermanentFailure
from portal.notifications.holding import hold_subject
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.outbox import note_message, refuse_way, replan_without
from portal.notifications.post import PostalCalendar
from portal.notifications.ways import state_of
from portal.people.models import Person, RouteState

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))

_IN_THE_HOUSE = (Status.QUEUED, Status.IN_RUN, Status.PRINTED)
_NOT_YET_KNOWN = (Status.WAITING, Status.SENDING, Status.SENT)

# Statements put together once: they are asked for each message.
_THIS = Message.id == bindparam("message_id")
_IS_FREE = Message.status.in_((Status.SENDING, Status.WAITING))
_LEFT = (
    update(Message)
    .where(_THIS)
    .values(
        recipient=bindparam("left_for", type_=Text()),
        rendered=bindparam("left_as", type_=Message.rendered.type),
        provider_id=func.coalesce(bindparam("given_id", type_=Text()), Message.provider_id),
        sent_at=func.coalesce(bindparam("left_at", type_=Instant()), Message.sent_at),
        status=case((_IS_FREE, bindparam("became", type_=Message.status.type)), else_=Message.status),
        leased_until=case((_IS_FREE, null()), else_=Message.leased_until),
    )
)
_LEFT_SAYING = _LEFT.values(context=bindparam("left_context", type_=Message.context.type))  # long to write
_IS_NEWS = Message.status.in_((*_NOT_YET_KNOWN, Status.FAILED))
_HOLD_PERSON = (
    select(Person.mobile_state, Person.email_state, Person.address_state)
    .join(Message, Message.person_id == Person.id)
    .where(_THIS)
    .with_for_update(of=Person, key_share=True)
)
_ARRIVED = (
    update(Message)
    .where(_THIS)
    .values(
        delivered_at=func.coalesce(Message.delivered_at, bindparam("arrived_at", type_=Instant())),
        provider_id=func.coalesce(Message.provider_id, bindparam("given_id", type_=Text())),
        status=case((_IS_NEWS, Status.DELIVERED), else_=Message.status),
        leased_until=case((_IS_NEWS, null()), else_=Message.leased_until),
    )
    .returning(Message.__table__.c.route)
)


def record(session: Session, now: datetime, leased: Message, outcome: Outcome, post: PostalCalendar) -> None:
    """Writes the outcome of an attempt. A message withdrawn meanwhile stays so; what left is remembered all the same.

    A transient failure waits (1, 2, 5, 15, 30, 60 minutes) while the message is useful, then goes round without the
    route, as a permanent one does at once.
    """
    if isinstance(outcome, Left):
        _record_left(session, now, leased, outcome)
        return
    message = locked_whole(session, leased.id)
    if message is None or message.status is not Status.SENDING or message.attempts != leased.attempts:
        return
    message.leased_until, message.last_error = None, outcome.code
    if isinstance(outcome, PermanentFailure):
        _fail(session, now, message, post, refused=outcome.refused, steps=tuple(Step))
        return
    again = now + BACKOFF[min(message.attempts, len(BACKOFF)) - 1]
    if again <= message.retry_until or (message.route is Route.DESK and again < message.expires_at):
        message.status, message.due_at = Status.WAITING, again
    else:
        _fail(session, now, message, post, refused=False, steps=(message.step,))


def record_delivery(session: Session, now: datetime, message_id: int, *, provider_id: str) -> bool:
    """A provider says that a message arrived: the route works. False when there is no such message."""
    session.flush()
    connection, this = session.connection(), {"message_id": message_id}
    states = connection.execute(_HOLD_PERSON, this).one_or_none()  # before the message, as `locked_whole` does
    route = connection.execute(_ARRIVED, {**this, "arrived_at": now, "given_id": provider_id}).scalar_one_or_none()
    if route is None:
        return False
    if states is not None and state_of(states, route) is not RouteState.WORKS:  # seldom: of the first one to arrive
        note_message(session, session.get_one(Message, message_id, populate_existing=True), RouteState.WORKS)
    return True


def record_loss(  # noqa: PLR0913 - what a callback says, and the post
    session: Session,
    now: datetime,
    message_id: int,
    *,
    provider_id: str,
    code: str,
    refused: bool,
    post: PostalCalendar,
) -> bool:
    """A provider says that a message did not arrive: the planner goes round without the route.

    Of no effect on a message that arrived, that failed already, or that has left again since. `refused`: the number
    itself does not work. False when there is no such message.
    """
    message = locked_whole(session, message_id)
    if message is None:
        return False
    if message.status not in _NOT_YET_KNOWN or (message.provider_id or provider_id) != provider_id:
        return True
    message.provider_id, message.last_error, message.leased_until = provider_id, code, None
    if not refused:
        note_message(session, message, RouteState.DOUBTFUL)
    _fail(session, now, message, post, refused=refused, steps=tuple(Step))
    return True


def give_up(session: Session, now: datetime, message_id: int, *, code: str, post: PostalCalendar) -> bool:
    """Ends a letter drawn and not posted; the planner goes round without it. False when it has left, or was ended."""
    message = locked_whole(session, message_id)
    if message is None or message.status not in _IN_THE_HOUSE:
        return False
    message.last_error = code
    _fail(session, now, message, post, refused=False, steps=tuple(Step))
    return True


def _record_left(session: Session, now: datetime, leased: Message, left: Left) -> None:
    """One statement, which waits for whoever changes the message at this instant."""
    values = {
        "message_id": leased.id,
        "became": left.status,
        "left_at": now if left.status is Status.SENT else None,
        "left_for": left.recipient,
        "left_as": left.rendered,
        "given_id": left.provider_id or None,
    }
    if SEALED in leased.context or inspect(leased).attrs.context.history.has_changes():
        session.connection().execute(_LEFT_SAYING, values | {"left_context": emptied(leased.context)})
    else:
        session.connection().execute(_LEFT, values)


def _fail(  # noqa: PLR0913 - as above
    session: Session, now: datetime, message: Message, post: PostalCalendar, *, refused: bool, steps: tuple[Step, ...]
) -> None:
    message.status = Status.FAILED
    if SEALED in message.context:
        message.context = emptied(message.context)
    if refused:
        refuse_way(session, now, message, post)
    replan_without(session, now, message, message.route, post, steps=steps)


def locked_whole(session: Session, message_id: int) -> Message | None:
    """A message with all that its failure may change, locked in the one order that everybody follows."""
    key = select(Message.person_id, Message.subject, Message.subject_id).where(Message.id == message_id)
    found = session.execute(key).one_or_none()
    if found is None:
        return None
    session.execute(select(Person.id).where(Person.id == found.person_id).with_for_update(key_share=True))
    hold_subject(session, found.subject, found.subject_id)
    return session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
