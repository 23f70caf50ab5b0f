"""What became of a message: recorded after the provider was called, and when its callback comes.

In any order, and as often as it is said.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, bindparam, case, func, null, select, update
from sqlalchemy.orm import Session

from portal.database import Instant
from portal.notifications.attempt import Failure, Left
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


# Statements put together once: each message asks them.
_THIS = Message.id == bindparam("message_id")
_SUBJECT = select(Message.subject, Message.subject_id).where(_THIS)
_HOLD_PERSON = _SUBJECT.join(Message.person).with_for_update(of=Person, key_share=True)
_IS_FREE = Message.status.in_((Status.SENDING, Status.WAITING))
LEFT = (
    update(Message)
    .where(_THIS)
    .values(
        context=bindparam("left_context", type_=Message.context.type),
        recipient=bindparam("left_for", type_=Text()),
        rendered=bindparam("left_as", type_=Message.rendered.type),
        provider_id=func.coalesce(bindparam("given_id", type_=Text()), Message.provider_id),
        sent_at=func.coalesce(bindparam("left_at", type_=Instant()), Message.sent_at),
        status=case((_IS_FREE, bindparam("became", type_=Message.status.type)), else_=Message.status),
        leased_until=case((_IS_FREE, null()), else_=Message.leased_until),
    )
)
"""Records that a message left. One withdrawn meanwhile stays so; that it left is remembered all the same."""
_IS_NEWS = Message.status.in_((*_NOT_YET_KNOWN, Status.FAILED))
# The file is held before the message, as `locked_whole` does: the message asks for it.
_WAYS = (
    select(Person.mobile_state, Person.email_state, Person.address_state)
    .join(Message, Message.person_id == Person.id)
    .where(_THIS)
    .with_for_update(of=Person, key_share=True)
    .cte("ways")
)
_ARRIVED = (
    update(Message)
    .where(_THIS, select(func.count()).select_from(_WAYS).scalar_subquery() >= 0)
    .values(
        delivered_at=func.coalesce(Message.delivered_at, bindparam("now", type_=Instant())),
        provider_id=func.coalesce(Message.provider_id, bindparam("given_id", type_=Text())),
        status=case((_IS_NEWS, Status.DELIVERED), else_=Message.status),
        leased_until=case((_IS_NEWS, null()), else_=Message.leased_until),
    )
    .returning(Message.__table__.c.route, *(select(state).scalar_subquery().label(state.name) for state in _WAYS.c))
)


def left_values(now: datetime, leased: Message, left: Left) -> dict[str, Any]:
    """What `LEFT` asks for."""
    return {
        "message_id": leased.id,
        "became": left.status,
        "left_at": now if left.status is Status.SENT else None,
        "left_for": left.recipient,
        "left_as": left.rendered,
        "left_context": emptied(leased.context),
        "given_id": left.provider_id,
    }


def record_failure(session: Session, now: datetime, leased: Message, failure: Failure, post: PostalCalendar) -> None:
    """Writes that an attempt failed, of a message that nothing withdrew meanwhile.

    A transient failure waits (1, 2, 5, 15, 30, 60 minutes) while the message is useful, then goes round without the
    route, as a permanent one does at once.
    """
    message = locked_whole(session, leased.id)
    if message is None or message.status is not Status.SENDING or message.attempts != leased.attempts:
        return
    message.leased_until, message.last_error = None, failure.code
    if isinstance(failure, PermanentFailure):
        _fail(session, now, message, post, refused=failure.refused, steps=tuple(Step))
        return
    again = now + BACKOFF[min(message.attempts, len(BACKOFF)) - 1]
    if again <= message.retry_until or (message.route is Route.DESK and again < message.expires_at):
        message.status, message.due_at = Status.WAITING, again
    else:
        _fail(session, now, message, post, refused=False, steps=(message.step,))


def record_delivery(session: Session, now: datetime, message_id: int, *, provider_id: str) -> bool:
    """A provider says that a message arrived: the route works. False when there is no such message."""
    given = {"message_id": message_id, "now": now, "given_id": provider_id}
    arrived = session.connection().execute(_ARRIVED, given).one_or_none()
    if arrived is None:
        return False
    if state_of(arrived, arrived.route) is not RouteState.WORKS:
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
    asked = {"message_id": message_id}
    # Of somebody without a file there is no row to hold.
    found = session.execute(_HOLD_PERSON, asked).one_or_none() or session.execute(_SUBJECT, asked).one_or_none()
    if found is None:
        return None
    hold_subject(session, found.subject, found.subject_id)
    return session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
