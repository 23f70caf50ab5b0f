"""Openings written: each with its line in the history and in the journal. No appointment is touched.

From the moment an opening is changed here, the Département's files leave it alone (portal.booking.loader reads the
history). The caller commits; on `Refused` it must let the transaction roll back.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from portal.agenda import queries_openings
from portal.agenda.rules_openings import Draft, OpeningFault, Plan, is_done, mark_of
from portal.booking.models import Opening, opening_motif
from portal.clock import paris_day
from portal.directory.models_settings import SettingChange
from portal.journal.services import Actor, record
from portal.locks import Lock, hold
from portal.refusal import Refused

KIND = "opening"
_BEGINNING = date(1, 1, 1)


def write_plan(  # noqa: PLR0913 - whose, what, and what the page showed
    session: Session, now: datetime, *, agent_id: int, plan: Plan, shown: Mapping[int, str], by: Actor
) -> bool:
    """Writes a change of an agent's openings; gives whether anything was left to write.

    Pressed twice, it is written once. `shown`: the marks (`rules_openings.mark_of`) of the openings it changes, as the
    page had them. Raises `Refused`: NOT_YOURS (a place or an agent that is not the writer's to write, or a motif of a
    family that the agent does not hold), CHANGED, PAST.
    """
    hold(session, Lock.AGENT, agent_id)
    current = queries_openings.drafts(session, agent_id, _BEGINNING)
    by_id = {draft.id: draft for draft in current}
    _refuse_others(session, now, agent_id, plan, current=by_id, by=by)
    if is_done(current, plan):
        return False
    for number in sorted(plan.changed_ids):
        if number not in by_id or shown.get(number) != mark_of(by_id[number]):
            raise Refused(OpeningFault.CHANGED)
    for number in sorted(plan.changed_ids):
        _change(session, now, by_id[number], plan, by)
    for draft in plan.added:
        _add(session, now, agent_id, draft, by)
    session.flush()
    return True


def _refuse_others(  # noqa: PLR0913 - as above
    session: Session, now: datetime, agent_id: int, plan: Plan, *, current: Mapping[int, Draft], by: Actor
) -> None:
    may = queries_openings.authority_over(session, now, by.id or 0, agent_id)
    changed = [current[number].place_id for number in plan.changed_ids if number in current]
    kept = {motif_id for number in plan.changed_ids if number in current for motif_id in current[number].motif_ids}
    if not plan.changed_ids:  # a week that is copied takes what is there
        kept = {motif_id for draft in current.values() for motif_id in draft.motif_ids}
    theirs = {motif.id for motif in queries_openings.motifs_for(session, agent_id, now)} | kept
    is_theirs = all(draft.motif_ids <= theirs for draft in plan.added)
    if not may.is_any or not is_theirs or not all(map(may.covers, [*changed, *(one.place_id for one in plan.added)])):
        raise Refused(OpeningFault.NOT_YOURS)
    today = paris_day(now)
    days = [*plan.skips.values(), *(one.first_day for one in plan.added)]
    if any(day < today for day in days) or any(day.toordinal() + 1 < today.toordinal() for day in plan.ends.values()):
        raise Refused(OpeningFault.PAST)


def _change(session: Session, now: datetime, draft: Draft, plan: Plan, by: Actor) -> None:
    row = session.get_one(Opening, draft.id)
    before = _as_json(draft)
    last, day = plan.ends.get(draft.id), plan.skips.get(draft.id)
    if day is not None:
        row.skipped = sorted({*row.skipped, day})
    if last is not None and last >= row.first_day:
        row.last_day = last if row.last_day is None else min(last, row.last_day)
    elif last is not None:
        _never(session, row)
    after = None if last is not None and last < draft.first_day else _differing(row, last, day)
    kept = before if after is None else {name: before[name] for name in after}
    _note(session, now, draft.id, before=kept, after=after, by=by)


def _never(session: Session, row: Opening) -> None:
    """It had not begun. One of the files stays as a row that never happens: else the next load would bring it back."""
    if row.key is None:
        session.execute(delete(Opening).where(Opening.id == row.id))
        session.expunge(row)
    else:
        row.last_day, row.skipped = row.first_day, [row.first_day]


def _add(session: Session, now: datetime, agent_id: int, draft: Draft, by: Actor) -> None:
    row = Opening(
        key=None,
        agent_id=agent_id,
        place_id=draft.place_id,
        recurrence=draft.recurrence,
        weekdays=list(draft.weekdays),
        interval_weeks=draft.interval_weeks,
        nth_week=draft.nth_week,
        first_day=draft.first_day,
        last_day=draft.last_day,
        starts=draft.starts,
        ends=draft.ends,
        skipped=list(draft.skipped),
    )
    session.add(row)
    session.flush()
    pairs = [{"opening_id": row.id, "motif_id": motif_id} for motif_id in sorted(draft.motif_ids)]
    session.execute(insert(opening_motif), pairs)
    _note(session, now, row.id, before=None, after=_as_json(draft), by=by)


def _differing(row: Opening, last: date | None, day: date | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if last is not None:
        found["last_day"] = None if row.last_day is None else row.last_day.isoformat()
    if day is not None:
        found["skipped"] = [one.isoformat() for one in row.skipped]
    return found


def _as_json(draft: Draft) -> dict[str, Any]:
    return {
        "place_id": draft.place_id,
        "recurrence": draft.recurrence.value,
        "weekdays": list(draft.weekdays),
        "interval_weeks": draft.interval_weeks,
        "nth_week": draft.nth_week,
        "first_day": draft.first_day.isoformat(),
        "last_day": None if draft.last_day is None else draft.last_day.isoformat(),
        "starts": draft.starts.isoformat("minutes"),
        "ends": draft.ends.isoformat("minutes"),
        "skipped": [day.isoformat() for day in draft.skipped],
        "motif_ids": sorted(draft.motif_ids),
    }


def _note(  # noqa: PLR0913 - a change's own parts
    session: Session,
    now: datetime,
    opening_id: int,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    by: Actor,
) -> None:
    session.add(
        SettingChange(changed_at=now, agent_id=by.id or 0, kind=KIND, object_id=opening_id, before=before, after=after)
    )
    record(session, now, actor=by, verb="opening.changed", object_kind=KIND, object_id=opening_id)
