"""What is told once more because somebody asked: one message by one route, beside those of the event itself."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.notifications.holding import hold_subject
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.outbox import About, Recipient, write
from portal.notifications.packing import AGAIN, pack
from portal.notifications.planner import Event, Tidings, plan_one
from portal.notifications.ways import is_of_file

ONE_PRESS = timedelta(minutes=1)  # two presses within are one
_GONE = (Status.FAILED, Status.WITHDRAWN, Status.EXPIRED)


def said_already(  # noqa: PLR0913 - what was said, to whom and how
    session: Session, now: datetime, *, about: About, kind: str, recipient: Recipient, route: Route
) -> Message | None:
    """The same, asked for less than a minute ago, unless it failed or went to a way that the file no longer has.

    Holds the subject until the transaction ends: two who ask at the same instant come one after the other.
    """
    session.flush()
    hold_subject(session, about.subject, about.subject_id)
    rows = session.scalars(
        select(Message)
        .where(
            Message.subject == about.subject,
            Message.subject_id == about.subject_id,
            Message.person_id == recipient.person.id,
            Message.route == route,
            Message.kind == kind,
            Message.event[AGAIN].astext == str(about.sequence),
            Message.status.not_in(_GONE),
            Message.created_at > now - ONE_PRESS,
        )
        .order_by(Message.id)
    )
    return next((row for row in rows if is_of_file(row, recipient.person)), None)


def promise_one(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    about: About,
    kind: str,
    event: Event | Tidings,
    recipient: Recipient,
    route: Route,
) -> Message:
    """Promises one notice more by one route. If it fails, the planner goes round for it as for any other.

    It overtakes nothing: the event's own messages and reminders stand. `event.happened_at` must be said.
    """
    like = Message(
        event_id=uuid4(),
        event=pack(event) | {AGAIN: about.sequence},
        subject=about.subject,
        subject_id=about.subject_id,
        place_id=about.place_id,
        person_id=recipient.person.id,
        kind=kind,
        step=Step.NOTICE,
        context=recipient.context,
        calendar=recipient.calendar,
    )
    return write(session, now, like, [plan_one(route, event, now)])[0]
