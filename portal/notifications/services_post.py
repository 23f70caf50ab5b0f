"""Days on which the post stands still, entered and taken away; letters under way follow. The caller commits."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.notifications.holding import BusyError, hold_whole, take_all
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.models_post import Closure, PostalClosure
from portal.notifications.outbox import replan_without
from portal.notifications.outcomes import locked_whole
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of, forget_calendar, letters_under_way
from portal.notifications.rules_post import (
    ClosureFault,
    UnderWay,
    arrival_under,
    becomes_too_late,
    brought_forward,
    closure_fault,
    days_to_close,
)
from portal.refusal import Refused

__all__ = ["ClosureFault", "close_days", "open_days"]


def close_days(  # noqa: PLR0913 - a range, what stands still, why, and by whose hand
    session: Session, now: datetime, *, first: date, last: date, closure: Closure, reason: str, by: Actor
) -> list[date]:
    """Closes every day from one to another, both included; gives those that it changes.

    Sundays, holidays and what is closed so already are left as they are; a closed room and a strike may both be noted
    on one day. Letters under way follow: what was posted arrives later, reminders leave earlier, and whoever a posted
    letter would now reach too late is told by another route. What has not left and would be too late goes round as it
    leaves. Of letters drawn and in no run, `letters.services_calendar` sees to the words.
    Raises `Refused` (ClosureFault; BUSY: letters under way change at this instant).
    """
    before = _held(session)
    fault = closure_fault(before, first, last, closure, before.day_of(now))
    if fault is not None:
        raise Refused(fault)
    days = days_to_close(before, first, last, closure)
    given = {"closure": closure, "reason": reason, "agent_id": by.id, "made_at": now}
    session.execute(
        insert(PostalClosure)
        .values([{"day": day, **given} for day in days])
        .on_conflict_do_update(index_elements=[PostalClosure.day, PostalClosure.closure], set_=given)
    )
    _follow(session, now)
    _note(session, now, by, "post.closed", days, closure)
    return days


def open_days(  # noqa: PLR0913 - a range, what no longer stands still, and by whose hand
    session: Session, now: datetime, *, first: date, last: date, closure: Closure, by: Actor
) -> list[date]:
    """Takes away the days closed in one way from one day to another; gives them. Twice changes nothing.

    What is closed otherwise on those days stays so: a bridge under a strike. What was posted arrives earlier again; a
    call that was asked for meanwhile stands. Raises `Refused` (BUSY).
    """
    _held(session)
    gone = delete(PostalClosure).where(PostalClosure.day.between(first, last), PostalClosure.closure == closure)
    days = sorted(session.scalars(gone.returning(PostalClosure.day)))
    if days:
        _follow(session, now)
        _note(session, now, by, "post.opened", days, closure)
    return days


def _held(session: Session) -> PostalCalendar:
    """The calendar as it stands, which nobody else changes until the transaction ends."""
    session.execute(select(Departement.id).with_for_update())
    forget_calendar(session)
    return calendar_of(session)


def _follow(session: Session, now: datetime) -> None:
    """Brings letters under way to what the calendar now says."""
    forget_calendar(session)
    after = calendar_of(session)
    letters = letters_under_way(session, now)
    late = _too_late(letters, after, now)
    hold_whole(session, [message_id for message_id, _step in late])
    for message_id, step in late:
        locked_whole(session, message_id)
        replan_without(session, now, session.get_one(Message, message_id), Route.LETTER, after, steps=(step,))
    _bring_forward(session, now, letters, after)
    _write_arrivals(session, now, letters, after)


def _bring_forward(session: Session, now: datetime, letters: Iterable[UnderWay], after: PostalCalendar) -> None:
    """Reminders whose post would now be too late for two days before leave by an earlier one."""
    moved: dict[datetime, list[int]] = defaultdict(list)
    for letter in letters:
        due_at = brought_forward(letter, after, now)
        if due_at < letter.due_at:
            moved[due_at].append(letter.id)
    for due_at, ids in moved.items():
        _write(session, ids, Status.WAITING, due_at=due_at)


def _too_late(letters: Iterable[UnderWay], after: PostalCalendar, now: datetime) -> list[tuple[int, Step]]:
    """The posted letters that become too late by the calendar."""
    return [
        (letter.id, letter.step)
        for letter, was, becomes in _moved(letters, after, now)
        if becomes_too_late(was, becomes, letter.expires_at, after)
    ]


def _write_arrivals(session: Session, now: datetime, letters: Iterable[UnderWay], after: PostalCalendar) -> None:
    """Writes when posted letters now arrive."""
    moved: dict[date, list[int]] = defaultdict(list)
    for letter, _was, becomes in _moved(letters, after, now):
        moved[becomes].append(letter.id)
    for arrives, ids in moved.items():
        _write(session, ids, Status.POSTED, arrives_on=arrives)


def _moved(letters: Iterable[UnderWay], after: PostalCalendar, now: datetime) -> Iterator[tuple[UnderWay, date, date]]:
    """Posted letters whose day of arrival changes: from which day to which."""
    posted = (
        (letter, letter.arrives_on, arrival_under(letter, after, now))
        for letter in letters
        if letter.status is Status.POSTED and letter.arrives_on is not None
    )
    return ((letter, was, becomes) for letter, was, becomes in posted if was != becomes)


def _write(session: Session, ids: list[int], status: Status, **values: date | datetime) -> None:
    """Writes on those messages that still stand there."""
    which = Message.id.in_(ids), Message.status == status
    try:
        take_all(session, *which)  # of many subjects
    except BusyError as busy:
        raise Refused(ClosureFault.BUSY) from busy
    session.execute(update(Message).where(*which).values(**values).execution_options(synchronize_session=False))


def _note(  # noqa: PLR0913, PLR0917 - a line's own columns
    session: Session, now: datetime, by: Actor, verb: str, days: Sequence[date], closure: Closure
) -> None:
    record(
        session,
        now,
        actor=by,
        verb=verb,
        object_kind="postal_closure",
        closure=list(Closure).index(closure) + 1,
        days=len(days),
        first=days[0].toordinal(),
    )
