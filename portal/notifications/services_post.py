"""Days on which the post stands still, entered and taken away; letters under way follow. The caller commits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import Actor, record
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
    brought_forward,
    closure_fault,
    days_to_close,
    is_too_late,
)
from portal.refusal import Refused

__all__ = ["ClosureFault", "close_days", "open_days"]


def close_days(  # noqa: PLR0913 - a range, what stands still, why, and by whose hand
    session: Session, now: datetime, *, first: date, last: date, closure: Closure, reason: str, by: Actor
) -> list[date]:
    """Closes every day from one to another, both included; gives those that it changes.

    Sundays, holidays and what stands still already are left as they are; a strike takes the place of a closed room.
    Letters under way follow: what was posted arrives later, reminders leave earlier, and whoever a posted letter would
    now reach too late is told by another route. What has not left and would be too late goes round as it leaves.
    Raises `Refused` (ClosureFault).
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
        .on_conflict_do_update(index_elements=[PostalClosure.day], set_=given)
    )
    _follow(session, now)
    _note(session, now, by, "post.closed", days)
    return days


def open_days(session: Session, now: datetime, *, first: date, last: date, by: Actor) -> list[date]:
    """Takes away the closed days entered from one day to another; gives them. Taking them away twice changes nothing.

    What was posted arrives earlier again; a call that was asked for meanwhile stands.
    """
    _held(session)
    gone = delete(PostalClosure).where(PostalClosure.day.between(first, last)).returning(PostalClosure.day)
    days = sorted(session.scalars(gone))
    if days:
        _follow(session, now)
        _note(session, now, by, "post.opened", days)
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
    _bring_forward(session, now, letters, after)
    for message_id, step in _write_arrivals(session, now, letters, after):
        locked_whole(session, message_id)
        replan_without(session, now, session.get_one(Message, message_id), Route.LETTER, after, steps=(step,))


def _bring_forward(session: Session, now: datetime, letters: Iterable[UnderWay], after: PostalCalendar) -> None:
    """Reminders whose post would now be too late for two days before leave by an earlier one."""
    moved: dict[datetime, list[int]] = defaultdict(list)
    for letter in letters:
        due_at = brought_forward(letter, after, now)
        if due_at < letter.due_at:
            moved[due_at].append(letter.id)
    for due_at, ids in moved.items():
        _write(session, ids, Status.WAITING, due_at=due_at)


def _write_arrivals(
    session: Session, now: datetime, letters: Iterable[UnderWay], after: PostalCalendar
) -> list[tuple[int, Step]]:
    """Writes when posted letters now arrive; gives those that become too late by it."""
    moved: dict[date, list[int]] = defaultdict(list)
    late = []
    posted = [
        (letter, letter.arrives_on, arrival_under(letter, after, now))
        for letter in letters
        if letter.status is Status.POSTED and letter.arrives_on is not None
    ]
    for letter, was, becomes in (one for one in posted if one[1] != one[2]):
        moved[becomes].append(letter.id)
        if is_too_late(becomes, letter.expires_at) and not is_too_late(was, letter.expires_at):
            late.append((letter.id, letter.step))
    for arrives, ids in moved.items():
        _write(session, ids, Status.POSTED, arrives_on=arrives)
    return late


def _write(session: Session, ids: list[int], status: Status, **values: date | datetime) -> None:
    """Writes on those messages that still stand there."""
    rows = update(Message).where(Message.id.in_(ids), Message.status == status)
    session.execute(rows.values(**values).execution_options(synchronize_session=False))


def _note(session: Session, now: datetime, by: Actor, verb: str, days: Sequence[date]) -> None:
    first = days[0]
    record(session, now, actor=by, verb=verb, object_kind="postal_closure", days=len(days), first=first.toordinal())
