"""Messages, as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from portal.notifications.models import Message, Route, Status
from portal.web.text import whole

PAGE_SIZE = 20
_LAST_PAGE = 10_000
_HIGHEST_ID = 10**18 - 1  # of a message: its column holds more

_PRODUCED = Message.status.in_(
    (
        Status.SENT,
        Status.DELIVERED,
        Status.QUEUED,
        Status.IN_RUN,
        Status.PRINTED,
        Status.POSTED,
        Status.RETURNED,
        Status.OPEN,
        Status.DONE,
    )
)


class Kept(StrEnum):
    """Which messages to show."""

    ALL = "tous"
    SMS = "sms"
    EMAIL = "e-mails"
    LETTER = "courriers"
    TASK = "appels"
    PLANNED = "prevus"
    ENDED = "retires"


_CHOICES: dict[Kept, ColumnElement[bool]] = {
    Kept.ALL: _PRODUCED,
    Kept.SMS: _PRODUCED & (Message.route == Route.SMS),
    Kept.EMAIL: _PRODUCED & (Message.route == Route.EMAIL),
    Kept.LETTER: _PRODUCED & (Message.route == Route.LETTER),
    Kept.TASK: _PRODUCED & Message.route.in_((Route.CALL, Route.DESK)),
    Kept.PLANNED: Message.status.in_((Status.WAITING, Status.SENDING)),
    Kept.ENDED: Message.status.in_((Status.WITHDRAWN, Status.FAILED, Status.EXPIRED)),
}


@dataclass(frozen=True)
class MessagePage:
    """Twenty messages, newest first (those planned: soonest first), each with its person."""

    messages: Sequence[Message]
    number: int
    has_next: bool


def message_page(session: Session, kept: Kept, number: int) -> MessagePage:
    """A page of messages; `number` starts at 1, and one out of reach is an empty page."""
    page = min(max(number, 1), _LAST_PAGE)
    order = (Message.due_at, Message.id) if kept is Kept.PLANNED else (Message.due_at.desc(), Message.id.desc())
    rows = session.scalars(
        select(Message)
        .where(_CHOICES[kept])
        .options(joinedload(Message.person))
        .order_by(*order)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    return MessagePage(rows[:PAGE_SIZE], page, len(rows) > PAGE_SIZE)


def message_of_provider(session: Session, reference: str | None, provider_id: str) -> int | None:
    """The id of the message that a provider speaks of: by our own reference, else by its id."""
    number = whole(reference, _HIGHEST_ID)
    found = Message.provider_id == provider_id if number is None else Message.id == number
    return session.scalar(select(Message.id).where(found))
