"""The outbox: what is promised is written in the transaction of the fact it tells, and taken back there too."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.notifications.holding import hold_subject
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.packing import AGAIN, SINGLE, pack, unpack
from portal.notifications.planner import Event, Planned, Tidings, plan, plan_notices, plan_reminders, plan_tidings
from portal.notifications.post import PostalCalendar
from portal.notifications.rows import add_rows
from portal.notifications.ways import failed_routes, is_of_file, note_state, reach_of, way
from portal.people.models import Person, RouteState

UNSENT = (Status.WAITING, Status.SENDING, Status.QUEUED, Status.IN_RUN, Status.PRINTED, Status.OPEN)
_GONE = (Status.FAILED, Status.WITHDRAWN, Status.EXPIRED, Status.RETURNED)
_HELD = (Status.WAITING, Status.QUEUED)  # not on its way yet: a letter in a print run is pulled from it

_NO_WAY = (Status.FAILED, Status.RETURNED)  # what came back does not leave again by itself: another route tells

STOOD_DOWN = "stood_down"  # a task taken back because a letter tells in its place: it is done after all if that fails


@dataclass(frozen=True)
class About:
    """What messages are about. With `sequence`, promising the same change again adds nothing."""

    subject: str  # "appointment"
    subject_id: int
    place_id: int | None  # whose task it is when nobody else can tell
    # Rises from 0, in the transaction that makes the subject, with each change; None: each promise is a new event.
    sequence: int | None = None


@dataclass(frozen=True)
class Recipient:
    """Whom to tell (a relative's guardian), with the words that may vary and the .ics of the event."""

    person: Person
    context: dict[str, Any]
    calendar: str | None = None


def promise(  # noqa: PLR0913 - a fact, those it concerns, and the post
    session: Session,
    now: datetime,
    *,
    about: About,
    event: Event,
    recipients: Sequence[Recipient],
    post: PostalCalendar,
) -> list[Message]:
    """Writes every message of an event, and takes back what earlier events of the same subject left unsent.

    Gives the messages added, in the order of their ids. Idempotent on (event, person, step, route): promising the same
    change again adds none.
    """
    session.flush()
    event_id = _event_id(about, event)
    if about.sequence != 0:  # the first event of a subject that nobody else knows yet has nothing to take back
        hold_subject(session, about.subject, about.subject_id)
        _withdraw(session, about.subject, about.subject_id, but=event_id)
    written: list[Message] = []
    for recipient in recipients:
        person = recipient.person
        row = Message(
            event_id=event_id,
            event=pack(replace(event, happened_at=event.happened_at or now)),
            subject=about.subject,
            subject_id=about.subject_id,
            place_id=about.place_id,
            person_id=person.id,
            kind=f"{about.subject}_{event.kind.value}",
            context=recipient.context,
            calendar=recipient.calendar,
        )
        planned = plan(reach_of(person), event, now, failed_routes(person), post)
        written += write(session, now, row, planned)
    return sorted(written, key=lambda message: message.id)


def withdraw(session: Session, now: datetime, *, subject: str, subject_id: int) -> int:  # noqa: ARG001 - a verb's shape
    """Takes back everything about a subject that has not left: waiting rows, queued letters, open tasks.

    Gives how many. A message in a provider's hands at this instant may still arrive; it is not sent again.
    """
    session.flush()
    hold_subject(session, subject, subject_id)
    return _withdraw(session, subject, subject_id)


def replan_without(  # noqa: PLR0913 - a message, the route it loses, and the post
    session: Session,
    now: datetime,
    message: Message,
    route: Route,
    post: PostalCalendar,
    *,
    steps: Iterable[Step] = Step,
) -> list[Message]:
    """Sends the planner round again for a message whose `route` did not work; gives the messages added, in any order.

    A reminder leads to reminders only, what is told again to notices only; a notice to both, or to `steps` alone. The
    event's messages that wait on the route, letters drawn and in no print run among them, are given up with it. Nothing
    is added for a message that left by the one way it was asked for, nor for an appointment's event that a later one
    has overtaken.
    """
    session.flush()
    hold_subject(session, message.subject, message.subject_id)
    wanted = {message.step} if message.step is Step.REMINDER or AGAIN in message.event else set(steps)
    for row in siblings_of(session, message):
        if row.route is route and row.step in wanted and row.status in _HELD:
            row.status, row.last_error = Status.FAILED, row.last_error or "route_failed"
    if message.event["kind"] == SINGLE or is_overtaken(session, message):
        return []
    return [added for step in Step if step in wanted for added in _go_round(session, now, message, step, route, post)]


def refuse_way(session: Session, now: datetime, message: Message, post: PostalCalendar) -> None:
    """Remembers that the number, mailbox or address of a message does not work, if it is the file's own.

    Everything else that waits on it goes round by other routes; later events avoid it until the person gives another.
    """
    person = note_message(session, message, RouteState.FAILED)
    if person is not None:
        _leave_way(session, now, person, message.route, post, but=message.id)


def refuse_route(session: Session, now: datetime, person: Person, route: Route, post: PostalCalendar) -> None:
    """The same for the file's own number, mailbox or address, whatever has shown that it does not work."""
    note_state(person, route, RouteState.FAILED)
    session.flush()
    _leave_way(session, now, person, route, post)


def doubt_way(session: Session, now: datetime, message: Message, post: PostalCalendar) -> None:
    """Remembers that a message came back from the file's own way; whether it is the file's is for the caller to say.

    Everything else that waits on it, letters already drawn too, goes round by other routes.
    """
    person = session.get_one(Person, message.person_id)
    note_state(person, message.route, RouteState.DOUBTFUL)
    session.flush()
    _leave_way(session, now, person, message.route, post, but=message.id)


def _leave_way(  # noqa: PLR0913 - whose, which way, and the post
    session: Session, now: datetime, person: Person, route: Route, post: PostalCalendar, *, but: int | None = None
) -> None:
    waiting = (
        select(Message)
        .where(
            Message.person_id == person.id,
            Message.route == route,
            Message.status.in_(_HELD),
            Message.id != (but or 0),
            or_(Message.to.is_(None), Message.to == way(person, route)),
        )
        .order_by(Message.id)
    )
    for row in session.scalars(waiting).all():
        replan_without(session, now, row, row.route, post, steps=(row.step,))


def note_message(session: Session, message: Message, state: RouteState) -> Person | None:
    """Writes on the file what a message has shown of its way; gives the file, or None when the way is not its own."""
    person = None if message.person_id is None else session.get_one(Person, message.person_id)
    if person is None or not is_of_file(message, person):
        return None
    note_state(person, message.route, state)
    return person


def _go_round(  # noqa: PLR0913, PLR0917 - as above
    session: Session, now: datetime, message: Message, step: Step, route: Route, post: PostalCalendar
) -> list[Message]:
    person = session.get_one(Person, message.person_id)
    event, reach = unpack(message.event), reach_of(person)
    siblings = siblings_of(session, message)
    failed_here = {row.route for row in siblings if row.step is step and row.status in _NO_WAY}
    failed = failed_routes(person) | failed_here | {route}
    planned: tuple[Planned, ...] = ()
    if isinstance(event, Tidings):
        planned = plan_tidings(reach, event, now, failed, post) if step is Step.NOTICE else ()
    elif isinstance(event, Event) and step is Step.NOTICE:
        planned = plan_notices(reach, event, now, failed, post)
    elif isinstance(event, Event):
        letter = letter_arrival(siblings, post)
        stuck = message.step is Step.REMINDER
        planned = plan_reminders(reach, event, now, failed, post, letter_arrives=letter, last_resort=stuck)
    _stand_up(siblings, planned)
    return write(session, now, message, planned)


def _stand_up(siblings: Sequence[Message], planned: Iterable[Planned]) -> None:
    """Tasks that stood down for a letter are to be done again, now that the planner asks for them."""
    asked = {(one.step, one.route): one for one in planned}
    for row in siblings:
        one = asked.get((row.step, row.route))
        if one is not None and row.status is Status.WITHDRAWN and row.last_error == STOOD_DOWN:
            row.status, row.last_error, row.attempts = Status.WAITING, None, 0
            row.due_at, row.expires_at, row.retry_until = one.due_at, one.expires_at, one.retry_until


def letter_arrival(siblings: Sequence[Message], post: PostalCalendar) -> date | None:
    """When the letter that tells an event arrives, of the event's messages to a person; None when none will."""
    letters = [
        row for row in siblings if (row.step, row.route) == (Step.NOTICE, Route.LETTER) and row.status not in _GONE
    ]
    return letters[0].arrives_on or post.arrival(letters[0].due_at) if letters else None


def siblings_of(session: Session, message: Message) -> Sequence[Message]:
    """The messages of the same event to the same person, this one among them, locked."""
    rows = (
        select(Message)
        .where(Message.event_id == message.event_id, Message.person_id == message.person_id)
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(rows).all()


def is_overtaken(session: Session, message: Message) -> bool:
    """Whether a later event of the same appointment has made a message untrue."""
    if isinstance(unpack(message.event), Tidings):
        return False  # each is told for itself
    later = (
        select(Message.id)
        .where(
            Message.subject == message.subject,
            Message.subject_id == message.subject_id,
            Message.event_id != message.event_id,
            Message.event[AGAIN].astext.is_(None),  # tells nothing new
            Message.id > message.id,
        )
        .order_by(Message.id)
        .limit(1)
    )
    return session.scalar(later) is not None


def _withdraw(session: Session, subject: str, subject_id: int, *, but: UUID | None = None) -> int:
    unsent = (
        update(Message)
        .where(Message.subject == subject, Message.subject_id == subject_id, Message.status.in_(UNSENT))
        .values(status=Status.WITHDRAWN, leased_until=None)
        .returning(Message.id)
        .execution_options(synchronize_session="fetch")
    )
    if but is not None:
        unsent = unsent.where(Message.event_id != but)
    return len(session.execute(unsent).all())


def write(session: Session, now: datetime, like: Message, planned: Iterable[Planned]) -> list[Message]:
    """Adds what is planned, with the words and the receiver of `like`, and gives the rows added, in any order.

    What exists already is left as it is, and is not among them.
    """
    rows = [
        {
            "kind": f"{like.subject}_reminder" if one.step is Step.REMINDER else like.kind,
            "step": one.step,
            "route": one.route,
            "due_at": one.due_at,
            "expires_at": one.expires_at,
            "retry_until": one.retry_until,
        }
        for one in planned
    ]
    return add_rows(session, now, like, rows)


def _event_id(about: About, event: Event) -> UUID:
    if about.sequence is None:
        return uuid4()
    name = f"{about.subject}/{about.subject_id}/{about.sequence}/{event.kind}"
    return UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4)
