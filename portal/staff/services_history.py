"""What an admin changes of an account is kept in the history of settings: what it was, and what it became."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.directory.models import Mds, Place
from portal.directory.models_settings import SettingChange
from portal.journal.services import Actor
from portal.people.models_access import Assignment

KIND = "agent"


def note_account(  # noqa: PLR0913 - a change's own parts
    session: Session,
    now: datetime,
    agent_id: int,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    by: Actor,
) -> None:
    """One line of the history, of JSON values: neither an address nor a password is among them. None for no change."""
    if before == after:
        return
    session.add(
        SettingChange(changed_at=now, agent_id=by.id or 0, kind=KIND, object_id=agent_id, before=before, after=after)
    )


def role_said(session: Session, role: Assignment) -> dict[str, Any]:
    """A role as the history says it: where it holds by the name of that day, its first and last days."""
    place = session.get(Place, role.place_id) if role.place_id is not None else None
    house = session.get(Mds, role.mds_id) if role.mds_id is not None else None
    where = place or house
    return {
        "role": role.role,
        "where": where.name if where is not None else None,
        "place_id": role.place_id,
        "mds_id": role.mds_id,
        "first_day": role.valid.lower.isoformat() if role.valid.lower is not None else None,
        "last_day": last_said(role.valid.upper),
        "families": list(role.families),
        "may_overbook": role.may_overbook,
    }


def last_said(after: date | None) -> str | None:
    """The last day of what is over on `after`; None without end."""
    return (after - timedelta(days=1)).isoformat() if after is not None else None
