"""Messages of a file that becomes, or becomes again, another one's: what was said goes with it, what is not is planned.

What has yet to leave by machine is taken back, and planned anew for the file that it goes to: its own numbers, its own
choices. What a human holds goes with the file as it is.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import and_, exists, select, update
from sqlalchemy.orm import Session, aliased

from portal.notifications.holding import hold_subjects, subjects_of
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.outbox import UNSENT, write
from portal.notifications.packing import unpack
from portal.notifications.planner import Event, Planned, Tidings, plan_notices, plan_reminders, plan_tidings
from portal.notifications.post import PostalCalendar
from portal.notifications.ways import failed_routes, reach_of
from portal.people.models import Person

_PLANNED_AGAIN = (Status.WAITING, Status.QUEUED)
_HELD_BACK = (Status.WAITING, Status.QUEUED, Status.OPEN)
_IN_THE_HOUSE = (*_HELD_BACK, Status.IN_RUN, Status.PRINTED)  # a letter in a run is pulled from it
_NEVER_ARRIVED = (Status.FAILED, Status.WITHDRAWN, Status.EXPIRED, Status.RETURNED)

Key = tuple[UUID, Step, Route]
Words = Callable[[Message], tuple[dict[str, Any], str | None]]


@dataclass(frozen=True)
class Handed:
    """What became of messages, by their numbers. `taken_back`: those left where they were, with what they were."""

    moved: list[int] = field(default_factory=list)
    taken_back: dict[int, str] = field(default_factory=dict)
    added: list[int] = field(default_factory=list)


def hand_over(  # noqa: PLR0913 - whose, to whom, in which words, and the post
    session: Session,
    now: datetime,
    *,
    of: int,
    to: Person,
    words: Words,
    post: PostalCalendar,
    about: Collection[int] | None = None,
) -> Handed:
    """Gives the messages of the file `of` to another; of appointments alone, those of `about`, when it is given.

    `words`: the context and the calendar of a message for its new reader. The caller holds both files' rows. What the
    new reader was told already by the same event is left with the former file.
    """
    session.flush()
    whose = Message.person_id == of
    if about is not None:
        whose = and_(whose, Message.subject == "appointment", Message.subject_id.in_(about))
    _hold_subjects(session, whose)
    rows = session.scalars(
        select(Message).where(whose).order_by(Message.id).with_for_update().execution_options(populate_existing=True)
    ).all()
    known = _keys(session, to.id)
    handed = Handed()
    again: dict[tuple[UUID, Step], Message] = {}
    for row in rows:
        is_again = row.status in _PLANNED_AGAIN and row.to is None and unpack(row.event) is not None
        if not is_again and (row.event_id, row.step, row.route) not in known:
            handed.moved.append(row.id)
        elif row.status in _HELD_BACK:
            handed.taken_back[row.id] = row.status.value
            if is_again:
                again.setdefault((row.event_id, row.step), row)
    _withdraw(session, handed.taken_back)
    session.execute(update(Message).where(Message.id.in_(handed.moved)).values(person_id=to.id))
    for row in again.values():
        handed.added.extend(_plan_again(session, now, row, to, words, rows, post))
    return handed


def hand_back(session: Session, now: datetime, *, handed: Handed, of: int, to: int) -> None:
    """Undoes `hand_over`: what was moved goes back, what was taken back waits again, unless it was said meanwhile."""
    session.flush()
    numbers = {*handed.moved, *handed.taken_back, *handed.added}
    _hold_subjects(session, Message.id.in_(numbers))
    rows = session.scalars(
        select(Message)
        .where(Message.id.in_(numbers))
        .order_by(Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    by_id = {row.id: row for row in rows}
    added = [by_id[number] for number in handed.added if number in by_id]
    said = {(row.event_id, row.step) for row in added if row.status not in {*_IN_THE_HOUSE, *_NEVER_ARRIVED}}
    _withdraw(session, [row.id for row in added if row.status in _IN_THE_HOUSE])
    known = _keys(session, to)
    back = [
        row.id
        for row in rows
        if row.id in handed.moved and row.person_id == of and (row.event_id, row.step, row.route) not in known
    ]
    session.execute(update(Message).where(Message.id.in_(back)).values(person_id=to))
    for number, status in handed.taken_back.items():
        row = by_id.get(number)
        if row is not None and (row.event_id, row.step) not in said:
            _revive(session, now, number, Status(status))


def _plan_again(  # noqa: PLR0913, PLR0917 - one message, its new reader, and what was said of the same event
    session: Session,
    now: datetime,
    row: Message,
    to: Person,
    words: Words,
    rows: Sequence[Message],
    post: PostalCalendar,
) -> list[int]:
    context, calendar = words(row)
    like = Message(
        event_id=row.event_id,
        event=row.event,
        subject=row.subject,
        subject_id=row.subject_id,
        place_id=row.place_id,
        person_id=to.id,
        kind=row.kind,
        context=context,
        calendar=calendar,
    )
    return [added.id for added in write(session, now, like, _planned(now, row, to, rows, post))]


def _planned(
    now: datetime, row: Message, to: Person, rows: Sequence[Message], post: PostalCalendar
) -> tuple[Planned, ...]:
    event = cast("Event | Tidings", unpack(row.event))  # a single message is never planned again
    reach, failed = reach_of(to), failed_routes(to)
    if isinstance(event, Tidings):
        return plan_tidings(reach, event, now, failed, post)
    if row.step is Step.NOTICE:
        return plan_notices(reach, event, now, failed, post)
    return plan_reminders(reach, event, now, failed, post, letter_arrives=_letter_arrival(row, rows, post))


def _letter_arrival(row: Message, rows: Sequence[Message], post: PostalCalendar) -> date | None:
    letters = [
        one.arrives_on or post.arrival(one.due_at)
        for one in rows
        if one.event_id == row.event_id
        and (one.step, one.route) == (Step.NOTICE, Route.LETTER)
        and one.status not in _NEVER_ARRIVED
    ]
    return letters[0] if letters else None


def _keys(session: Session, person_id: int) -> set[Key]:
    known = select(Message.event_id, Message.step, Message.route).where(Message.person_id == person_id)
    return {(event_id, step, route) for event_id, step, route in session.execute(known.order_by(Message.id))}


def _hold_subjects(session: Session, which: Any) -> None:
    hold_subjects(session, subjects_of(session, which, Message.status.in_(UNSENT)))


def _withdraw(session: Session, numbers: Collection[int] | Mapping[int, str]) -> None:
    session.execute(
        update(Message)
        .where(Message.id.in_(list(numbers)), Message.status.in_(_IN_THE_HOUSE))
        .values(status=Status.WITHDRAWN, leased_until=None)
    )


def _revive(session: Session, now: datetime, number: int, status: Status) -> None:
    """What still tells the truth waits again: neither past, nor overtaken by a later event."""
    later = aliased(Message)
    overtaken = exists().where(
        later.subject == Message.subject,
        later.subject_id == Message.subject_id,
        later.subject == "appointment",
        later.event_id != Message.event_id,
        later.id > Message.id,
    )
    session.execute(
        update(Message)
        .where(Message.id == number, Message.status == Status.WITHDRAWN, Message.expires_at > now, ~overtaken)
        .values(status=status)
        .execution_options(synchronize_session="fetch")
    )
