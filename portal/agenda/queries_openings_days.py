"""What became of one day of an opening, as the history of changes has it."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.agenda.queries_openings import drafts
from portal.agenda.rules_openings import Draft
from portal.booking.models import Recurrence
from portal.directory.models_settings import SettingChange

_KIND = "opening"
_NEAR = 50  # lines: those of one change follow one another, but for what others write at that instant


def stand_in(session: Session, agent_id: int, opening_id: int, day: date) -> Draft | None:
    """The opening that was written for one day instead of another of the same agent; None when none is there (now)."""
    once = [one for one in drafts(session, agent_id, day) if one.recurrence is Recurrence.ONCE and one.happens_on(day)]
    newest_first = sorted(once, key=lambda one: -one.id)
    return next((one for one in newest_first if _stands_for(session, one.id, opening_id, day)), None)


def _stands_for(session: Session, number: int, opening_id: int, day: date) -> bool:
    """Whether one was written instead of the other, or of one that was, and so on."""
    while (cause := _cause(session, number)) is not None:
        is_of_that_day = cause.after is None or day.isoformat() in cause.after.get("skipped", ())
        if not is_of_that_day or cause.object_id == opening_id:
            return is_of_that_day
        number = cause.object_id
    return False


def _cause(session: Session, number: int) -> SettingChange | None:
    """What was changed of another opening by the very act that wrote this one: the line before, of the same instant."""
    lines = select(SettingChange).where(SettingChange.kind == _KIND)
    written = session.scalars(
        lines.where(SettingChange.object_id == number, SettingChange.before.is_(None)).order_by(SettingChange.id)
    ).first()
    if written is None:
        return None
    near = lines.where(SettingChange.id < written.id, SettingChange.id > written.id - _NEAR)
    last = session.scalars(
        near.where(SettingChange.changed_at == written.changed_at, SettingChange.agent_id == written.agent_id)
        .order_by(SettingChange.id.desc())
        .limit(1)
    ).first()
    return None if last is None or last.before is None else last
