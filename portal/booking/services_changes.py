"""Appointments moved, handed over and cancelled: each with its messages and its line in the journal.

The caller commits; on `Refused` it must let the transaction roll back, so that a refusal leaves nothing behind. The
row is locked first: of two who change it at once, the second reads what the first has done. `sequence` is what the
page showed; when the appointment has changed since, the second is refused (CHANGED) and loses nothing.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.attendance import Party
from portal.booking.holding import hold_this_agent
from portal.booking.models import Appointment, AppointmentStatus, CancelReason
from portal.booking.queries_workshops import is_closed_day
from portal.booking.rules import CANCELLED, BookingRefusal, booking_refusal, cancel_refusal, move_refusal
from portal.booking.services_rows import hand_of, record_each, record_taken, refuse, rewrite, scope_for
from portal.booking.services_staff import Aim, Taken, aim_within, refuse_others, services_at, take_time
from portal.booking.telling import tell
from portal.clock import paris_day
from portal.directory.models import Departement, Mode, Place
from portal.journal.services import Actor
from portal.notifications.planner import EventKind
from portal.refusal import Refused


def move(  # noqa: PLR0913 - an appointment, where it goes, by whose hand, and the world it is told to
    session: Session,
    now: datetime,
    *,
    appointment_id: int,
    starts_at: datetime,
    base_url: str,
    by: Actor,
    place_id: int | None = None,
    agent_id: int | None = None,
    overbook: str | None = None,
    sequence: int | None = None,
) -> Appointment:
    """Moves an appointment to another hour, and another place or agent where given, in one step.

    The old time is free and the new one held. Messages and reminders of the old time are withdrawn, those of the new
    one promised; nobody is told of another agent alone, nor of another place where nobody goes there. Moving to where
    it already is changes nothing. The motif's deadline binds residents and whoever acts for them under a mandate, not
    staff. Staff moves within its own service; the appointment's own agent moves it within their own agenda.
    `overbook` is as in `BookingRequest`. Raises `Refused` (BookingRefusal, MandateFault) and `LookupError` for no such
    appointment.
    """
    appointment = _held(session, appointment_id)
    aim = Aim(appointment.place_id if place_id is None else place_id, starts_at, agent_id, overbook)
    if _is_there(appointment, aim):
        return appointment
    _refuse_changed(appointment, sequence)
    hand = hand_of(session, now, by, _who_answer(appointment))
    services = services_at(session, now, by)
    aim = aim_within(services, by, appointment, aim)
    refuse(move_refusal(appointment, now, by_agent=by.is_agent))
    motif, old_place, old_starts_at = appointment.motif, appointment.place, appointment.starts_at
    people = [participation.person for participation in appointment.participations]
    place = session.get(Place, aim.place_id)
    if place is None:
        raise Refused(BookingRefusal.NOT_BOOKABLE)
    births = [person.birth_date for person in people]
    refuse(booking_refusal(motif, place, starts_at, now, births=births, by_agent=by.is_agent))
    party = Party(people=tuple(people), told=appointment.told)
    scope = scope_for(session, now, motif, party, by=by, ignoring=appointment_id)
    take_time(
        session,
        now,
        scope,
        aim,
        services=services,
        write=lambda taken: rewrite(
            session, now, appointment_id, motif, place_id=aim.place_id, starts_at=starts_at, taken=taken
        ),
    )
    appointment = _known(queries.appointment(session, appointment_id))
    record_taken(session, now, by, "appointment.moved", appointment=appointment, person_ids=party.ids)
    is_elsewhere = place.id != old_place.id and motif.mode is Mode.PLACE
    if starts_at != old_starts_at or is_elsewhere:
        tell(
            session,
            now,
            appointment,
            EventKind.MOVED,
            departement=session.get_one(Departement, 1),
            base_url=base_url,
            old_starts_at=old_starts_at,
            old_place=old_place.name if is_elsewhere else None,
            acted_by=hand,
        )
    return appointment


def hand_over(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    appointment_id: int,
    agent_id: int,
    by: Actor,
    base_url: str,  # noqa: ARG001 - views call the three changes alike
    sequence: int | None = None,
) -> Appointment:
    """Gives an appointment to another agent: same hour, same place. Messages name no agent, so they stand.

    The other agent receives for the motif at the place then, and is free. Handing over to whoever has it already
    changes nothing. Raises `Refused`: NOT_YOUR_SERVICE, CHANGED, PAST, ALREADY_CANCELLED, NOT_BOOKABLE (a seat in a
    workshop), CLOSED (the place or the motif that day, whoever would receive), AGENT_TAKEN; and `LookupError` for no
    such appointment.
    """
    appointment = _held(session, appointment_id)
    if appointment.agent_id == agent_id and appointment.status is AppointmentStatus.BOOKED:
        return appointment
    _refuse_changed(appointment, sequence)
    refuse_others(services_at(session, now, by), by, appointment)
    refuse(move_refusal(appointment, now, by_agent=by.is_agent))
    if _is_closed(session, appointment):
        raise Refused(BookingRefusal.CLOSED)
    if agent_id not in {agent.id for agent in queries.colleagues(session, appointment)}:
        raise Refused(BookingRefusal.AGENT_TAKEN)
    hold_this_agent(
        session,
        agent_id,
        lambda agent_id: rewrite(
            session,
            now,
            appointment_id,
            appointment.motif,
            place_id=appointment.place_id,
            starts_at=appointment.starts_at,
            taken=Taken(agent_id),
        ),
    )
    appointment = _known(queries.appointment(session, appointment_id))
    ids = [participation.person_id for participation in appointment.participations]
    record_each(session, now, by, "appointment.handed_over", appointment_id=appointment_id, person_ids=ids)
    return appointment


def cancel(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    appointment_id: int,
    base_url: str,
    by: Actor,
    reason: CancelReason | None = None,
    by_person: bool = False,
    on_paper: bool = False,
    sequence: int | None = None,
) -> Appointment:
    """Cancels an appointment and frees its time: excused when the person does it, revoked when the service does.

    `by_person`: an agent notes that the person cancels; `on_paper`: with the person's own slip in hand, whatever their
    service; `reason` is kept for staff. What has not left is withdrawn, and one message tells the final state and who
    cancelled. Cancelling twice is cancelling once: the first one stands; an agent who did not see it and says otherwise
    is told (CHANGED). The motif's deadline binds residents and whoever acts for them under a mandate, not staff, who
    cancels within its own service, or its own appointments. Raises `Refused` (BookingRefusal, MandateFault) and
    `LookupError` for no such appointment.
    """
    appointment = _held(session, appointment_id)
    is_theirs = by_person or not by.is_agent
    status = AppointmentStatus.EXCUSED if is_theirs else AppointmentStatus.REVOKED
    if by_person and by.is_agent:
        reason = reason or CancelReason.PERSON_ASKED
    if appointment.status in CANCELLED:
        if sequence is not None and (appointment.status, appointment.cancel_reason) != (status, reason):
            raise Refused(BookingRefusal.CHANGED)
        return appointment
    _refuse_changed(appointment, sequence)
    hand = hand_of(session, now, by, _who_answer(appointment))
    refuse_others(None if on_paper else services_at(session, now, by), by, appointment)
    refuse(cancel_refusal(appointment, now, by_agent=by.is_agent))
    appointment.status, appointment.cancel_reason = status, reason
    appointment.sequence += 1
    appointment.changed_at = now
    ids = [participation.person_id for participation in appointment.participations]
    record_each(session, now, by, "appointment.cancelled", appointment_id=appointment_id, person_ids=ids)
    tell(
        session,
        now,
        appointment,
        EventKind.CANCELLED,
        departement=session.get_one(Departement, 1),
        base_url=base_url,
        cancelled_by="person" if is_theirs else "service",
        acted_by=hand,
    )
    return appointment


def _is_closed(session: Session, appointment: Appointment) -> bool:
    """Whether its place or its motif has closed by its day, or the place receives nobody on that very day."""
    day = paris_day(appointment.starts_at)
    for_good = (appointment.place.closed_on, appointment.motif.closed_on)
    has_closed = any(closed is not None and closed <= day for closed in for_good)
    return has_closed or is_closed_day(session, appointment.place_id, day)


def _is_there(appointment: Appointment, aim: Aim) -> bool:
    """Whether an appointment is already what someone wants to make of it."""
    return (
        appointment.status is AppointmentStatus.BOOKED
        and (appointment.starts_at, appointment.place_id) == (aim.starts_at, aim.place_id)
        and aim.agent_id in {None, appointment.agent_id}
    )


def _held(session: Session, appointment_id: int) -> Appointment:
    """The appointment, locked. A workshop's own, which is for nobody, is its workshop's to change."""
    appointment = _known(queries.appointment_to_change(session, appointment_id))
    if not appointment.participations:
        raise Refused(BookingRefusal.NOT_BOOKABLE)
    return appointment


def _refuse_changed(appointment: Appointment, sequence: int | None) -> None:
    if sequence is not None and sequence != appointment.sequence:
        raise Refused(BookingRefusal.CHANGED)


def _who_answer(appointment: Appointment) -> set[int | None]:
    people = [participation.person for participation in appointment.participations]
    return {person.id for person in people} | {person.guardian_id for person in people}


def _known(appointment: Appointment | None) -> Appointment:
    if appointment is None:
        raise LookupError("no such appointment")
    return appointment
