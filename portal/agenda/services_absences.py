"""Absences written: each with its line in the history and in the journal. Nothing is cancelled by itself.

Whom an absence touches comes in the list of those to place anew, which is computed: whoever books at the same instant
is in it too. The caller commits; on `Refused` it must let the transaction roll back.
"""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.agenda import queries_openings
from portal.agenda.rules_openings import OpeningFault
from portal.booking.models import Absence
from portal.directory.models_settings import SettingChange
from portal.journal.services import Actor, record
from portal.locks import Lock, hold
from portal.refusal import Refused

KIND = "absence"


def add_absence(  # noqa: PLR0913 - an absence's own parts
    session: Session, now: datetime, *, agent_id: int, starts_at: datetime, ends_at: datetime, by: Actor
) -> Absence:
    """Notes that an agent is away from an instant to a later one. Pressed twice, it is one absence.

    Raises `Refused`: NOT_YOURS; PAST for one that is over.
    """
    _refuse_others(session, now, agent_id, by)
    if ends_at <= now:
        raise Refused(OpeningFault.PAST)
    known = session.scalars(
        select(Absence)
        .where(Absence.agent_id == agent_id, Absence.starts_at == starts_at, Absence.ends_at == ends_at)
        .order_by(Absence.id)
        .limit(1)
    ).one_or_none()
    if known is not None:
        return known
    row = Absence(agent_id=agent_id, starts_at=starts_at, ends_at=ends_at)
    session.add(row)
    session.flush()
    _note(session, now, row, before=None, after=_as_json(row), by=by)
    return row


def change_absence(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    absence_id: int,
    starts_at: datetime,
    ends_at: datetime,
    shown: str,
    by: Actor,
) -> Absence:
    """Changes when an absence begins and ends. What has begun keeps its beginning.

    `shown`: its mark, as the page had it. Raises `Refused` (NOT_YOURS, PAST, CHANGED: changed or removed meanwhile).
    """
    row = _held(session, now, absence_id, by)
    if (row.starts_at, row.ends_at) == (starts_at, ends_at):
        return row
    if shown != mark_of(row):
        raise Refused(OpeningFault.CHANGED)
    if ends_at <= now or (starts_at != row.starts_at and min(starts_at, row.starts_at) <= now):
        raise Refused(OpeningFault.PAST)
    before = _as_json(row)
    row.starts_at, row.ends_at = starts_at, ends_at
    session.flush()
    _note(session, now, row, before=before, after=_as_json(row), by=by)
    return row


def end_absence(session: Session, now: datetime, *, absence_id: int, shown: str, by: Actor) -> None:
    """The agent is back: what has begun ends now, what is to come is no more. Pressed twice, the first counts.

    Raises `Refused` (NOT_YOURS, CHANGED).
    """
    row = session.get(Absence, absence_id, with_for_update=True, populate_existing=True)
    if row is None or row.ends_at <= now:
        return
    _refuse_others(session, now, row.agent_id, by)
    if shown != mark_of(row):
        raise Refused(OpeningFault.CHANGED)
    before = _as_json(row)
    if row.starts_at < now:
        row.ends_at = now
        _note(session, now, row, before=before, after=_as_json(row), by=by)
    else:
        _note(session, now, row, before=before, after=None, by=by)
        session.delete(row)
    session.flush()


def mark_of(row: Absence) -> str:
    """What a page showed of an absence, so that a change made meanwhile is seen."""
    return hashlib.sha256(f"{row.starts_at.timestamp()}-{row.ends_at.timestamp()}".encode()).hexdigest()[:16]


def _held(session: Session, now: datetime, absence_id: int, by: Actor) -> Absence:
    row = session.get(Absence, absence_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Refused(OpeningFault.CHANGED)
    _refuse_others(session, now, row.agent_id, by)
    return row


def _refuse_others(session: Session, now: datetime, agent_id: int, by: Actor) -> None:
    hold(session, Lock.AGENT, agent_id)
    if not queries_openings.authority_over(session, now, by.id or 0, agent_id).is_any:
        raise Refused(OpeningFault.NOT_YOURS)


def _as_json(row: Absence) -> dict[str, Any]:
    return {"agent_id": row.agent_id, "starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}


def _note(  # noqa: PLR0913 - a change's own parts
    session: Session,
    now: datetime,
    row: Absence,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    by: Actor,
) -> None:
    session.add(
        SettingChange(changed_at=now, agent_id=by.id or 0, kind=KIND, object_id=row.id, before=before, after=after)
    )
    record(session, now, actor=by, verb="absence.changed", object_kind=KIND, object_id=row.id)
