"""What is wrong with the messages, for whoever looks after the portal."""

from datetime import datetime, timedelta

from sqlalchemy import Date, and_, cast, false, func, not_, or_, select
from sqlalchemy.orm import Session

from portal.clock import PARIS
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.packing import SINGLE

LATE = timedelta(minutes=15)
LOOK_BACK = timedelta(days=30)
# One that was posted and comes on the day of its appointment, or after (a day in France).
_LATE_LETTER = and_(
    Message.status == Status.POSTED,
    func.coalesce(Message.arrives_on >= cast(func.timezone(PARIS.key, Message.expires_at), Date), false()),
)


def stuck(session: Session, now: datetime) -> int:
    """How many messages should have left a quarter of an hour ago and have not: no worker runs, or none can send."""
    late = or_(
        and_(Message.status == Status.WAITING, Message.due_at <= now - LATE),
        and_(Message.status == Status.SENDING, Message.leased_until <= now - LATE),
    )
    return session.scalar(select(func.count()).select_from(Message).where(late, Message.expires_at > now)) or 0


def unreached(session: Session, now: datetime) -> int:
    """How many people of the last 30 days were never told of an event: every route to them failed or came too late.

    A code, or another text message or e-mail that leaves by one way alone, does not count: whoever waits for it sees
    that it does not come, and asks again. A letter counts.
    """
    asked_again = and_(Message.event["kind"].astext == SINGLE, Message.route != Route.LETTER)
    lost = (
        select(Message.event_id, Message.person_id)
        .where(
            Message.step == Step.NOTICE,
            Message.status != Status.WITHDRAWN,
            Message.created_at >= now - LOOK_BACK,
            not_(func.coalesce(asked_again, false())),
        )
        .group_by(Message.event_id, Message.person_id)
        .having(func.bool_and(or_(Message.status.in_((Status.FAILED, Status.RETURNED, Status.EXPIRED)), _LATE_LETTER)))
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(lost)) or 0
