"""The row of an appointment, written over an agent's time, and its lines in the journal."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.attendance import Party
from portal.booking.availability import Scope
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import BookingRefusal, BookingRequest
from portal.booking.services_staff import Taken
from portal.booking.words import Hand
from portal.clock import paris_day
from portal.codes import new_code
from portal.directory.models import Motif, Place
from portal.journal.services import Actor, record
from portal.people.mandates import hold_mandate
from portal.people.queries import referents_of
from portal.refusal import Refused
from portal.web.access import Procedure


def insert(  # noqa: PLR0913 - a row's own parts
    session: Session,
    now: datetime,
    request: BookingRequest,
    motif: Motif,
    place: Place,
    *,
    party: Party,
    taken: Taken,
) -> Appointment:
    """Adds the row of an appointment, which the database refuses when the agent's time is taken."""
    ends_at = request.starts_at + timedelta(minutes=motif.minutes)
    appointment = Appointment(
        code=new_code(),
        request_key=request.key,
        motif=motif,
        place=place,
        agent_id=taken.agent_id,
        starts_at=request.starts_at,
        ends_at=ends_at,
        busy_until=ends_at + timedelta(minutes=motif.buffer_minutes),
        status=AppointmentStatus.BOOKED,
        is_overbooked=taken.reason is not None,
        overbook_reason=taken.reason,
        sequence=0,
        told=party.told,
        browser=request.browser,
        created_at=now,
        changed_at=now,
        participations=party.participations(),
    )
    session.add(appointment)
    session.flush()
    return appointment


def rewrite(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    appointment_id: int,
    motif: Motif,
    *,
    place_id: int,
    starts_at: datetime,
    taken: Taken,
) -> int:
    """Writes another hour, place or agent, which the database refuses when the time is taken; gives the id.

    Nobody has arrived for the new hour yet.
    """
    ends_at = starts_at + timedelta(minutes=motif.minutes)
    session.execute(
        update(Appointment)
        .where(Appointment.id == appointment_id)
        .values(
            agent_id=taken.agent_id,
            place_id=place_id,
            starts_at=starts_at,
            ends_at=ends_at,
            busy_until=ends_at + timedelta(minutes=motif.buffer_minutes),
            is_overbooked=taken.reason is not None,
            overbook_reason=taken.reason,
            arrived_at=None,
            called_at=None,
            sequence=Appointment.sequence + 1,
            changed_at=now,
        )
        # The row in memory is read again once the time is held: a lost savepoint must not leave it half changed.
        .execution_options(synchronize_session=False)
    )
    return appointment_id


def hand_of(session: Session, now: datetime, by: Actor, person_ids: Collection[int | None]) -> Hand | None:
    """Who acts under a mandate, which is held until the transaction ends; None when `by` acts for nobody.

    Raises `Refused` (MandateFault) when it holds no longer, and `LookupError` when it is for none of `person_ids`.
    """
    mandate = hold_mandate(session, now, by, Procedure.APPOINTMENTS)
    if mandate is None:
        return None
    if mandate.person_id not in person_ids:
        raise LookupError("the mandate is for somebody else")
    return Hand(queries.name_of_holder(session, mandate))


def record_each(  # noqa: PLR0913 - as above
    session: Session, now: datetime, by: Actor, verb: str, *, appointment_id: int, person_ids: Sequence[int]
) -> None:
    """A line in the journal for each person concerned."""
    for person_id in person_ids:
        record(
            session,
            now,
            actor=by,
            verb=verb,
            for_person_id=person_id,
            object_kind="appointment",
            object_id=appointment_id,
        )


def record_taken(  # noqa: PLR0913 - as above
    session: Session, now: datetime, by: Actor, verb: str, *, appointment: Appointment, person_ids: Sequence[int]
) -> None:
    """The same for an appointment that takes a time, with a verb of its own when it is overbooked."""
    for each in (verb, "appointment.overbooked") if appointment.is_overbooked else (verb,):
        record_each(session, now, by, each, appointment_id=appointment.id, person_ids=person_ids)


def scope_for(  # noqa: PLR0913 - as above
    session: Session, now: datetime, motif: Motif, party: Party, *, by: Actor, ignoring: int | None = None
) -> Scope:
    """The slots of a motif for these people: of their référent alone where the motif says so."""
    agents = referents_of(session, party.ids, paris_day(now)) if motif.with_referent else None
    return Scope(motif, agent_ids=agents, for_agent=by.is_agent, ignoring=ignoring)


def refuse(reason: BookingRefusal | None) -> None:
    """Raises `Refused` when there is a reason."""
    if reason is not None:
        raise Refused(reason)
