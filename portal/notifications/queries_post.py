"""The post as this Département knows it: its public holidays, its closed days, its cut-off."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.holidays import is_holiday
from portal.notifications.models_post import Closure, PostalClosure
from portal.notifications.post import PostalCalendar

_KEPT = "postal_calendar"


def calendar_of(session: Session) -> PostalCalendar:
    """The calendar with every closed day entered so far. Read once for a session: what it decides, it decides alike."""
    kept = session.info.get(_KEPT)
    if isinstance(kept, PostalCalendar):
        return kept
    row = session.execute(select(Departement.cut_off, Departement.delivery_days)).one_or_none()
    days = session.execute(select(PostalClosure.day, PostalClosure.closure).order_by(PostalClosure.day)).all()
    calendar = PostalCalendar(
        is_holiday,
        closed_days=frozenset(day for day, closure in days if closure is Closure.ROOM),
        stopped=frozenset(day for day, closure in days if closure is Closure.POST),
    )
    if row is not None:
        calendar = replace(calendar, cut_off=row.cut_off, delivery_days=row.delivery_days)
    session.info[_KEPT] = calendar
    return calendar
