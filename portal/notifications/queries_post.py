"""The post as this Département knows it: its public holidays, its closed days, its cut-off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.holidays import REGIONS, is_holiday, region_named
from portal.notifications.models import Message, Route, Status
from portal.notifications.models_post import Closure, PostalClosure
from portal.notifications.post import PostalCalendar
from portal.notifications.rules_post import UnderWay

_KEPT = "postal_calendar"
_IN_THE_HOUSE = (Status.WAITING, Status.SENDING, Status.QUEUED, Status.IN_RUN, Status.PRINTED)


def calendar_of(session: Session) -> PostalCalendar:
    """The calendar with every closed day entered so far. Read once for a session: what it decides, it decides alike.

    A Département that names a region nobody knows has the holidays and the clocks of metropolitan France.
    """
    kept = session.info.get(_KEPT)
    if isinstance(kept, PostalCalendar):
        return kept
    row = session.execute(
        select(Departement.holiday_region, Departement.cut_off, Departement.delivery_days)
    ).one_or_none()
    chosen = select(PostalClosure.day, PostalClosure.closure)
    days = session.execute(chosen.order_by(PostalClosure.day, PostalClosure.closure)).all()
    name = region_named(row.holiday_region if row is not None else None)
    calendar = PostalCalendar(
        partial(is_holiday, region=name),
        closed_days=frozenset(day for day, closure in days if closure is Closure.ROOM),
        stopped=frozenset(day for day, closure in days if closure is Closure.POST),
        zone=REGIONS[name].zone,
    )
    if row is not None:
        calendar = replace(calendar, cut_off=row.cut_off, delivery_days=row.delivery_days)
    session.info[_KEPT] = calendar
    return calendar


def region_of(session: Session) -> str:
    """Whose holidays hold: a key of `REGIONS`."""
    return region_named(session.scalar(select(Departement.holiday_region)))


def forget_calendar(session: Session) -> None:
    """Has the calendar read anew: a closed day was entered, or taken away, in this session."""
    session.info.pop(_KEPT, None)


def letters_under_way(session: Session, now: datetime) -> list[UnderWay]:
    """Letters promised that have not arrived yet, as far as one can tell, oldest first."""
    today = calendar_of(session).day_of(now)
    chosen = select(*(getattr(Message, name) for name in UnderWay._fields)).where(
        Message.route == Route.LETTER,
        Message.expires_at > now,
        or_(
            Message.status.in_(_IN_THE_HOUSE),
            and_(Message.status == Status.POSTED, Message.arrives_on >= today),
        ),
    )
    return [UnderWay._make(row) for row in session.execute(chosen.order_by(Message.id))]


def closures(session: Session, first: date, last: date) -> Sequence[PostalClosure]:
    """The closed days entered from one day to another, both included: for each way of closing, soonest first."""
    chosen = select(PostalClosure).where(PostalClosure.day.between(first, last))
    return session.scalars(chosen.order_by(PostalClosure.closure, PostalClosure.day)).all()
