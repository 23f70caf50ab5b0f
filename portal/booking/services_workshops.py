"""Workshops opened, changed and cancelled, and the seats in them: each with its messages and its line in the journal.

The caller commits; on `Refused` it must let the transaction roll back.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.booking import queries, queries_workshops
from portal.booking.models import Appointment, AppointmentStatus, CancelReason, Participation
from portal.booking.models_workshops import Workshop
from portal.booking.queries_workshops import WorkshopSeats
from portal.booking.rules_service import may_book
from portal.booking.rules_workshops import WorkshopFault, change_refusal, opening_refusal, seat_refusal
from portal.booking.services import cancel
from portal.booking.services_rows import record_each
from portal.booking.services_sessions import held_by, insert_row, move_seat, rewrite_row
from portal.booking.services_status import mark
from portal.booking.services_waiting import answer_wishes
from portal.booking.telling import tell
from portal.clock import paris_day
from portal.directory.models import Departement, Motif, Place
from portal.journal.services import Actor, record
from portal.notifications.planner import EventKind
from portal.people.models import Agent
from portal.people.queries_access import services_of
from portal.people.services import file_held
from portal.refusal import Refused

__all__ = ["WorkshopFault", "cancel_workshop", "change_workshop", "enrol", "mark_all_present", "open_workshop"]


def open_workshop(  # noqa: PLR0913 - a session's own parts
    session: Session,
    now: datetime,
    *,
    motif_id: int,
    place_id: int,
    agent_id: int,
    starts_at: datetime,
    minutes: int,
    seats: int,
    title: str,
    by: Actor,
) -> Workshop:
    """Opens a session with 1 to 200 seats, which holds the agent's time for `minutes` (5 to 480).

    Pressed twice, the second finds the agent's time taken. Raises `Refused` (WorkshopFault), and `LookupError` for a
    motif, a place or an agent that is not there.
    """
    motif, place, _ = _wanted(session, motif_id, place_id)
    _refuse_others(session, now, by, motif.family, place_id)
    ends_at = starts_at + timedelta(minutes=minutes)
    _refuse_hour(session, now, motif, place, starts_at)
    _refuse_absent(session, agent_id, starts_at, ends_at)
    held = held_by(
        session,
        agent_id,
        lambda: insert_row(session, now, motif, place, agent_id=agent_id, between=(starts_at, ends_at)),
    )
    workshop = Workshop(appointment=held, title=" ".join(title.split()), seats=seats, created_at=now)
    session.add(workshop)
    session.flush()
    _note(session, now, by, "workshop.opened", workshop)
    return workshop


def enrol(  # noqa: PLR0913 - a seat, whose, and the world it is told to
    session: Session,
    now: datetime,
    *,
    workshop_id: int,
    person_id: int,
    by: Actor,
    base_url: str,
) -> Appointment:
    """Gives a person a seat: an appointment with its own code and messages. Their wish for this motif is answered.

    Never more seats than there are, however many agents press at once; nor more to come for one person than the motif
    allows, as for its other appointments (`booking.services.book`). Raises `Refused` (WorkshopFault), and `LookupError`
    for a workshop or a file that is not there.
    """
    number = file_held(session, person_id)
    person = None if number is None else queries.file(session, number)
    if person is None:
        raise LookupError("no such file")
    found = _known(queries_workshops.workshop_to_change(session, workshop_id))
    held = found.workshop.appointment
    _refuse_others(session, now, by, held.motif.family, held.place_id)
    if queries_workshops.seat_of(session, workshop_id, person.id) is not None:
        raise Refused(WorkshopFault.ALREADY)
    to_come = queries_workshops.seats_to_come(session, now, held.motif_id, person.id)
    _refuse(seat_refusal(found.workshop, person, now, taken=found.taken, to_come=to_come))
    seat = insert_row(
        session,
        now,
        held.motif,
        held.place,
        agent_id=held.agent_id,
        between=(held.starts_at, held.ends_at),
        workshop_id=workshop_id,
        participations=[Participation(person=person)],
    )
    record_each(session, now, by, "appointment.booked", appointment_id=seat.id, person_ids=[person.id])
    answer_wishes(session, now, person_ids=[person.id], motif_id=held.motif_id, appointment_id=seat.id)
    departement = session.get_one(Departement, 1)
    tell(session, now, seat, EventKind.BOOKED, departement=departement, base_url=base_url)
    return seat


def change_workshop(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    workshop_id: int,
    place_id: int,
    agent_id: int,
    starts_at: datetime,
    minutes: int,
    seats: int,
    title: str,
    by: Actor,
    base_url: str,
    sequence: int | None = None,
) -> Workshop:
    """Changes a session that has yet to begin. Another hour, length or place is told to all who have a seat.

    `sequence`: that of its appointment, as the page showed it. Raises `Refused` (WorkshopFault), and `LookupError`.
    """
    found = _known(queries_workshops.workshop_to_change(session, workshop_id))
    workshop, held = found.workshop, found.workshop.appointment
    _refuse_others(session, now, by, held.motif.family, held.place_id)
    if sequence is not None and sequence != held.sequence:
        raise Refused(WorkshopFault.CHANGED)
    _refuse(change_refusal(workshop, now))
    if seats < found.taken:
        raise Refused(WorkshopFault.FEWER_SEATS)
    motif, place, _ = _wanted(session, held.motif_id, place_id)
    _refuse_others(session, now, by, motif.family, place_id)
    ends_at, old = starts_at + timedelta(minutes=minutes), (held.starts_at, held.ends_at, held.place_id, held.agent_id)
    _refuse_hour(session, now, motif, place, starts_at)
    _refuse_absent(session, agent_id, starts_at, ends_at)
    workshop.title, workshop.seats = " ".join(title.split()), seats
    new = (starts_at, ends_at, place_id, agent_id)
    held_by(session, agent_id, lambda: rewrite_row(session, now, held, new))
    for seat in queries_workshops.sheet(session, workshop_id) if new != old else ():
        move_seat(session, now, seat.id, new, by=by, base_url=base_url)
    _note(session, now, by, "workshop.changed", workshop)
    return _known(queries_workshops.workshop(session, workshop_id)).workshop


def cancel_workshop(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    workshop_id: int,
    reason: CancelReason,
    by: Actor,
    base_url: str,
    sequence: int | None = None,
) -> Workshop:
    """Cancels a session that has yet to begin: everybody who has a seat is told, and the agent's time is free.

    Cancelling twice is cancelling once. Raises `Refused` (WorkshopFault), and `LookupError`.
    """
    found = _known(queries_workshops.workshop_to_change(session, workshop_id))
    workshop, held = found.workshop, found.workshop.appointment
    if held.status is AppointmentStatus.REVOKED:
        return workshop
    _refuse_others(session, now, by, held.motif.family, held.place_id)
    if sequence is not None and sequence != held.sequence:
        raise Refused(WorkshopFault.CHANGED)
    _refuse(change_refusal(workshop, now))
    for seat in queries_workshops.sheet(session, workshop_id):
        cancel(session, now, appointment_id=seat.id, base_url=base_url, by=by, reason=reason)
    held.status, held.cancel_reason = AppointmentStatus.REVOKED, reason
    held.sequence += 1
    held.changed_at = now
    session.flush()
    _note(session, now, by, "workshop.cancelled", workshop)
    return workshop


def mark_all_present(session: Session, now: datetime, *, workshop_id: int, by: Actor) -> int:
    """Notes as seen everybody whose status nobody has noted, even a moment ago; gives how many.

    Raises `Refused` (StatusFault).
    """
    left = queries_workshops.seats_to_note(session, workshop_id)
    for seat_id in left:
        mark(session, now, appointment_id=seat_id, status=AppointmentStatus.SEEN, by=by)
    return len(left)


def _wanted(session: Session, motif_id: int, place_id: int) -> tuple[Motif, Place, Departement]:
    wanted = queries.wanted(session, motif_id, place_id)
    if wanted is None:
        raise LookupError("no such motif or place")
    return wanted


def _refuse_others(session: Session, now: datetime, by: Actor, family: str, place_id: int) -> None:
    services = services_of(session, by.id, paris_day(now)) if by.id is not None and by.is_agent else ()
    if not may_book(services, family=family, place_id=place_id):
        raise Refused(WorkshopFault.NOT_YOUR_SERVICE)


def _refuse_hour(session: Session, now: datetime, motif: Motif, place: Place, starts_at: datetime) -> None:
    is_closed = queries_workshops.is_closed_day(session, place.id, paris_day(starts_at))
    _refuse(opening_refusal(motif, place, starts_at, now, is_closed_day=is_closed))


def _refuse_absent(session: Session, agent_id: int, since: datetime, until: datetime) -> None:
    agent = session.get(Agent, agent_id)
    if agent is None:
        raise LookupError("no such agent")
    has_left = agent.expires_on is not None and agent.expires_on <= paris_day(since)
    is_off = not agent.is_active or agent.suspended_at is not None or has_left
    if is_off or queries.is_away(session, agent_id, since, until):
        raise Refused(WorkshopFault.AGENT_AWAY)


def _note(session: Session, now: datetime, by: Actor, verb: str, workshop: Workshop) -> None:
    record(session, now, actor=by, verb=verb, object_kind="workshop", object_id=workshop.id)


def _known(found: WorkshopSeats | None) -> WorkshopSeats:
    if found is None:
        raise LookupError("no such workshop")
    return found


def _refuse(fault: WorkshopFault | None) -> None:
    if fault is not None:
        raise Refused(fault)
