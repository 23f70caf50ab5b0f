"""Days on which the post stands still, entered and taken away; what was drawn for another calendar is drawn anew.

`notifications.services_post` writes the days and has letters under way follow; here, the sheets. The caller commits.
"""

from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.journal.services import Actor
from portal.letters.rules_deadlines import Drawn, is_moved
from portal.letters.services_runs import forget_drawn
from portal.locks import Lock, hold
from portal.notifications import services_post
from portal.notifications.holding import BusyError, take_all
from portal.notifications.models import Message, Route, Status
from portal.notifications.models_post import Closure
from portal.notifications.queries_post import calendar_of
from portal.notifications.rules_post import ClosureFault
from portal.refusal import Refused

_CANCEL_UNTIL, _MOVE_UNTIL = (Message.context[name].astext for name in ("cancel_until", "move_until"))
_POST_BY, _CODE_UNTIL = Message.rendered["post_by"].astext, Message.context["until"].astext


def close_days(  # noqa: PLR0913 - a range, what stands still, why, and by whose hand
    session: Session, now: datetime, *, first: date, last: date, closure: Closure, reason: str, by: Actor
) -> list[date]:
    """Closes days as `notifications.services_post.close_days`, whose refusals it raises; gives those that it changes.

    Letters drawn and in no run that state a day which this moves wait again, to be drawn with the right one.
    """
    days = services_post.close_days(session, now, first=first, last=last, closure=closure, reason=reason, by=by)
    _draw_anew(session, now)
    return days


def open_days(  # noqa: PLR0913 - as above
    session: Session, now: datetime, *, first: date, last: date, closure: Closure, by: Actor
) -> list[date]:
    """Takes days away as `notifications.services_post.open_days`; gives them. Letters drawn follow as above."""
    days = services_post.open_days(session, now, first=first, last=last, closure=closure, by=by)
    if days:
        _draw_anew(session, now)
    return days


def _draw_anew(session: Session, now: datetime) -> None:
    """Letters in no run whose days the calendar has moved wait again. Raises `Refused` (ClosureFault.BUSY)."""
    hold(session, Lock.RUN, 0)  # a run that is being made ends first: what it took is not drawn again
    post, bears_code = calendar_of(session), Message.context.has_key("challenge")
    rows = session.execute(
        select(Message.id, bears_code, _CANCEL_UNTIL, _MOVE_UNTIL, _POST_BY, _CODE_UNTIL)
        .where(
            Message.route == Route.LETTER,
            Message.status == Status.QUEUED,
            or_(bears_code, _CANCEL_UNTIL.is_not(None), _MOVE_UNTIL.is_not(None)),
        )
        .order_by(Message.id)
        .execution_options(yield_per=1000)
    )
    moved = [
        number
        for number, has_code, cancel_until, move_until, post_by, code_until in rows
        if is_moved(Drawn(cancel_until, move_until, post_by, code_until if has_code else None), post, now)
    ]
    which = Message.id.in_(moved), Message.status == Status.QUEUED
    try:
        taken = take_all(session, *which)  # of many subjects
    except BusyError as busy:
        raise Refused(ClosureFault.BUSY) from busy
    again = update(Message).where(Message.id.in_(taken)).values(status=Status.WAITING)
    session.execute(again.execution_options(synchronize_session=False))
    forget_drawn(session, now, taken)
