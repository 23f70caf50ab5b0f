"""What waits to be told moves to the post, when somebody chooses the garantie papier, and back when they end it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from portal.notifications.holding import hold_subjects, subjects_of
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import UNSENT, write
from portal.notifications.packing import AGAIN, unpack
from portal.notifications.planner import Event, Planned, Tidings, plan, plan_tidings
from portal.notifications.queries_post import calendar_of
from portal.notifications.wanted import unsaid_in
from portal.notifications.ways import failed_routes, reach_of
from portal.people.models import Person

_ENDED = "paper_ended"  # why a letter that waited was taken back: it waits again if the person chooses anew
_GONE = (Status.FAILED, Status.WITHDRAWN, Status.EXPIRED)


def hold_what_waits(session: Session, now: datetime, person_id: int, *, also: Collection[tuple[str, int]] = ()) -> None:
    """Holds all that `write_letters` decides about, and `also` what its caller will: in one order for everybody."""
    unsent = (_own(person_id), Message.status.in_(UNSENT), Message.expires_at > now)
    hold_subjects(
        session,
        {*also, *subjects_of(session, *unsent), *subjects_of(session, *_taken_back(person_id, now))},
    )


def write_letters(session: Session, now: datetime, person: Person) -> None:
    """Each event that is still being told to a person, or will be, also gets its letters. Their row is held.

    Where one arrives in time. Letters that were taken back wait again. What somebody who wants discretion is not told
    stays unsaid.
    """
    hold_what_waits(session, now, person.id)
    _wait_again(session, now, person)
    for rows in _told_still(session, person):
        event = unpack(rows[0].event)
        if event is None:  # asked for by one way: no other takes its place
            continue
        has = {row.step for row in rows if row.route is Route.LETTER and row.status not in _GONE}
        letters = [one for one in _planned(session, now, person, event) if one.step not in has]
        write(session, now, _like(rows, person, event), letters)


def _planned(session: Session, now: datetime, person: Person, event: Event | Tidings) -> list[Planned]:
    post, failed = calendar_of(session), failed_routes(person)
    if isinstance(event, Tidings):
        planned = plan_tidings(reach_of(person), event, now, failed, post)
    else:
        planned = plan(reach_of(person), event, now, failed, post)
    return [one for one in planned if one.route is Route.LETTER]


def _told_still(session: Session, person: Person) -> list[list[Message]]:
    """The messages of each event with one that has not left yet, to the person or to a card of their file; locked."""
    own = _own(person.id)
    living = select(Message.event_id).where(own, Message.status.in_(UNSENT))
    rows = session.scalars(
        select(Message)
        .where(
            own,
            Message.event_id.in_(living),
            Message.event[AGAIN].astext.is_(None),
        )
        .order_by(Message.event_id, Message.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return [list(group) for _, group in groupby(rows, key=lambda row: row.event_id)]


def _own(person_id: int) -> ColumnElement[bool]:
    cards = select(Person.id).where(Person.card_of_id == person_id)
    return or_(Message.person_id == person_id, Message.person_id.in_(cards))


def _like(rows: Sequence[Message], person: Person, event: Event | Tidings) -> Message:
    """A message to the person that says what these say, as a letter to them may say it."""
    said = rows[0]
    hidden = unsaid_in(said.context) if person.wants_discretion else {}
    own = {"large_print": person.wants_large_print, "recipient_name": f"{person.given_names} {person.family_name}"}
    return Message(
        event_id=said.event_id,
        event=said.event,
        subject=said.subject,
        subject_id=said.subject_id,
        place_id=said.place_id,
        person_id=person.id,
        kind=said.kind if isinstance(event, Tidings) else f"{said.subject}_{event.kind.value}",
        context=said.context | own | hidden,
    )


def _wait_again(session: Session, now: datetime, person: Person) -> None:
    """Letters taken back when the person ended the garantie papier wait again: they have changed their mind."""
    session.execute(
        update(Message)
        .where(*_taken_back(person.id, now))
        .values(status=Status.WAITING, last_error=None)
        .execution_options(synchronize_session="fetch")
    )


def _taken_back(person_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*_letters(person_id, Status.WITHDRAWN), Message.last_error == _ENDED, Message.expires_at > now)


def take_back(session: Session, person: Person) -> None:
    """Takes back the letters that wait and are not drawn, where a text message or an e-mail tells the same."""
    waiting = _letters(person.id, Status.WAITING)
    hold_subjects(session, subjects_of(session, *waiting))
    locked = select(Message).where(*waiting).order_by(Message.id).with_for_update()
    for row in session.scalars(locked.execution_options(populate_existing=True)).all():
        if unpack(row.event) is not None and _is_told_otherwise(session, row):
            row.status, row.last_error = Status.WITHDRAWN, _ENDED
    session.flush()


def _letters(person_id: int, status: Status) -> tuple[ColumnElement[bool], ...]:
    return Message.person_id == person_id, Message.route == Route.LETTER, Message.status == status


def _is_told_otherwise(session: Session, letter: Message) -> bool:
    other = (
        select(Message.id)
        .where(
            Message.event_id == letter.event_id,
            Message.person_id == letter.person_id,
            Message.step == letter.step,
            Message.route.in_((Route.SMS, Route.EMAIL)),
            Message.status.not_in(_GONE),
        )
        .order_by(Message.id)
        .limit(1)
    )
    return session.scalar(other) is not None
