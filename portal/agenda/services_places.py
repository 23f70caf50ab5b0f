"""Places closed from a day and opened again. No appointment is cancelled: whom it touches is listed to be placed anew.

Openings at a closed place give no slots from that day, and give them again if it opens again: nothing is rewritten.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.agenda.rules_openings import OpeningFault
from portal.clock import paris_day
from portal.directory.models import Place
from portal.directory.models_settings import SettingChange
from portal.journal.services import Actor, record
from portal.people.queries_access import places_of
from portal.refusal import Refused
from portal.web.access import Role


def close_place(  # noqa: PLR0913 - a place, a day, and what the page showed
    session: Session, now: datetime, *, place_id: int, day: date | None, shown: date | None, by: Actor
) -> None:
    """Closes a place from `day` on (None: opens it again). The Département's files no longer change that.

    `shown`: its closing day as the page had it. Pressed twice, it is written once. Raises `Refused`: NOT_YOURS, PAST
    (a day before today), CHANGED; and `LookupError` for no such place.
    """
    place = session.get(Place, place_id, with_for_update=True, populate_existing=True)
    if place is None:
        raise LookupError("no such place")
    if not may_close(session, now, place_id, by):
        raise Refused(OpeningFault.NOT_YOURS)
    before = place.closed_on
    if before == day:
        return
    if before != shown:
        raise Refused(OpeningFault.CHANGED)
    if day is not None and day < paris_day(now):
        raise Refused(OpeningFault.PAST)
    place.closed_on = day
    place.edited = sorted({*place.edited, "closed_on"})
    session.add(
        SettingChange(
            changed_at=now,
            agent_id=by.id or 0,
            kind="place",
            object_id=place_id,
            before={"closed_on": None if before is None else before.isoformat()},
            after={"closed_on": None if day is None else day.isoformat()},
        )
    )
    verb = "place.reopened" if day is None else "place.closed"
    record(session, now, actor=by, verb=verb, object_kind="place", object_id=place_id)
    session.flush()


def may_close(session: Session, now: datetime, place_id: int, by: Actor) -> bool:
    """Whether an agent closes a place: they lead it, or are an admin."""
    day = paris_day(now)
    led = places_of(session, by.id or 0, (Role.ENCADRANT, Role.ADMIN), day)
    return led is None or place_id in led
