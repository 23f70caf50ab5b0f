"""Settings changed on screen: each with its line in the history and in the journal."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.administration import queries
from portal.administration.rules import (
    MOTIF_COLUMNS,
    PLACE_COLUMNS,
    Kind,
    SettingFault,
    as_json,
    changed_since,
    values_of,
)
from portal.clock import paris_day
from portal.directory.models import Motif, Place
from portal.directory.models_settings import DayException, SettingChange
from portal.journal.services import Actor, record
from portal.refusal import Refused


def change_motif(  # noqa: PLR0913 - a thing, what it is to say, and the page that showed it
    session: Session, now: datetime, *, motif_id: int, wanted: Mapping[str, Any], shown: str, by: Actor
) -> frozenset[str]:
    """Writes what a motif is to say (columns of `MOTIF_COLUMNS`), and gives the names of those that changed.

    From then on the Département's files no longer change these. Appointments already taken keep their hours and
    length; what is booked later follows the new rules. Raises `Refused` (CHANGED) when anything is no longer as the
    page showed it.
    """
    motif = queries.motif(session, motif_id, held=True)
    return _change(session, now, motif, Kind.MOTIF, MOTIF_COLUMNS, wanted=wanted, shown=shown, by=by)


def change_place(  # noqa: PLR0913 - as above
    session: Session, now: datetime, *, place_id: int, wanted: Mapping[str, Any], shown: str, by: Actor
) -> frozenset[str]:
    """The same for a place (columns of `PLACE_COLUMNS`). Messages that have yet to leave keep what they said.

    Raises `Refused` (CHANGED).
    """
    place = queries.place(session, place_id, held=True)
    return _change(session, now, place, Kind.PLACE, PLACE_COLUMNS, wanted=wanted, shown=shown, by=by)


def add_day(  # noqa: PLR0913 - a day, and what it is
    session: Session, now: datetime, *, day: date, place_id: int | None, is_open: bool, label: str, by: Actor
) -> DayException:
    """Writes that a day is not as the calendar says, at a place or everywhere (None).

    What is booked on it stays: the list of people to move shows them. Raises `Refused`: DAY_PAST, or DAY_KNOWN when
    somebody has written that day for that place already.
    """
    if day < paris_day(now):
        raise Refused(SettingFault.DAY_PAST)
    values = {"day": day, "place_id": place_id, "is_open": is_open, "label": label}
    written = insert(DayException).values(values).on_conflict_do_nothing().returning(DayException)
    added: DayException | None = session.scalar(written)
    if added is None:
        raise Refused(SettingFault.DAY_KNOWN)
    _note(session, now, Kind.DAY, added.id, before=None, after=as_json(values), by=by)
    return added


def remove_day(session: Session, now: datetime, *, exception_id: int, by: Actor) -> None:
    """Takes a day away: it is again as the calendar says. Once, whoever else presses."""
    day = session.get(DayException, exception_id, with_for_update=True)
    if day is None:
        return
    before = as_json(values_of(day, ("day", "place_id", "is_open", "label")))
    session.delete(day)
    _note(session, now, Kind.DAY, exception_id, before=before, after=None, by=by)


def _change(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    row: Motif | Place | None,
    kind: Kind,
    columns: tuple[str, ...],
    *,
    wanted: Mapping[str, Any],
    shown: str,
    by: Actor,
) -> frozenset[str]:
    if row is None:
        raise LookupError("no such thing")
    before = values_of(row, columns)
    if changed_since(before, shown):
        raise Refused(SettingFault.CHANGED)
    changed = frozenset(name for name in columns if name in wanted and wanted[name] != before[name])
    if not changed:
        return changed
    for name in changed:
        setattr(row, name, wanted[name])
    row.edited = sorted({*row.edited, *changed})
    _note(
        session,
        now,
        kind,
        row.id,
        before=as_json({name: before[name] for name in sorted(changed)}),
        after=as_json({name: wanted[name] for name in sorted(changed)}),
        by=by,
    )
    return changed


def _note(  # noqa: PLR0913 - a change's own parts
    session: Session,
    now: datetime,
    kind: Kind,
    object_id: int,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    by: Actor,
) -> None:
    session.add(
        SettingChange(changed_at=now, agent_id=by.id or 0, kind=kind, object_id=object_id, before=before, after=after)
    )
    record(session, now, actor=by, verb="setting.changed", object_kind=kind.value, object_id=object_id)
