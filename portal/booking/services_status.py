"""Who has come: the waiting room, and what became of each appointment, with a line in the journal.

Nothing here is told to the person, save when an appointment to come is cancelled. The caller commits; on `Refused` it
lets the transaction roll back.
"""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.models import HOLDS_TIME, Appointment, AppointmentStatus
from portal.booking.rules import CANCELLED
from portal.booking.rules_service import may_book
from portal.booking.rules_status import (
    Hands,
    StatusFault,
    arrival_refusal,
    has_begun,
    mark_refusal,
    may_mark,
)
from portal.booking.services import cancel
from portal.booking.services_rows import record_each
from portal.clock import paris_day
from portal.journal.services import Actor
from portal.locks import Lock, hold
from portal.notifications.outbox import withdraw
from portal.people.queries_access import places_of, services_of
from portal.refusal import Refused
from portal.web.access import Role

__all__ = ["StatusFault", "arrive", "call_in", "mark", "may_note", "undo_arrival", "undo_call"]

DESK = (Role.ACCUEIL, Role.ENCADRANT)
_VERBS = {
    AppointmentStatus.BOOKED: "appointment.reopened",
    AppointmentStatus.SEEN: "appointment.seen",
    AppointmentStatus.EXCUSED: "appointment.excused",
    AppointmentStatus.REVOKED: "appointment.revoked",
    AppointmentStatus.NOSHOW: "appointment.missed",
}


def arrive(session: Session, now: datetime, *, appointment_id: int, by: Actor) -> Appointment:
    """Notes that the person is in the waiting room; the first time stands. Raises `Refused` (StatusFault)."""
    appointment = _held(session, now, appointment_id, by)
    _refuse(arrival_refusal(appointment, now))
    if appointment.arrived_at is None:
        appointment.arrived_at = now
        _note(session, now, by, "appointment.arrived", appointment)
    return appointment


def call_in(session: Session, now: datetime, *, appointment_id: int, by: Actor) -> Appointment:
    """Notes that the person is called from the waiting room, and that they had come; the first time stands.

    Raises `Refused` (StatusFault).
    """
    appointment = _held(session, now, appointment_id, by)
    _refuse(arrival_refusal(appointment, now))
    if appointment.called_at is None:
        appointment.arrived_at = appointment.arrived_at or now
        appointment.called_at = now
        _note(session, now, by, "appointment.called_in", appointment)
    return appointment


def undo_call(session: Session, now: datetime, *, appointment_id: int, by: Actor) -> Appointment:
    """Takes a wrong call back: the person waits again. Raises `Refused` (NOT_YOURS)."""
    appointment = _held(session, now, appointment_id, by)
    if appointment.called_at is not None:
        appointment.called_at = None
        _note(session, now, by, "appointment.arrival_undone", appointment)
    return appointment


def undo_arrival(session: Session, now: datetime, *, appointment_id: int, by: Actor) -> Appointment:
    """Takes a wrong arrival back, and the call with it. Raises `Refused` (NOT_YOURS)."""
    appointment = _held(session, now, appointment_id, by)
    if appointment.arrived_at is not None:
        appointment.arrived_at = appointment.called_at = None
        _note(session, now, by, "appointment.arrival_undone", appointment)
    return appointment


def mark(  # noqa: PLR0913 - one press, and the world it may be told to
    session: Session,
    now: datetime,
    *,
    appointment_id: int,
    status: AppointmentStatus,
    by: Actor,
    is_door_closed: bool = False,
    sequence: int | None = None,
    base_url: str | None = None,
) -> Appointment:
    """Notes what became of an appointment; the same press twice is one.

    `status` BOOKED takes a wrong press back. `is_door_closed`: NOSHOW of a visit at home. `sequence`: as the page
    showed it. EXCUSED and REVOKED of an appointment to come cancel it, with its messages, where `base_url` is given
    (TO_COME otherwise); once it has begun they are only noted. What was about to be told of a missed appointment is
    taken back when it was not missed. Raises `Refused` (StatusFault), and what `services.cancel` refuses.
    """
    appointment = _held(session, now, appointment_id, by)
    if appointment.status is status and appointment.is_door_closed is is_door_closed:
        return appointment
    if sequence is not None and sequence != appointment.sequence:
        raise Refused(StatusFault.CHANGED)
    _refuse(mark_refusal(appointment, status, now, is_door_closed=is_door_closed))
    if status in CANCELLED and not has_begun(appointment, now):
        return _cancel(session, now, appointment, status, by=by, base_url=base_url)
    if appointment.status is AppointmentStatus.NOSHOW:
        withdraw(session, now, subject="appointment", subject_id=appointment_id)
    _write(session, now, appointment, status, is_door_closed=is_door_closed)
    _note(session, now, by, "appointment.door_closed" if is_door_closed else _VERBS[status], appointment)
    return appointment


def may_note(session: Session, now: datetime, appointment: Appointment, by: Actor) -> bool:
    """Whether an agent may note what became of an appointment and follow it up (`may_mark`). Its motif is loaded."""
    if by.id is None or not by.is_agent:
        return False
    day = paris_day(now)
    services = services_of(session, by.id, day)
    hands = Hands(
        by.id,
        desk_places=places_of(session, by.id, DESK, day),
        is_own_service=may_book(services, family=appointment.motif.family, place_id=appointment.place_id),
    )
    return may_mark(appointment, hands)


def _cancel(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    appointment: Appointment,
    status: AppointmentStatus,
    *,
    by: Actor,
    base_url: str | None,
) -> Appointment:
    if base_url is None:
        raise Refused(StatusFault.TO_COME)
    is_excused = status is AppointmentStatus.EXCUSED
    return cancel(session, now, appointment_id=appointment.id, base_url=base_url, by=by, by_person=is_excused)


def _write(
    session: Session, now: datetime, appointment: Appointment, status: AppointmentStatus, *, is_door_closed: bool
) -> None:
    """Writes the status. One that was cancelled takes its time again only if nobody else has it."""
    takes_time = appointment.status in CANCELLED and status in HOLDS_TIME
    try:
        with session.begin_nested():
            if takes_time:
                hold(session, Lock.AGENT, appointment.agent_id)  # two inserts never wait for each other: see `holding`
            appointment.status, appointment.is_door_closed = status, is_door_closed
            appointment.sequence += 1
            appointment.changed_at = now
            session.flush()
    except IntegrityError as error:
        raise Refused(StatusFault.AGENT_TAKEN) from error


def _held(session: Session, now: datetime, appointment_id: int, by: Actor) -> Appointment:
    """An appointment that this agent may mark, locked. The row that holds a workshop's time is nobody's to mark."""
    appointment = queries.appointment_to_change(session, appointment_id)
    if appointment is None or not appointment.participations:
        raise LookupError("no such appointment")
    if not may_note(session, now, appointment, by):
        raise Refused(StatusFault.NOT_YOURS)
    return appointment


def _note(session: Session, now: datetime, by: Actor, verb: str, appointment: Appointment) -> None:
    ids = [participation.person_id for participation in appointment.participations]
    record_each(session, now, by, verb, appointment_id=appointment.id, person_ids=ids)


def _refuse(fault: StatusFault | None) -> None:
    if fault is not None:
        raise Refused(fault)
