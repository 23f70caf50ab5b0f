"""The rows of workshops: those that hold an agent's time, and the seats, which hold none."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.holding import hold_this_agent
from portal.booking.models import Appointment, AppointmentStatus, Participation
from portal.booking.rules_workshops import WorkshopFault
from portal.booking.services_rows import record_each
from portal.booking.telling import tell
from portal.codes import new_code
from portal.directory.models import Departement, Mode, Motif, Place
from portal.journal.services import Actor
from portal.notifications.planner import EventKind
from portal.refusal import Refused


def held_by(session: Session, agent_id: int, write: Callable[[], Appointment]) -> Appointment:
    """What `write` makes over an agent's time. Raises `Refused` (AGENT_TAKEN) when somebody else has it."""
    try:
        return hold_this_agent(session, agent_id, lambda _: write())
    except Refused as taken:
        raise Refused(WorkshopFault.AGENT_TAKEN) from taken


def insert_row(  # noqa: PLR0913 - a row's own parts
    session: Session,
    now: datetime,
    motif: Motif,
    place: Place,
    *,
    agent_id: int,
    between: tuple[datetime, datetime],
    workshop_id: int | None = None,
    participations: list[Participation] | None = None,
) -> Appointment:
    """The row of a session, or of a seat. A session has no buffer: whoever opens it says how long it lasts."""
    row = Appointment(
        code=new_code(),
        request_key=uuid4(),
        motif=motif,
        place=place,
        agent_id=agent_id,
        starts_at=between[0],
        ends_at=between[1],
        busy_until=between[1],
        status=AppointmentStatus.BOOKED,
        sequence=0,
        workshop_id=workshop_id,
        told=None,
        created_at=now,
        changed_at=now,
        participations=participations or [],
    )
    session.add(row)
    session.flush()
    return row


def rewrite_row(
    session: Session, now: datetime, row: Appointment, new: tuple[datetime, datetime, int, int]
) -> Appointment:
    """Writes when, where and with whom (beginning, end, place, agent), for a session or a seat."""
    row.starts_at, row.ends_at, row.place_id, row.agent_id = new
    row.busy_until = row.ends_at
    row.arrived_at = row.called_at = None
    row.sequence += 1
    row.changed_at = now
    session.flush()
    return row


def move_seat(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    seat_id: int,
    new: tuple[datetime, datetime, int, int],
    *,
    by: Actor,
    base_url: str,
) -> None:
    """Gives a seat its session's new hour, place and agent, and tells who has it.

    Another agent alone is not told, for messages name none; nor another place where nobody goes there.
    """
    seat = queries.appointment_to_change(session, seat_id)
    if seat is None or seat.status is not AppointmentStatus.BOOKED:
        return
    old, old_place = (seat.starts_at, seat.ends_at), seat.place
    is_elsewhere = old_place.id != new[2] and seat.motif.mode is Mode.PLACE
    rewrite_row(session, now, seat, new)
    if old == new[:2] and not is_elsewhere:
        return
    person_ids = [participation.person_id for participation in seat.participations]
    record_each(session, now, by, "appointment.moved", appointment_id=seat_id, person_ids=person_ids)
    tell(
        session,
        now,
        queries.appointment(session, seat_id) or seat,
        EventKind.MOVED,
        departement=session.get_one(Departement, 1),
        base_url=base_url,
        old_starts_at=old[0],
        old_place=old_place.name if is_elsewhere else None,
    )
